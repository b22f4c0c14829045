"""Chinese names found by their sound: other characters of the same or nearly the same pinyin. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from sidecar.speech import pinyin
from sidecar.speech.candidate import Candidate
from sidecar.speech.lexicon import ChineseWords
from sidecar.speech.names import Heard, Name, Token
from sidecar.speech.pinyin import Syllable

Unit = Syllable | str
"""How a token sounds: a character as a syllable, anything else as itself."""

COSTS = {2: 0.25, 3: 0.65, 4: 1.0}
"""How far a name of so many syllables may be off in all."""
COST_LONG = 0.25
"""The same for each syllable of a longer name."""
ALMOST_EQUAL = 0.2
SURE = 3
"""Syllables that, almost equal, are the name even across the borders of words."""
SURER = 4
"""Syllables that, almost equal, are the name even where common words stand."""
NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿两半几第")


class ByPinyin:
    """Looks for ``names`` with two Chinese characters or more. ``words`` tell the common ones."""

    def __init__(self, names: Sequence[Name], words: ChineseWords) -> None:
        self._words = words
        self._names = [name for name in names if sum(token.han for token in name.tokens) > 1]
        self._units = [_units(name.tokens) for name in self._names]
        self._places: dict[str, list[tuple[int, int]]] = defaultdict(list)  # by sound: name, and where in it
        for number, units in enumerate(self._units):
            for at, unit in enumerate(units):
                self._places[_key(unit)].append((number, at))

    def candidates(self, heard: Heard, free: Sequence[bool]) -> Iterator[Candidate]:
        """What sounds like a name, of the tokens that are ``free``."""
        if not self._names:
            return
        said = _units(heard.tokens)
        votes: Counter[tuple[int, int]] = Counter(
            (number, at - place) for at, unit in enumerate(said) for number, place in self._places.get(_key(unit), ())
        )
        spans = self._words.spans(heard.simplified)
        for (number, first), count in votes.items():
            units = self._units[number]
            stop = first + len(units)
            if count < (len(units) + 1) // 2 or first < 0 or stop > len(said) or heard.runs[first] < stop:
                continue
            cost = _cost(said[first:stop], units)
            if (
                all(free[first:stop])
                and cost <= COSTS.get(len(units), COST_LONG * len(units))
                and not _changes_number(heard.tokens[first:stop], self._names[number].tokens)
                and self._may_be_wrong(heard, spans, first, stop, cost)
            ):
                yield Candidate(first, stop, self._names[number].written, cost / len(units))

    def _may_be_wrong(self, heard: Heard, spans: Sequence[tuple[int, int]], first: int, stop: int, cost: float) -> bool:
        """Whether what stands there is not simply right: no common words, and no piece of one."""
        start, end = heard.tokens[first].start, heard.tokens[stop - 1].end
        touched = [span for span in spans if span[0] < end and start < span[1]]
        common = [self._words.is_common(heard.simplified[one:other]) for one, other in touched]
        cut = [one < start or other > end for one, other in touched]
        length, equal = stop - first, cost <= ALMOST_EQUAL
        if length <= 2 and (any(common) or any(cut)):
            return False
        if any(is_common and is_cut for is_common, is_cut in zip(common, cut, strict=True)):
            return equal and length >= SURE
        return not all(common) or (equal and length >= SURER)


def _units(tokens: Sequence[Token]) -> list[Unit]:
    units: list[Unit] = []
    for han, group in groupby(tokens, key=lambda token: token.han):
        plain = [token.plain for token in group]
        units += pinyin.syllables("".join(plain)) if han else plain
    return units


def _key(unit: Unit) -> str:
    return pinyin.key(unit) if isinstance(unit, Syllable) else unit


def _cost(said: Sequence[Unit], units: Sequence[Unit]) -> float:
    cost = 0.0
    for one, other in zip(said, units, strict=True):
        if isinstance(one, Syllable) and isinstance(other, Syllable):
            cost += pinyin.distance(one, other)
        elif one != other:
            return float("inf")
    return cost


def _changes_number(said: Sequence[Token], name: Sequence[Token]) -> bool:
    pairs = zip(said, name, strict=True)
    return any(one.plain != other.plain and one.plain in NUMERALS for one, other in pairs)
