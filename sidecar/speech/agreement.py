"""How far two successive hypotheses of growing audio agree: LocalAgreement-2 (Liu et al. 2020; Macháček et al. 2023).

Compared are letters and digits only, so that a full stop that turns into a comma costs nothing: character by
character where words are not set apart by spaces, otherwise word by word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from sidecar import language

CHARACTER_LANGUAGES = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km"})
_WORD = regex.compile(r"\S+")
_CHARACTER = regex.compile(r"\X")  # with its marks


@dataclass(frozen=True, slots=True)
class Unit:
    """A word, or a character where words are not set apart: as it is compared, and where it ends in the text.

    Punctuation and spaces after it belong to it.
    """

    plain: str
    end: int


def units(text: str, lang: str) -> list[Unit]:
    """What hypotheses of ``text`` are compared by; pieces without a letter or digit are no units of their own."""
    pieces = _CHARACTER if language.base(lang) in CHARACTER_LANGUAGES else _WORD
    found: list[Unit] = []
    for match in pieces.finditer(text):
        if plain := normal(match.group()):
            found.append(Unit(plain, match.end()))
        elif found:
            found[-1] = Unit(found[-1].plain, match.end())
    return found


def shared(previous: Sequence[Unit], current: Sequence[Unit]) -> int:
    """Units at the start that both have."""
    pairs = enumerate(zip(previous, current, strict=False))
    return next((index for index, (a, b) in pairs if a.plain != b.plain), min(len(previous), len(current)))


def agreed(previous: str, current: str, lang: str) -> int:
    """Characters at the start of ``current`` that ``previous`` has as well; never splits a word."""
    now = units(current, lang)
    count = shared(units(previous, lang), now)
    return now[count - 1].end if count else 0


def splice(kept: str, text: str, lang: str) -> str:
    """``kept``, and what ``text`` says after the place that matches it best (semi-global edit distance, Sellers 1980).

    Of places that match equally well, the one as long as ``kept`` itself.
    """
    old, new = units(kept, lang), units(text, lang)
    row = list(range(len(new) + 1))
    for i, unit in enumerate(old, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(new, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (unit.plain != other.plain))
    place = min(range(len(row)), key=lambda j: (row[j], abs(j - len(old))))
    rest = text[new[place - 1].end if place else 0 :]
    if not rest.strip():
        return kept
    between = "" if language.base(lang) in CHARACTER_LANGUAGES or kept[-1:].isspace() else " "
    return kept + between + rest.lstrip() if kept else rest


def normal(text: str) -> str:
    """``text`` as it is compared: NFKC, case folded, letters, marks and digits only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char)[0] == "M")
