"""A bounded hand-over between two stages, with a named overflow policy."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Overflow(StrEnum):
    """What a full channel does with one item more."""

    BLOCK = "block"  # `send` waits for room
    LATEST = "latest"  # everything waiting gives way to the newest item
    DROP_OLDEST = "drop_oldest"  # the oldest item waiting gives way


class Closed(Exception):
    """The channel was closed: nothing more can be sent."""


class Channel(Generic[T]):
    """A queue of at most ``size`` items between tasks of one event loop.

    Iterating ends once the channel is closed and empty. ``dropped`` counts what the policy threw away.
    """

    def __init__(self, size: int, overflow: Overflow) -> None:
        self._items: deque[T] = deque()
        self._size = size
        self._overflow = overflow
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._settled = asyncio.Event()
        self.closed = False
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._items)

    async def send(self, item: T) -> None:
        """Hand ``item`` over; waits only under ``BLOCK``. Raises `Closed` after `close`."""
        while self._overflow is Overflow.BLOCK and len(self._items) >= self._size and not self.closed:
            self._room.clear()
            await self._room.wait()
        self._put(item)

    def offer(self, item: T) -> bool:
        """Hand ``item`` over without waiting; False when a full ``BLOCK`` channel refuses it."""
        if self._overflow is Overflow.BLOCK and len(self._items) >= self._size:
            return False
        self._put(item)
        return True

    def close(self) -> None:
        """Let the receiver take what waits, then end."""
        self.closed = True
        self._wake.set()
        self._room.set()

    def drain(self) -> list[T]:
        """Everything that waits, at once."""
        items = list(self._items)
        self._items.clear()
        self._room.set()
        return items

    async def receive(self) -> T:
        """The next item; raises `Closed` when there will be none."""
        while not self._items:
            self._settled.set()
            if self.closed:
                raise Closed
            self._wake.clear()
            await self._wake.wait()
        item = self._items.popleft()
        self._room.set()
        return item

    async def settle(self) -> None:
        """Wait until the one receiver has taken everything and come back for more, so that all is dealt with."""
        await self._settled.wait()

    async def __aiter__(self) -> AsyncIterator[T]:
        while True:
            try:
                yield await self.receive()
            except Closed:
                return

    def _put(self, item: T) -> None:
        if self.closed:
            raise Closed
        if len(self._items) >= self._size:
            gone = len(self._items) if self._overflow is Overflow.LATEST else 1
            for _ in range(gone):
                self._items.popleft()
            self.dropped += gone
        self._items.append(item)
        self._settled.clear()
        self._wake.set()
