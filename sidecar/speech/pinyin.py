"""How Chinese characters sound, and how alike two syllables are (pypinyin's only importer)."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import regex

_SYLLABLE = regex.compile(r"(?P<initial>zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)(?P<final>\D*)(?P<tone>\d?)")
NEAR = 0.2
"""What speakers of many regions do not tell apart: 四是, 能冷, 金京."""
LIKE = 0.4
"""What a recogniser mixes up now and then."""
APART = 0.8
TONE = 0.05
"""Recognisers hear tones badly: they only decide between equals."""
DIFFERENT = 1.0
_NEAR_INITIALS = ("zh z", "ch c", "sh s", "n l", "f h", "r l")
_LIKE_INITIALS = (
    "b p",
    "d t",
    "g k",
    "j q x",
    "z c s",
    "zh ch sh",
    "zh j",
    "ch q",
    "sh x",
    "m n",
    "r y",
    "w h",
    "g h k",
)
_NEAR_FINALS = ("an ang", "en eng", "in ing", "ian iang", "uan uang", "un ong", "uo o", "v u")
_LIKE_FINALS = (
    "e uo o",
    "ai ei",
    "ie ian",
    "ui ei",
    "uo u",
    "an ian",
    "a ia",
    "ong eng",
    "ou u",
    "ou ao",
    "e ie",
    "a an",
    "u o",
)


class Syllable(NamedTuple):
    """A toneless syllable in two parts, and its tone: ``zhuang4`` is ``zh``, ``uang``, ``4``."""

    initial: str
    final: str
    tone: str


def syllables(text: str) -> list[Syllable]:
    """One for each character of ``text``, Chinese characters only, read as its words are."""
    from pypinyin import Style, lazy_pinyin

    return [_parts(sound) for sound in lazy_pinyin(text, style=Style.TONE3, v_to_u=False)]


@lru_cache(maxsize=100_000)
def distance(one: Syllable, other: Syllable) -> float:
    """0 for the same syllable to 1 for one that nobody takes for the other."""
    tone = TONE if one.tone != other.tone else 0.0
    parts = _part(one.initial, other.initial, _INITIALS) + _part(one.final, other.final, _FINALS)
    return min(DIFFERENT, parts + tone)


def key(one: Syllable) -> str:
    """The same for syllables that speakers of some region do not tell apart."""
    return _FOLDED_INITIALS.get(one.initial, one.initial) + _FOLDED_FINALS.get(one.final, one.final)


def _part(one: str, other: str, costs: dict[frozenset[str], float]) -> float:
    return 0.0 if one == other else costs.get(frozenset((one, other)), APART)


def _parts(sound: str) -> Syllable:
    found = _SYLLABLE.fullmatch(sound)
    return Syllable(found["initial"], found["final"], found["tone"]) if found else Syllable("", sound, "")


def _costs(near: tuple[str, ...], like: tuple[str, ...]) -> dict[frozenset[str], float]:
    return {
        frozenset(pair): cost
        for groups, cost in ((like, LIKE), (near, NEAR))
        for group in groups
        for pair in combinations(group.split(), 2)
    }


def _folds(near: tuple[str, ...]) -> dict[str, str]:
    return {part: group.split()[0] for group in near for part in group.split()}


_INITIALS = _costs(_NEAR_INITIALS, _LIKE_INITIALS)
_FINALS = _costs(_NEAR_FINALS, _LIKE_FINALS)
_FOLDED_INITIALS = _folds(_NEAR_INITIALS)
_FOLDED_FINALS = _folds(_NEAR_FINALS)
