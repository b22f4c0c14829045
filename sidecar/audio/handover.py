"""The step from a thread that blocks in a library to the event loop: bounded in audio, with back-pressure or loss."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable

from sidecar.audio.chunk import AudioChunk
from sidecar.audio.source import OnStatus, SourceState, SourceStatus

JOIN_S = 2.0
"""A thread that is told to stop is waited for this long; one stuck in a library stays behind as a daemon."""


class Handover:
    """Chunks from one thread to one task, at most ``limit_samples`` of them waiting.

    The thread calls `put`, `say` and `pause`; all of them return at once when the reader has gone.
    """

    def __init__(self, limit_samples: int, on_status: OnStatus) -> None:
        self._limit = limit_samples
        self._on_status = on_status
        self._loop = asyncio.get_running_loop()
        self._arrived = asyncio.Event()
        self._lock = threading.Condition()
        self._chunks: deque[AudioChunk] = deque()
        self._waiting = 0
        self._ended = False
        self._error: BaseException | None = None
        self.closed = False
        self.dropped_samples = 0

    def put(self, chunk: AudioChunk, *, wait: bool) -> bool:
        """Hand ``chunk`` over. When full: ``wait`` for room, or let the oldest audio go.

        False once the reader has gone: the thread should end.
        """
        with self._lock:
            while wait and not self.closed and not self._has_room(chunk):
                self._lock.wait()
            if self.closed:
                return False
            while not self._has_room(chunk):
                self._drop_oldest()
            self._chunks.append(chunk)
            self._waiting += len(chunk.samples)
        self._on_loop(self._arrived.set)
        return True

    def say(self, state: SourceState, message: str) -> None:
        """Report a status on the event loop."""
        self._on_loop(lambda: self._on_status(SourceStatus(state=state, message=message)))

    def pause(self, seconds: float) -> bool:
        """Sleep in the thread, no longer than the reader is there. True while it is."""
        with self._lock:
            self._lock.wait_for(lambda: self.closed, timeout=seconds)
            return not self.closed

    def end(self, error: BaseException | None = None) -> None:
        """No more chunks; ``error`` reaches the reader after the last one."""
        with self._lock:
            self._ended, self._error = True, error
        self._on_loop(self._arrived.set)

    def close(self) -> None:
        """The reader has gone."""
        with self._lock:
            self.closed = True
            self._chunks.clear()
            self._lock.notify_all()

    async def take(self) -> AudioChunk | None:
        """The next chunk; None at the end. Raises what the thread ended with."""
        while True:
            self._arrived.clear()
            with self._lock:
                if self._chunks:
                    chunk = self._chunks.popleft()
                    self._waiting -= len(chunk.samples)
                    self._lock.notify_all()
                    return chunk
                if self._ended:
                    if self._error is not None:
                        raise self._error
                    return None
            await self._arrived.wait()

    def _has_room(self, chunk: AudioChunk) -> bool:
        """Whether ``chunk`` fits beside what waits; alone, a chunk always does."""
        return not self._chunks or self._waiting + len(chunk.samples) <= self._limit

    def _drop_oldest(self) -> None:
        gone = len(self._chunks.popleft().samples)
        self._waiting -= gone
        self.dropped_samples += gone

    def _on_loop(self, call: Callable[[], object]) -> None:
        if not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(call)
            except RuntimeError:  # closed between the two lines: nobody is left to tell
                self.close()


async def from_thread(
    work: Callable[[Handover], None],
    handover: Handover,
    *,
    name: str,
    stop: Callable[[], None] | None = None,
) -> AsyncGenerator[AudioChunk]:
    """What ``work`` puts into ``handover``, run in a thread of its own.

    Leaving the generator closes the hand-over, calls ``stop`` (to wake a blocked library) and waits `JOIN_S`.
    """

    def run() -> None:
        try:
            work(handover)
        except BaseException as exc:
            handover.end(exc)
        else:
            handover.end()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        while (chunk := await handover.take()) is not None:
            yield chunk
    finally:
        handover.close()
        if stop is not None:
            stop()
        await asyncio.to_thread(thread.join, JOIN_S)
