"""What viewers of any shop ask, and what they say besides, in eight languages, with vectors.

A question and an entry in different languages are compared by what each is near among lines of its own language: the
lines say the same in every one, so they are a bridge. Lines that no shop answers are also rivals of its entries.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from sidecar.assistant.concepts import LANGUAGES
from sidecar.assistant.embedding import E5_DIMENSIONS, Floats, Vectors

VECTORS = "background.npz"
"""Of all lines, language after language: bytes, 127 for 1 of the longest part."""


@dataclass(frozen=True, slots=True)
class Background:
    """``vectors`` of the lines of each language, the same number in each; the first ``asked`` are questions to a shop.

    ``centre`` (384) is the mean of e5 in a language, which says what language a text is in rather than what it means.
    """

    asked: int
    vectors: dict[str, Vectors]
    centre: dict[str, Floats]

    def language(self, lang: str) -> str:
        """The language of lines to compare a text in ``lang`` with."""
        return lang if lang in self.vectors else "en"


def lines() -> tuple[int, dict[str, list[str]]]:
    """How many are questions to a shop, and all lines by language, in one order."""
    asked, besides = _read("common_questions.tsv"), _read("small_talk.tsv")
    return len(asked), {lang: [row[lang] for row in (*asked, *besides)] for lang in LANGUAGES}


@lru_cache(maxsize=1)
def background() -> Background:
    """The lines with the vectors that were made of them beforehand."""
    asked, by_language = lines()
    with resources.files("sidecar.assistant").joinpath(VECTORS).open("rb") as stream, np.load(stream) as file:
        packed = file["vectors"].astype(np.float32)
    every = Vectors(_unit(packed[:, :E5_DIMENSIONS]), _unit(packed[:, E5_DIMENSIONS:]))
    count = len(every) // len(by_language)
    vectors = {lang: every[at * count : (at + 1) * count] for at, lang in enumerate(by_language)}
    return Background(asked, vectors, {lang: own.e5.mean(axis=0) for lang, own in vectors.items()})


def pack(vectors: Vectors) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    """``vectors`` as bytes."""
    both = np.concatenate(
        [part / np.abs(part).max(axis=1, keepdims=True) for part in (vectors.e5, vectors.use)], axis=1
    )
    return np.round(both * 127).astype(np.int8)


def _unit(rows: Floats) -> Floats:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _read(name: str) -> list[dict[str, str]]:
    with resources.files("sidecar.assistant").joinpath(name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
