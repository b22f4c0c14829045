"""A glossary from a file: CSV (.csv, .tsv, .txt), TOML (.toml) or Excel (.xlsx)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import GlossaryError, UsageError
from sidecar.glossary import sheet, tables
from sidecar.glossary.check import check
from sidecar.glossary.entry import Entry
from sidecar.glossary.problem import Problem, Severity
from sidecar.glossary.term import Glossary

SHEETS = frozenset({".csv", ".tsv", ".txt"})
WORKBOOKS = frozenset({".xlsx", ".xls", ".ods"})
MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What can be used of a file, and what is wrong with the rest."""

    glossary: Glossary
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity is Severity.ERROR)


def read(path: Path) -> Reading:
    """The glossary in ``path``. Raises `UsageError` when the file cannot be had, `GlossaryError` when it is none."""
    entries, problems = _entries(path)
    glossary, found = check(entries)
    return Reading(glossary=glossary, problems=tuple(sorted([*problems, *found], key=lambda each: each.line)))


def _entries(path: Path) -> tuple[list[Entry], list[Problem]]:
    try:
        size, suffix = path.stat().st_size, path.suffix.lower()
        if size > MAX_BYTES:
            raise GlossaryError(f"{path.name} has {size // 1_000_000} MB", hint="is it the right file?")
        if suffix in WORKBOOKS:
            return sheet.read_excel(path)
        raw = path.read_bytes()
    except FileNotFoundError as exc:
        raise UsageError(
            f"no glossary {path}", hint="give an existing file with --glossary or [glossary] path"
        ) from exc
    except OSError as exc:
        raise UsageError(f"cannot read {path}: {exc.strerror}", hint="check the path and its permissions") from exc
    if suffix == ".toml":
        return tables.read_toml(raw, path.name)
    if suffix in SHEETS:
        return sheet.read_csv(raw, path.name)
    raise UsageError(f"{path.name} is no glossary by its name", hint="glossaries end in .csv, .tsv, .toml or .xlsx")
