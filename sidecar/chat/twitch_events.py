"""What Twitch's EventSub sends over a WebSocket, from one connection and those it is moved to.

Twitch documents it at dev.twitch.tv/docs/eventsub/handling-websocket-events.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from enum import StrEnum

import structlog
from pydantic import BaseModel, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

EVENTSUB_URL = "wss://eventsub.wss.twitch.tv/ws"
_KEEPALIVE_S = 10  # the shortest that Twitch has
_LATE = 1.5  # of a keepalive, until the connection is taken for lost
_OPEN_S = 10.0

_log = structlog.get_logger(__name__)


class Kind(StrEnum):
    WELCOME = "session_welcome"
    KEEPALIVE = "session_keepalive"
    NOTIFICATION = "notification"
    RECONNECT = "session_reconnect"
    REVOCATION = "revocation"


class _Metadata(BaseModel):
    message_type: str
    message_timestamp: datetime


class _Session(BaseModel):
    id: str
    keepalive_timeout_seconds: float | None = None
    reconnect_url: str | None = None


class _Subscription(BaseModel):
    status: str = ""


class _Words(BaseModel):
    text: str


class Said(BaseModel):
    """A ``channel.chat.message`` event."""

    message_id: str
    broadcaster_user_id: str
    source_broadcaster_user_id: str | None = None
    chatter_user_id: str
    chatter_user_name: str
    message: _Words


class _Payload(BaseModel):
    session: _Session | None = None
    subscription: _Subscription | None = None
    event: Said | None = None


class Event(BaseModel):
    """One frame of EventSub, as far as it matters here."""

    metadata: _Metadata
    payload: _Payload

    @property
    def at_ms(self) -> int:
        return int(self.metadata.message_timestamp.timestamp() * 1000)


async def events(url: str, subscribe: Callable[[str], Awaitable[None]]) -> AsyncGenerator[Event]:
    """What comes on a connection to ``url``, once ``subscribe`` has had the session's id; the first is the welcome.

    When Twitch moves the session elsewhere, it goes on from there and nothing is lost. Raises `OSError` (a time-out is
    one) or `websockets.WebSocketException` when the connection is lost.
    """
    socket, welcome, session = await _opened(f"{url}?keepalive_timeout_seconds={_KEEPALIVE_S}")
    try:
        await subscribe(session.id)
        yield welcome
        patience_s = (session.keepalive_timeout_seconds or _KEEPALIVE_S) * _LATE
        while True:
            async with asyncio.timeout(patience_s):
                event = _read(await socket.recv())
            if event is None:
                continue
            if event.metadata.message_type != Kind.RECONNECT:
                yield event
            elif event.payload.session and event.payload.session.reconnect_url:
                left, (socket, _, session) = socket, await _opened(event.payload.session.reconnect_url)
                async for late in _rest(left):
                    yield late
    finally:
        await socket.close()


async def _opened(url: str) -> tuple[ClientConnection, Event, _Session]:
    """A connection whose welcome came, the welcome, and the session in it."""
    # Twitch closes the connection of a client that sends anything, and its keepalives do what pings would.
    socket = await connect(url, ping_interval=None, open_timeout=_OPEN_S, close_timeout=1)
    try:
        async with asyncio.timeout(_OPEN_S):
            while True:
                event = _read(await socket.recv())
                if event and event.metadata.message_type == Kind.WELCOME and event.payload.session:
                    return socket, event, event.payload.session
    except BaseException:
        await socket.close()
        raise


async def _rest(socket: ClientConnection) -> AsyncGenerator[Event]:
    """Closes ``socket``; what it had received before."""
    await socket.close()
    while True:
        try:
            event = _read(await socket.recv())
        except ConnectionClosed:
            return
        if event is not None and event.metadata.message_type != Kind.RECONNECT:
            yield event


def _read(frame: str | bytes) -> Event | None:
    try:
        return Event.model_validate_json(frame)
    except ValidationError as exc:
        _log.warning("a frame of EventSub cannot be read", problems=exc.error_count())
        return None
