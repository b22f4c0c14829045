"""Processor time and memory of a process and all that it starts, between moments that are known afterwards."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import psutil

EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """At Unix time ``at_s``, the processor seconds of the process tree and of the whole machine."""

    at_s: float
    tree_s: float
    machine_s: float


class Watch:
    """A context manager that looks at process ``pid`` and its descendants every `EVERY_S`, until it is left."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._cpu_s: dict[int, float] = {}
        self._samples: list[Sample] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.peak_mb = 0
        """The most resident memory of all of them together, from start to end."""

    def __enter__(self) -> Watch:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def cpu_s(self, begin_s: float, end_s: float) -> float:
        """Processor seconds between two moments of Unix time."""
        return self._at(end_s).tree_s - self._at(begin_s).tree_s

    def others_cores(self, begin_s: float, end_s: float) -> float:
        """Cores that everything else on the machine used between two moments of Unix time."""
        begin, end = self._at(begin_s), self._at(end_s)
        others_s = (end.machine_s - begin.machine_s) - (end.tree_s - begin.tree_s)
        return max(0.0, others_s / max(EVERY_S, end.at_s - begin.at_s))

    def _at(self, moment_s: float) -> Sample:
        return next((sample for sample in reversed(self._samples) if sample.at_s <= moment_s), self._samples[0])

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            self._look()

    def _look(self) -> None:
        resident = 0
        try:
            family = [self._process, *self._process.children(recursive=True)]
        except psutil.NoSuchProcess:
            family = []
        for one in family:
            try:
                times, memory = one.cpu_times(), one.memory_info()
            except psutil.NoSuchProcess:
                continue  # it has just ended: what it took until the last look counts
            self._cpu_s[one.pid] = times.user + times.system
            resident += memory.rss
        self.peak_mb = max(self.peak_mb, resident // 1_000_000)
        machine = psutil.cpu_times()
        self._samples.append(
            Sample(at_s=time.time(), tree_s=sum(self._cpu_s.values()), machine_s=machine.user + machine.system)
        )
