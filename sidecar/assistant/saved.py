"""Answers that moderators wrote during a show, kept as entries of the shop's FAQ: saved-answers.csv in its folder."""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path

from sidecar.errors import StorageError, UsageError

NAME = "saved-answers.csv"
_COLUMNS = ("id", "question", "answer", "lang")
_FORMULA = "=+-@"
"""What a line must not begin with that a spreadsheet may open."""


def file_in(path: Path) -> Path | None:
    """Where answers are kept if the FAQ is at ``path``; None where it is a single file, which we do not touch."""
    return path / NAME if path.is_dir() else None


def add(path: Path, question: str, answer: str, lang: str) -> str:
    """Add an entry to the FAQ in the folder ``path``; returns its id, which is the same for the same question.

    Blocks. Raises `UsageError` where there is no folder or nothing to keep, and `StorageError` where it cannot be
    written.
    """
    file = file_in(path)
    question, answer = (" ".join(text.split()) for text in (question, answer))
    question = question.lstrip(_FORMULA + " ")  # a viewer wrote it
    if file is None:
        raise UsageError("the FAQ is a single file", hint="put it into a folder of its own and give that with --faq")
    if not question or not answer:
        raise UsageError("an entry needs a question and an answer")
    if answer[0] == "-":
        answer = f"−{answer[1:]}"
    if answer[0] in _FORMULA:
        raise UsageError(f"an answer must not begin with {answer[0]}", hint="a spreadsheet takes it for a formula")
    id = f"saved-{hashlib.sha256(f'{lang} {question}'.encode()).hexdigest()[:10]}"
    try:
        rows = [row for row in _read(file) if row["id"] != id]
        rows.append({"id": id, "question": question, "answer": answer, "lang": lang})
        _write(file, rows)
    except OSError as exc:
        raise StorageError(f"{file} was not written: {exc.strerror}", hint="check its permissions") from exc
    return id


def _read(file: Path) -> list[dict[str, str]]:
    if not file.exists():
        return []
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        try:
            if tuple(reader.fieldnames or _COLUMNS) == _COLUMNS:
                return [{name: row.get(name) or "" for name in _COLUMNS} for row in reader]
        except (UnicodeDecodeError, csv.Error):
            pass
    raise UsageError(
        f"{file.name} was saved by another program in another form",
        hint="give it another name: it stays a part of the FAQ",
    )


def _write(file: Path, rows: list[dict[str, str]]) -> None:
    """All of it or nothing, whatever happens meanwhile."""
    new = file.with_name(f".{file.name}")
    with new.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_COLUMNS)
        writer.writerows([row[name] for name in _COLUMNS] for row in rows)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
