"""PCM that a host pushes over a socket; the server calls in, the session reads out, both on the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable

import numpy as np
from numpy.typing import NDArray

from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk
from sidecar.audio.source import OnStatus, SourceState, SourceStatus
from sidecar.audio.timeline import CHUNK_SAMPLES, Chunker
from sidecar.channel import Channel, Closed, Overflow
from sidecar.errors import InputError

MIN_RATE, MAX_RATE = 8_000, 192_000
WAITING_SAMPLES = 60 * SAMPLE_RATE
"""Pushed audio that may wait for the session; beyond it the oldest is lost."""


class PushSource:
    """An `AudioSource` fed by one pusher at a time.

    Position 0 is the first sample ever pushed. While nobody pushes, and while a pusher sends nothing for
    ``stall_timeout_s``, time is counted by ``clock`` (seconds). ``lost_samples`` counts audio not taken in time.
    """

    name = "push"
    realtime = True

    def __init__(self, *, stall_timeout_s: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._stall_s = stall_timeout_s
        self._clock = clock
        self._channel: Channel[AudioChunk] = Channel(WAITING_SAMPLES // CHUNK_SAMPLES, Overflow.DROP_OLDEST)
        self._chunker = Chunker()
        self._connection: PushConnection | None = None
        self._heard_at_s: float | None = None
        self._away = False
        self._finishing = False
        self._on_status: OnStatus | None = None
        self._state = SourceStatus(state=SourceState.OPENING, message="waiting for audio to be pushed")

    @property
    def lost_samples(self) -> int:
        return self._channel.dropped * CHUNK_SAMPLES

    def connect(self, rate: int) -> PushConnection:
        """Begin to push mono PCM of ``rate`` samples a second. Raises `InputError` when somebody else does."""
        if not MIN_RATE <= rate <= MAX_RATE:
            raise InputError(f"rate {rate} is not possible", hint=f"push {MIN_RATE} to {MAX_RATE} samples a second")
        if self._connection is not None:
            raise InputError("somebody pushes audio already", hint="stop the other pusher first")
        if self._channel.closed:
            raise InputError("the session is over", hint="start it again")
        self._connection = PushConnection(self, rate)
        self._away = True
        return self._connection

    def finish(self) -> None:
        """End the stream: `chunks` stops after what waits."""
        self._finishing = True
        if self._connection is not None:
            self._connection.close()
        self._channel.close()

    async def chunks(self, on_status: OnStatus) -> AsyncGenerator[AudioChunk]:
        self._on_status = on_status
        on_status(self._state)
        while True:
            try:
                async with asyncio.timeout(self._stall_s if self._connection else None):
                    chunk = await self._channel.receive()
            except TimeoutError:
                self._stalled()
                continue
            except Closed:
                self._say(SourceState.ENDED, "pushing has ended")
                return
            yield chunk

    def accept(self, samples: NDArray[np.float32]) -> None:
        """Audio from the connection, 16 kHz mono; what comes after the end of the session is thrown away."""
        if not len(samples) or self._channel.closed:
            return
        now_s = self._clock()
        chunks = self._count_absence(now_s) + self._chunker.feed(samples)
        self._heard_at_s = now_s
        for chunk in chunks:
            self._channel.offer(chunk)

    def leave(self, tail: NDArray[np.float32]) -> None:
        """The connection is over; ``tail`` is what its resampler still held."""
        self.accept(tail)
        self._connection = None
        if self._channel.closed:
            return
        for chunk in self._chunker.flush():
            self._channel.offer(chunk)
        if not self._finishing:
            self._say(SourceState.RECONNECTING, "waiting for audio to be pushed again")

    def _count_absence(self, now_s: float) -> list[AudioChunk]:
        """Move the position on when somebody is back, and say that the source is live."""
        silent_s = 0.0 if self._heard_at_s is None else now_s - self._heard_at_s
        if not self._away and silent_s < self._stall_s:
            return []
        self._away = False
        self._say(SourceState.LIVE, "receiving pushed audio")
        return self._chunker.skip(round(silent_s * SAMPLE_RATE))

    def _stalled(self) -> None:
        if self._connection is not None and self._heard_at_s is not None:
            self._away = True
            self._say(SourceState.RECONNECTING, f"the pusher has sent nothing for {self._stall_s:g} s")

    def _say(self, state: SourceState, message: str) -> None:
        status = SourceStatus(state=state, message=message)
        if status != self._state:
            self._state = status
            if self._on_status is not None:
                self._on_status(status)


class PushConnection:
    """One pusher, from `PushSource.connect` to `close`."""

    def __init__(self, source: PushSource, rate: int) -> None:
        from sidecar.audio.ffmpeg import Resampler  # loads FFmpeg: only where somebody pushes

        self._source = source
        self._rate = rate
        self._resampler = Resampler()
        self._odd = b""
        self._closed = False

    def feed(self, data: bytes) -> None:
        """Mono s16le PCM, cut anywhere: half a sample waits for its other half."""
        if self._closed:
            return
        data = self._odd + data
        whole = len(data) - len(data) % 2
        self._odd = data[whole:]
        pcm = np.frombuffer(data[:whole], dtype="<i2").astype(np.int16, copy=False)
        self._source.accept(self._resampler.feed(pcm, self._rate))

    def close(self) -> None:
        """No more from this pusher; another may connect."""
        if not self._closed:
            self._closed = True
            self._source.leave(self._resampler.flush())
