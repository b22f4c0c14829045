"""Which engine opens a model: CTranslate2 for a folder, llama.cpp for a GGUF file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sidecar import language
from sidecar.translation import llama, seq2seq
from sidecar.translation.translator import Translator


async def open_translator(
    path: Path, *, threads: int = 0, sources: Sequence[str] = (), targets: Sequence[str] = ()
) -> Translator:
    """The translator of ``path`` for lines into ``targets``, ready for ``sources`` (``auto``: not known).

    Raises `ModelError`.
    """
    if _is_seq2seq(path):
        return await seq2seq.open_seq2seq(path, threads=threads, targets=targets)
    known = [source for source in sources if source != language.AUTO]
    slots = len(targets) * max(1, len(sources))
    return await llama.open_llama(path, threads=threads, slots=slots, sources=known, targets=targets)


def check_languages(path: Path, source: str, targets: Sequence[str]) -> None:
    """Raises `UsageError` where the model at ``path`` has not all these languages; ``source`` may be ``auto``.

    Does not load the model. Raises `ModelError` where there is none.
    """
    if _is_seq2seq(path):
        seq2seq.check_languages(path, "" if source == language.AUTO else source, targets)


def measure(path: Path, *, threads: int = 0) -> float:
    """Seconds that a short line takes here, into one language. Raises `ModelError`."""
    return (seq2seq if _is_seq2seq(path) else llama).measure(path, threads=threads)


def _is_seq2seq(path: Path) -> bool:
    return path.is_dir()
