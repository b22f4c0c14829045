from __future__ import annotations

import socket
import time

import pytest
from stand_in_servers import Origin

from sidecar.weights import reach

pytestmark = pytest.mark.network


def test_whoever_answers_can_be_reached_whatever_the_answer(origin: Origin) -> None:
    assert reach.obstacle(f"{origin.address}/absent") is None


def test_the_answer_is_remembered(origin: Origin) -> None:
    for _ in range(3):
        reach.obstacle(f"{origin.address}/once")
    assert len(origin.requests) == 1


def test_nobody_listening_is_known_at_once() -> None:
    assert reach.obstacle("http://127.0.0.1:9/nobody") == "no connection"


def test_silence_is_not_waited_for(origin: Origin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert reach.obstacle(address, 0.2) == "no answer in time"
        assert time.monotonic() - started < 3
