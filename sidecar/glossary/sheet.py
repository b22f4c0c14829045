"""A glossary as a sheet: CSV in whatever form a spreadsheet writes it, and Excel's own files (python-calamine).

The first line names the columns; each other line is a term.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import regex

from sidecar.errors import GlossaryError
from sidecar.glossary.entry import COLUMNS, Column, Entry, Kind, column, tidy
from sidecar.glossary.problem import Problem, Severity

DELIMITERS = ",;\t，；|"
_SEVERAL = regex.compile(r"[|｜;；]")
_WINDOWS = {
    "zh": "gb18030",
    "zh-Hant": "cp950",
    "ja": "cp932",
    "ko": "cp949",
    "ru": "cp1251",
    "ar": "cp1256",
    "th": "cp874",
    "vi": "cp1258",
}
"""What a spreadsheet on a Windows of that language writes, when it is not asked for UTF-8."""
_WESTERN = "cp1252"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Row(NamedTuple):
    line: int
    cells: Sequence[str]


def read_csv(raw: bytes, name: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of a CSV file called ``name``. Raises `GlossaryError` when it is none."""
    text, problems = _decoded(raw, name)
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda each: len(_languages(head.split(each))))
    rows = _rows(text, delimiter, problems)
    entries, found = _entries(rows, name)
    return entries, [*problems, *found]


def read_excel(path: Path) -> tuple[list[Entry], list[Problem]]:
    """The entries of the first sheet of a workbook. Raises `GlossaryError` when it cannot be read."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as exc:
        raise GlossaryError(f"{path.name} is no workbook: {exc}", hint="save it as CSV UTF-8") from exc
    return _entries((Row(line, [_shown(cell) for cell in row]) for line, row in enumerate(cells, 1)), path.name)


def _shown(cell: object) -> str:
    """A cell as the sheet shows it: whole numbers have no point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _decoded(raw: bytes, name: str) -> tuple[str, list[Problem]]:
    """``raw`` as text: UTF-8, UTF-16 with a mark, or the code page that fits the languages in the first line."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace"), []
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
    head = raw.split(b"\n", 1)[0].decode("ascii", errors="ignore")
    tags = max((_languages(head.split(each)) for each in DELIMITERS), key=len)
    encoding = next((_WINDOWS[tag] for tag in tags if tag in _WINDOWS), _WESTERN)
    hint = "save it as CSV UTF-8"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as exc:
        raise GlossaryError(f"{name}, line {line}: neither UTF-8 nor {encoding.upper()}", hint=hint) from exc
    guess = f"the file is not UTF-8; it was read as {encoding.upper()}"
    return text, [Problem(line=line, message=guess, hint=hint, severity=Severity.WARNING)]


def _languages(names: Iterable[str]) -> list[str]:
    columns = (column(name) for name in names)
    return [found.lang for found in columns if found and found.kind is Kind.FORM]


def _rows(text: str, delimiter: str, problems: list[Problem]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
    begin = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            problems.append(Problem(line=begin, message=f"cannot be read: {exc}", hint="look for a missing quote mark"))
        else:
            yield Row(begin, cells)
        begin = reader.line_num + 1


def _entries(rows: Iterable[Row], name: str) -> tuple[list[Entry], list[Problem]]:
    """The entries below the first line that is not empty. Raises `GlossaryError` if that names no language."""
    filled = (row for row in rows if any(cell.strip() for cell in row.cells))
    head = next(filled, None)
    if head is None:
        raise GlossaryError(f"{name} is empty", hint="its first line names the columns, for example zh,en,heard_as")
    if not _languages(head.cells):
        raise GlossaryError(
            f"{name}, line {head.line}: no column is called by a language",
            hint="the first line names the columns, for example zh,en,heard_as",
        )
    columns, problems = _columns(head)
    entries: list[Entry] = []
    for row in filled:
        entry, found = _entry(row, columns)
        problems += found
        if entry:
            entries.append(entry)
    return entries, problems


def _columns(head: Row) -> tuple[list[Column | None], list[Problem]]:
    """The column of each cell; None for one that is left out."""
    columns: list[Column | None] = []
    problems: list[Problem] = []
    for name in head.cells:
        found = column(name)
        if found in columns and found:
            problems.append(Problem(line=head.line, message=f"column {found} is there twice", hint="join the two"))
            found = None
        elif found is None and name.strip():
            message = f"unknown column '{tidy(name)}'"
            problems.append(Problem(line=head.line, message=message, hint=f"columns are {COLUMNS}"))
        columns.append(found)
    return columns, problems


def _entry(row: Row, columns: Sequence[Column | None]) -> tuple[Entry | None, list[Problem]]:
    if any("\n" in cell.strip() for cell in row.cells):
        hint = "look for a missing quote mark"
        return None, [Problem(line=row.line, message="a cell goes on in the next line", hint=hint)]
    if any(cell.strip() for cell in row.cells[len(columns) :]):
        message = f"{len(row.cells)} cells, but {len(columns)} columns"
        return None, [Problem(line=row.line, message=message, hint='put "…" around a text that holds the separator')]
    pairs = ((each, _texts(cell, each)) for each, cell in zip(columns, row.cells, strict=False) if each)
    texts = {each: found for each, found in pairs if found}
    return (Entry(row.line, texts), []) if texts else (None, [])


def _texts(cell: str, where: Column) -> tuple[str, ...]:
    several = where.kind in (Kind.ALIASES, Kind.HEARD_AS, Kind.FORBIDDEN)
    tidied = (tidy(part) for part in (_SEVERAL.split(cell) if several else [cell]))
    return tuple(dict.fromkeys(text for text in tidied if text))
