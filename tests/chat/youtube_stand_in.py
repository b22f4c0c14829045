"""A stand-in for YouTube on this machine: tokens, a broadcast, and its live chat by pages."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

VIDEO, CHAT, OWN = "video", "chat", "UCown"
REFRESH = "renew-me"


class YouTubeStandIn:
    """``said`` is the chat, ``sent`` what was written into it, ``refusals`` what the next calls answer instead."""

    def __init__(self) -> None:
        self.app = FastAPI()
        self.said: list[dict[str, Any]] = []
        self.sent: list[str] = []
        self.asked: list[str] = []
        self.refusals: dict[str, list[JSONResponse]] = {}
        self.live_chat: str | None = CHAT
        self.poll_ms = 10
        self.port = 0
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()
        self._routes()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def credentials(self, folder: Path, refresh_token: str = REFRESH) -> Path:
        path = folder / "youtube.json"
        user = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": refresh_token}
        path.write_text(json.dumps({**user, "token_uri": f"{self.url}/token"}))
        return path

    async def until_asked(self, times: int) -> None:
        """Waits until the chat was asked for ``times`` times more."""
        goal = len(self.asked) + times
        async with self._changed, asyncio.timeout(20):
            await self._changed.wait_for(lambda: len(self.asked) >= goal)

    def say(
        self, text: str, *, author: str = "7", ago_s: float = 0, kind: str = "textMessageEvent", id: str = ""
    ) -> str:
        id = id or f"m{next(self._ids)}"
        at = (datetime.now(UTC) + timedelta(seconds=0.5 - ago_s)).isoformat()
        details = {"textMessageEvent": {"textMessageDetails": {"messageText": text}}}
        details["superChatEvent"] = {"superChatDetails": {"userComment": text, "amountMicros": "1000000"}}
        self.said.append(
            {
                "id": id,
                "snippet": {"type": kind, "publishedAt": at, "liveChatId": CHAT, **details.get(kind, {})},
                "authorDetails": {"channelId": author, "displayName": f"@viewer{author}"},
            }
        )
        return id

    def refuse(self, path: str, status: int, reason: str = "", message: str = "no") -> None:
        error = {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}
        self.refusals.setdefault(path, []).append(JSONResponse({"error": error}, status))

    def _routes(self) -> None:
        @self.app.middleware("http")
        async def check(request: Request, call_next: Any) -> Any:
            path = request.url.path.rpartition("/")[2]
            if waiting := self.refusals.get(f"{request.method} {path}"):
                return waiting.pop(0)
            if path != "token" and request.headers.get("authorization") != "Bearer granted":
                return JSONResponse({"error": {"code": 401, "message": "Invalid Credentials"}}, 401)
            return await call_next(request)

        @self.app.post("/token")
        async def token(request: Request) -> JSONResponse:
            if f"refresh_token={REFRESH}" not in (await request.body()).decode():
                return JSONResponse({"error": "invalid_grant", "error_description": "Token has been revoked."}, 400)
            return JSONResponse({"access_token": "granted", "expires_in": 3600, "token_type": "Bearer"})

        @self.app.get("/youtube/v3/videos")
        async def videos(id: str) -> dict[str, Any]:
            details = {"activeLiveChatId": self.live_chat} if self.live_chat else {}
            return {"items": [{"id": id, "liveStreamingDetails": details}] if id == VIDEO else []}

        @self.app.get("/youtube/v3/channels")
        async def channels(mine: str) -> dict[str, Any]:
            assert mine == "true"
            return {"items": [{"id": OWN}]}

        @self.app.get("/youtube/v3/liveChat/messages")
        async def messages(liveChatId: str, pageToken: str = "0") -> dict[str, Any]:
            assert liveChatId == CHAT
            async with self._changed:
                self.asked.append(pageToken)
                self._changed.notify_all()
            items = self.said[int(pageToken) :]
            return {"items": items, "nextPageToken": str(len(self.said)), "pollingIntervalMillis": self.poll_ms}

        @self.app.post("/youtube/v3/liveChat/messages")
        async def insert(request: Request) -> dict[str, Any]:
            snippet = (await request.json())["snippet"]
            assert (snippet["liveChatId"], snippet["type"]) == (CHAT, "textMessageEvent")
            self.sent.append(snippet["textMessageDetails"]["messageText"])
            return {"id": f"sent{len(self.sent)}"}
