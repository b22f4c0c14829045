"""A source that may not be there yet: a guest who joins the call when the show is on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from sidecar.audio.chunk import AudioChunk
from sidecar.audio.reconnect import Backoff
from sidecar.audio.source import AudioSource, OnStatus, SourceState, SourceStatus
from sidecar.errors import InputError


class PatientSource:
    """An `AudioSource` opened again and again, as long as there has been no audio of it. What then fails is raised."""

    def __init__(self, open_source: Callable[[], AudioSource], *, reconnect_max_s: float) -> None:
        """Opens it once: what can be told at once raises `InputError`."""
        self._open = open_source
        self._source = open_source()
        self._backoff = Backoff(maximum_s=reconnect_max_s)
        self.name = self._source.name
        self.realtime = self._source.realtime

    async def chunks(self, on_status: OnStatus) -> AsyncGenerator[AudioChunk]:
        heard = False
        while True:
            try:
                async with contextlib.aclosing(self._source.chunks(on_status)) as chunks:
                    async for chunk in chunks:
                        heard = True
                        yield chunk
                return
            except InputError as exc:
                if heard:
                    raise
                on_status(SourceStatus(state=SourceState.OPENING, message=f"{exc.message}; opening it again"))
            await asyncio.sleep(self._backoff.next_s())
            self._source = self._open()
