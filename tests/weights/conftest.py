from __future__ import annotations

from collections.abc import Iterator

import pytest
from stand_in_servers import Origin


@pytest.fixture
def origin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Origin]:
    """A server that is both the hub and the package index of this test; a proxy of the machine is left out."""
    with Origin() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.address)
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        monkeypatch.setenv("PIP_INDEX_URL", f"{server.address}/simple/")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield server
