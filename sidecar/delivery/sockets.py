"""The WebSocket endpoints: captions out to viewers, audio in from a host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from sidecar.assistant.question import PAGE, digest
from sidecar.delivery.conduct import Conduct
from sidecar.delivery.hub import FullError, Hub, Viewer
from sidecar.delivery.transcripts import problem
from sidecar.delivery.wire import CloseCode, ErrorMessage, Subscribe
from sidecar.errors import InputError

MAX_FRAME_BYTES = 128 * 1024
"""Largest WebSocket message of any kind, enough for a second of pushed audio at 48 kHz. More closes with 1009."""
_MAX_REASON_BYTES = 123  # RFC 6455, 5.5: a control frame holds 125 bytes, the code takes two
RATES = range(8_000, 192_001)
"""Sample rates that may be pushed."""

log = structlog.get_logger()


class IngestConnection(Protocol):
    """One pusher of audio."""

    def feed(self, data: bytes) -> None:
        """Take in s16le mono samples, split anywhere; never waits."""
        ...

    def close(self) -> None:
        """The pusher has gone."""
        ...


class Ingest(Protocol):
    """An input that is pushed."""

    def connect(self, rate: int) -> IngestConnection:
        """Begin a push at ``rate`` samples a second. Raises `InputError` when somebody pushes already."""
        ...


def routes(hub: Hub, ingest: Mapping[str, Ingest]) -> APIRouter:
    """``ingest`` are the inputs that are pushed, by the label of the voice; "" where there is one voice."""
    router = APIRouter()

    @router.websocket("/v1/captions")
    async def captions(socket: WebSocket) -> None:
        await _serve_viewer(socket, hub)

    @router.websocket("/v1/ingest")
    async def push(socket: WebSocket) -> None:
        voice = socket.query_params.get("voice")
        if not ingest:
            hint = "start with --input push"
            await socket.send_denial_response(problem(404, "no_ingest", "this session takes no pushed audio", hint))
        elif voice and voice not in ingest:
            hint = f"voice is one of {', '.join(filter(None, ingest))}" if any(ingest) else "leave voice out"
            await socket.send_denial_response(problem(404, "unknown_voice", f"no audio is pushed for '{voice}'", hint))
        elif not is_same_site(socket.headers):
            await socket.send_denial_response(problem(403, "foreign_origin", "pages of other sites may not push audio"))
        else:
            await _serve_pusher(socket, ingest[voice] if voice else next(iter(ingest.values())))

    return router


def is_same_site(headers: Mapping[str, str]) -> bool:
    """Whether a request comes from no page, or from a page of ours."""
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


async def _serve_viewer(socket: WebSocket, hub: Hub) -> None:
    await socket.accept()
    query = socket.query_params
    since, error = _since(query.get("since"))
    if query.get("session", hub.session) != hub.session:
        since = None  # it counts messages of another show
    try:
        async with hub.attach(query.get("lang", "source"), query.get("second"), since) as viewer:
            if error is not None:
                viewer.tell(error)
            code, reason = await _converse(socket, viewer)
    except FullError:
        code, reason = CloseCode.FULL, "too many viewers; try again later"
    await _close(socket, code, reason)


def _since(text: str | None) -> tuple[int | None, ErrorMessage | None]:
    if not text:
        return None, None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text), None
    return None, ErrorMessage(
        code="bad_since", message="since is the whole number of a message; showing what is on now"
    )


async def _converse(socket: WebSocket, viewer: Viewer) -> tuple[CloseCode, str]:
    """Send and receive until one side is done; the code to close with."""
    conduct = Conduct(time.monotonic())
    sending = asyncio.create_task(_send(socket, viewer), name="viewer: send")
    receiving = asyncio.create_task(_receive(socket, viewer, conduct), name="viewer: receive")
    try:
        await asyncio.wait((sending, receiving, viewer.cut), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        receiving.cancel()
        await asyncio.gather(sending, receiving, return_exceptions=True)
    if viewer.cut.done():
        return viewer.cut.result(), "reading too slowly; come back with since="
    if conduct.close_code is not None:
        return conduct.close_code, "too many messages that cannot be used"
    if _failed(sending, receiving):
        return CloseCode.FAILED, "something went wrong here; come back with since="
    return CloseCode.ENDED, "the show is over"


async def _send(socket: WebSocket, viewer: Viewer) -> None:
    try:
        async for text in viewer:
            await socket.send_text(text)
    except (WebSocketDisconnect, WebSocketDisconnected):
        return


async def _receive(socket: WebSocket, viewer: Viewer, conduct: Conduct) -> None:
    """Read what the viewer sends until it goes or has sent too much that cannot be used."""
    while True:
        event = await socket.receive()
        if event["type"] != "websocket.receive":
            return
        message: str | bytes = event["text"] if event.get("text") is not None else event["bytes"]
        verdict = conduct.judge(message, time.monotonic())
        if conduct.close_code is not None:
            await socket.send_text(verdict.encode())
            return
        match verdict:
            case ErrorMessage():
                viewer.tell(verdict)
            case Subscribe(lang=lang, second=second, asker=asker):
                viewer.subscribe(lang, second)
                viewer.ask_as(digest(PAGE, asker) if asker else None)


def _failed(*tasks: asyncio.Task[None]) -> bool:
    """Whether one of the tasks met anything but the end of the connection."""
    failures = [exc for task in tasks if not task.cancelled() and (exc := task.exception()) is not None]
    failures = [exc for exc in failures if not isinstance(exc, WebSocketDisconnect | WebSocketDisconnected)]
    for exc in failures:
        log.error("serving a viewer failed", exc_info=exc)
    return bool(failures)


async def _serve_pusher(socket: WebSocket, ingest: Ingest) -> None:
    await socket.accept()
    rate = socket.query_params.get("rate", "16000")
    if not (rate.isascii() and rate.isdigit() and len(rate) <= 6 and int(rate) in RATES):
        await _refuse(socket, "bad_rate", f"rate is a number from {RATES[0]} to {RATES[-1]}", CloseCode.BAD_INGEST)
        return
    try:
        connection = ingest.connect(int(rate))
    except InputError as exc:
        await _refuse(socket, exc.code, f"{exc.message} ({exc.hint})" if exc.hint else exc.message, CloseCode.BUSY)
        return
    try:
        code = await _feed(socket, connection)
    finally:
        connection.close()
    if code is not None:
        await _refuse(socket, "not_audio", "audio is pushed as binary messages of s16le samples", code)


async def _feed(socket: WebSocket, connection: IngestConnection) -> CloseCode | None:
    """Hand audio on until the pusher goes (None) or sends what is none (the code to close with)."""
    while True:
        event = await socket.receive()
        if event["type"] != "websocket.receive":
            return None
        if event.get("bytes") is None:
            return CloseCode.BAD_INGEST
        connection.feed(event["bytes"])


async def _refuse(socket: WebSocket, code: str, message: str, close_code: CloseCode) -> None:
    try:
        await socket.send_text(ErrorMessage(code=code, message=message).encode())
    except (WebSocketDisconnect, WebSocketDisconnected):
        return
    await _close(socket, close_code, message)


async def _close(socket: WebSocket, code: CloseCode, reason: str) -> None:
    """Close, unless the peer has gone. One that reads nothing is left to the server, which drops the connection."""
    try:
        async with asyncio.timeout(1):
            await socket.close(int(code), reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore"))
    except (TimeoutError, WebSocketDisconnect, WebSocketDisconnected, RuntimeError):
        return
