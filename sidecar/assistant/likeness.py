"""How alike a question and a wording are, in numbers that a small model can weigh.

A text is looked at in three ways: as vectors, as a profile of the topics of the background that it is near, and as the
concepts that it names. None is enough alone; each is wrong in other places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sidecar.assistant.background import background, lines
from sidecar.assistant.concepts import concepts
from sidecar.assistant.embedding import Floats, Vectors, plain

PAIR = (
    "e5", "e5 alone", "use", "answer e5", "answer e5 alone", "answer use", "profile", "profile alone", "concepts",
    "covered", "same thing", "other thing", "no thing in the entry", "no thing in the question",
    "same matter", "other matter", "same language",
)  # fmt: skip
"""What `pairs` tells of a question and a wording; "alone": where USE does not know one of the languages."""
ALONE = ("one", "small talk", "common question", "no concept", "number of concepts", "elsewhere", "e5 alone")
"""What `alone` tells of a question, before the language."""
_USE_LANGUAGES = "ar de en es fr id it ja ko nl pl pt ru th tr zh"
"""Indonesian is not among those that it was trained on, and yet it knows it."""
_KNOWN_TO_USE = frozenset(_USE_LANGUAGES.split())
_SHARPNESS = 0.08
"""Of a profile: how much more the nearest topics count than the others."""
_E5_ALONE = 1.6
"""What e5 counts in a profile where USE has no part in it."""


@dataclass(frozen=True, slots=True)
class Texts:
    """n texts as they are compared: ``e5`` (n, 384) without what all texts of a language share, ``use`` (n, 512),
    ``near`` (n, topics of the background), ``concepts`` (n, concepts), and their languages."""

    langs: tuple[str, ...]
    e5: Floats
    use: Floats
    near: Floats
    concepts: Floats

    def __getitem__(self, rows: Sequence[int]) -> Texts:
        langs = tuple(self.langs[row] for row in rows)
        return Texts(langs, self.e5[rows], self.use[rows], self.near[rows], self.concepts[rows])

    def knows_use(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.array([lang in _KNOWN_TO_USE for lang in self.langs], bool)


def look(texts: Sequence[str], langs: Sequence[str], vectors: Vectors) -> Texts:
    """``texts`` in ``langs`` (bare tags), with the ``vectors`` of each."""
    ground = background()
    own = [ground.language(lang) for lang in langs]
    e5 = vectors.e5 - np.array([ground.centre[lang] for lang in own], np.float32).reshape(vectors.e5.shape)
    e5 /= np.maximum(np.linalg.norm(e5, axis=1, keepdims=True), 1e-6)
    near = np.zeros((len(texts), len(ground.lines.starts)), np.float32)
    for lang in set(own):
        rows = [at for at, one in enumerate(own) if one == lang]
        own_lines = ground.vectors[lang]
        centred = own_lines.e5 - ground.centre[lang]
        centred /= np.linalg.norm(centred, axis=1, keepdims=True)
        first: Floats = e5[rows] @ centred.T
        second: Floats = vectors.use[rows] @ own_lines.use.T
        known = np.array([langs[at] in _KNOWN_TO_USE for at in rows])[:, None]
        of_lines = np.where(known, first + second, np.float32(_E5_ALONE) * first)
        near[rows] = np.maximum.reduceat(of_lines, ground.lines.starts, axis=1)
    return Texts(tuple(langs), e5, vectors.use, near, concepts().found([plain(text) for text in texts], langs))


def pairs(questions: Texts, wordings: Texts, answers: Texts) -> Floats:
    """(questions, wordings, `PAIR`): each question with each wording of an entry and the answer to that wording."""
    both = questions.knows_use()[:, None] & wordings.knows_use()[None]
    e5, answer_e5 = questions.e5 @ wordings.e5.T, questions.e5 @ answers.e5.T
    bridge = profile(questions) @ profile(wordings).T
    said, heard = questions.concepts, wordings.concepts
    weight = rarity() ** 2
    shared = (said * weight) @ heard.T
    size, other = np.sqrt((said * weight).sum(1)) + 0.3, np.sqrt((heard * weight).sum(1)) + 0.3
    covered = (said * weight) @ np.maximum(heard, answers.concepts).T / ((said * weight).sum(1) + 0.1)[:, None]
    known = concepts()
    is_matter = ~known.is_thing & ~known.is_elsewhere
    same_thing, asks_thing, has_thing = _shared(said, heard, known.is_thing)
    same_matter, asks_matter, has_matter = _shared(said, heard, is_matter)
    same_language = np.array(questions.langs)[:, None] == np.array(wordings.langs)[None]
    return np.stack(
        [
            e5 * both,
            e5 * ~both,
            (questions.use @ wordings.use.T) * both,
            answer_e5 * both,
            answer_e5 * ~both,
            (questions.use @ answers.use.T) * both,
            bridge * both,
            bridge * ~both,
            shared / size[:, None] / other[None],
            covered,
            same_thing,
            asks_thing & has_thing & ~same_thing,
            asks_thing & ~has_thing,
            ~asks_thing & has_thing,
            same_matter,
            asks_matter & has_matter & ~same_matter,
            same_language,
        ],
        axis=-1,
    ).astype(np.float32)


def _shared(said: Floats, heard: Floats, of: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], ...]:
    """Of the concepts ``of`` one kind: whether two texts share one (n, m), and which name any, (n, 1) and (1, m)."""
    said, heard = said[:, of], heard[:, of]
    return said @ heard.T > 0, said.max(axis=1)[:, None] > 0, heard.max(axis=1)[None] > 0


def alone(questions: Texts, near: Floats | None = None) -> Floats:
    """(questions, `ALONE`): what speaks for a question not being answered by anything. ``near``: instead of its own."""
    near = questions.near if near is None else near
    asked = background().lines.asked
    count = questions.concepts.sum(axis=1)
    return np.stack(
        [
            np.ones(len(count)),
            near[:, asked:].max(axis=1, initial=-1),
            near[:, :asked].max(axis=1, initial=-1),
            count == 0,
            np.log1p(count),
            questions.concepts[:, concepts().is_elsewhere].max(axis=1, initial=0),
            ~questions.knows_use(),
        ],
        axis=-1,
    ).astype(np.float32)


@lru_cache(maxsize=1)
def rarity() -> Floats:
    """(concepts): 1 for one that no background line names, less for those that many do."""
    every = [(text, lang) for lang, texts in lines().texts.items() for text in texts]
    share = concepts().found([text for text, _ in every], [lang for _, lang in every]).mean(axis=0)
    weight = np.log(2 / (share + 0.004))
    return (weight / np.log(2 / 0.004)).astype(np.float32)


def profile(texts: Texts) -> Floats:
    """(n, topics): unit vectors; the dot product of two is how much the topics that they are near are the same."""
    powers = np.exp((texts.near - texts.near.max(axis=1, keepdims=True)) / _SHARPNESS)
    return np.sqrt(powers / powers.sum(axis=1, keepdims=True))
