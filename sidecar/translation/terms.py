"""The shop's terms in a line, and in its translation: found, demanded, and put right. Pure.

Both are compared word by word, in writing without spaces character by character: width, case, traditional or simplified
characters and the endings of `word_forms` do not count. Of terms that overlap the first counts, the longest there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import regex

from sidecar.glossary.term import Glossary, Term
from sidecar.speech.names import MAX_TOKENS, Heard, Token
from sidecar.translation.word_forms import stem

HIDDEN = "\ufffc"
"""Stands for every character of a name where it must not be read as something else."""
_ONE_RUN = (regex.compile(r"\p{Katakana}|ー"), regex.compile(r"[\d零〇一二三四五六七八九十百千万萬亿億两兩]"))
"""Characters of which a term takes all that stand together, or none."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A term of a line: ``said`` in it, to be ``written`` so in the translation, and not as any of ``never``.

    ``firm``: a translation without it is wrong. A phrase that is not may be put in other words.
    """

    said: str
    written: str
    never: tuple[str, ...] = ()
    firm: bool = True


class Terminology:
    """What the terms of ``names`` are called, and what is made of ``phrases`` that ``names`` say nothing about."""

    def __init__(self, names: Glossary, phrases: Glossary | None = None) -> None:
        self._listed = [(term, True) for term in names.terms]
        self._listed += [(term, False) for term in phrases.terms] if phrases else []
        self._known: dict[str, dict[Key, list[tuple[Term, bool]]]] = {}

    def find(self, text: str, source: str, target: str) -> tuple[Wanted, ...]:
        """The terms that ``text`` says and ``target`` has a form for, in order, each once."""
        known = self._in(source)
        heard = Heard(text)
        keys = _keys(heard.tokens, text, source)
        longest = max(map(len, known), default=0)
        best: dict[int, tuple[int, Wanted]] = {}
        for first, stop in heard.windows(longest) if known else ():
            entries = known.get(keys[first:stop])
            if entries and _stands_alone(heard, first, stop):
                wanted = _wanted(entries, heard.slice(first, stop), target)
                if wanted:
                    best[first] = (stop, wanted)
        return tuple(dict.fromkeys(_left_to_right(best)))

    def _in(self, source: str) -> dict[Key, list[tuple[Term, bool]]]:
        """Terms by what is said for them in ``source``; the shop's own come first."""
        if source not in self._known:
            found: dict[Key, list[tuple[Term, bool]]] = {}
            for term, firm in self._listed:
                form = term.form(source)
                for text in (form, *term.names(source)) if form else ():
                    key = _key(text, source)
                    if 0 < len(key) <= MAX_TOKENS:
                        found.setdefault(key, []).append((term, firm))
            self._known[source] = found
        return self._known[source]


class Span(NamedTuple):
    start: int
    end: int


def places(form: str, text: str, lang: str) -> list[Span]:
    """Where ``text`` says ``form``, in ``lang``: characters start to end."""
    heard, key = Heard(text), _key(form, lang)
    keys = _keys(heard.tokens, text, lang)
    found: list[Span] = []
    for first in range(len(keys) - len(key) + 1 if key else 0):
        stop = first + len(key)
        if keys[first:stop] == key and _stands_alone(heard, first, stop):
            found.append(Span(heard.tokens[first].start, heard.tokens[stop - 1].end))
    return found


def missing(terms: Iterable[Wanted], written: str, target: str) -> list[Wanted]:
    """Firm terms that ``written`` does not say."""
    return [term for term in terms if term.firm and not places(term.written, written, target)]


def forbidden(terms: Iterable[Wanted], written: str, target: str) -> list[tuple[Wanted, Span]]:
    """Where ``written`` calls terms what they must not be called; what is part of the right form is none."""
    found: list[tuple[Wanted, Span]] = []
    for term in terms:
        right = places(term.written, written, target)
        for never in term.never:
            wrong = (place for place in places(never, written, target) if not _within(place, right))
            found += [(term, place) for place in wrong]
    return found


def repaired(terms: Sequence[Wanted], written: str, target: str) -> str:
    """``written`` with forbidden renderings, and terms left as they were said, replaced by their forms."""
    for term in terms:
        for never in (*term.never, *([term.said] if term.firm else ())):
            right = places(term.written, written, target)
            for place in reversed(places(never, written, target)):
                if not _within(place, right):
                    written = written[: place.start] + _as_there(term.written, written, place) + written[place.end :]
    return written


def capitalised(terms: Iterable[Wanted], written: str, target: str) -> str:
    """``written`` with the capitals of its names, and with one at its beginning where that is another term."""
    for term in terms:
        named = term.firm and term.written != term.written.lower()
        for place in places(term.written, written, target):
            there = written[place.start : place.end]
            if named and there.casefold() == term.written.casefold():
                written = written[: place.start] + term.written + written[place.end :]
            elif not named and not any(char.isalnum() for char in written[: place.start]):
                written = written[: place.start] + there[:1].upper() + there[1:] + written[place.end :]
    return written


def inserted(terms: Iterable[Wanted], text: str) -> str:
    """``text`` with the names in it as the translation is to have them: models copy most of what they do not know."""
    for term in terms:
        if term.firm:
            text = text.replace(term.said, term.written)
    return text


def hidden_in_source(terms: Iterable[Wanted], text: str) -> str:
    """``text``, as long as it is, with its names hidden: 三只松鼠 is no number, and needs no translation."""
    for term in terms:
        if term.firm:
            text = text.replace(term.said, HIDDEN * len(term.said))
    return text


def hidden_in_target(terms: Iterable[Wanted], written: str, target: str) -> str:
    """``written``, as long as it is, with the names that belong in it hidden."""
    for term in terms:
        for place in places(term.written, written, target) if term.firm else ():
            written = written[: place.start] + HIDDEN * (place.end - place.start) + written[place.end :]
    return written


def _wanted(entries: Sequence[tuple[Term, bool]], said: str, target: str) -> Wanted | None:
    """The first of ``entries`` that has a form in ``target``."""
    for term, firm in entries:
        if form := term.form(target):
            return Wanted(said=said, written=form, never=term.never(target), firm=firm)
    return None


def _left_to_right(best: dict[int, tuple[int, Wanted]]) -> Iterator[Wanted]:
    """What is found at each token, the longest there, without those that begin within another."""
    end = 0
    for first in sorted(best):
        stop, wanted = best[first]
        if first >= end:
            end = stop
            yield wanted


def _stands_alone(heard: Heard, first: int, stop: int) -> bool:
    """Whether no run of characters that belong together is cut."""
    start, end = heard.tokens[first].start, heard.tokens[stop - 1].end
    return not any(
        (run.match(heard.text, start) and start and run.match(heard.text, start - 1))
        or (run.match(heard.text, end - 1) and run.match(heard.text, end))
        for run in _ONE_RUN
    )


def _key(text: str, lang: str) -> Key:
    return _keys(Heard(text).tokens, text, lang)


def _keys(tokens: Sequence[Token], text: str, lang: str) -> Key:
    return tuple(
        token.plain if token.han else stem(text[token.start : token.end], token.plain, lang) for token in tokens
    )


def _within(place: Span, others: Iterable[Span]) -> bool:
    return any(other.start <= place.start and place.end <= other.end for other in others)


def _as_there(form: str, written: str, place: Span) -> str:
    """``form`` with a capital where it begins the line as what it replaces did."""
    begins = not any(char.isalnum() for char in written[: place.start])
    return form[:1].upper() + form[1:] if begins and written[place.start].isupper() else form
