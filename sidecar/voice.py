"""One of those whom a session captions: the host, a guest on a call. Each is heard apart, on one clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sidecar import language
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, to_ms
from sidecar.audio.source import AudioSource, SourceState, SourceStatus
from sidecar.captions.caption import Segment
from sidecar.speech.listener import Hearing, Listener


class SessionClock:
    """The audio clock of a session: its zero is that of the source which is heard first. ``now`` is steady seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._zero_s: float | None = None

    def offset_ms(self, first: AudioChunk) -> int:
        """Where position 0 of a source lies whose ``first`` chunk came just now; never before zero."""
        zero_s = self._now() - first.end / SAMPLE_RATE
        if self._zero_s is None:
            self._zero_s = zero_s
        return max(0, round((zero_s - self._zero_s) * 1000))


class Voice:
    """A source and what is made of it. ``label`` is None where nobody else is captioned; ``spoken`` may be ``auto``."""

    def __init__(self, source: AudioSource, *, spoken: str, label: str | None = None) -> None:
        self.source = source
        self.spoken = spoken
        self.label = label
        self.status = SourceStatus(state=SourceState.OPENING, message="not opened yet")
        self.failed = False
        self.listener: Listener | None = None
        self.offset_ms = 0

    @property
    def hearing(self) -> Hearing:
        return self.listener.hearing if self.listener else Hearing()

    @property
    def position_ms(self) -> int:
        """Up to where it was heard, on the clock of the session."""
        return self.offset_ms + to_ms(self.hearing.position)

    @property
    def skipped_ms(self) -> int:
        """Speech that was skipped for want of time."""
        return to_ms(self.listener.transcript.skipped_samples) if self.listener else 0

    def placed(self, segment: Segment) -> Segment:
        """``segment`` with its times on the clock of the session."""
        if not self.offset_ms:
            return segment
        return replace(segment, start_ms=segment.start_ms + self.offset_ms, end_ms=segment.end_ms + self.offset_ms)


def caption_languages(spoken: Sequence[str], to: Sequence[str]) -> tuple[str, ...]:
    """All that captions come in: what the host (the first) speaks, what was asked for, what other voices speak."""
    return tuple(dict.fromkeys(lang for lang in (*spoken[:1], *to, *spoken[1:]) if lang != language.AUTO))


def translation_targets(spoken: Sequence[str], to: Sequence[str]) -> tuple[str, ...]:
    """Those of `caption_languages` that not every voice speaks."""
    return tuple(lang for lang in caption_languages(spoken, to) if any(lang != each for each in spoken))
