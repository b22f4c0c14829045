"""A real server with a show behind it, on a free port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest
import websockets
from delivery_show import Show
from httpx2 import AsyncClient

from sidecar.config import ServerSettings
from sidecar.delivery.server import Running, create_app, serve
from sidecar.delivery.sockets import Ingest
from sidecar.metrics import Metrics


@dataclass
class Stage:
    """A show that is served, and a browser for it."""

    show: Show
    running: Running
    http: AsyncClient
    metrics: Metrics

    def captions(self, query: str = "lang=es", **options: object) -> websockets.connect:
        """A viewer; its own queue is boundless, so that closing never waits for messages nobody takes."""
        options.setdefault("max_queue", None)
        return websockets.connect(f"ws://127.0.0.1:{self.running.port}/v1/captions?{query}", **options)

    def ingest(self, query: str = "rate=16000", **options: object) -> websockets.connect:
        return websockets.connect(f"ws://127.0.0.1:{self.running.port}/v1/ingest?{query}", **options)


OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@asynccontextmanager
async def open_stage(
    *,
    show: Show | None = None,
    ingest: Ingest | Mapping[str, Ingest] | None = None,
    allow_origins: tuple[str, ...] = ("*",),
) -> AsyncIterator[Stage]:
    show = show or Show()
    settings = ServerSettings(port=0, allow_origins=allow_origins)
    metrics = Metrics()
    inputs = ingest if isinstance(ingest, Mapping) else {"": ingest} if ingest else {}
    app = create_app(
        hub=show.hub,
        report=show.report,
        transcripts=show,
        ingest=inputs,
        metrics=metrics,
        settings=settings,
        translate_into=show.translate_into,
    )
    async with serve(app, settings) as running, AsyncClient(base_url=running.url) as http:
        yield Stage(show, running, http, metrics)


@pytest.fixture
def stage() -> OpenStage:
    return open_stage
