"""Memory that can still be used: of the machine, of the control group (container) that this process is in, of GPUs."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psutil

_CGROUPS = Path("/sys/fs/cgroup")
_ASK_GPUS = ("nvidia-smi", "--query-gpu=memory.free", "--format=csv,noheader,nounits")
"""A program of NVIDIA's driver: a line for each GPU, in MiB."""
_ASK_S = 10.0


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


def gpu_available_mb() -> int | None:
    """Free memory of the GPU that has least, in MB, for the driver counts them in another order than CUDA; None where
    it does not say."""
    try:
        answer = subprocess.run(_ASK_GPUS, capture_output=True, text=True, timeout=_ASK_S, check=True).stdout
        return min(int(line) for line in answer.splitlines()) * 1024 * 1024 // 1_000_000
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
