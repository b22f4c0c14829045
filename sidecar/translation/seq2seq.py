"""Translating with NLLB-200, M2M100 or Opus-MT through CTranslate2: a line into all languages at once.

What is written passes the same checks as with any engine. Where the best hypothesis fails them, the first of the others
that passes is taken; where none does, it is searched more widely once. Where a term of the glossary is wrong, it stands
in the line as the translation is to have it when that is searched.
"""

from __future__ import annotations

import asyncio
import statistics
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sidecar import language
from sidecar.errors import ModelError, TranslationError, UsageError
from sidecar.speech.script import chinese_converter
from sidecar.translation import checks, numbers, prompts, sentences, seq2seq_model, terms
from sidecar.translation.backlog import same_language
from sidecar.translation.one_thread import default_threads, one_thread
from sidecar.translation.seq2seq_model import Languages, Sentence, Seq2SeqModel
from sidecar.translation.terms import Wanted
from sidecar.translation.translator import MAX_LINE_CHARACTERS, SAMPLE_LINES, Line

PIVOT = "en"
"""The language that two models are joined by where none goes straight."""
BEAM, RETRY_BEAM = 2, 6
_LINES_KEPT = 32
_OF_TERMS = frozenset({"terms", "forbidden"})

Ranked = list[list[str]]
"""For each sentence of a line what it may be in another language, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A line in one language, and the checks that it failed."""

    text: str
    failed: tuple[str, ...]


