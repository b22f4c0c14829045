"""Reads an adapter in a task of its own, as a session does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sidecar.chat.adapter import ChatAdapter, ChatMessage, ChatState, ChatStatus


class Reader:
    def __init__(self, chat: ChatAdapter) -> None:
        self.statuses: list[ChatStatus] = []
        self._received: asyncio.Queue[ChatMessage] = asyncio.Queue()
        self._told = asyncio.Event()
        self._messages = chat.messages(self._tell)

    def _tell(self, status: ChatStatus) -> None:
        self.statuses.append(status)
        self._told.set()

    async def until(self, state: ChatState) -> ChatStatus:
        async with asyncio.timeout(20):
            while state not in self.states:
                self._told.clear()
                await self._told.wait()
        return self.statuses[self.states.index(state)]

    async def read(self) -> None:
        async with contextlib.aclosing(self._messages) as messages:
            async for message in messages:
                self._received.put_nowait(message)

    async def next(self) -> ChatMessage:
        return await asyncio.wait_for(self._received.get(), 20)

    @property
    def states(self) -> list[ChatState]:
        return [status.state for status in self.statuses]


@contextlib.asynccontextmanager
async def reading(chat: ChatAdapter) -> AsyncIterator[Reader]:
    reader = Reader(chat)
    task = asyncio.create_task(reader.read())
    try:
        yield reader
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
