"""A glossary as TOML: a ``[[term]]`` table each, with the keys that a sheet has as columns."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, cast

import regex

from sidecar import language
from sidecar.errors import GlossaryError, UsageError
from sidecar.glossary.entry import COLUMNS, Column, Entry, Kind, column, tidy
from sidecar.glossary.problem import Problem

_HEAD = regex.compile(r"^\s*\[\[\s*term\s*\]\]", regex.MULTILINE)
_SHAPE = 'write [[term]], and below it lines such as zh = "…"'


def read_toml(raw: bytes, name: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of a TOML file called ``name``. Raises `GlossaryError` when it is none."""
    try:
        text = raw.decode("utf-8-sig")
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise GlossaryError(f"{name} is not valid TOML: {exc}", hint="check the line it names") from exc
    found = document.get("term")
    tables = cast("list[dict[str, Any]]", found) if isinstance(found, list) else []
    if not tables or not all(isinstance(each, dict) for each in cast("list[object]", tables)):
        raise GlossaryError(f"{name} has no [[term]]", hint=_SHAPE)
    problems = [Problem(line=1, message=f"unknown table [{key}]", hint=_SHAPE) for key in document if key != "term"]
    heads = [text.count("\n", 0, found.end()) + 1 for found in _HEAD.finditer(text)]
    entries: list[Entry] = []
    for number, table in enumerate(tables):
        line = heads[number] if len(heads) == len(tables) else 1
        entries.append(_entry(line, table, problems))
    return entries, problems


def _entry(line: int, table: Mapping[str, Any], problems: list[Problem]) -> Entry:
    texts: dict[Column, tuple[str, ...]] = {}
    for key, value in table.items():
        where = column(key)
        if where is None:
            problems.append(Problem(line=line, message=f"unknown key '{key}'", hint=f"keys are {COLUMNS}"))
            continue
        try:
            texts |= dict(_texts(where, value))
        except (TypeError, UsageError) as exc:
            problems.append(Problem(line=line, message=f"{key}: {exc}", hint='write a text ("…") or a list of texts'))
    return Entry(line, {where: found for where, found in texts.items() if found})


def _texts(where: Column, value: object) -> Iterator[tuple[Column, tuple[str, ...]]]:
    """Raises `TypeError` for what is no text, and `UsageError` for what is no language."""
    if isinstance(value, dict):
        for tag, each in cast("dict[str, object]", value).items():
            yield Column(where.kind, language.normalise(tag)), _list(each)
    elif isinstance(value, bool) and where.kind is Kind.TRANSLATE:
        yield where, ("yes" if value else "no",)
    else:
        yield where, _list(value)


def _list(value: object) -> tuple[str, ...]:
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    tidied = (tidy(part) if isinstance(part, str) else None for part in parts)
    found = tuple(dict.fromkeys(tidied))
    if None in found:
        raise TypeError("not a text")
    return tuple(text for text in found if text)
