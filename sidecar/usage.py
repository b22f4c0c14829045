"""What Sidecar costs: processor and memory of this process and of those it started."""

from __future__ import annotations

import contextlib

import psutil


class Usage:
    """``cpu_percent`` is of one core, between the last two samples; ``memory_mb`` is resident."""

    def __init__(self) -> None:
        self.cpu_percent = 0.0
        self.memory_mb = 0
        self._this = psutil.Process()
        self._known: dict[int, psutil.Process] = {}

    def sample(self) -> None:
        """Look again. The first look at a process finds no processor time."""
        found = [self._this, *self._this.children(recursive=True)]
        self._known = {each.pid: self._known.get(each.pid, each) for each in found}
        cpu_percent, memory = 0.0, 0
        for each in self._known.values():
            with contextlib.suppress(psutil.Error):  # it ended just now
                cpu_percent += each.cpu_percent()
                memory += each.memory_info().rss
        self.cpu_percent, self.memory_mb = cpu_percent, memory >> 20
