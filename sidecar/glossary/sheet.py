"""A glossary as a sheet: CSV in whatever form a spreadsheet writes it, and Excel's own files (python-calamine).

The first line names the columns; each other line is a term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import regex

from sidecar.errors import GlossaryError
from sidecar.glossary.entry import COLUMNS, Column, Entry, Kind, column, tidy
from sidecar.glossary.problem import Problem, Severity
from sidecar.tabular import DELIMITERS, WESTERN, WINDOWS, Row, Unreadable, csv_rows, in_code_page, sheets, utf

_SEVERAL = regex.compile(r"[|｜;；]")


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
    try:
        _, rows = next(sheets(path))
    except Unreadable as exc:
        raise GlossaryError(f"{path.name} is {exc}", hint="save it as CSV UTF-8") from exc
    return _entries(rows, path.name)


def _decoded(raw: bytes, name: str) -> tuple[str, list[Problem]]:
    """``raw`` as text: UTF-8, UTF-16 with a mark, or the code page that fits the languages in the first line."""
    if (text := utf(raw)) is not None:
        return text, []
    head = raw.split(b"\n", 1)[0].decode("ascii", errors="ignore")
    tags = max((_languages(head.split(each)) for each in DELIMITERS), key=len)
    hint = "save it as CSV UTF-8"
    try:
        text, guessed = in_code_page(raw, next((WINDOWS[tag] for tag in tags if tag in WINDOWS), WESTERN))
    except Unreadable as exc:
        raise GlossaryError(f"{name}, line {exc.line}: {exc}", hint=hint) from exc
    guess = f"the file is not UTF-8; it was read as {guessed.encoding.upper()}"
    return text, [Problem(line=guessed.line, message=guess, hint=hint, severity=Severity.WARNING)]


def _languages(names: Iterable[str]) -> list[str]:
    columns = (column(name) for name in names)
    return [found.lang for found in columns if found and found.kind is Kind.FORM]


def _rows(text: str, delimiter: str, problems: list[Problem]) -> Iterator[Row]:
    for row in csv_rows(text, delimiter):
        if isinstance(row, Row):
            yield row
        else:
            message = f"cannot be read: {row}"
            problems.append(Problem(line=row.line, message=message, hint="look for a missing quote mark"))


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
