"""How a download shows itself to the person who waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console

Step = Callable[[int], None]
"""Told the number of bytes that are there now; a smaller number than before means a fresh start."""


class Progress(Protocol):
    """Where a download reports to."""

    def note(self, text: str) -> None:
        """One sentence for a person."""
        ...

    def task(self, label: str, total: int) -> AbstractContextManager[Step]:
        """A piece of work of ``total`` bytes."""
        ...


class Silent:
    """Says nothing."""

    def note(self, text: str) -> None:
        pass

    @contextmanager
    def task(self, label: str, total: int) -> Generator[Step]:
        yield lambda done: None


class OnTerminal:
    """Bars on a terminal; elsewhere (a log, a pipe) a line at every tenth, at most one every two seconds."""

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        from rich.console import Console

        self._console = console or Console(stderr=True, soft_wrap=True)
        self._clock = clock

    def note(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False)

    @contextmanager
    def task(self, label: str, total: int) -> Generator[Step]:
        if not self._console.is_terminal:
            yield self._lines(label, total)
            return
        from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Bars(*columns, TimeRemainingColumn(compact=True), console=self._console) as bars:
            task = bars.add_task(label, total=total)
            yield lambda done: bars.update(task, completed=done)

    def _lines(self, label: str, total: int) -> Step:
        last_tenth, last_at = 0, self._clock() - 2

        def step(done: int) -> None:
            nonlocal last_tenth, last_at
            tenth, now = done * 10 // total, self._clock()
            if tenth <= last_tenth or (now - last_at < 2 and tenth < 10):
                return
            last_tenth, last_at = tenth, now
            self.note(f"{label}: {tenth * 10} % of {megabytes(total)}")

        return step


def megabytes(size: int) -> str:
    """``size`` bytes for a person: ``148 MB``, ``1.1 GB``."""
    if size >= 1_000_000_000:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.1f} MB"
