"""How long to wait before a lost source is opened again."""

from __future__ import annotations


class Backoff:
    """Waits that double from ``first_s`` to ``maximum_s``; `reset` once the source works again."""

    def __init__(self, *, maximum_s: float, first_s: float = 0.5) -> None:
        self._first_s = min(first_s, maximum_s)
        self._maximum_s = maximum_s
        self._next_s = self._first_s

    def next_s(self) -> float:
        wait = self._next_s
        self._next_s = min(wait * 2, self._maximum_s)
        return wait

    def reset(self) -> None:
        self._next_s = self._first_s
