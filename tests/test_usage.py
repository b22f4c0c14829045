"""What Sidecar costs, with the processes that it started."""

from __future__ import annotations

import subprocess
import sys
import time

from sidecar.usage import Usage

BUSY = "x = bytearray(100 << 20); print('ready', flush=True)\nwhile True: pass"


def test_processes_that_it_started_count_until_they_end() -> None:
    usage = Usage()
    usage.sample()
    alone_mb = usage.memory_mb
    assert alone_mb > 0
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()

        deadline = time.monotonic() + 20
        while usage.cpu_percent < 10:
            assert time.monotonic() < deadline
            usage.sample()
            time.sleep(0.1)
        assert usage.memory_mb > alone_mb + 90
        child.kill()
    usage.sample()
    assert usage.memory_mb < alone_mb + 50
