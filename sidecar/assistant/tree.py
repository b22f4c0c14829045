"""A shop's FAQ and products as YAML and TOML: a list of entries, with the keys that a sheet has as columns.

Every value is read as it is written: a price of 19.90 stays so, and the language ``no`` is Norwegian.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, cast

import regex
import yaml

from sidecar.assistant import columns
from sidecar.assistant.columns import ANY, Column
from sidecar.assistant.entry import EVERYTHING
from sidecar.assistant.record import Found, ProductRecord, Record, tidy
from sidecar.tabular import Unreadable

_LISTS = frozenset({"entry", "entries", "faq", "faqs", "question", "questions", "items"})
_LINE = "\0line"
_SHAPE = "write a list of entries, each with question and answer"

Tree = dict[str, Any]


def read_yaml(text: str, file: str, name: str, lang: str | None, found: Found) -> None:
    """Add what is in the YAML ``text`` to ``found``. Raises `Unreadable`."""
    _document(parse_yaml(text), file, name, lang, found)


def read_toml(text: str, file: str, name: str, lang: str | None, found: Found) -> None:
    """Add what is in the TOML ``text`` to ``found``. Raises `Unreadable`."""
    try:
        document: Tree = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as exc:
        line = regex.search(r"at line (\d+)", str(exc))
        raise Unreadable(f"no valid TOML: {exc}", line=int(line[1]) if line else 1) from exc
    for key, value in document.items():
        _number(text, key, value)
    _document(document, file, name, lang, found)


def parse_yaml(text: str) -> Any:
    """Mappings have the line that they begin in under `_LINE`; all else is text. Raises `Unreadable`."""
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as exc:
        mark = getattr(exc, "problem_mark", None)
        what = getattr(exc, "problem", None) or "too deep"
        raise Unreadable(f"no valid YAML: {what}", line=mark.line + 1 if mark else 1) from exc


class _Loader(yaml.BaseLoader):
    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        found: Any = super().construct_mapping(node, deep=True)
        return {**found, _LINE: node.start_mark.line + 1}


def _number(text: str, key: str, value: object) -> None:
    """Write into the tables of TOML which lines they begin in."""
    if isinstance(value, list):
        heads = _lines(text, rf"\[\[\s*\"?{regex.escape(key)}\"?\s*\]\]")
        tables = [cast("Tree", each) for each in cast("list[object]", value) if isinstance(each, dict)]
        for table, line in zip(tables, heads, strict=False):
            table[_LINE] = line
    elif isinstance(value, dict):
        table = cast("Tree", value)
        for inner, each in table.items():
            if isinstance(each, dict):
                name = rf"\"?{regex.escape(key)}\"?\s*\.\s*\"?{regex.escape(inner)}\"?"
                cast("Tree", each)[_LINE] = next(_lines(text, rf"\[\s*{name}\s*\]"), 1)
        table[_LINE] = next(_lines(text, rf"\[\s*\"?{regex.escape(key)}\"?\s*\]"), 1)


def _lines(text: str, pattern: str) -> Iterator[int]:
    return (text.count("\n", 0, each.end()) + 1 for each in regex.finditer(rf"(?m)^\s*{pattern}", text))


def _document(document: object, file: str, name: str, lang: str | None, found: Found) -> None:
    if name.casefold() in columns.PRODUCT_TABLES:
        _products(document, file, found)
    elif isinstance(document, list):
        _entries(cast("list[object]", document), file, lang, found)
    elif isinstance(document, dict):
        for key, value in cast("Tree", document).items():
            plain = key.casefold()
            if plain in columns.PRODUCT_TABLES:
                _products(value, file, found)
            elif plain in _LISTS and isinstance(value, list):
                _entries(cast("list[object]", value), file, lang, found)
            elif plain in ("lang", "language") and isinstance(value, str):
                lang = columns.tag(value) or lang
            elif key != _LINE:
                found.warning(file, 1, f"unknown key '{key}'", _SHAPE)
    else:
        found.problem(file, 1, "holds no entries", _SHAPE)


def _entries(tables: list[object], file: str, lang: str | None, found: Found) -> None:
    line = 1
    for table in tables:
        if not isinstance(table, dict):
            found.problem(file, line, "an entry has no keys", _SHAPE)
            continue
        line = _line(cast("Tree", table), line)
        texts: dict[Column, tuple[str, ...]] = {}
        for key, value in _pairs(cast("Tree", table)):
            column = columns.column(key)
            if column is None:
                found.warning(file, line, f"unknown key '{key}'", f"keys are {columns.NAMES}")
            else:
                texts |= {each: text for each, text in _texts(column, value, file, line, found) if text}
        found.records.append(Record(file=file, line=line, texts=texts, lang=lang))


def _texts(
    column: Column, value: object, file: str, line: int, found: Found
) -> Iterator[tuple[Column, tuple[str, ...]]]:
    if not isinstance(value, dict):
        yield column, _list(value)
        return
    for key, each in _pairs(cast("Tree", value)):
        lang = columns.tag(key)
        if lang:
            yield Column(column.kind, lang), _list(each)
        else:
            found.problem(file, line, f"'{key}' is not a language", "use codes such as zh, en, es, pt-BR")


def _products(value: object, file: str, found: Found) -> None:
    """A list of tables, or tables by id; a text among these is a field of the whole shop."""
    if isinstance(value, list):
        for each in cast("list[object]", value):
            if isinstance(each, dict):
                found.products.append(_product(cast("Tree", each), file, 1))
    elif isinstance(value, dict):
        table = cast("Tree", value)
        line = _line(table, 1)
        common = {key: each for key, each in _pairs(table) if not isinstance(each, dict)}
        if common:
            found.products.append(_product({"id": EVERYTHING, **common}, file, line))
        for key, each in _pairs(table):
            if isinstance(each, dict):
                found.products.append(_product({"id": key, **cast("Tree", each)}, file, line))


def _product(table: Mapping[str, Any], file: str, line: int) -> ProductRecord:
    values: dict[tuple[str, str], str] = {}
    for key, value in _pairs(table):
        name, lang = columns.field(key)
        if isinstance(value, dict):
            by_language = {(name, columns.tag(inner) or inner): each for inner, each in _pairs(cast("Tree", value))}
        else:
            by_language = {(name, lang or ANY): value}
        values |= {where: tidy(" | ".join(_list(each))) for where, each in by_language.items()}
    return ProductRecord(file=file, line=_line(table, line), values=values)


def _pairs(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((str(key), value) for key, value in table.items() if key != _LINE)


def _line(table: Mapping[str, Any], otherwise: int) -> int:
    return int(table.get(_LINE, otherwise))


def _list(value: object) -> tuple[str, ...]:
    parts = cast("list[object]", value) if isinstance(value, list) else [value]
    return tuple(str(part) for part in parts if part is not None and not isinstance(part, dict | list))
