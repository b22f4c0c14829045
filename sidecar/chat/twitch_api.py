"""The few calls of Twitch's API that a chat needs: whose token it is, which room, listening and speaking.

Twitch documents them at dev.twitch.tv/docs/api/reference, and tokens at dev.twitch.tv/docs/authentication.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from sidecar.errors import ChatBusyError, ChatError

API_URL = "https://api.twitch.tv/helix"
ID_URL = "https://id.twitch.tv/oauth2"
READ, WRITE = "user:read:chat", "user:write:chat"
_TIMEOUT_S = 10.0
_BUSY_S = 5.0
_LONGEST_WAIT_S = 120.0
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_TOKEN_HINT = f"make a user token with the scopes {READ} and {WRITE}, and set it as twitch_token in [chat]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What lets Sidecar in. Without the other three, the token is used until it ends."""

    token: str
    refresh_token: str = ""
    client_id: str = ""
    client_secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A channel's chat as one account sees it, by Twitch's ids of both."""

    channel_id: str
    account_id: str
    scopes: frozenset[str]


class TwitchApi:
    """Calls in the name of one account.

    Every call raises `ChatError` for what Twitch refuses, and `ChatBusyError` for what it may do later.
    """

    def __init__(self, access: Access, *, api_url: str = API_URL, id_url: str = ID_URL) -> None:
        self._client_id = access.client_id
        self._api_url = api_url
        self._id_url = id_url
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT_S, auth=_Token(access, id_url))

    async def room(self, channel: str) -> Room:
        """The chat of ``channel``, by its login name, for the account that the token is of."""
        whose = _read(_Whose, await self._request("GET", f"{self._id_url}/validate"))
        self._client_id = self._client_id or whose.client_id
        users = _read(_Users, await self._call("GET", "/users", params={"login": channel.lower()}))
        if not users.data:
            raise ChatError(
                f"there is no Twitch channel {channel}", hint="give the name in its address: twitch.tv/NAME"
            )
        return Room(channel_id=users.data[0].id, account_id=whose.user_id, scopes=frozenset(whose.scopes))

    async def subscribe(self, room: Room, session: str) -> None:
        """Has the messages of ``room`` sent to the EventSub session ``session``."""
        _require(room, READ)
        await self._call(
            "POST",
            "/eventsub/subscriptions",
            json={
                "type": "channel.chat.message",
                "version": "1",
                "condition": {"broadcaster_user_id": room.channel_id, "user_id": room.account_id},
                "transport": {"method": "websocket", "session_id": session},
            },
        )

    async def send(self, room: Room, text: str, reply_to: str | None) -> None:
        """Writes ``text``, at most 500 characters. Only what Twitch surely has not taken raises `ChatBusyError`."""
        _require(room, WRITE)
        body = {"broadcaster_id": room.channel_id, "sender_id": room.account_id, "message": text}
        if reply_to is not None:
            body["reply_parent_message_id"] = reply_to
        sent = _read(_AllSent, await self._call("POST", "/chat/messages", json=body, once=True)).data
        if not (sent and sent[0].is_sent):
            reason = sent[0].drop_reason if sent else None
            raise ChatError(f"Twitch dropped the message: {reason.message if reason else 'it gives no reason'}")

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        return await self._request(method, f"{self._api_url}{path}", headers={"Client-Id": self._client_id}, **options)

    async def _request(self, method: str, url: str, *, once: bool = False, **options: Any) -> httpx2.Response:
        """An answer that is a yes. ``once``: it must not be asked again if it may have been done."""
        try:
            response = await self._http.request(method, url, **options)
        except httpx2.TransportError as exc:
            problem = f"Twitch cannot be reached: {exc or type(exc).__name__}"
            if once and not isinstance(exc, _NOT_SENT):
                raise ChatError(problem, hint="it may have been sent all the same") from exc
            raise ChatBusyError(problem) from exc
        if response.is_success:
            return response
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise ChatBusyError("Twitch says that it is too much at once", wait_s=_wait_s(response))
        if response.is_server_error and not once:
            raise ChatBusyError(f"Twitch has a failure of its own ({response.status_code})")
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            raise ChatError(f"Twitch refuses the token: {_message(response)}", hint=_TOKEN_HINT)
        raise ChatError(f"Twitch refuses: {_message(response)}", hint=_hint(response.status_code))


class _Token(httpx2.Auth):
    """The account's token, renewed when Twitch refuses it and there is what it takes."""

    def __init__(self, access: Access, id_url: str) -> None:
        self._access = access
        self._token = access.token.removeprefix("oauth:")
        self._refresh_token = access.refresh_token
        self._id_url = id_url

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        self._sign(request)
        response = yield request
        if response.status_code != HTTPStatus.UNAUTHORIZED or not (self._refresh_token and self._access.client_secret):
            return
        renewed = yield self._renewal()
        await renewed.aread()
        if renewed.is_server_error or renewed.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise ChatBusyError("Twitch cannot renew the token now")
        if not renewed.is_success:
            raise ChatError(f"Twitch does not renew the token: {_message(renewed)}", hint=_TOKEN_HINT)
        tokens = _read(_Tokens, renewed)
        self._token, self._refresh_token = tokens.access_token, tokens.refresh_token or self._refresh_token
        self._sign(request)
        yield request

    def _sign(self, request: httpx2.Request) -> None:
        scheme = "OAuth" if request.url.path.endswith("/validate") else "Bearer"
        request.headers["Authorization"] = f"{scheme} {self._token}"

    def _renewal(self) -> httpx2.Request:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._refresh_token,
            "client_id": self._access.client_id,
            "client_secret": self._access.client_secret,
        }
        return httpx2.Request("POST", f"{self._id_url}/token", data=form)


class _Whose(BaseModel):
    client_id: str
    user_id: str
    scopes: list[str] = []


class _Tokens(BaseModel):
    access_token: str
    refresh_token: str = ""


class _User(BaseModel):
    id: str


class _Users(BaseModel):
    data: list[_User]


class _Reason(BaseModel):
    message: str


class _Sent(BaseModel):
    is_sent: bool
    drop_reason: _Reason | None = None


class _AllSent(BaseModel):
    data: list[_Sent]


class _Refusal(BaseModel):
    message: str


_Model = TypeVar("_Model", bound=BaseModel)


def _read(model: type[_Model], response: httpx2.Response) -> _Model:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as exc:
        raise ChatError(f"Twitch's answer to {response.url.path} is not as its documents say") from exc


def _require(room: Room, scope: str) -> None:
    if scope not in room.scopes:
        raise ChatError(f"the Twitch token lacks the scope {scope}", hint=_TOKEN_HINT)


def _message(response: httpx2.Response) -> str:
    try:
        return _Refusal.model_validate_json(response.content).message
    except ValidationError:
        return f"status {response.status_code}"


def _hint(status: int) -> str:
    return "the account may be banned in that channel" if status == HTTPStatus.FORBIDDEN else ""


def _wait_s(response: httpx2.Response) -> float:
    """Until the second that Twitch gives as the one from which it goes on."""
    reset = response.headers.get("Ratelimit-Reset", "")
    return min(max(int(reset) - time.time(), 1.0), _LONGEST_WAIT_S) if reset.isdecimal() else _BUSY_S
