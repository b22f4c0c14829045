"""YouTube Live Chat, asked for what is new as often as YouTube and the quota let us.

Every question of ours costs 5 units of 10,000 a day, every answer 20, unless Google gives the project more.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator

from sidecar.audio.reconnect import Backoff
from sidecar.chat.adapter import ChatMessage, ChatState, ChatStatus, OnChatStatus, Pace
from sidecar.chat.youtube_api import ChatOverError, Item, Page, StalePageError, YouTubeApi
from sidecar.errors import ChatBusyError

_MENTION_CHARS = 40
_NAMES = 2_000


class YouTubeChat:
    """The live chat of one broadcast, read and written by one account, as a `ChatAdapter`.

    YouTube has no answers to a message: one begins with the name of who asked. The account's own messages are left out.
    """

    name = "youtube"
    max_chars = 200 - _MENTION_CHARS
    pace = Pace(messages=10, window_ms=30_000, gap_ms=2_000)  # Google names no figure: this one is ours

    def __init__(
        self, api: YouTubeApi, *, video: str = "", live_chat: str = "", poll_s: float, reconnect_max_s: float
    ) -> None:
        """One of ``video``, the id of the broadcast, and ``live_chat``, that of its chat."""
        self._api = api
        self._video = video
        self._chat = live_chat
        self._poll_s = poll_s
        self._reconnect_max_s = reconnect_max_s
        self._own: str | None = None
        self._finding = asyncio.Lock()
        self._names: OrderedDict[str, str] = OrderedDict()  # by message, for mentions

    async def messages(self, on_status: OnChatStatus) -> AsyncGenerator[ChatMessage]:
        where = self._video or self._chat
        on_status(ChatStatus(state=ChatState.CONNECTING, message=where))
        backoff = Backoff(maximum_s=self._reconnect_max_s)
        since_ms, token, live = int(time.time() * 1000), "", False
        while True:
            try:
                page = await self._page(token)
            except ChatOverError as exc:
                on_status(ChatStatus(state=ChatState.ENDED, message=exc.message))
                return
            except ChatBusyError as exc:
                live, token = False, "" if isinstance(exc, StalePageError) else token
                wait_s = max(backoff.next_s(), exc.wait_s)
                message = f"{exc.message}; again in {wait_s:.0f} s"
                on_status(ChatStatus(state=ChatState.RECONNECTING, message=message))
                await asyncio.sleep(wait_s)
                continue
            backoff.reset()
            if not live:
                on_status(ChatStatus(state=ChatState.LIVE, message=where))
            for message in self._said(page, 0 if token else since_ms):
                since_ms = max(since_ms, message.at_ms)
                yield message
            if any(item.ends_chat for item in page.items):
                on_status(ChatStatus(state=ChatState.ENDED, message="the live chat has ended"))
                return
            live, token = True, page.next_page_token
            await asyncio.sleep(max(page.polling_interval_millis / 1000, self._poll_s))

    async def send(self, text: str, reply_to: ChatMessage | str | None = None) -> None:
        await self._api.insert(await self._found_chat(), f"{self._mention(reply_to)}{text}")

    async def aclose(self) -> None:
        await self._api.aclose()

    async def _page(self, token: str) -> Page:
        chat = await self._found_chat()
        if self._own is None:
            self._own = await self._api.own_channel()
        return await self._api.page(chat, token)

    async def _found_chat(self) -> str:
        async with self._finding:
            self._chat = self._chat or await self._api.live_chat(self._video)
            return self._chat

    def _said(self, page: Page, since_ms: int) -> list[ChatMessage]:
        """What others wrote. The first page has the history of the chat: of it, what is of ``since_ms`` or later."""
        messages = [self._message(item) for item in page.items if item.id and item.text]
        said = [each for each in messages if each.at_ms >= since_ms and each.author_key != self._own]
        for message in said:
            self._names[message.id] = message.author_name
            if len(self._names) > _NAMES:
                self._names.popitem(last=False)
        return said

    def _message(self, item: Item) -> ChatMessage:
        return ChatMessage(
            id=item.id,
            author_key=item.author_details.channel_id,
            author_name=item.author_details.display_name,
            text=item.text,
            at_ms=int(item.snippet.published_at.timestamp() * 1000),
            channel=self.name,
        )

    def _mention(self, reply_to: ChatMessage | str | None) -> str:
        name = reply_to.author_name if isinstance(reply_to, ChatMessage) else self._names.get(reply_to or "", "")
        name = " ".join(name.removeprefix("@").split())[: _MENTION_CHARS - 2]
        return f"@{name} " if name else ""
