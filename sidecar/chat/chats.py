"""All chats of a show: each is read on its own, what comes in goes through one queue, and answers go back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

import structlog

from sidecar.assistant.approval import Answer
from sidecar.assistant.question import PAGE, Question
from sidecar.chat.adapter import ChatAdapter, ChatMessage, ChatState, ChatStatus
from sidecar.chat.incoming import Incoming
from sidecar.chat.outgoing import Outgoing
from sidecar.errors import ChatError

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

OnStatus = Callable[[str, ChatStatus], None]
"""Called with the chat's name, on the event loop."""


class Chats:
    """One chat that fails says so and leaves the others alone. ``statuses`` is the last of each, by name."""

    def __init__(
        self,
        adapters: Iterable[ChatAdapter],
        *,
        on_status: OnStatus = lambda name, status: None,
        incoming: Incoming | None = None,
    ) -> None:
        self.incoming = Incoming() if incoming is None else incoming  # an empty one is false
        self.statuses: dict[str, ChatStatus] = {}
        self._on_status = on_status
        self._adapters = {adapter.name: adapter for adapter in adapters}
        self._ways = {name: Outgoing(adapter) for name, adapter in self._adapters.items()}

    async def run(self, take: Callable[[ChatMessage], Awaitable[None]]) -> None:
        """Reads all chats until cancelled; ``take`` gets one message after the other."""
        async with asyncio.TaskGroup() as tasks:
            for adapter in self._adapters.values():
                tasks.create_task(self._read(adapter), name=f"chat {adapter.name}")
            while True:
                await take(await self.incoming.next())

    async def answer(self, answer: Answer) -> Sequence[str]:
        """Writes an approved answer into the chats in which it was asked; the ids of the questions that it did not
        reach. Where several asked the same in one language, it is written once, under the question of the first.
        """
        asked: dict[tuple[str, str], list[Question]] = {}
        for question in answer.questions:
            if question.channel != PAGE:
                asked.setdefault((question.channel, answer.text_for(question.lang)[0]), []).append(question)
        said = await asyncio.gather(
            *(self._say(channel, text, questions[0].id) for (channel, text), questions in asked.items())
        )
        reached = zip(said, asked.values(), strict=True)
        return [question.id for done, questions in reached if not done for question in questions]

    async def aclose(self) -> None:
        for adapter in self._adapters.values():
            await adapter.aclose()

    async def _read(self, adapter: ChatAdapter) -> None:
        end = ChatStatus(state=ChatState.ENDED, message="there is no more of it")
        try:
            async with contextlib.aclosing(adapter.messages(partial(self._tell, adapter.name))) as messages:
                async for message in messages:
                    self.incoming.offer(message, time.monotonic_ns() // 1_000_000)
                    await asyncio.sleep(0)  # a flood that is there already would hold up everything else
        except ChatError as exc:
            end = ChatStatus(state=ChatState.ENDED, message=f"{exc.message}; {exc.hint}" if exc.hint else exc.message)
        except Exception as exc:  # an adapter may be anybody's
            _log.exception("a chat failed", chat=adapter.name)
            end = ChatStatus(state=ChatState.ENDED, message=f"it failed: {type(exc).__name__}")
        if adapter.name not in self.statuses or self.statuses[adapter.name].state is not ChatState.ENDED:
            self._tell(adapter.name, end)

    def _tell(self, name: str, status: ChatStatus) -> None:
        level = "info" if status.state in (ChatState.CONNECTING, ChatState.LIVE) else "warning"
        getattr(_log, level)("chat", chat=name, state=status.state.value, reason=status.message)
        self.statuses[name] = status
        self._on_status(name, status)

    async def _say(self, channel: str, text: str, question: str) -> bool:
        """Whether it was written."""
        if channel not in self._ways:
            _log.warning("an answer was not written", chat=channel, reason="there is no such chat")
            return False
        try:
            await self._ways[channel].say(text, question)
        except ChatError as exc:
            _log.warning("an answer was not written", chat=channel, reason=exc.message)
            return False
        except Exception:  # an adapter may be anybody's
            _log.exception("an answer was not written", chat=channel)
            return False
        return True
