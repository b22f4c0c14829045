"""What every audio input looks like to the session."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sidecar.audio.chunk import AudioChunk


class SourceState(StrEnum):
    OPENING = "opening"
    LIVE = "live"
    RECONNECTING = "reconnecting"  # it was lost; opening it again with back-off
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """State of an input, with a sentence for the technician."""

    state: SourceState
    message: str


OnStatus = Callable[[SourceStatus], None]
"""Called on the event loop, never from another thread."""


class AudioSource(Protocol):
    """An input. `chunks` may be iterated once.

    ``realtime`` is True when the source itself keeps real time: a microphone, a live URL, push, and a file that is
    played at real-time pace; a file at full pace does not.
    """

    name: str
    realtime: bool

    def chunks(self, on_status: OnStatus) -> AsyncGenerator[AudioChunk]:
        """Chunks of 20 to 100 ms (the last before a gap or the end may be shorter) in rising position, until the end.

        Raises `InputError` when it cannot be opened at all. A live source that is lost reconnects by itself, says so
        through ``on_status``, and goes on with a position that counts the time it was away.
        """
        ...
