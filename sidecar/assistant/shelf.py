"""A shop's knowledge as it is searched: every wording of every entry, with what it is about. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sidecar.assistant.entry import Entry, Knowledge
from sidecar.assistant.placeholders import fill
from sidecar.assistant.retrieval import Worded


def worded(knowledge: Knowledge) -> list[Worded]:
    """Every wording of all entries. One without questions of its own is found by its products and its answer."""
    return [each for entry in knowledge.entries for each in _worded(entry, knowledge)]


def _worded(entry: Entry, knowledge: Knowledge) -> Iterator[Worded]:
    answered = next((wording.answer for wording in entry.wordings.values() if wording.answer), "")
    for wording in entry.wordings.values():
        answer = fill(wording.answer or answered, entry, knowledge, wording.lang).text
        names = _names(entry, knowledge, wording.lang)
        for question in wording.questions or ((names or entry.id,) if wording.answer else ()):
            yield Worded(
                entry=entry.id, lang=wording.lang, question=question, answer=answer, about=names, matter=entry.matter
            )


def _names(entry: Entry, knowledge: Knowledge, lang: str) -> str:
    """What the entry is about, as it is called in ``lang``."""
    return ", ".join(product.name(lang) for id in entry.products if (product := knowledge.product(id)))
