"""A shop's FAQ and products as sheets: CSV and Excel. The first line names the columns; each other line is an entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sidecar.assistant import columns
from sidecar.assistant.columns import ANY, Column, Kind
from sidecar.assistant.record import Found, ProductRecord, Record, tidy
from sidecar.tabular import DELIMITERS, Row, Unreadable, csv_rows, sheets

_SHAPE = "its first line names the columns, for example question,answer"


def read_csv(text: str, file: str, name: str, lang: str | None, found: Found) -> None:
    """Add what is in the CSV ``text`` to ``found``. ``name``: of the table, ``lang``: of the file, if it has one."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda each: (_recognised(head.split(each)), head.count(each)))
    rows: list[Row] = []
    for row in csv_rows(text, delimiter):
        if isinstance(row, Row):
            rows.append(row)
        else:
            found.problem(file, row.line, f"cannot be read: {row}", "look for a missing quote mark")
    _table(rows, file, name, lang, found)


def read_excel(path: Path, file: str, lang: str | None, found: Found) -> None:
    """Add what is in every sheet of a workbook to ``found``. Raises `Unreadable`."""
    tables = [(name, rows) for name, rows in sheets(path) if any(_filled(row) for row in rows)]
    if not tables:
        raise Unreadable("empty")
    for name, rows in tables:
        where = f"{file}[{name}]" if len(tables) > 1 else file
        _table(rows, where, name, columns.tag(name) or lang if len(name) <= 7 else lang, found)


def _table(rows: Iterable[Row], file: str, name: str, lang: str | None, found: Found) -> None:
    filled = [row for row in rows if _filled(row)]
    if not filled:
        found.problem(file, 1, "is empty", _SHAPE)
        return
    head, *body = filled
    kinds = {each.kind for cell in head.cells if (each := columns.column(cell))}
    fields = {columns.field(cell)[0] for cell in head.cells}
    if name.casefold() in columns.PRODUCT_TABLES or (not kinds & {Kind.QUESTION, Kind.ANSWER} and "name" in fields):
        _products(head, body, file, found)
    elif kinds >= {Kind.QUESTION, Kind.ANSWER}:
        _entries(head, body, file, lang, found)
    else:
        missing = "answer" if Kind.QUESTION in kinds else "question"
        found.problem(file, head.line, f"no column is called {missing}", _SHAPE)


def _entries(head: Row, body: Sequence[Row], file: str, lang: str | None, found: Found) -> None:
    called = [columns.column(cell) for cell in head.cells]
    for cell, column in zip(head.cells, called, strict=True):
        if column is None and cell.strip():
            found.warning(file, head.line, f"unknown column '{tidy(cell)}'", f"columns are {columns.NAMES}")
    for row in body:
        if not _is_whole(row, len(called), file, found):
            continue
        texts: dict[Column, tuple[str, ...]] = {}
        for column, cell in zip(called, row.cells, strict=False):
            if column and cell.strip():
                texts[column] = (*texts.get(column, ()), cell)
        found.records.append(Record(file=file, line=row.line, texts=texts, lang=lang))


def _products(head: Row, body: Sequence[Row], file: str, found: Found) -> None:
    called = [columns.field(cell) for cell in head.cells]
    for row in body:
        if _is_whole(row, len(called), file, found):
            cells = zip(called, row.cells, strict=False)
            values = {name: tidy(cell) for name, cell in cells if name != ("", ANY) and cell.strip()}
            found.products.append(ProductRecord(file=file, line=row.line, values=values))


def _is_whole(row: Row, width: int, file: str, found: Found) -> bool:
    if not any(cell.strip() for cell in row.cells[width:]):
        return True
    message = f"{len(row.cells)} cells, but {width} columns"
    found.problem(file, row.line, message, 'put "…" around a text that holds the separator')
    return False


def _filled(row: Row) -> bool:
    return any(cell.strip() for cell in row.cells)


def _recognised(names: Iterable[str]) -> int:
    return sum(columns.column(name.strip('"')) is not None for name in names)
