"""A term of the shop, and all of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sidecar import language

ANY = ""
"""Stands for every language, where words are not given by language."""

Words = Mapping[str, tuple[str, ...]]
"""By language tag, or `ANY`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A product, brand, person or word of the trade.

    ``forms``: how it is written, by language tag. ``aliases``: other spellings of it, ``heard_as``: what a recogniser
    makes of it, or how it is pronounced; both are written as the form. ``translate`` False: in a language without a
    form of its own it stays as it is. ``forbidden``: what it must never be called. ``line``: where it is in the file.
    """

    forms: Mapping[str, str]
    aliases: Words = field(default_factory=dict[str, tuple[str, ...]])
    heard_as: Words = field(default_factory=dict[str, tuple[str, ...]])
    translate: bool = True
    forbidden: Words = field(default_factory=dict[str, tuple[str, ...]])
    note: str = ""
    line: int = 0

    def form(self, lang: str) -> str | None:
        """How it is written in ``lang``: the form of that very tag, or of the same language; None if there is none."""
        if lang in self.forms:
            return self.forms[lang]
        bare = language.base(lang)
        related = (form for tag, form in self.forms.items() if language.base(tag) == bare)
        kept = None if self.translate else next(iter(self.forms.values()))
        return self.forms.get(bare) or next(related, kept)

    def names(self, lang: str) -> tuple[str, ...]:
        """Other spellings of the form in ``lang``."""
        return _words(self.aliases, lang)

    def sounds(self, lang: str) -> tuple[str, ...]:
        """What is heard in ``lang`` when somebody says it."""
        return _words(self.heard_as, lang)

    def never(self, lang: str) -> tuple[str, ...]:
        """What it must not be called in ``lang``."""
        return _words(self.forbidden, lang)


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms in the order of the file. No two of them have a form, alias or mishearing in common in one language."""

    terms: tuple[Term, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags that forms are given in."""
        return tuple(dict.fromkeys(tag for term in self.terms for tag in term.forms))

    def known(self, lang: str) -> tuple[Term, ...]:
        """Terms that have a form in ``lang``."""
        return tuple(term for term in self.terms if term.form(lang))

    def pairs(self, source: str, target: str) -> tuple[tuple[Term, str, str], ...]:
        """Terms with a form in both languages: the term, its form in ``source`` and its form in ``target``."""
        both = ((term, term.form(source), term.form(target)) for term in self.terms)
        return tuple((term, said, written) for term, said, written in both if said and written)


def _words(words: Words, lang: str) -> tuple[str, ...]:
    bare = language.base(lang)
    chosen = (each for tag, found in words.items() if tag == ANY or language.base(tag) == bare for each in found)
    return tuple(dict.fromkeys(chosen))
