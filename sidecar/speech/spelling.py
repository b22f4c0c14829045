"""Names in writing with letters, found by spelling (rapidfuzz) and sound (Metaphone, of jellyfish). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import jellyfish
from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

from sidecar.speech import lexicon
from sidecar.speech.candidate import Candidate
from sidecar.speech.names import Heard, Name

SHORTEST = 4
"""Letters of a name that is looked for at all."""
ALIKE = {4: 0.9, 5: 0.85, 6: 0.8, 7: 0.8}
"""How alike a name of so many letters must be, spelling and sound counted half each."""
ALIKE_LONG = 0.75
ALIKE_UNKNOWN = 0.9
"""Where nobody told which words of the language are common."""
SPLIT = 6
"""Letters of a name that may have been heard as several common words."""
LONG_SPLIT = 8
"""The same, if these are not quite the name: *ball to* is no ballot."""
_LETTERS = 0.55
_ENDINGS = ("s", "es", "n", "en", "e")
_EXTRA_WORDS = 1
_SEVERAL = 3


class BySpelling:
    """Looks for ``names`` of letters alone, in ``lang``."""

    def __init__(self, names: Sequence[Name], lang: str) -> None:
        self._lang = lang
        self._names = [name for name in names if _is_spelt(name)]
        self._plain = [name.plain for name in self._names]
        self._longest = max((len(name.tokens) for name in self._names), default=0) + _EXTRA_WORDS

    def candidates(self, heard: Heard, free: Sequence[bool]) -> Iterator[Candidate]:
        """What sounds like a name, of the tokens that are ``free``."""
        if not self._names:
            return
        for first, stop in heard.windows(self._longest):
            if all(free[first:stop]) and not any(token.han for token in heard.tokens[first:stop]):
                yield from self._in(heard, first, stop)

    def _in(self, heard: Heard, first: int, stop: int) -> Iterator[Candidate]:
        words = [token.plain for token in heard.tokens[first:stop]]
        plain = "".join(words)
        common = all(lexicon.is_sure(word, self._lang) or word.isdigit() for word in words)
        if len(plain) < SHORTEST or (common and len(words) == 1):
            return
        found = process.extract(
            plain, self._plain, scorer=OSA.normalized_similarity, score_cutoff=_LETTERS, limit=_SEVERAL
        )
        for other, letters, index in found:
            name = self._names[index]
            if _digits(plain) != _digits(other) or _is_inflected(plain, other):
                continue
            alike = (letters + sounds_alike(plain, other)) / 2
            if alike >= self._wanted(name, common):
                yield Candidate(first, stop, name.written, 1 - alike)

    def _wanted(self, name: Name, common: bool) -> float:
        length = len(name.plain)
        wanted = ALIKE.get(length, ALIKE_LONG)
        if common:
            wanted = ALIKE_UNKNOWN if length >= LONG_SPLIT else 1.0
        return wanted if lexicon.has_counts(self._lang) else max(wanted, ALIKE_UNKNOWN)


def sounds_alike(one: str, other: str) -> float:
    """0 to 1: what they have in common by Metaphone."""
    return Levenshtein.normalized_similarity(_sound(one), _sound(other))


@lru_cache(maxsize=50_000)
def _sound(plain: str) -> str:
    return jellyfish.metaphone(plain) if plain.isascii() else plain


def _is_spelt(name: Name) -> bool:
    return len(name.plain) >= SHORTEST and not any(token.han for token in name.tokens)


def _is_inflected(one: str, other: str) -> bool:
    """Whether they are one word with different endings: what was said is right as it is."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and long[len(short) :] in _ENDINGS


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
