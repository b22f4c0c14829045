"""Names of a glossary, and a recognised text, in tokens that can be compared. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import regex

from sidecar.glossary.term import Glossary
from sidecar.speech.script import chinese_converter

MAX_TOKENS = 24
"""Tokens of a name at most; longer ones are only found as they are written."""
_ONE_BY_ONE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_TOKEN = regex.compile(rf"(?V1)[{_ONE_BY_ONE}]\p{{M}}*|[[\p{{L}}\p{{M}}\p{{N}}]--[{_ONE_BY_ONE}]]+")
_HAN = regex.compile(r"\p{Han}")
_BETWEEN_WORDS = regex.compile(r"[\s'’·・•&/‐‑-]{0,3}")
_BETWEEN_CHARACTERS = regex.compile(r"[·・•]?")
_ABBREVIATED = regex.compile(r"\.\s?")
_ABBREVIATION = 3
"""Letters of a token after which a full stop does not end a sentence: *Mr. Quilter*."""
_APOSTROPHES = "'’"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a character where words are not set apart; ``plain`` is how it is compared: folded and simplified."""

    plain: str
    start: int
    end: int

    @property
    def han(self) -> bool:
        return _HAN.match(self.plain) is not None


@dataclass(frozen=True, slots=True)
class Name:
    """A spelling or pronunciation of a term: what is heard, in tokens, and how it is written.

    ``listed``: an alias or mishearing; otherwise it is the form itself.
    """

    written: str
    tokens: tuple[Token, ...]
    listed: bool

    @property
    def plain(self) -> str:
        return joined(self.tokens)

    @property
    def han(self) -> bool:
        return all(token.han for token in self.tokens)


@dataclass(frozen=True)
class Heard:
    """A recognised text in tokens."""

    text: str

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokens(self.text)

    @cached_property
    def simplified(self) -> str:
        """The text, as long as it is, in simplified characters."""
        chars = list(self.text)
        for token in self.tokens:
            if token.han and len(token.plain) == token.end - token.start == 1:
                chars[token.start] = token.plain
        return "".join(chars)

    @cached_property
    def runs(self) -> tuple[int, ...]:
        """For each token where the tokens that belong together with it end: a name crosses no comma."""
        ends: list[int] = []
        for index in range(len(self.tokens) - 1, -1, -1):
            last = index + 1 == len(self.tokens) or not self._belong(self.tokens[index], self.tokens[index + 1])
            ends.append(index + 1 if last else ends[-1])
        return tuple(reversed(ends))

    def windows(self, longest: int) -> Iterator[tuple[int, int]]:
        """First token and the one after the last, of every run of tokens up to ``longest`` that a name may fill."""
        for first, end in enumerate(self.runs):
            if not self.is_attached(first):
                yield from ((first, stop) for stop in range(first + 1, min(end, first + longest) + 1))

    def is_attached(self, index: int) -> bool:
        """Whether the token is the end of a word with an apostrophe: the *s* of *Anna's*."""
        at = self.tokens[index].start
        return at > 1 and self.text[at - 1] in _APOSTROPHES and self.text[at - 2].isalnum()

    def slice(self, first: int, stop: int) -> str:
        return self.text[self.tokens[first].start : self.tokens[stop - 1].end]

    def _belong(self, one: Token, other: Token) -> bool:
        gap = self.text[one.end : other.start]
        if one.han and other.han:
            return _BETWEEN_CHARACTERS.fullmatch(gap) is not None
        abbreviated = len(one.plain) <= _ABBREVIATION and _ABBREVIATED.fullmatch(gap) is not None
        return abbreviated or _BETWEEN_WORDS.fullmatch(gap) is not None


def tokens(text: str) -> tuple[Token, ...]:
    return tuple(Token(_plain(found.group()), found.start(), found.end()) for found in _TOKEN.finditer(text))


def joined(some: Sequence[Token]) -> str:
    return "".join(token.plain for token in some)


def names(glossary: Glossary, lang: str) -> tuple[Name, ...]:
    """Everything that is heard for a term of ``glossary`` in ``lang``; of equal ones the first."""
    found: dict[str, Name] = {}
    for term in glossary.terms:
        form = term.form(lang)
        if form is None:
            continue
        for listed, texts in ((False, (form,)), (True, (*term.names(lang), *term.sounds(lang)))):
            for text in texts:
                name = Name(form, tokens(text), listed)
                if name.tokens and len(name.tokens) <= MAX_TOKENS:
                    found.setdefault(name.plain, name)
    return tuple(found.values())


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    """Case folded, without accents that only mark a letter, Chinese in simplified characters."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(char for char in folded if not "\u0300" <= char <= "\u036f")
    plain = unicodedata.normalize("NFC", bare)
    return _simplified()(plain) if _HAN.match(plain) else plain


@lru_cache(maxsize=1)
def _simplified():
    return chinese_converter("simplified")
