from __future__ import annotations

import io

import pytest
from rich.console import Console

from sidecar.weights.progress import OnTerminal, megabytes


def test_without_a_terminal_a_line_is_written_at_tenths_but_not_too_often() -> None:
    out = io.StringIO()
    now = 0.0

    def clock() -> float:
        return now

    progress = OnTerminal(Console(file=out, width=100), clock)
    with progress.task("model", 100_000_000) as step:
        for percent in range(0, 101, 5):
            now += 0.5
            step(percent * 1_000_000)
    assert out.getvalue().splitlines() == [f"model: {p} % of 100 MB" for p in (10, 30, 50, 70, 90, 100)]


def test_on_a_terminal_there_is_a_bar() -> None:
    out = io.StringIO()
    progress = OnTerminal(Console(file=out, width=100, force_terminal=True))
    with progress.task("model", 100) as step:
        step(100)
    progress.note("[done] as it is")
    assert "model" in out.getvalue()
    assert "[done] as it is" in out.getvalue()


@pytest.mark.parametrize(
    ("size", "text"), [(400_013, "0.4 MB"), (147_882_941, "148 MB"), (1_117_320_768, "1.1 GB"), (0, "0.0 MB")]
)
def test_sizes_are_for_people(size: int, text: str) -> None:
    assert megabytes(size) == text
