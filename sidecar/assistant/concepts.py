"""What a text speaks of, by words in eight languages: things that are sold, what is asked of them, and other matters.

Encoders blur "cream" and "serum"; a list of words does not, and it means the same in every language. A concept has a
few stems in each; which concepts two texts share, weighted by how rare they are, tells whether they are on one matter.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import regex
from numpy.typing import NDArray

from sidecar.speech.script import chinese_converter

LANGUAGES = ("zh", "en", "es", "pt", "id", "vi", "ja", "ar")
_ENDING = {"en": (4, 4), "es": (4, 4), "pt": (4, 4), "id": (4, 4), "ar": (3, 3)}
"""A stem of at least so many letters may have up to so many more behind it."""
_BEFORE = {"id": "(?:di|me|ber|pe)?", "ar": "(?:و|ف)?(?:ال|بال|لل|ب|ل|ك)?"}
_ALEF = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ـ": None, "’": "'"})
_AS_IT_IS = "!"
"""Behind a stem that is a whole word."""
_PLAIN_VIETNAMESE = "vi-plain"
_UNWRITTEN = frozenset({"zh", "ja"})
"""Languages without blanks between words."""


@dataclass(frozen=True, slots=True)
class Concepts:
    """``names`` (n) and patterns by language, n each. ``is_thing`` (n): it is sold; ``is_elsewhere`` (n): no shop is
    asked for it; the others are what is asked of things."""

    names: tuple[str, ...]
    is_thing: NDArray[np.bool_]
    is_elsewhere: NDArray[np.bool_]
    patterns: dict[str, tuple[regex.Pattern[str], ...]]

    def found(self, texts: Sequence[str], langs: Sequence[str]) -> NDArray[np.float32]:
        """(texts, n): 1 where a text names a concept. Nothing is found in languages without words."""
        rows = np.zeros((len(texts), len(self.names)), np.float32)
        for row, text, lang in zip(rows, texts, langs, strict=True):
            own = normal(text, lang)
            if lang == "vi" and own == _bare(own):
                lang = _PLAIN_VIETNAMESE
            row[self._named(own, lang)] = 1
        return rows

    def _named(self, text: str, lang: str) -> list[int]:
        """What is found in ``text``; a word that is a part of the name of a thing says nothing of its own."""
        found = {at: match for at, each in enumerate(self.patterns.get(lang, ())) if (match := each.search(text))}
        things = [match.span() for at, match in found.items() if self.is_thing[at]]
        return [at for at, match in found.items() if not any(_is_inside(match.span(), thing) for thing in things)]


@lru_cache(maxsize=1)
def concepts() -> Concepts:
    """The list in ``concepts.tsv``."""
    with resources.files("sidecar.assistant").joinpath("concepts.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    stems = {lang: [row[lang].split("/") for row in rows] for lang in LANGUAGES}
    stems[_PLAIN_VIETNAMESE] = [[_bare(stem) for stem in of_one] for of_one in stems["vi"]]
    return Concepts(
        names=tuple(row["concept"] for row in rows),
        is_thing=np.array([row["kind"] == "thing" for row in rows]),
        is_elsewhere=np.array([row["kind"] == "elsewhere" for row in rows]),
        patterns={lang: tuple(_pattern(of_one, lang) for of_one in all_) for lang, all_ in stems.items()},
    )


def normal(text: str, lang: str) -> str:
    """``text`` in small letters and without what people leave out when they type fast."""
    text = unicodedata.normalize("NFKC", text).lower()
    if lang == "zh":
        return _simplified()(text)
    if lang in ("es", "pt"):
        return _bare(text).translate(_ALEF)
    return _bare(text).translate(_ALEF) if lang == "ar" else text.translate(_ALEF)


@lru_cache(maxsize=1)
def _simplified() -> Callable[[str], str]:
    return chinese_converter("simplified")


def _is_inside(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= span[0] and span[1] <= other[1] and span != other


def _bare(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return unicodedata.normalize("NFC", "".join(part for part in parts if unicodedata.category(part) != "Mn"))


def _pattern(stems: Sequence[str], lang: str) -> regex.Pattern[str]:
    own = sorted((normal(stem, lang) for stem in stems), key=len, reverse=True)
    if lang in _UNWRITTEN:
        return regex.compile("|".join(regex.escape(stem) for stem in own))
    words = "|".join(_with_ending(stem, lang) for stem in own)
    return regex.compile(rf"(?<!\w){_BEFORE.get(lang, '')}(?:{words})(?!\w)")


def _with_ending(stem: str, lang: str) -> str:
    shortest, more = _ENDING.get(lang, (99, 0))
    if stem.endswith(_AS_IT_IS):
        return regex.escape(stem.removesuffix(_AS_IT_IS))
    if len(stem) >= shortest:
        return rf"{regex.escape(stem)}\w{{0,{more}}}"
    return regex.escape(stem) + ("s?" if lang in ("en", "es", "pt") else "")
