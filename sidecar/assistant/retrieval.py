"""Which entry answers a question, and how likely: all wordings of all entries of a shop, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sidecar import language
from sidecar.assistant import likeness, ranking
from sidecar.assistant.embedding import Floats, Vectors, embed

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """One wording of the question of ``entry``, in ``lang``, and the answer in the same language, empty if none."""

    entry: str
    lang: str
    question: str
    answer: str


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
        distinct = list(dict.fromkeys(text for one in worded for text in (one.question, one.answer)))
        row = {text: at for at, text in enumerate(distinct)}
        every = vectors(distinct)

        def looked(texts: list[str]) -> likeness.Texts:
            return likeness.look(texts, langs, every[[row[text] for text in texts]])

        self._wordings = looked([one.question for one in worded])
        self._answers = looked([one.answer for one in worded])
        self._entries = list(dict.fromkeys(one.entry for one in worded))
        self._entry_of = [self._entries.index(one.entry) for one in worded]

    def rank(self, questions: Sequence[str], langs: Sequence[str], vectors: Vectors | None = None) -> list[Ranked]:
        """What each of ``questions``, in ``langs``, asks for. ``vectors`` are theirs, if they are there already."""
        bare = [language.base(lang) for lang in langs]
        looked = likeness.look(questions, bare, embed(questions) if vectors is None else vectors)
        return [self._ranked(row) for row in ranking.chances(looked, self._wordings, self._answers, self._entry_of)]

    def _ranked(self, chances: Floats) -> Ranked:
        of_entries = zip(self._entries, chances[1:].tolist(), strict=True)
        return Ranked(float(chances[0]), tuple(sorted(of_entries, key=lambda entry: -entry[1])))
