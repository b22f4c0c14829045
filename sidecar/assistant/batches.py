"""Questions that wait while others are worked on go together into the next call, in one worker thread."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
MOST = 16
"""Questions in one call, about 0.3 s: what comes meanwhile does not wait for long."""


class Batches(Generic[Q, A]):
    """``work`` makes a list of answers of a list of questions, in order, in ``pool``."""

    def __init__(self, work: Callable[[Sequence[Q]], Sequence[A]], pool: ThreadPoolExecutor) -> None:
        self._work = work
        self._pool = pool
        self._waiting: deque[tuple[Q, asyncio.Future[A]]] = deque()
        self._running: asyncio.Task[None] | None = None

    @property
    def is_idle(self) -> bool:
        return self._running is None

    async def ask(self, question: Q) -> A:
        """The answer. Raises what ``work`` raises; cancelling takes the question back."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, answer))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="assistant questions")
        return await answer

    async def _run(self) -> None:
        try:
            while batch := self._next():
                await self._answer(batch)
        finally:
            self._running = None

    def _next(self) -> list[tuple[Q, asyncio.Future[A]]]:
        batch: list[tuple[Q, asyncio.Future[A]]] = []
        while self._waiting and len(batch) < MOST:
            question, answer = self._waiting.popleft()
            if not answer.done():
                batch.append((question, answer))
        return batch

    async def _answer(self, batch: Sequence[tuple[Q, asyncio.Future[A]]]) -> None:
        questions = [question for question, _ in batch]
        try:
            answers = await asyncio.get_running_loop().run_in_executor(self._pool, self._work, questions)
        except asyncio.CancelledError:
            for _, answer in batch:
                answer.cancel()
            raise
        except Exception as exc:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(exc)
            return
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)

    async def aclose(self) -> None:
        """Gives up what waits."""
        for _, answer in self._waiting:
            answer.cancel()
        self._waiting.clear()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
