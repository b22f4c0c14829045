"""How far two successive hypotheses of growing audio agree: LocalAgreement-2 (Liu et al. 2020; Macháček et al. 2023).

Compared are letters and digits only, so that a full stop that turns into a comma costs nothing: character by
character where words are not set apart by spaces, otherwise word by word.
"""

from __future__ import annotations

import unicodedata

import regex

from sidecar import language

CHARACTER_LANGUAGES = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km"})
_WORD = regex.compile(r"\S+")
_CHARACTER = regex.compile(r"\X")  # with its marks


def agreed(previous: str, current: str, lang: str) -> int:
    """Characters at the start of ``current`` that ``previous`` has as well; never splits a word."""
    if language.base(lang) in CHARACTER_LANGUAGES:
        characters = [(match.group(), match.end()) for match in _CHARACTER.finditer(current)]
        return _agreed_units(_CHARACTER.findall(previous), characters)
    words = [(match.group(), match.end()) for match in _WORD.finditer(current)]
    return _agreed_units(previous.split(), words)


def _agreed_units(previous: list[str], current: list[tuple[str, int]]) -> int:
    before = [unit for unit in map(normal, previous) if unit]
    end = matched = 0
    for unit, unit_end in current:
        plain = normal(unit)
        if not plain:
            if end:  # punctuation after what agrees belongs to it
                end = unit_end
            continue
        if matched >= len(before) or before[matched] != plain:
            break
        matched += 1
        end = unit_end
    return end


def normal(text: str) -> str:
    """``text`` as it is compared: NFKC, case folded, letters, marks and digits only."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char)[0] == "M")
