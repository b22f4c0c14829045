"""How good live captions were, from a log of what was shown: error, latency, erasure. Pure.

Texts are compared as lower-case letters, marks and digits after NFKC, Chinese simplified. Latency is counted from the
end of a character in the audio (inside a word it is interpolated), for the characters that the final captions and the
gold words share. A log of some minutes takes seconds to score; the time grows with the square of its length.
"""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from functools import cache
from itertools import pairwise

from sidecar.speech.script import chinese_converter
from sidecar.speech.transcript import counts_characters

EARLY_S = 1.0
"""What stands on screen longer than this before it was said is another word that looks alike."""
MIN_MATCH = 2
"""Characters in a row that must be equal behind a difference, to count as the same text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a viewer received: from ``t_s`` on, caption ``id`` reads ``text``; None removes it.

    ``t_s`` is seconds since the first sample of the audio was heard.
    """

    t_s: float
    id: int
    text: str | None
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedWord:
    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCount:
    """Characters, or words where they are set apart, that are wrong, missing or too many, of ``length`` in the
    reference."""

    errors: int
    length: int

    @property
    def percent(self) -> float:
        return round(100 * self.errors / max(1, self.length), 1)

    def __add__(self, other: ErrorCount) -> ErrorCount:
        return ErrorCount(errors=self.errors + other.errors, length=self.length + other.length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Seconds are from the end of a character in the audio to its first appearance on screen (``first``), and until
    it and all before it no longer change (``stable``); None where nothing could be compared.

    ``error_percent``: CER where characters are counted, else WER. ``matched_percent``: gold characters with a latency.
    ``erasure``: characters taken back after they were shown, by those of the final captions. ``events_per_s``: a
    second of speech up to the last word's end.
    """

    error_percent: float
    matched_percent: float
    first_p50_s: float | None
    first_p90_s: float | None
    stable_p50_s: float | None
    stable_p90_s: float | None
    stable_mean_s: float | None
    erasure: float
    events_per_s: float


@dataclass(frozen=True, slots=True)
class _Screen:
    """All that is on screen from ``t_s`` on, as it is compared."""

    t_s: float
    text: str


def score(events: Sequence[Event], text: str, words: Sequence[TimedWord], lang: str) -> Score:
    """The figures of ``events``, in the order in which they were received, for speech that says ``text``.

    ``words`` is when; without them there are no latencies.
    """
    screens = list(_screens(events))
    final = screens[-1].text if screens else ""
    said, ends = _characters(words)
    matches = [match for match in _matches(final, said) if match.size]
    spoken = [float("-inf")] * len(final)
    for match in matches:
        spoken[match.a : match.a + match.size] = ends[match.b : match.b + match.size]
    first, stable = _first_shown(screens, final, spoken), _stable_since(screens, final)
    pairs = [(match.a + at, ends[match.b + at]) for match in matches for at in range(match.size)]
    first_s = [shown - end for at, end in pairs if (shown := first[at]) is not None]
    stable_s = [stable[at] - end for at, end in pairs]
    return Score(
        error_percent=count_errors(text, transcript(events), lang).percent,
        matched_percent=round(100 * len(stable_s) / max(1, len(said)), 1),
        first_p50_s=percentile(first_s, 0.5),
        first_p90_s=percentile(first_s, 0.9),
        stable_p50_s=percentile(stable_s, 0.5),
        stable_p90_s=percentile(stable_s, 0.9),
        stable_mean_s=round(statistics.fmean(stable_s), 2) if stable_s else None,
        erasure=round(_erased(screens) / max(1, len(final)), 3),
        events_per_s=round(len(events) / max((word.end_s for word in words), default=_span_s(events)), 2),
    )


def transcript(events: Iterable[Event]) -> str:
    """What is on screen in the end, captions in the order in which they first appeared."""
    shown: dict[int, str] = {}
    for event in events:
        _show(shown, event.id, event.text)
    return " ".join(shown.values())


def count_errors(reference: str, said: str, lang: str) -> ErrorCount:
    """The edit distance (Levenshtein) between what was said and what should have been."""
    wanted, found = units(reference, lang), units(said, lang)
    return ErrorCount(errors=_distance(wanted, found), length=len(wanted))


def units(text: str, lang: str) -> Sequence[str]:
    """What errors are counted in, as it is compared: characters, or words where they are set apart."""
    return plain(text) if counts_characters(lang) else _plain_words(text)


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value that ``share`` of ``values`` lie below, to the hundredth; None of none."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else None


def plain(text: str) -> str:
    """``text`` as it is compared: simplified, NFKC, lower case, letters, marks and digits only."""
    folded = unicodedata.normalize("NFKC", _simplifier()(text)).lower()
    return "".join(char for char in folded if _is_plain(char))


def _plain_words(text: str) -> list[str]:
    """Words as they are compared; an apostrophe divides none."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("'", "").replace("\u2019", "")
    return "".join(char if _is_plain(char) else " " for char in folded).split()


def _is_plain(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char)[0] == "M"


@cache
def _simplifier() -> Callable[[str], str]:
    return chinese_converter("simplified")


def _show(shown: dict[int, str], caption: int, text: str | None) -> None:
    if text is None:
        shown.pop(caption, None)
    else:
        shown[caption] = text


def _screens(events: Iterable[Event]) -> Iterator[_Screen]:
    shown: dict[int, str] = {}
    for event in events:
        _show(shown, event.id, None if event.text is None else plain(event.text))
        yield _Screen(event.t_s, "".join(shown.values()))


def _characters(words: Iterable[TimedWord]) -> tuple[str, list[float]]:
    """The characters of ``words`` as they are compared, and when each ends."""
    text, ends = "", list[float]()
    for word in words:
        chars = plain(word.text)
        text += chars
        took_s = word.end_s - word.start_s
        ends += [word.start_s + took_s * count / len(chars) for count in range(1, len(chars) + 1)]
    return text, ends


def _first_shown(screens: Iterable[_Screen], final: str, spoken: Sequence[float]) -> list[float | None]:
    """When each character of ``final``, said at ``spoken``, first stood on screen: at its place in the common start, or
    behind a difference in a piece of at least `MIN_MATCH` characters, or at the very end."""
    first: list[float | None] = [None] * len(final)
    for screen in screens:
        if None not in first:
            break
        same = _shared(screen.text, final)
        first[:same] = [screen.t_s if at is None else at for at in first[:same]]
        for match in _matches(screen.text[same:], final[same:]):
            start, end = same + match.b, same + match.b + match.size
            if match.size >= MIN_MATCH or (match.size and end == len(final)):
                for at in range(start, end):
                    if first[at] is None and screen.t_s >= spoken[at] - EARLY_S:
                        first[at] = screen.t_s
    return first


def _stable_since(screens: Sequence[_Screen], final: str) -> list[float]:
    """Since when each character of ``final``, and all before it, has not changed."""
    since: list[float] = []
    for screen, later in reversed(list(pairwise(screens))):
        reach = min(len(final) - len(since), _shared(screen.text, final))
        since += [later.t_s] * (len(final) - len(since) - reach)
    if screens:
        since += [screens[0].t_s] * (len(final) - len(since))
    return since[::-1]


def _erased(screens: Iterable[_Screen]) -> int:
    """Characters that were on screen and are not on the next one, behind where the two begin to differ."""
    erased, before = 0, ""
    for screen in screens:
        same = _shared(before, screen.text)
        kept = sum(match.size for match in _matches(before[same:], screen.text[same:]))
        erased += len(before) - same - kept
        before = screen.text
    return erased


def _matches(a: str, b: str) -> list[Match]:
    """The pieces that both have, in order."""
    return SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks() if a and b else []


def _shared(a: str, b: str) -> int:
    """Characters at the start that both have."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((at for at, (x, y) in pairs if x != y), min(len(a), len(b)))


def _distance(a: Sequence[str], b: Sequence[str]) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def _span_s(events: Sequence[Event]) -> float:
    return max(1.0, events[-1].t_s) if events else 1.0
