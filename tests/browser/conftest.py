"""A show to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lossy_line import LossyLine, lossy_line
from show_server import Show, running_show


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def show() -> Iterator[Show]:
    with running_show() as show:
        yield show


@pytest.fixture
def line(show: Show) -> Iterator[LossyLine]:
    with lossy_line(show.url) as line:
        yield line
