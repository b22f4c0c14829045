"""What a piece of work costs: processor time and memory of this process and of those that it started."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType

import psutil

SAMPLE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """``cpu_s``: processor seconds of the process tree. ``peak_mb``: the most memory (RSS) that the tree held at once,
    looked at every `SAMPLE_S`. ``others_cores``: cores that everything else on the machine used meanwhile."""

    cpu_s: float
    peak_mb: int
    others_cores: float


class Meter:
    """Measures from entering to leaving; then ``cost`` is known."""

    cost: Cost

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._over = threading.Event()
        self._peak = 0

    def __enter__(self) -> Meter:
        self._sampler = threading.Thread(target=self._sample, name="meter", daemon=True)
        self._began = (time.monotonic(), self._cpu_s(), _busy_s())
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._sampler.join()
        began_s, cpu_s, busy_s = self._began
        used_s = self._cpu_s() - cpu_s
        others_s = _busy_s() - busy_s - used_s
        wall_s = max(1e-3, time.monotonic() - began_s)
        self.cost = Cost(
            cpu_s=round(used_s, 2),
            peak_mb=self._peak // 1_000_000,
            others_cores=round(max(0.0, others_s / wall_s), 2),
        )

    def _sample(self) -> None:
        """At least once, and once more at the end."""
        while True:
            over = self._over.wait(SAMPLE_S)
            self._peak = max(self._peak, self._memory())
            if over:
                return

    def _memory(self) -> int:
        total = 0
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total

    def _cpu_s(self) -> float:
        """Of the whole tree, those included that ended and were waited for."""
        total = 0.0
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def _tree(self) -> Iterable[psutil.Process]:
        return (self._process, *self._process.children(recursive=True))


def total(costs: Iterable[Cost]) -> Cost:
    """Of pieces of work done one after the other; the others' cores are the most that they used."""
    pieces = list(costs)
    return Cost(
        cpu_s=round(sum(piece.cpu_s for piece in pieces), 2),
        peak_mb=max((piece.peak_mb for piece in pieces), default=0),
        others_cores=max((piece.others_cores for piece in pieces), default=0.0),
    )


def _busy_s() -> float:
    """Processor seconds that the machine has spent on anything."""
    times = psutil.cpu_times()
    return float(times.user + times.system + getattr(times, "nice", 0.0))
