"""What comes in of all chats: once each, no more of one author than is fair, and a bounded queue of it.

Time is an argument, and only `next` waits. An adapter is never held up: what is too much is counted and dropped.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass, replace
from enum import StrEnum

from sidecar.chat.adapter import ChatMessage

_REMEMBERED = 10_000  # messages, and authors

_Author = tuple[str, str]  # the channel, and the author's key in it


class Verdict(StrEnum):
    TAKEN = "taken"
    DUPLICATE = "duplicate"
    TOO_OFTEN = "too_often"  # of this author
    OVERFLOW = "overflow"  # nobody has read the queue for too long


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorRate:
    """What one author may write: ``burst`` messages at once, and one more every ``refill_ms``."""

    burst: int = 5
    refill_ms: int = 3_000


class _Bucket:
    """A token bucket: full at first."""

    def __init__(self, rate: AuthorRate, now_ms: int) -> None:
        self._rate = rate
        self._tokens = float(rate.burst)
        self._at_ms = now_ms

    def take(self, now_ms: int) -> bool:
        refilled = self._tokens + (now_ms - self._at_ms) / self._rate.refill_ms
        self._tokens, self._at_ms = min(refilled, self._rate.burst), now_ms
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Incoming:
    """Messages between the adapters and the assistant. ``counts`` has every verdict since the start.

    When it is full, the newest message of the author who has most in it gives way, so that one who floods the chat
    pushes out nobody else; where that would not be fairer, the one that comes is dropped. Text is cut to ``max_chars``.
    """

    def __init__(self, *, capacity: int = 10_000, max_chars: int = 2_000, rate: AuthorRate | None = None) -> None:
        self.counts: Counter[Verdict] = Counter()
        self._capacity = capacity
        self._max_chars = max_chars
        self._rate = rate or AuthorRate()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._buckets: OrderedDict[_Author, _Bucket] = OrderedDict()
        self._waiting: dict[int, ChatMessage] = {}  # by number, the oldest first
        self._of_author: dict[_Author, list[int]] = {}
        self._number = 0
        self._some = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, message: ChatMessage, now_ms: int) -> Verdict:
        """Takes a message, or says why not. ``now_ms`` is any clock that only goes on."""
        verdict = self._judged(message, now_ms)
        if verdict is Verdict.TAKEN and len(self) >= self._capacity:
            verdict = self._make_room(_author(message))
        if verdict is Verdict.TAKEN:
            self._put(message)
        self.counts[verdict] += 1
        return verdict

    async def next(self) -> ChatMessage:
        """The oldest message, as soon as there is one. For one reader."""
        while not self._waiting:
            self._some.clear()
            await self._some.wait()
        number = next(iter(self._waiting))
        message = self._waiting[number]
        self._remove(number)
        return message

    def _judged(self, message: ChatMessage, now_ms: int) -> Verdict:
        key = (message.channel, message.id)
        if key in self._seen:
            return Verdict.DUPLICATE
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return Verdict.TAKEN if self._bucket(_author(message), now_ms).take(now_ms) else Verdict.TOO_OFTEN

    def _bucket(self, author: _Author, now_ms: int) -> _Bucket:
        if author not in self._buckets:
            self._buckets[author] = _Bucket(self._rate, now_ms)
        self._buckets.move_to_end(author)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        return self._buckets[author]

    def _make_room(self, author: _Author) -> Verdict:
        fullest = max(self._of_author.values(), key=len)
        if len(fullest) <= len(self._of_author.get(author, ())) + 1:
            return Verdict.OVERFLOW
        self._remove(fullest[-1])
        self.counts[Verdict.OVERFLOW] += 1
        return Verdict.TAKEN

    def _put(self, message: ChatMessage) -> None:
        self._number += 1
        self._waiting[self._number] = replace(message, text=message.text[: self._max_chars])
        self._of_author.setdefault(_author(message), []).append(self._number)
        self._some.set()

    def _remove(self, number: int) -> None:
        author = _author(self._waiting.pop(number))
        numbers = self._of_author[author]
        numbers.remove(number)
        if not numbers:
            del self._of_author[author]


def _author(message: ChatMessage) -> _Author:
    return message.channel, message.author_key
