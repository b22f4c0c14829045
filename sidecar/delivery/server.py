"""One port for everything: WebSockets, transcripts, pages, health and metrics. Contract: docs/wire.md."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from sidecar.assistant.assistant import Assistant
from sidecar.chat.webhook import SignedWebhook
from sidecar.config import ServerSettings
from sidecar.delivery import console, control, pages, questions, sockets, transcripts
from sidecar.delivery.access import Access
from sidecar.delivery.control import TranslateInto
from sidecar.delivery.hub import Hub
from sidecar.delivery.sockets import Ingest
from sidecar.delivery.transcripts import Transcripts
from sidecar.delivery.wire import State
from sidecar.errors import ServeError
from sidecar.metrics import CONTENT_TYPE, Metrics
from sidecar.status import StatusReport

PING_INTERVAL_S = 20.0
PING_TIMEOUT_S = 20.0
"""A peer that answers no ping for this long is gone."""
CLOSE_TIMEOUT_S = 5.0
"""Time that a connection has to take what was written to it before it is dropped."""
BACKLOG = 2_048
"""Connections that may wait to be accepted: an audience comes back all at once."""

log = structlog.get_logger()


def create_app(
    *,
    hub: Hub,
    report: Callable[[], StatusReport],
    transcripts: Transcripts,
    ingest: Mapping[str, Ingest],
    metrics: Metrics,
    settings: ServerSettings,
    translate_into: TranslateInto | None = None,
    assistant: Assistant | None = None,
    access: Access | None = None,
    webhook: SignedWebhook | None = None,
    web: Path = pages.WEB,
) -> FastAPI:
    """The application. ``ingest`` are the pushed inputs by voice, as in `sockets.routes`.

    ``report`` is called on the event loop, so it must not block; ``metrics`` read it too. ``translate_into`` changes
    the languages, if they may be changed. Without ``assistant`` nobody can ask; ``access`` is to the console;
    ``webhook`` knows programs that may ask for others.
    """
    metrics.watch(report, hub.counts)
    app = FastAPI(title="Sidecar", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(sockets.routes(hub, ingest))
    app.include_router(_transcript_routes(hub, transcripts, settings))
    app.include_router(_operator_routes(report, metrics))
    if translate_into:
        app.include_router(control.routes(hub, translate_into))
    app.include_router(questions.routes(assistant, settings.allow_origins, webhook))
    app.include_router(console.routes(hub, assistant, access))
    app.include_router(pages.routes(web))
    return app


def listen(settings: ServerSettings) -> socket.socket:
    """A listening socket: done first, a port in use is found before any model is loaded. Raises `ServeError`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as exc:
        raise _explained(exc, settings) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that accepts connections."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return f"http://[{host}]:{self.port}" if ":" in host and "[" not in host else f"http://{host}:{self.port}"


@asynccontextmanager
async def serve(
    app: FastAPI, settings: ServerSettings, listener: socket.socket | None = None
) -> AsyncGenerator[Running, None]:
    """Serve ``app`` on this event loop while the context lasts, on ``listener`` or a new one.

    Leaving closes connections that are still open with 1012, and waits a few seconds for their last words.
    Raises `ServeError`.
    """
    listener = listen(settings) if listener is None else listener
    running = Running(host=settings.host, port=listener.getsockname()[1])
    server = _Server(_config(app))
    task = asyncio.create_task(server.serve([listener]), name="server")
    try:
        await _started(server, task)
        log.info("serving", url=running.url)
        yield running
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
        listener.close()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws=_Connection,
        ws_max_size=sockets.MAX_FRAME_BYTES,
        ws_ping_interval=PING_INTERVAL_S,
        ws_ping_timeout=PING_TIMEOUT_S,
        ws_per_message_deflate=False,  # captions are short: it would cost each viewer memory and time, and gain little
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(CLOSE_TIMEOUT_S),
    )


async def _started(server: _Server, task: asyncio.Task[None]) -> None:
    waiting = asyncio.create_task(server.accepting.wait(), name="server: starting")
    await asyncio.wait((waiting, task), return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        waiting.cancel()
        raise ServeError("the server could not start", hint="run again with --log-level debug") from task.exception()


class _Server(uvicorn.Server):
    """uvicorn inside a session: signals stay with the session, and it says when it accepts connections."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = asyncio.Event()

    def capture_signals(self) -> AbstractContextManager[None]:  # pyright: ignore[reportIncompatibleMethodOverride]
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()


class _Connection(WebSocketsSansIOProtocol):
    """A WebSocket whose peer may be gone or read nothing: what was written to it is not waited for without end."""

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # refused with an answer: not the failure that uvicorn would log

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        self.loop.call_later(CLOSE_TIMEOUT_S, self.transport.abort)


def _explained(exc: OSError, settings: ServerSettings) -> ServeError:
    where = f"{settings.host}:{settings.port}"
    if exc.errno == errno.EADDRINUSE:
        return ServeError(f"port {settings.port} is in use", hint="stop what uses it, or choose another with --port")
    if exc.errno == errno.EACCES:
        return ServeError(f"not allowed to listen on {where}", hint="choose a port from 1024 up with --port")
    return ServeError(f"cannot listen on {where}: {exc.strerror}", hint="give an address of this machine, or 0.0.0.0")


def _transcript_routes(hub: Hub, stored: Transcripts, settings: ServerSettings) -> APIRouter:
    return transcripts.routes(hub, stored, settings.allow_origins)


def _operator_routes(report: Callable[[], StatusReport], metrics: Metrics) -> APIRouter:
    router = APIRouter()

    @router.get("/v1/status")
    async def status() -> JSONResponse:
        return JSONResponse(report().model_dump(mode="json"), headers={"Cache-Control": "no-store"})

    @router.get("/healthz")
    async def alive() -> Response:
        return PlainTextResponse("ok\n")

    @router.get("/readyz")
    async def ready() -> JSONResponse:
        """Ready to be given viewers: from the first audio to the end, even while the input is lost: they are told."""
        now = report()
        is_ready = now.state in (State.LIVE, State.RECONNECTING)
        answer = {"ready": is_ready, "state": now.state.value, "message": now.message}
        return JSONResponse(answer, status_code=200 if is_ready else 503)

    @router.get("/metrics")
    async def numbers() -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE)

    return router
