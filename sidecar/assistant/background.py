"""What viewers of any shop ask, and what they say besides, in eight languages, with vectors.

A question and an entry in different languages are compared by the topics that each is near among lines of its own
language: the lines say the same in every one, so they are a bridge. Topics that no shop answers are also rivals of its
entries.
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
"""Of all lines, language after language: bytes, 127 for the longest part."""


@dataclass(frozen=True, slots=True)
class Lines:
    """``texts`` of each language, in one order; topic after topic, each from one of ``starts`` on. The first ``asked``
    topics are questions to a shop."""

    asked: int
    starts: tuple[int, ...]
    texts: dict[str, list[str]]

    def topic(self, line: int) -> int:
        return int(np.searchsorted(self.starts, line, side="right")) - 1


@dataclass(frozen=True, slots=True)
class Background:
    """``vectors`` of the lines of each language.

    ``centre`` (384) is the mean of e5 in a language, which says what language a text is in rather than what it means.
    """

    lines: Lines
    vectors: dict[str, Vectors]
    centre: dict[str, Floats]

    def language(self, lang: str) -> str:
        """The language of lines to compare a text in ``lang`` with."""
        return lang if lang in self.vectors else "en"


@lru_cache(maxsize=1)
def lines() -> Lines:
    asked, besides = _read("common_questions.tsv"), _read("small_talk.tsv")
    rows = [*asked, *besides]
    starts = [at for at, row in enumerate(rows) if at in (0, len(asked)) or row["topic"] != rows[at - 1]["topic"]]
    count = sum(start < len(asked) for start in starts)
    return Lines(count, tuple(starts), {lang: [row[lang] for row in rows] for lang in LANGUAGES})


@lru_cache(maxsize=1)
def background() -> Background:
    """The lines with the vectors that were made of them beforehand."""
    known = lines()
    with resources.files("sidecar.assistant").joinpath(VECTORS).open("rb") as stream, np.load(stream) as file:
        packed = file["vectors"].astype(np.float32)
    every = Vectors(_unit(packed[:, :E5_DIMENSIONS]), _unit(packed[:, E5_DIMENSIONS:]))
    count = len(every) // len(known.texts)
    vectors = {lang: every[at * count : (at + 1) * count] for at, lang in enumerate(known.texts)}
    return Background(known, vectors, {lang: own.e5.mean(axis=0) for lang, own in vectors.items()})


def pack(vectors: Vectors) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    """``vectors`` as bytes."""
    e5, use = (part / np.abs(part).max(axis=1, keepdims=True) for part in (vectors.e5, vectors.use))
    return np.round(np.concatenate([e5, use], axis=1) * 127).astype(np.int8)


def _unit(rows: Floats) -> Floats:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _read(name: str) -> list[dict[str, str]]:
    with resources.files("sidecar.assistant").joinpath(name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
