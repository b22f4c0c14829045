"""Work is measured with the processes that it starts."""

from __future__ import annotations

import subprocess
import sys

from sidecar.bench.cost import Cost, Meter, total

WORK = (
    "import time; held = b'1' * 200_000_000; began = time.process_time()\nwhile time.process_time() - began < 1.2: pass"
)


def test_processes_that_were_started_count() -> None:
    with Meter() as idle:
        pass
    with Meter() as meter:
        subprocess.run([sys.executable, "-c", WORK], check=True)
    assert idle.cost.peak_mb > 0
    assert idle.cost.cpu_s < 1
    assert meter.cost.cpu_s > 1.1
    assert meter.cost.peak_mb > idle.cost.peak_mb + 150


def test_pieces_of_work_add_up() -> None:
    one, two = Cost(cpu_s=1.0, peak_mb=300, others_cores=0.2), Cost(cpu_s=0.5, peak_mb=400, others_cores=0.1)
    assert total([one, two]) == Cost(cpu_s=1.5, peak_mb=400, others_cores=0.2)
    assert total([]) == Cost(cpu_s=0.0, peak_mb=0, others_cores=0.0)