class Seq2SeqTranslator:
    """A Translator on a folder with one model, or with a folder for each language pair.

    Asked for one of ``targets``, it translates the line into all of them in one batch, and answers at once when it is
    asked for the others. One worker thread, one call in flight; a call whose caller has gone ends by itself, within
    some `seq2seq_model.TIME_LIMIT_S`. Loading happens on construction and blocks: use `open_seq2seq` in a coroutine.
    Raises `ModelError`.
    """

    def __init__(self, path: Path, *, threads: int = 0, targets: Sequence[str] = (), name: str = "") -> None:
        self.name = name or path.name
        self._targets = tuple(targets)
        self._worker = one_thread("seq2seq")
        try:
            self._models = self._worker.submit(_load, path, threads or default_threads()).result()
        except BaseException:
            self._worker.shutdown(wait=False)
            raise
        self._languages = [model.languages for model in self._models]
        self._recent: OrderedDict[tuple[str, str], dict[str, Rendering]] = OrderedDict()
        self._closed = False

    async def translate(self, line: Line) -> str:
        """The checked translation; it is searched more widely where a check fails.

        Raises `checks.CheckFailedError` where that failed too, `TranslationError` where there is no way from
        ``line.source`` to ``line.target``, or the model could not answer.
        """
        if self._closed:
            raise TranslationError("the translator is closed")
        cancelled = threading.Event()
        future = self._worker.submit(self.translate_now, line, cancelled.is_set)
        try:
            return await asyncio.wrap_future(future)
        finally:
            cancelled.set()

    def worker(self, target: str) -> object:
        """One thread does it all."""
        return self

    async def aclose(self) -> None:
        """Wait for the call in flight and give the memory back."""
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """`aclose` where no event loop runs."""
        if not self._closed:
            self._closed = True
            self._worker.submit(self._unload)
            self._worker.shutdown()

    def translate_now(self, line: Line, cancelled: Callable[[], bool] = lambda: False) -> str:
        """`translate` for the worker thread, or where nothing else runs."""
        text = prompts.clean(line.text)
        text = numbers.with_digits(text, line.source, hidden=terms.hidden_in_source(line.terms, text))
        if not text:
            raise checks.CheckFailedError(("empty",))
        if len(text) > MAX_LINE_CHARACTERS:
            raise checks.CheckFailedError(("length",))
        if cancelled():
            raise TranslationError("the translation was cancelled")
        first = self._first(line, text)
        if not first.failed or line.tentative or cancelled():
            return _passed(first)
        if not _OF_TERMS.isdisjoint(first.failed):
            text = terms.inserted(line.terms, text)
        again = self._render(line, text, [line.target], RETRY_BEAM, failed=first.failed)[line.target]
        if not again.failed:
            return again.text
        better = checks.rescued(
            line.text, (again.text, first.text), source=line.source, target=line.target, wanted=line.terms
        )
        return better or _passed(again)

    def warm_up(self, text: str) -> None:
        """Have the first model write something for ``text``. Blocks. Raises `TranslationError`."""
        model = self._models[0]
        source = next(iter(model.languages.source or {"": ""}))
        model.hypotheses([Sentence(text=text, source=source, target=next(iter(model.languages.target)))], beam=BEAM)

    def _first(self, line: Line, text: str) -> Rendering:
        """The rendering into ``line.target``, made before or now, and if now then into all other targets too."""
        kept = self._recent.get((line.text, line.source), {})
        if line.target not in kept:
            kept = kept | self._render(line, text, [line.target, *self._others(line)], BEAM)
            self._recent[line.text, line.source] = kept
            if len(self._recent) > _LINES_KEPT:
                self._recent.popitem(last=False)
        return _with_terms(line, kept[line.target])

    def _others(self, line: Line) -> list[str]:
        """What will be asked for next."""
        return [
            target
            for target in self._targets
            if line.target in self._targets
            and target != line.target
            and not same_language(line.source, target)
            and _route(self._languages, line.source, target)
        ]

    def _render(
        self, line: Line, text: str, targets: Sequence[str], beam: int, failed: Iterable[str] = ()
    ) -> dict[str, Rendering]:
        """The line in each of ``targets``: one batch for all that a model writes straight, one for all by way of
        English. ``failed``: the checks that were failed before."""
        said = sentences.split(text) or [text]
        loops = not {"loop", "length"}.isdisjoint(failed)
        found: dict[str, Ranked] = {}
        for route, group in self._grouped(line.source, targets):
            source, spoken = line.source, said
            if len(route) > 1:
                if PIVOT not in found:
                    found |= self._search(route[0], said, source, [PIVOT], beam, loops)
                spoken = [_best(one, ranked, source, PIVOT) for one, ranked in zip(said, found[PIVOT], strict=True)]
                source = PIVOT
            found |= self._search(route[len(route) - 1], spoken, source, group, beam, loops)
        return {
            target: _choose(line, said, found[target], target, line.terms if target == line.target else ())
            for target in targets
        }

    def _grouped(self, source: str, targets: Sequence[str]) -> list[tuple[tuple[int, ...], list[str]]]:
        """The targets of each route, straight ones first. Raises `TranslationError` for a target without a route."""
        groups: dict[tuple[int, ...], list[str]] = {}
        for target in targets:
            route = _route(self._languages, source, target)
            if not route:
                raise TranslationError(_no_way(self.name, source, target))
            groups.setdefault(route, []).append(target)
        return sorted(groups.items(), key=lambda item: len(item[0]))

    def _search(
        self, model: int, said: Sequence[str], source: str, targets: Sequence[str], beam: int, loops: bool
    ) -> dict[str, Ranked]:
        """Every sentence into every target, in one batch."""
        asked = [Sentence(text=one, source=source, target=target) for target in targets for one in said]
        found = iter(self._models[model].hypotheses(asked, beam=beam, no_repeat=loops))
        return {target: [[_tidy(text, target) for text in next(found)] for _ in said] for target in targets}

    def _unload(self) -> None:
        for model in self._models:
            model.unload()


async def open_seq2seq(
    path: Path, *, threads: int = 0, targets: Sequence[str] = (), name: str = ""
) -> Seq2SeqTranslator:
    """`Seq2SeqTranslator` without blocking the event loop. Raises `ModelError`."""
    return await asyncio.to_thread(lambda: Seq2SeqTranslator(path, threads=threads, targets=targets, name=name))


