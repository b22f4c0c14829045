"""How much of the processor other programs take while something is measured."""

from __future__ import annotations

import psutil


class Bystanders:
    """Watches from its construction on."""

    def __init__(self) -> None:
        self._all, self._busy = _machine()
        self._own = _own()

    def share(self) -> float:
        """Part of all processor time since then that others used, 0 to 1."""
        total, busy = _machine()
        passed = total - self._all
        if passed <= 0:
            return 0.0
        others = (busy - self._busy) - (_own() - self._own)
        return min(1.0, max(0.0, others / passed))


def _machine() -> tuple[float, float]:
    """Processor seconds of the machine, in all and busy."""
    times = psutil.cpu_times()._asdict()
    # Linux counts the time of guests in that of users as well.
    total = sum(seconds for kind, seconds in times.items() if not kind.startswith("guest"))
    return total, total - times["idle"] - times.get("iowait", 0.0)


def _own() -> float:
    times = psutil.Process().cpu_times()
    return times.user + times.system
