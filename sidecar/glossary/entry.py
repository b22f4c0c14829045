"""An entry of a glossary as it stands in the file, whatever the file's format, and what its columns are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import regex

from sidecar import language
from sidecar.errors import UsageError
from sidecar.glossary.term import ANY


class Kind(StrEnum):
    FORM = "form"
    ALIASES = "aliases"
    HEARD_AS = "heard_as"
    TRANSLATE = "translate"
    FORBIDDEN = "forbidden"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column or key holds; ``lang`` is a canonical tag, or `ANY`."""

    kind: Kind
    lang: str = ANY

    def __str__(self) -> str:
        if self.kind is Kind.FORM:
            return self.lang
        return f"{self.kind}:{self.lang}" if self.lang else str(self.kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """One term as it was written: texts by column, tidied, none of them empty. ``line`` counts from 1."""

    line: int
    texts: Mapping[Column, tuple[str, ...]]


COLUMNS = "language codes (zh, en, pt-BR), aliases, heard_as, forbidden (each also as aliases:zh), translate, note"
_KINDS = {
    "alias": Kind.ALIASES,
    "aliases": Kind.ALIASES,
    "heardas": Kind.HEARD_AS,
    "translate": Kind.TRANSLATE,
    "forbidden": Kind.FORBIDDEN,
    "note": Kind.NOTE,
    "notes": Kind.NOTE,
}
_BY_LANGUAGE = frozenset({Kind.ALIASES, Kind.HEARD_AS, Kind.FORBIDDEN})
_NAME = regex.compile(
    r"(?P<kind>alias(?:es)?|heard[ _-]?as|forbidden|translate|notes?)(?:[ :_(-]+(?P<lang>[\w-]+)\)?)?"
)
_INVISIBLE = frozenset("\ufeff\u200b\u200c\u200d\u2060")


def column(name: str) -> Column | None:
    """The column called ``name``, None if there is no such column: ``en``, ``Heard as``, ``aliases:zh`` …"""
    name = tidy(name).casefold()
    found = _NAME.fullmatch(name)
    try:
        if found is None:
            return Column(Kind.FORM, language.normalise(name)) if name else None
        kind = _KINDS[regex.sub(r"[ _-]", "", found["kind"])]
        if not found["lang"]:
            return Column(kind)
        return Column(kind, language.normalise(found["lang"])) if kind in _BY_LANGUAGE else None
    except UsageError:
        return None


def tidy(text: str) -> str:
    """``text`` composed (NFC), on one line, without characters that nobody sees."""
    seen = "".join(char for char in unicodedata.normalize("NFC", text) if char not in _INVISIBLE)
    return " ".join("".join(char if char.isprintable() or char.isspace() else " " for char in seen).split())
