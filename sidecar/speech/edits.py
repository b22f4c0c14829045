"""Changes to a text in which a place has to be found again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Edit(NamedTuple):
    """Characters ``start:end`` become ``new``."""

    start: int
    end: int
    new: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """``text`` with ``edits``, which are in order and apart from one another."""
    parts: list[str] = []
    at = 0
    for edit in edits:
        parts += text[at : edit.start], edit.new
        at = edit.end
    return "".join((*parts, text[at:]))


def place(at: int, edits: Sequence[Edit]) -> int:
    """Where the first ``at`` characters of a text end after ``edits``; before an edit of which they are only a part."""
    moved = at
    for edit in edits:
        if edit.end <= at:
            moved += len(edit.new) - (edit.end - edit.start)
        elif edit.start < at:
            moved -= at - edit.start
    return moved
