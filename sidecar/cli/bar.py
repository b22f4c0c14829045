"""How long work shows itself to the person who waits for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator

Step = Callable[[float], None]
"""Told how much of the work is done."""


@contextlib.contextmanager
def bar(label: str, total: float | None) -> Generator[Step]:
    """A progress bar on stderr, on a terminal; without a ``total``, one that only shows that there is work."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(label, total=total)
        yield lambda done: bars.update(task, completed=done)
