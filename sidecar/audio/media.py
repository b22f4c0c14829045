"""Files and streams: anything FFmpeg opens, played at the pace of a microphone or as fast as it can be read."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from typing import Literal

from sidecar.audio import address as addresses
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk
from sidecar.audio.handover import Handover, from_thread
from sidecar.audio.pace import RealtimePace
from sidecar.audio.player import Player
from sidecar.audio.source import OnStatus, SourceState, SourceStatus

WAITING_SAMPLES = 60 * SAMPLE_RATE
"""Audio that may wait for the session: a file waits with it, a live stream loses its oldest."""


class MediaSource:
    """A file or URL as an `AudioSource`.

    A file, or a URL of known length, ends; with ``repeat`` it starts again after a pause. With pace ``realtime`` it
    goes out as a microphone would, and then ``realtime`` is True; with ``max`` as fast as it is taken. Nothing is lost.
    A live URL (RTMP, RTSP, SRT, UDP, live HLS) reconnects with back-off, also when it stalls. ``?listen=1`` (RTMP)
    and ``?mode=listener`` (SRT) wait for a pusher; of live URLs only HLS that says so (ENDLIST) ends.
    ``lost_samples`` counts audio thrown away because it was not taken in time.
    """

    def __init__(
        self,
        target: str,
        *,
        pace: Literal["realtime", "max"] = "realtime",
        repeat: bool = False,
        stall_timeout_s: float = 10.0,
        reconnect_max_s: float = 30.0,
        name: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises `InputError` for what can be told at once: no such file, a scheme that is not supported."""
        address = addresses.parse(target)
        if address.is_file:
            addresses.check_file(address)
        self.name = name or address.name
        self.realtime = pace == "realtime" or address.always_live
        self.lost_samples = 0
        self._pace = RealtimePace() if pace == "realtime" else None
        self._clock = clock
        self._player = Player(
            address,
            name=self.name,
            repeat=repeat,
            stall_timeout_s=stall_timeout_s,
            reconnect_max_s=reconnect_max_s,
            clock=clock,
        )

    async def chunks(self, on_status: OnStatus) -> AsyncGenerator[AudioChunk]:
        handover = Handover(WAITING_SAMPLES, on_status)
        on_status(SourceStatus(state=SourceState.OPENING, message=self._player.opening))
        thread = from_thread(self._player.run, handover, name="media", stop=self._player.stop)
        async with contextlib.aclosing(thread):
            async for chunk in thread:
                self.lost_samples = handover.dropped_samples
                if self._pace and self._player.on_demand:
                    await asyncio.sleep(self._pace.wait_s(chunk.end, self._clock()))
                yield chunk
        on_status(SourceStatus(state=SourceState.ENDED, message=self._player.last_words))