def measure(path: Path, *, threads: int = 0) -> float:
    """Seconds that a short line takes here, into one language: the median of four. Raises `ModelError`."""
    translator = Seq2SeqTranslator(path, threads=threads)
    taken: list[float] = []
    try:
        for text in SAMPLE_LINES:
            began = time.monotonic()
            translator.warm_up(text)
            taken.append(time.monotonic() - began)
    except TranslationError as exc:
        raise ModelError(f"{path.name} loads but does not translate", hint="choose another model") from exc
    finally:
        translator.close()
    return statistics.median(taken[1:])


def check_languages(path: Path, source: str, targets: Sequence[str]) -> None:
    """Raises `UsageError` where the models at ``path`` do not go from ``source`` ("": not known) to every target.

    Reads their vocabularies only. Raises `ModelError` where there is no model.
    """
    known = [seq2seq_model.languages(folder, seq2seq_model.vocabulary(folder)) for folder in model_folders(path)]
    for target in targets:
        if not same_language(source, target) and not _route(known, source, target):
            raise UsageError(_no_way(path.name, source, target), hint="choose another model, or leave the language out")


def model_folders(path: Path) -> list[Path]:
    """The folder of each model: ``path`` itself, or the folders in it. Raises `ModelError` where there is none."""
    inside = sorted(folder for folder in path.glob("*/") if seq2seq_model.is_model(folder))
    found = [path] if seq2seq_model.is_model(path) else inside
    if not found:
        raise ModelError(f"no CTranslate2 model in {path}", hint="`sidecar models list` shows the models there are")
    return found


def _load(path: Path, threads: int) -> list[Seq2SeqModel]:
    return [Seq2SeqModel(folder, threads=threads) for folder in model_folders(path)]


def _route(models: Sequence[Languages], source: str, target: str) -> tuple[int, ...]:
    """The model that goes straight from ``source`` to ``target``, or one into English and one out of it; or none."""
    for at, model in enumerate(models):
        if model.translates(source, target):
            return (at,)
    if PIVOT in (source, target):
        return ()
    inwards = (at for at, model in enumerate(models) if model.translates(source, PIVOT))
    outwards = (at for at, model in enumerate(models) if model.translates(PIVOT, target))
    route = (next(inwards, -1), next(outwards, -1))
    return () if -1 in route else route


def _no_way(name: str, source: str, target: str) -> str:
    spoken = f" from {language.english_name(source)} ({source})" if source else ""
    return f"{name} does not translate{spoken} into {language.english_name(target)} ({target})"


def _best(said: str, ranked: Sequence[str], source: str, target: str, wanted: Sequence[Wanted] = ()) -> str:
    """The first that passes the checks, or else the first; "" where there is none."""
    there = [term for term in wanted if term.said in said or term.written in said]
    passing = (text for text in ranked if checks.check(said, text, source=source, target=target, wanted=there).ok)
    return next(passing, ranked[0] if ranked else "")


def _choose(line: Line, said: Sequence[str], found: Ranked, target: str, wanted: Sequence[Wanted]) -> Rendering:
    """The best of each sentence, checked together. What came to no end has the wrong length."""
    written = [_best(one, ranked, line.source, target, wanted) for one, ranked in zip(said, found, strict=True)]
    text = sentences.join(written, target)
    if not all(written):
        return Rendering(text=text, failed=("length",))
    failed = checks.check(line.text, text, source=line.source, target=target, wanted=wanted).failed
    return Rendering(text=text, failed=failed)


def _with_terms(line: Line, made: Rendering) -> Rendering:
    """``made`` checked for the terms of ``line`` too: they are of its target alone, and were not known before."""
    if not line.terms or "length" in made.failed:
        return made
    failed = checks.check(line.text, made.text, source=line.source, target=line.target, wanted=line.terms).failed
    return Rendering(text=made.text, failed=failed)


def _passed(made: Rendering) -> str:
    """Its text. Raises `checks.CheckFailedError`."""
    if made.failed:
        raise checks.CheckFailedError(made.failed)
    return made.text


def _tidy(text: str, target: str) -> str:
    """What a model wrote, in the script of ``target`` where that is Chinese."""
    script = {"zh": "simplified", "zh-Hant": "traditional"}.get(target, "")
    return checks.tidy(_in_script(script)(text), target=target)


_in_script = cache(chinese_converter)
