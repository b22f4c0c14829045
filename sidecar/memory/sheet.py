"""A translation memory as CSV: a column for each language, the one that was said first; a line for each unit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from sidecar.errors import GlossaryError, TranslationMemoryError
from sidecar.glossary import sheet
from sidecar.glossary.entry import Kind
from sidecar.glossary.problem import Problem
from sidecar.memory.unit import Unit


def read_csv(raw: bytes, name: str) -> tuple[list[Unit], list[Problem]]:
    """The units of a CSV file called ``name``. Raises `TranslationMemoryError` when it is none."""
    try:
        entries, problems = sheet.read_csv(raw, name)
    except GlossaryError as exc:
        raise TranslationMemoryError(
            exc.message, hint="the first line names the languages, for example zh,en,es; save it as CSV UTF-8"
        ) from exc
    units: list[Unit] = []
    for entry in entries:
        texts = {column.lang: found[0] for column, found in entry.texts.items() if column.kind is Kind.FORM}
        if texts:
            units.append(Unit(texts=texts, source=next(iter(texts)), line=entry.line))
    return units, problems


def write_csv(units: Iterable[Unit]) -> bytes:
    """CSV in UTF-8 with the mark that spreadsheets look for."""
    chosen = list(units)
    sources = dict.fromkeys(unit.source for unit in chosen)
    columns = list(dict.fromkeys([*sources, *(lang for unit in chosen for lang in unit.texts)]))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([unit.texts.get(lang, "") for lang in columns] for unit in chosen)
    return text.getvalue().encode("utf-8-sig")
