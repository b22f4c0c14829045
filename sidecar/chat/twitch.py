"""Twitch: messages by EventSub over a WebSocket, answers by the API, as Twitch recommends for chat.

Both are spoken directly, on websockets and httpx. Of the client libraries, twitchAPI blocks the event loop until it is
connected and gives up after some attempts, and TwitchIO keeps a connection whose subscription it could not renew, and
its addresses are constants; neither tells when a chat is lost, which is what a moderator must know.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from websockets.exceptions import WebSocketException

from sidecar.audio.reconnect import Backoff
from sidecar.chat.adapter import ChatMessage, ChatState, ChatStatus, OnChatStatus, Pace
from sidecar.chat.twitch_api import Room, TwitchApi
from sidecar.chat.twitch_events import EVENTSUB_URL, Event, Kind, Said, events
from sidecar.errors import ChatBusyError, ChatError


class TwitchChat:
    """The chat of one channel, read and written by one account, as a `ChatAdapter`.

    The account's own messages are left out, and so is what Twitch's shared chat brings from other channels.
    """

    name = "twitch"
    max_chars = 500
    pace = Pace(messages=20, window_ms=30_000, gap_ms=1_000)

    def __init__(self, channel: str, api: TwitchApi, *, reconnect_max_s: float, url: str = EVENTSUB_URL) -> None:
        self._channel = channel
        self._api = api
        self._url = url
        self._reconnect_max_s = reconnect_max_s
        self._room: Room | None = None
        self._finding = asyncio.Lock()

    async def messages(self, on_status: OnChatStatus) -> AsyncGenerator[ChatMessage]:
        on_status(ChatStatus(state=ChatState.CONNECTING, message=f"twitch.tv/{self._channel}"))
        backoff = Backoff(maximum_s=self._reconnect_max_s)
        while True:
            try:
                async with contextlib.aclosing(self._connected(on_status, backoff)) as messages:
                    async for message in messages:
                        yield message
            except (ChatBusyError, OSError, WebSocketException) as exc:
                wait_s = max(backoff.next_s(), exc.wait_s if isinstance(exc, ChatBusyError) else 0)
                reason = str(exc) or "nothing more came"
                on_status(ChatStatus(state=ChatState.RECONNECTING, message=f"{reason}; again in {wait_s:.0f} s"))
                await asyncio.sleep(wait_s)

    async def send(self, text: str, reply_to: ChatMessage | str | None = None) -> None:
        parent = reply_to.id if isinstance(reply_to, ChatMessage) else reply_to
        await self._api.send(await self._found_room(), text, parent)

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _connected(self, on_status: OnChatStatus, backoff: Backoff) -> AsyncGenerator[ChatMessage]:
        """Messages of one connection, until it is lost: raises as `events` does, and `ChatError`."""
        room = await self._found_room()

        async def subscribe(session: str) -> None:
            await self._api.subscribe(room, session)

        async with contextlib.aclosing(events(self._url, subscribe)) as received:
            async for event in received:
                match event.metadata.message_type:
                    case Kind.WELCOME:
                        on_status(ChatStatus(state=ChatState.LIVE, message=f"twitch.tv/{self._channel}"))
                        continue
                    case Kind.REVOCATION:
                        raise _revoked(event)
                    case _:
                        backoff.reset()
                if (said := event.payload.event) and self._is_for_us(said, room):
                    yield self._message(said, event.at_ms)

    async def _found_room(self) -> Room:
        async with self._finding:
            self._room = self._room or await self._api.room(self._channel)
            return self._room

    def _is_for_us(self, said: Said, room: Room) -> bool:
        elsewhere = said.source_broadcaster_user_id not in (None, said.broadcaster_user_id)
        return not elsewhere and said.chatter_user_id != room.account_id

    def _message(self, said: Said, at_ms: int) -> ChatMessage:
        return ChatMessage(
            id=said.message_id,
            author_key=said.chatter_user_id,
            author_name=said.chatter_user_name,
            text=said.message.text,
            at_ms=at_ms,
            channel=self.name,
        )


def _revoked(event: Event) -> ChatError:
    why = event.payload.subscription.status if event.payload.subscription else "no reason given"
    return ChatError(
        f"Twitch ended the subscription to the chat: {why}",
        hint="the account's permission was withdrawn, or the account is gone: make a new token",
    )
