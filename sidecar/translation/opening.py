"""Which engine opens a model: CTranslate2 for a folder, llama.cpp for a GGUF file; a Whisper model is open already."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from sidecar import language
from sidecar.translation import heard, llama, seq2seq, tongue
from sidecar.translation.in_order import InOrder
from sidecar.translation.translator import Translator


async def open_translator(
    path: Path, *, threads: int = 0, sources: Sequence[str] = (), targets: Sequence[str] = ()
) -> Translator:
    """The translator of ``path`` for lines into ``targets``, ready for ``sources`` (``auto``: not known).

    Raises `ModelError`.
    """
    await asyncio.to_thread(tongue.prepare)
    if heard.is_recogniser(path):
        return heard.HeardInEnglish()
    if _is_seq2seq(path):
        return await seq2seq.open_seq2seq(path, threads=threads, targets=targets)
    known = [source for source in sources if source != language.AUTO]
    slots = len(targets) * max(1, len(sources))
    return await llama.open_llama(path, threads=threads, slots=slots, sources=known, targets=targets)


async def open_in_order(
    orders: Mapping[str, Sequence[Path]], *, threads: int = 0, sources: Sequence[str] = ()
) -> Translator:
    """One translator for all targets: ``orders`` has the models of each, the first choice first. Raises `ModelError`.

    A model that several targets share is opened once.
    """
    opened: dict[Path, Translator] = {}
    try:
        for path, targets in targets_of(orders).items():
            opened[path] = await open_translator(path, threads=threads, sources=sources, targets=targets)
    except BaseException:
        for translator in opened.values():
            await translator.aclose()
        raise
    if len(opened) == 1:
        return next(iter(opened.values()))
    return InOrder({target: [opened[path] for path in order] for target, order in orders.items()})


def targets_of(orders: Mapping[str, Sequence[Path]]) -> dict[Path, list[str]]:
    """The targets that each model may be asked for."""
    found: dict[Path, list[str]] = {}
    for target, order in orders.items():
        for path in dict.fromkeys(order):
            found.setdefault(path, []).append(target)
    return found


def check_languages(path: Path, source: str, targets: Sequence[str]) -> None:
    """Raises `UsageError` where the model at ``path`` has not all these languages; ``source`` may be ``auto``.

    Does not load the model. Raises `ModelError` where there is none.
    """
    if heard.is_recogniser(path):
        heard.check_languages(targets)
    elif _is_seq2seq(path):
        seq2seq.check_languages(path, "" if source == language.AUTO else source, targets)


def measure(path: Path, *, threads: int = 0) -> float:
    """Seconds that a short line takes here, into one language. Raises `ModelError`."""
    return (seq2seq if _is_seq2seq(path) else llama).measure(path, threads=threads)


def _is_seq2seq(path: Path) -> bool:
    return path.is_dir()
