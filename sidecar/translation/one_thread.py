"""The one thread that a translator works in: how many cores it takes, and that recognition goes first."""

from __future__ import annotations

import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from sidecar import machine

NICENESS = 10
"""Of 19: translation gets what recognition leaves, and still a tenth of a contested core."""


def one_thread(name: str) -> ThreadPoolExecutor:
    """A worker whose thread, and every thread that is started from it, gives way to recognition."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix=name, initializer=_give_way)


def default_threads() -> int:
    """Threads that leave recognition its share of the machine: recognition works in short bursts."""
    cores = machine.cores()
    return cores if cores <= 2 else min(cores - 1, 8)


def _give_way() -> None:
    with contextlib.suppress(OSError, AttributeError):  # Windows and macOS know no priority of a thread
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
