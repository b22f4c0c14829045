"""Rows of cells from files: CSV in whatever form a spreadsheet writes it, and its own files (python-calamine)."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

DELIMITERS = ",;\t，；|"
WINDOWS = {
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
WESTERN = "cp1252"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Row(NamedTuple):
    """Cells, and the line of the file that they begin in."""

    line: int
    cells: Sequence[str]


class Unreadable(Exception):
    """A file, or a row of it at ``line``, that cannot be read; the message says why."""

    def __init__(self, message: str, *, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


class Guessed(NamedTuple):
    """A text that is not in UTF-8 from ``line`` on, and the encoding that it was read in."""

    line: int
    encoding: str


def utf(raw: bytes) -> str | None:
    """``raw`` as text if it is UTF-8, or UTF-16 with a mark; else None."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def in_code_page(raw: bytes, encoding: str | None = None) -> tuple[str, Guessed]:
    """``raw``, which is not `utf`, as text in ``encoding``, or in the code page that fits best. Raises `Unreadable`."""
    try:
        raw.decode("utf-8")
        line = 1
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
    encoding = encoding or _likely(raw)
    try:
        return raw.decode(encoding or "ascii"), Guessed(line, encoding or "ascii")
    except UnicodeDecodeError as exc:
        also = f" nor {encoding.upper()}" if encoding else ", nor anything else that is known"
        raise Unreadable(f"neither UTF-8{also}", line=line) from exc


def _likely(raw: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=[*WINDOWS.values(), WESTERN]).best()
    return best.encoding if best else None


def csv_rows(text: str, delimiter: str) -> Iterator[Row | Unreadable]:
    """Every row of ``text``, and what is wrong with those that cannot be read."""
    reader = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
    begin = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            yield Unreadable(str(exc), line=begin)
        else:
            yield Row(begin, cells)
        begin = reader.line_num + 1


def sheets(path: Path) -> Iterator[tuple[str, list[Row]]]:
    """The name and the rows of every sheet of a workbook. Raises `Unreadable` and `OSError`."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            for number, name in enumerate(book.sheet_names):
                cells = book.get_sheet_by_index(number).to_python(skip_empty_area=False)
                yield name, [Row(line, [_shown(cell) for cell in row]) for line, row in enumerate(cells, 1)]
    except CalamineError as exc:
        raise Unreadable(f"no workbook: {exc}") from exc


def _shown(cell: object) -> str:
    """A cell as the sheet shows it: whole numbers have no point."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
