"""A session that runs for long: its memory does not grow, and captions come as soon in the end as at the beginning."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
import tracemalloc
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.resources import files
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench" / "soak"
STEP_S = 120
GROWTH_KB = 1000
"""Of Python objects in four minutes after the first checkpoint. Audio that is kept takes 64 kB a second."""


@pytest.fixture
def soak(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    loader = SourceFileLoader("soak", str(SCRIPT))
    spec = importlib.util.spec_from_loader("soak", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "soak", module)
    loader.exec_module(module)
    return module


@pytest.fixture
def traced(soak: ModuleType) -> Iterator[None]:
    tracemalloc.start(1)
    yield
    tracemalloc.stop()


@pytest.mark.load
@pytest.mark.usefixtures("traced")
def test_a_long_session_neither_grows_nor_gets_slower(soak: ModuleType) -> None:
    host = asyncio.run(soak.read(Path(str(files("sidecar.demo").joinpath("host.opus")))))
    settled, _, last = asyncio.run(soak.soak(host, 3 * STEP_S, first_s=STEP_S, then_s=STEP_S))
    assert len(last.finals_s) > 10
    assert last.traced_kb < settled.traced_kb + GROWTH_KB
    assert last.captions_held < 60
    assert last.open_files <= settled.open_files + 3
    assert last.threads <= settled.threads + 2
    assert last.tasks <= settled.tasks + 5
    assert median(last.finals_s) < median(settled.finals_s) + 1
    assert median(last.partials_s) < median(settled.partials_s) + 1
