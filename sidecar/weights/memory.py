"""Memory that can still be used: of the machine, and of the control group (container) that this process is in."""

from __future__ import annotations

from pathlib import Path

import psutil

_CGROUPS = Path("/sys/fs/cgroup")


def available_mb() -> int:
    """Memory that can be had without pushing anything else out, in MB."""
    machine = psutil.virtual_memory().available
    group = headroom(_CGROUPS)
    return (machine if group is None else min(machine, group)) // 1_000_000


def headroom(group: Path) -> int | None:
    """Bytes that a control group (version 2) may still use; None if it has no limit or there is none.

    File pages that have not been used lately count as free: the kernel drops them first.
    """
    try:
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        used = int((group / "memory.current").read_text(encoding="ascii"))
        stat = (group / "memory.stat").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    if not limit.isdigit():
        return None
    pages = dict(line.split() for line in stat.splitlines())
    return max(0, int(limit) - used + int(pages.get("inactive_file", 0)))
