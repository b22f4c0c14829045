"""Which of the questions that wait mean the same, where no entry of the shop's says so. Pure (numpy)."""

from __future__ import annotations

from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

SAME = 0.85
"""Likeness from which two questions are one: the same in other words has 0.85 to 0.95, in another language 0.55 to
0.9, and "do you ship to Mexico" with another country 0.81."""
_ROOM = 64
_FIGURES = regex.compile(r"\p{Nd}+")


class Alike:
    """Groups that wait, each by its first question: the text, and its unit vector (d)."""

    def __init__(self, same: float = SAME) -> None:
        self._same = same
        self._ids: list[str | None] = []
        self._rows: dict[str, int] = {}
        self._figures: dict[str, tuple[int, ...]] = {}
        self._vectors: NDArray[np.float32] = np.empty((0, 0), np.float32)

    def __len__(self) -> int:
        return len(self._rows)

    def find(self, text: str, vector: NDArray[Any]) -> str | None:
        """The group that is most like the question; None if none is. Another number is another question."""
        likeness = self._vectors[: len(self._ids)] @ vector if self._rows else np.empty(0)
        figures = _figures(text)
        for row in np.argsort(-likeness).tolist():
            id = self._ids[int(row)]
            if likeness[row] < self._same:
                return None
            if id is not None and self._figures[id] == figures:
                return id
        return None

    def add(self, id: str, text: str, vector: NDArray[Any]) -> None:
        if id in self._rows:
            return
        if len(self._ids) == len(self._vectors):
            self._make_room(len(vector))
        self._vectors[len(self._ids)] = vector
        self._rows[id] = len(self._ids)
        self._figures[id] = _figures(text)
        self._ids.append(id)

    def discard(self, id: str) -> None:
        """``id`` waits no longer."""
        row = self._rows.pop(id, None)
        if row is not None:
            self._ids[row] = None
            self._vectors[row] = 0
            del self._figures[id]

    def _make_room(self, dimensions: int) -> None:
        """Close up over those that are gone, and double what is left."""
        kept = [(id, row) for row, id in enumerate(self._ids) if id is not None]
        room = np.zeros((max(_ROOM, 2 * len(kept)), dimensions), np.float32)
        if kept:
            room[: len(kept)] = self._vectors[[row for _, row in kept]]
        self._vectors, self._ids = room, [id for id, _ in kept]
        self._rows = {id: row for row, (id, _) in enumerate(kept)}


def _figures(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(found) for found in _FIGURES.findall(text)))
