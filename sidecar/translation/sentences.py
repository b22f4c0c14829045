"""A line into its sentences, and back: translation models read one at a time, and drop what follows. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import regex

from sidecar import language

_SENTENCE = regex.compile(r".+?(?:[。！？]+[’”」』）]*|(?:(?<=\w{3})\.|[!?…؟]+)[’”\"')]*(?=\s+[\p{Lu}\p{Lo}¿¡]))|.+")
"""Up to wide punctuation, or to a narrow one that a new sentence follows; a full stop after "No" or "1" is none."""
_UNSPACED = frozenset({"zh", "ja", "yue"})


def split(line: str) -> list[str]:
    """The sentences of ``line``, each with its own punctuation; a line without any is one."""
    return [sentence for part in _SENTENCE.findall(line) if (sentence := part.strip())]


def join(sentences: Sequence[str], tag: str) -> str:
    """One line in language ``tag``."""
    return ("" if language.base(tag) in _UNSPACED else " ").join(sentences)
