"""A translator measured: closeness to references, numbers, seconds a line, memory."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import psutil

from sidecar import language
from sidecar.bench.lines import BenchLine
from sidecar.errors import TranslationError, UsageError
from sidecar.translation import numbers
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.terms import Terminology, Wanted, missing
from sidecar.translation.translator import Line, Translator

TARGET_COUNTS = (1, 2, 4, 8)
TOKENIZERS = {"zh": "zh", "ja": "char", "th": "char", "ko": "char"}
"""How sacrebleu counts where its own way, 13a, is not for the language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """What became of a line in one language.

    ``shown`` is what a viewer reads: the source line where ``failed`` names checks. ``wrong``: it passed its checks
    and yet lacks a number of the line, or has one of its own. ``terms`` of the glossary are said in the line,
    ``terms_right`` of them are shown as they are to be called.
    """

    said: str
    reference: str
    shown: str
    failed: tuple[str, ...]
    wrong: bool
    seconds: float
    terms: int = 0
    terms_right: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One language. ``right + marked + wrong`` are all lines. ``chrf`` and ``bleu`` are of what is shown,
    ``chrf_translated`` of the lines that passed their checks alone (None where none did)."""

    target: str
    chrf: float
    bleu: float
    chrf_translated: float | None
    right: int
    marked: int
    wrong: int
    seconds: float
    terms: int
    terms_right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``seconds`` is the median a line for the first 1, 2, 4 and 8 targets; ``memory_mb`` that of this process."""

    lines: int
    scores: tuple[Score, ...]
    seconds: dict[int, float]
    memory_mb: int


async def translate_all(
    translator: Translator,
    lines: Sequence[BenchLine],
    source: str,
    targets: Sequence[str],
    *,
    terminology: Terminology | None = None,
    step: Callable[[Rendering, str], None] = lambda rendering, target: None,
) -> dict[str, list[Rendering]]:
    """Every line into every target, as in a show: a line into all its languages before the next one.

    The terms of ``terminology`` are counted; whether the translator knows them is its own affair.
    """
    done: dict[str, list[Rendering]] = {target: [] for target in targets}
    for line in lines:
        for target in targets:
            said = terminology.find(line.text, source, target) if terminology else ()
            wanted = [term for term in said if term.firm]
            rendering = await _translate(translator, line, source, target, wanted)
            done[target].append(rendering)
            step(rendering, target)
    return done


def report(done: dict[str, list[Rendering]]) -> Report:
    """The figures. Raises `UsageError` where sacrebleu is not installed."""
    columns = list(done.values())
    counts = [count for count in TARGET_COUNTS if count <= len(columns)]
    taken = {
        count: statistics.median(sum(each.seconds for each in row) for row in zip(*columns[:count], strict=True))
        for count in counts
    }
    return Report(
        lines=len(columns[0]),
        scores=tuple(_score(target, renderings) for target, renderings in done.items()),
        seconds=taken,
        memory_mb=psutil.Process().memory_info().rss // 1_000_000,
    )


def chrf(written: Sequence[str], references: Sequence[str]) -> float:
    """chrF of a corpus, 0 to 100. Raises `UsageError` where sacrebleu is not installed."""
    return float(_sacrebleu().corpus_chrf(list(written), [list(references)]).score)


def bleu(written: Sequence[str], references: Sequence[str], target: str) -> float:
    """BLEU of a corpus, 0 to 100: of words, or of characters where ``target`` is written without spaces between words.

    Raises `UsageError` where sacrebleu is not installed.
    """
    tokenize = TOKENIZERS.get(language.base(target), "13a")
    return float(_sacrebleu().corpus_bleu(list(written), [list(references)], tokenize=tokenize).score)


def _sacrebleu() -> Any:
    try:
        import sacrebleu
    except ImportError as exc:
        raise UsageError("sacrebleu is not installed", hint="pip install sacrebleu") from exc
    return cast("Any", sacrebleu)


async def _translate(
    translator: Translator, line: BenchLine, source: str, target: str, wanted: Sequence[Wanted]
) -> Rendering:
    failed: tuple[str, ...] = ()
    shown = line.text
    began = time.monotonic()
    try:
        shown = await translator.translate(Line(text=line.text, source=source, target=target))
    except CheckFailedError as exc:
        failed = exc.failed
    except TranslationError:
        failed = ("error",)
    seconds = time.monotonic() - began
    return Rendering(
        said=line.text,
        reference=line.references[target],
        shown=shown,
        failed=failed,
        wrong=not failed and numbers.differ(line.numbers, numbers.find(shown, target)),
        seconds=seconds,
        terms=len(wanted),
        terms_right=len(wanted) - len(missing(wanted, "" if failed else shown, target)),
    )


def _score(target: str, renderings: Sequence[Rendering]) -> Score:
    passed = [one for one in renderings if not one.failed]
    wrong = sum(one.wrong for one in passed)
    return Score(
        target=target,
        chrf=chrf([one.shown for one in renderings], [one.reference for one in renderings]),
        bleu=bleu([one.shown for one in renderings], [one.reference for one in renderings], target),
        chrf_translated=chrf([one.shown for one in passed], [one.reference for one in passed]) if passed else None,
        right=len(passed) - wrong,
        marked=len(renderings) - len(passed),
        wrong=wrong,
        seconds=statistics.median(one.seconds for one in renderings),
        terms=sum(one.terms for one in renderings),
        terms_right=sum(one.terms_right for one in renderings),
    )
