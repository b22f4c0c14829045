"""What is still being said, translated as far as it will most likely stay. Pure.

As more of a line is agreed on, it is translated anew from its beginning. Of each translation the last words are held
back, since they change most, and what viewers saw is only made longer: a translation that begins otherwise is not
shown, and the final one puts it right (re-translation with a mask: Arivazhagan et al. 2020, "Re-translation versus
Streaming for Simultaneous Translation").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sidecar import language
from sidecar.captions.caption import Segment
from sidecar.speech.agreement import CHARACTER_LANGUAGES, Unit, shared, units
from sidecar.translation.backlog import same_language

LINES_KEPT = 4
_NUMBER_GOES_ON = frozenset("点块元毛半")


@dataclass(frozen=True, slots=True)
class _Pace:
    """In words or characters: how much more of a line is translated, and how much of a translation is held back."""

    more: int
    held_back: int


_WORDS, _CHARACTERS = _Pace(more=4, held_back=2), _Pace(more=6, held_back=4)


@dataclass(slots=True)
class _Lane:
    """A line in one language: how much was translated, and what viewers saw."""

    done: int = 0
    shown: str = ""


@dataclass(slots=True)
class _Line:
    segment: Segment
    said: list[Unit]
    lanes: dict[str, _Lane] = field(default_factory=dict[str, _Lane])


class Tentative:
    """The lines that are being said, one of each voice. Give every segment to `hear`."""

    def __init__(self) -> None:
        self._lines: dict[int, _Line] = {}

    def hear(self, segment: Segment) -> None:
        """A line grew, or is final and over."""
        if segment.final:
            self._lines.pop(segment.number, None)
            return
        text = segment.text[: segment.stable]
        line = self._lines.setdefault(segment.number, _Line(segment, []))
        line.segment, line.said = replace(segment, text=text), _complete(units(text, segment.language))
        while len(self._lines) > LINES_KEPT:
            del self._lines[min(self._lines)]

    def next(self, targets: Iterable[str]) -> tuple[Segment, str] | None:
        """The line to translate now, as far as it is agreed on, and the one of ``targets`` to translate it into.

        None where nothing has enough news. A number at its end that may go on is left out.
        """
        for target in targets:
            for line in self._lines.values():
                spoken = line.segment.language
                lane = line.lanes.setdefault(target, _Lane())
                if not same_language(spoken, target) and len(line.said) >= lane.done + _pace(spoken).more:
                    lane.done = len(line.said)
                    return replace(line.segment, text=line.segment.text[: line.said[-1].end].rstrip()), target
        return None

    def written(self, number: int, target: str, text: str) -> str:
        """What viewers of ``target`` see now that ``text`` translates line ``number`` so far; empty: nothing new."""
        line = self._lines.get(number)
        if line is None:
            return ""
        lane, pieces = line.lanes.setdefault(target, _Lane()), units(text, target)
        kept, before = pieces[: -_pace(target).held_back], units(lane.shown, target)
        if len(kept) <= len(before) or shared(before, kept) < len(before):
            return ""
        lane.shown = text[: kept[-1].end].rstrip()
        return lane.shown


def _pace(lang: str) -> _Pace:
    return _CHARACTERS if language.base(lang) in CHARACTER_LANGUAGES else _WORDS


def _complete(said: list[Unit]) -> list[Unit]:
    """All but a number at the end."""
    while said and any(
        unicodedata.numeric(char, None) is not None or char in _NUMBER_GOES_ON for char in said[-1].plain
    ):
        said = said[:-1]
    return said
