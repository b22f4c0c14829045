"""A translation memory in a file: TMX or CSV, read and written whole.

What is learned is on the disk when `Library.learn` returns. The file is replaced at once, never half written, and what
another program put into it meanwhile is kept.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from platformdirs import user_data_dir

from sidecar import language
from sidecar.errors import StorageError, TranslationMemoryError, UsageError
from sidecar.glossary.entry import tidy
from sidecar.glossary.problem import Problem
from sidecar.memory import sheet, tmx
from sidecar.memory.memory import Memory
from sidecar.memory.unit import MAX_CHARACTERS, Unit

MAX_BYTES = 100_000_000
LOCK_TIMEOUT_S = 30.0
_KINDS = {".tmx": (tmx.read_tmx, tmx.write_tmx), ".csv": (sheet.read_csv, sheet.write_csv)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What can be used of a file, and what is wrong with the rest."""

    units: tuple[Unit, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Units that were put into a file: ``changed`` are new or have other texts than before, ``total`` are there now."""

    changed: int
    total: int


class Library:
    """The memory of the file at ``path``; none is needed to begin with. Use `Library.open`."""

    def __init__(self, path: Path, memory: Memory) -> None:
        self.path = path
        self.memory = memory
        self._writing = asyncio.Lock()

    @classmethod
    def open(cls, path: Path) -> Library:
        """Blocks. Raises `UsageError` or `TranslationMemoryError` where there is a file and it cannot be used."""
        return cls(path, Memory(read(path).units if path.exists() else ()))

    async def learn(self, said: str, source: str, written: str, target: str) -> None:
        """Keep ``written`` in ``target`` as the translation of ``said`` in ``source``: it counts from the next line on.

        Raises `UsageError` for what is no line, `StorageError` where it could not be written; it counts all the same.
        """
        unit = _unit(said, source, written, target)
        self.memory.add(unit)
        async with self._writing:
            await asyncio.to_thread(merge, self.path, [unit])


def default_path() -> Path:
    """In the user's data folder."""
    return Path(user_data_dir("sidecar", appauthor=False)) / "memory.tmx"


def read(path: Path) -> Reading:
    """The units of two languages or more in ``path``.

    Raises `UsageError` when the file cannot be had, `TranslationMemoryError` when it is none.
    """
    reader, _ = _kind(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TranslationMemoryError(f"{path.name} is too big", hint=f"{MAX_BYTES // 1_000_000} MB at most")
        raw = path.read_bytes()
    except OSError as exc:
        raise UsageError(f"cannot read {path}: {exc.strerror}", hint="check the path and its permissions") from exc
    units, problems = reader(raw, path.name)
    usable: list[Unit] = []
    for unit in units:
        problem = _problem(unit)
        if problem:
            problems.append(Problem(line=unit.line, message=problem, hint="the unit is left out"))
        else:
            usable.append(unit)
    return Reading(units=tuple(usable), problems=tuple(sorted(problems, key=lambda each: each.line)))


def write(path: Path, units: Sequence[Unit]) -> None:
    """Replace ``path`` by a file of ``units``, whole or not at all. Raises `UsageError`, `StorageError`."""
    _, writer = _kind(path)
    raw = writer(units)
    partial = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, suffix=".part", delete=False) as file:
            partial = Path(file.name)
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            partial.chmod(path.stat().st_mode & 0o777)
        partial.replace(path)
    except OSError as exc:
        if partial:
            partial.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {exc.strerror}", hint="make room, or check its permissions") from exc


def merge(path: Path, units: Sequence[Unit]) -> Merged:
    """Put ``units`` into the file at ``path``, which other processes may do as well. Blocks.

    Raises `StorageError`, and `TranslationMemoryError` for a file that cannot be read: it is left as it is.
    """
    _kind(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock", timeout=LOCK_TIMEOUT_S):
            memory = Memory(read(path).units if path.exists() else ())
            changed = sum([memory.add(unit) for unit in units])
            if changed:
                write(path, list(memory))
    except Timeout as exc:
        raise StorageError(f"{path} is being written by another program", hint="try again") from exc
    except OSError as exc:
        raise StorageError(f"cannot write {path}: {exc.strerror}", hint="check the path and its permissions") from exc
    return Merged(changed=changed, total=len(memory))


def _kind(path: Path):
    try:
        return _KINDS[path.suffix.lower()]
    except KeyError:
        raise UsageError(
            f"{path.name} is no translation memory by its name", hint="translation memories end in .tmx or .csv"
        ) from None


def _unit(said: str, source: str, written: str, target: str) -> Unit:
    """Raises `UsageError`."""
    source, target = language.normalise(source), language.normalise(target)
    unit = Unit(texts={source: tidy(said), target: tidy(written)}, source=source)
    problem = "a translation is into another language" if source == target else _problem(unit)
    if problem:
        raise UsageError(problem, hint="give a line and its translation")
    return unit


def _problem(unit: Unit) -> str:
    """Why ``unit`` cannot be used, "" if it can."""
    if len(unit.texts) < 2:
        return "there is only one language"
    if not all(any(char.isalnum() for char in text) for text in unit.texts.values()):
        return "a text has no word"
    if max(map(len, unit.texts.values())) > MAX_CHARACTERS:
        return f"a text is longer than {MAX_CHARACTERS} characters"
    return ""
