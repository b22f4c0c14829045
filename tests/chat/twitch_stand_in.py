"""A stand-in for Twitch on this machine: tokens, users, EventSub over a WebSocket, and messages sent."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse

from sidecar.chat.twitch_api import READ, WRITE, Access, TwitchApi

CHANNEL, CHANNEL_ID, BOT_ID = "shop", "100", "200"
CLIENT_ID, CLIENT_SECRET, TOKEN, REFRESH = "client", "secret", "token", "renew-me"


class TwitchStandIn:
    """``sent`` is what was written into the chat, ``refusals`` what the next calls to a path answer instead."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.tokens = {TOKEN}
        self.scopes = [READ, WRITE]
        self.sent: list[dict[str, Any]] = []
        self.drop_reason: dict[str, str] | None = None
        self.refusals: dict[str, list[JSONResponse]] = {}
        self.subscribed: set[str] = set()
        self.sockets: dict[str, WebSocket] = {}
        self.connections = 0
        self.keepalive_s = 10.0
        self.port = 0
        self._session_ids = itertools.count(1)
        self._message_ids = itertools.count(1)
        self._changed = asyncio.Condition()
        self._routes()

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def api(self, **access: str) -> TwitchApi:
        given = Access(**{"token": TOKEN, **access})
        return TwitchApi(given, api_url=f"{self.http}/helix", id_url=f"{self.http}/oauth2")

    @property
    def eventsub(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    async def until(self, holds: Any) -> None:
        """Waits until ``holds()``, looked at whenever something was connected or subscribed."""
        async with self._changed, asyncio.timeout(10):
            await self._changed.wait_for(holds)

    async def say(self, text: str, *, id: str = "", author: str = "7", source: str | None = None) -> str:
        """``text`` in the chat, to whoever is subscribed."""
        id = id or f"m{next(self._message_ids)}"
        event = {
            "broadcaster_user_id": CHANNEL_ID,
            "source_broadcaster_user_id": source,
            "chatter_user_id": author,
            "chatter_user_login": f"viewer{author}",
            "chatter_user_name": f"Viewer{author}",
            "message_id": id,
            "message": {"text": text, "fragments": [{"type": "text", "text": text}]},
            "message_type": "text",
        }
        for session in self.subscribed & set(self.sockets):
            subscription = {"type": "channel.chat.message", "status": "enabled"}
            payload = {"subscription": subscription, "event": event}
            await self.sockets[session].send_json(_frame("notification", payload))
        return id

    async def send_raw(self, text: str) -> None:
        for socket in list(self.sockets.values()):
            await socket.send_text(text)

    async def drop(self) -> None:
        """Closes every connection, as Twitch does when a server of its own goes away."""
        for socket in list(self.sockets.values()):
            await socket.close(4000)
        await self.until(lambda: not self.sockets)

    async def move(self) -> None:
        """Tells every session to go to another connection; its subscriptions go with it."""
        for session, socket in list(self.sockets.items()):
            where = f"{self.eventsub}?moved={session}"
            await socket.send_json(
                _frame(
                    "session_reconnect", {"session": {"id": session, "status": "reconnecting", "reconnect_url": where}}
                )
            )

    async def revoke(self) -> None:
        for socket in list(self.sockets.values()):
            await socket.send_json(_frame("revocation", {"subscription": {"status": "authorization_revoked"}}))

    def refuse(self, path: str, status: int, message: str = "no", **headers: str) -> None:
        self.refusals.setdefault(path, []).append(
            JSONResponse({"status": status, "message": message}, status, {**headers})
        )

    def _routes(self) -> None:
        @self.app.middleware("http")
        async def check(request: Request, call_next: Any) -> Any:
            if waiting := self.refusals.get(request.url.path.rpartition("/")[2]):
                return waiting.pop(0)
            if request.url.path == "/oauth2/token":
                return await call_next(request)
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if token not in self.tokens or scheme != ("OAuth" if request.url.path == "/oauth2/validate" else "Bearer"):
                return JSONResponse({"status": 401, "message": "invalid access token"}, 401)
            if request.url.path.startswith("/helix") and request.headers.get("client-id") != CLIENT_ID:
                return JSONResponse({"status": 401, "message": "Client ID and OAuth token do not match"}, 401)
            return await call_next(request)

        @self.app.get("/oauth2/validate")
        async def validate() -> dict[str, Any]:
            return {"client_id": CLIENT_ID, "login": "bot", "scopes": self.scopes, "user_id": BOT_ID, "expires_in": 9}

        @self.app.post("/oauth2/token")
        async def renew(request: Request) -> JSONResponse:
            form = dict(pair.split("=") for pair in (await request.body()).decode().split("&"))
            if form != {
                "grant_type": "refresh_token",
                "refresh_token": REFRESH,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
            }:
                return JSONResponse({"status": 400, "message": "Invalid refresh token"}, 400)
            self.tokens = {"renewed"}
            return JSONResponse({"access_token": "renewed", "refresh_token": REFRESH, "token_type": "bearer"})

        @self.app.get("/helix/users")
        async def users(login: str) -> dict[str, Any]:
            return {"data": [{"id": CHANNEL_ID, "login": CHANNEL}] if login == CHANNEL else []}

        @self.app.post("/helix/eventsub/subscriptions", status_code=202)
        async def subscribe(request: Request) -> dict[str, Any]:
            body = await request.json()
            assert body["condition"] == {"broadcaster_user_id": CHANNEL_ID, "user_id": BOT_ID}
            session = body["transport"]["session_id"]
            assert session in self.sockets
            async with self._changed:
                self.subscribed.add(session)
                self._changed.notify_all()
            return {"data": [{"id": "s1", "status": "enabled"}]}

        @self.app.post("/helix/chat/messages")
        async def send(request: Request) -> Any:
            body = await request.json()
            if len(body["message"]) > 500:
                return JSONResponse({"status": 422, "message": "The message is too large"}, 422)
            if self.drop_reason:
                return {"data": [{"message_id": "", "is_sent": False, "drop_reason": self.drop_reason}]}
            self.sent.append(body)
            return {"data": [{"message_id": f"sent{len(self.sent)}", "is_sent": True}]}

        @self.app.websocket("/ws")
        async def eventsub(socket: WebSocket, moved: str = "") -> None:
            await socket.accept()
            session = f"session{next(self._session_ids)}"
            about = {"id": session, "status": "connected", "keepalive_timeout_seconds": self.keepalive_s}
            await socket.send_json(_frame("session_welcome", {"session": about}))
            async with self._changed:
                self.connections += 1
                self.sockets[session] = socket
                if moved in self.subscribed:
                    self.subscribed.add(session)
                    self.subscribed.discard(moved)
                self._changed.notify_all()
            with contextlib.suppress(WebSocketDisconnect, KeyError):
                while True:
                    await socket.receive_text()
                    await socket.close(4001)
            async with self._changed:
                del self.sockets[session]
                self.subscribed.discard(session)
                self._changed.notify_all()


def _frame(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
    at = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="microseconds").replace("+00:00", "123Z")
    return {"metadata": {"message_id": "f", "message_type": kind, "message_timestamp": at}, "payload": payload}


@contextlib.asynccontextmanager
async def served(app: FastAPI, port: int) -> AsyncIterator[None]:
    """``app`` on a port of this machine, on the running event loop."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        server.force_exit = True
        await running
