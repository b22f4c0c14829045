"""A line that was approved, in two or more languages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sidecar import language

MAX_CHARACTERS = 1_000
"""Of a text at most: captions are far shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """The same line by language tag. ``source`` is the language that it was said in, ``line`` where it is in a file."""

    texts: Mapping[str, str]
    source: str
    line: int = 0

    def text(self, lang: str) -> str | None:
        """The line in ``lang``, or else in another variety of it; but not in the other script of Chinese."""
        if lang in self.texts:
            return self.texts[lang]
        base = language.base(lang)
        related = (text for tag, text in self.texts.items() if language.base(tag) == base != "zh")
        return next(related, None)
