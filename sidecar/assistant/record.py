"""A line of a shop's file as it is written, whatever the file's format: texts by column, nothing checked. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import regex

from sidecar.assistant.columns import Column
from sidecar.glossary.problem import Problem, Severity

_UNSEEN = frozenset("\ufeff\u200b\u2060\u00ad")
_SEVERAL = regex.compile(r"[|｜\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An entry, or a wording of one. ``lang``: what its texts without a language are in, if the file says it."""

    file: str
    line: int
    texts: Mapping[Column, tuple[str, ...]]
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRecord:
    """A line of the product table: values by name of the field, and language or ``""``."""

    file: str
    line: int
    values: Mapping[tuple[str, str], str]


@dataclass(slots=True)
class Found:
    """What was read of a shop's files."""

    records: list[Record] = field(default_factory=list[Record])
    products: list[ProductRecord] = field(default_factory=list[ProductRecord])
    problems: list[Problem] = field(default_factory=list[Problem])

    def problem(self, file: str, line: int, message: str, hint: str) -> None:
        self.problems.append(Problem(file=file, line=line, message=message, hint=hint))

    def warning(self, file: str, line: int, message: str, hint: str) -> None:
        self.problems.append(Problem(file=file, line=line, message=message, hint=hint, severity=Severity.WARNING))


def tidy(text: str) -> str:
    """``text`` composed (NFC), without what nobody sees, spaces at the ends of lines, and more than one empty line."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(char for char in text if char not in _UNSEEN and (char in "\n\t" or char >= " "))
    lines = [" ".join(line.split()) for line in kept.split("\n")]
    return regex.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def several(texts: Iterable[str]) -> tuple[str, ...]:
    """Each of ``texts`` at its line breaks and bars."""
    parts = (tidy(part) for text in texts for part in _SEVERAL.split(text))
    return tuple(dict.fromkeys(part for part in parts if part))
