"""Which entry answers a question, and how likely: all wordings of all entries of a shop, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar import language
from sidecar.assistant import likeness, ranking
from sidecar.assistant.concepts import LANGUAGES, concepts
from sidecar.assistant.embedding import Floats, Vectors, embed
from sidecar.assistant.likeness import Texts

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """One wording of the question of ``entry`` in ``lang``, an answer, and the names of what it is ``about``.

    ``matter``: the concept without which nobody asks for it, such as ``price``; none where it is empty.
    """

    entry: str
    lang: str
    question: str
    answer: str
    about: str = ""
    matter: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Entries, the likeliest first, each with its chance; ``none`` is the chance that no entry answers. Sum: 1."""

    none: float
    entries: tuple[tuple[str, float], ...]


class Retrieval:
    """Answers "which entry?" for one state of a shop's knowledge. Safe to use from any one thread at a time."""

    def __init__(self, worded: Sequence[Worded], *, vectors: Embed = embed) -> None:
        """Takes about 20 ms for each question and answer that ``vectors`` has to embed."""
        langs = [language.base(one.lang) for one in worded]
        questions, answers = [_question(one) for one in worded], [one.answer for one in worded]
        distinct = list(dict.fromkeys([*questions, *answers]))
        row = {text: at for at, text in enumerate(distinct)}
        every = vectors(distinct)

        def looked(texts: list[str]) -> Texts:
            return likeness.look(texts, langs, every[[row[text] for text in texts]])

        self._wordings, self._answers = looked(questions), looked(answers)
        self._entries = list(dict.fromkeys(one.entry for one in worded))
        self._entry_of = [self._entries.index(one.entry) for one in worded]
        self._matters = {self._entries.index(one.entry): one.matter for one in worded if one.matter}

    def rank(self, questions: Texts) -> list[Ranked]:
        """What each of ``questions`` asks for."""
        chances = ranking.chances(questions, self._wordings, self._answers, self._entry_of)
        for entry, matter in self._matters.items():
            chances[~_may_mean(questions, matter), 1 + entry] = 0
        return [self._ranked(row) for row in chances / chances.sum(axis=1, keepdims=True)]

    def _ranked(self, chances: Floats) -> Ranked:
        of_entries = zip(self._entries, chances[1:].tolist(), strict=True)
        return Ranked(float(chances[0]), tuple(sorted(of_entries, key=lambda entry: -entry[1])))


def _may_mean(questions: Texts, matter: str) -> NDArray[np.bool_]:
    """Which of ``questions`` (n) name the concept, or are in a language whose words for it are not known."""
    named = questions.concepts[:, concepts().names.index(matter)] > 0
    return named | np.array([lang not in LANGUAGES for lang in questions.langs], bool)


def _question(one: Worded) -> str:
    """The wording with what it is about, unless it says so itself."""
    known = concepts()
    names_it = known.found([one.question], [language.base(one.lang)])[0, known.is_thing].any()
    return one.question if names_it or not one.about else f"{one.question} ({one.about})"
