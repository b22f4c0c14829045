"""What a shop knows: entries of its FAQ, each in one or several wordings, and the table of its products. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sidecar import language

EVERYTHING = "*"
"""The product whose fields count for the whole shop, such as the coupon of the week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """An entry in ``lang``: ways to ask, the first for people to read, and the answer, with placeholders.

    Either may be missing: an entry may be answered in one language, and asked in any.
    """

    lang: str
    questions: tuple[str, ...] = ()
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that is asked, and its answer.

    ``wordings`` by canonical language tag, those with an answer first. ``products``: ids of what it is about, none for
    the whole shop. It holds from ``valid_from`` to ``valid_until``, both days included. ``matter``: the concept without
    which nobody asks for it, if there is one (see concepts.py). ``where``: ``file:line``.
    """

    id: str
    wordings: Mapping[str, Wording]
    products: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    matter: str = ""
    where: str = ""

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )

    def wording(self, lang: str) -> Wording | None:
        """The one with an answer in ``lang``, or in another form of that language; None if there is none."""
        exact = self.wordings.get(lang)
        if exact and exact.answer:
            return exact
        bare = language.base(lang)
        related = (each for tag, each in self.wordings.items() if language.base(tag) == bare and each.answer)
        return next(related, None)

    @property
    def original(self) -> Wording:
        """The wording that is translated where a language has none."""
        return next(iter(self.wordings.values()))

    @property
    def question(self) -> str:
        """How people know it."""
        return next((each.questions[0] for each in self.wordings.values() if each.questions), self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A line of the product table.

    ``names`` by language tag, ``""`` for one that counts in all. ``fields``: what placeholders are filled with, as the
    shop writes it, by name, or by name and language (``size_chart:es``). ``where``: ``file:line``.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    where: str = ""

    def name(self, lang: str) -> str:
        """In ``lang``, or as it is called first; its id where it has no name."""
        return self.names.get(lang) or self.names.get(language.base(lang)) or next(iter(self.names.values()), self.id)

    def value(self, name: str, lang: str) -> str | None:
        """The field ``name`` for somebody who reads ``lang``; None if there is nothing in it."""
        found = (self.fields.get(key) for key in (f"{name}:{lang}", f"{name}:{language.base(lang)}", name))
        return next((value for value in found if value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """All that a shop knows; no two entries and no two products have the same id."""

    entries: tuple[Entry, ...] = ()
    products: tuple[Product, ...] = ()

    def at(self, day: date) -> Knowledge:
        """What of it holds on ``day``."""
        return replace(self, entries=tuple(entry for entry in self.entries if entry.holds_on(day)))

    def entry(self, id: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == id), None)

    def product(self, id: str) -> Product | None:
        return next((product for product in self.products if product.id == id), None)

    @property
    def languages(self) -> tuple[str, ...]:
        """In which there is an answer, in the order of their first."""
        found = (tag for entry in self.entries for tag, each in entry.wordings.items() if each.answer)
        return tuple(dict.fromkeys(found))
