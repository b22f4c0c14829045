"""Answers to a chat, as fast and as long as its platform lets one account write.

One line at a time and in order: whoever calls `Outgoing.say` waits for its turn, and no more than some may wait.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque

import regex

from sidecar.chat.adapter import ChatAdapter, ChatMessage, Pace
from sidecar.errors import ChatBusyError, ChatError
from sidecar.translation import sentences

_SPACE = regex.compile(r"\s+")
_CHARACTER = regex.compile(r"\X")  # with its marks
_PATIENCE_S = 60.0  # an answer that must wait longer holds up the others
_ELLIPSIS = "…"


class Outgoing:
    """The way out to one chat, for answers that were approved."""

    def __init__(self, chat: ChatAdapter, *, capacity: int = 100, pieces: int = 3, tries: int = 5) -> None:
        """``capacity`` answers may wait; an answer has ``pieces`` lines at most, each tried ``tries`` times."""
        self._chat = chat
        self._capacity = capacity
        self._pieces = pieces
        self._tries = tries
        self._pacer = Pacer(chat.pace)
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def say(self, text: str, reply_to: ChatMessage | str | None = None) -> None:
        """Returns once ``text`` was sent. Raises `ChatError` where it, or the rest of it, was not.

        Only what the platform surely has not taken is tried again, so nothing is said twice.
        """
        if self._waiting >= self._capacity:
            raise ChatBusyError(f"{self._waiting} answers wait for {self._chat.name} already", hint="send it later")
        self._waiting += 1
        try:
            async with self._turn:
                for piece in split(text, self._chat.max_chars, self._pieces):
                    await self._send(piece, reply_to)
        finally:
            self._waiting -= 1

    async def _send(self, piece: str, reply_to: ChatMessage | str | None) -> None:
        for left in reversed(range(self._tries)):
            await asyncio.sleep(self._pacer.wait_ms(_now_ms()) / 1000)
            self._pacer.sent(_now_ms())
            try:
                await self._chat.send(piece, reply_to)
                return
            except ChatBusyError as exc:
                if not left or exc.wait_s > _PATIENCE_S:
                    raise ChatError(f"{exc.message}; the answer is given up", hint=exc.hint) from exc
                await asyncio.sleep(exc.wait_s)


class Pacer:
    """When the next message may go. Pure: ``now_ms`` is any clock that only goes on."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._sent_ms: deque[int] = deque(maxlen=pace.messages)

    def wait_ms(self, now_ms: int) -> int:
        """How long until one more is within the pace."""
        if not self._sent_ms:
            return 0
        from_ms = self._sent_ms[-1] + self._pace.gap_ms
        if len(self._sent_ms) == self._pace.messages:
            from_ms = max(from_ms, self._sent_ms[0] + self._pace.window_ms)
        return max(from_ms - now_ms, 0)

    def sent(self, now_ms: int) -> None:
        self._sent_ms.append(now_ms)


def split(text: str, max_chars: int, pieces: int) -> list[str]:
    """``text`` as ``pieces`` lines at most, none longer than ``max_chars``: cut between sentences where it can be,
    else between words, else anywhere but inside a character. What is left over gives way to an ellipsis.
    """
    rest = " ".join(text.split())
    lines: list[str] = []
    while rest and len(lines) < pieces:
        if len(rest) <= max_chars:
            return [*lines, rest]
        last = len(lines) == pieces - 1
        end = _end(rest, max_chars - len(_ELLIPSIS) if last else max_chars)
        lines.append(rest[:end].rstrip() + (_ELLIPSIS if last else ""))
        rest = rest[end:].lstrip()
    return lines


def _end(text: str, max_chars: int) -> int:
    """Where the first line of ``text`` ends. What would leave it less than half full is cut instead."""
    words = [found.start() for found in _SPACE.finditer(text)]
    characters = [found.end() for found in _CHARACTER.finditer(text, endpos=max_chars + 1)]
    for ends, at_least in ((_sentence_ends(text), max_chars // 2), (words, max_chars // 2), (characters, 1)):
        fitting = [end for end in ends if at_least <= end <= max_chars]
        if fitting:
            return fitting[-1]
    return max_chars  # one character with more marks than fit


def _sentence_ends(text: str) -> list[int]:
    ends: list[int] = []
    for sentence in sentences.split(text):
        ends.append(text.index(sentence, ends[-1] if ends else 0) + len(sentence))
    return ends


def _now_ms() -> int:
    return int(time.monotonic() * 1000)
