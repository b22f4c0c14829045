"""Positions: counting samples, and believing a source's own clock where it says that time passed without audio."""

from __future__ import annotations

from collections import deque

import numpy as np

from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples

CHUNK_SAMPLES = 640
"""40 ms: the size of chunks that are cut from longer audio."""


class Chunker:
    """Cuts audio that arrives in any sizes into chunks of `CHUNK_SAMPLES`, and keeps the position.

    The last chunk before a gap or the end may be shorter. Any split of the same input gives the same chunks.
    """

    def __init__(self, position: int = 0) -> None:
        self._rest: Samples = np.zeros(0, np.float32)
        self._position = position

    @property
    def end(self) -> int:
        """Position just after the last sample fed."""
        return self._position + len(self._rest)

    def feed(self, samples: Samples) -> list[AudioChunk]:
        joined = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(joined) - len(joined) % CHUNK_SAMPLES
        chunks = [self._cut(joined[start : start + CHUNK_SAMPLES]) for start in range(0, whole, CHUNK_SAMPLES)]
        self._rest = joined[whole:].copy()
        return chunks

    def skip(self, gap_samples: int) -> list[AudioChunk]:
        """Time passed without audio: what is waiting goes out, and the position moves on."""
        if gap_samples <= 0:
            return []
        chunks = self.flush()
        self._position += gap_samples
        return chunks

    def flush(self) -> list[AudioChunk]:
        """What is waiting, as one short chunk."""
        rest, self._rest = self._rest, np.zeros(0, np.float32)
        return [self._cut(rest)] if len(rest) else []

    def _cut(self, samples: Samples) -> AudioChunk:
        chunk = AudioChunk(samples=samples, position=self._position)
        self._position += len(samples)
        return chunk


class Timeline:
    """Presentation times of a stream, judged: which jumps are gaps, and which are nonsense.

    Small differences are jitter and add nothing. A jump forward is a gap, up to ``longest_gap_s``. A jump backwards, or
    a longer one forward, is an encoder that started its clock anew: the audio simply goes on.
    """

    def __init__(self, *, start_s: float | None = None, jitter_s: float = 0.1, longest_gap_s: float = 600.0) -> None:
        self._next_s = start_s
        self._jitter_s = jitter_s
        self._longest_gap_s = longest_gap_s

    @property
    def next_s(self) -> float | None:
        """Presentation time that the next piece should have; None before the first."""
        return self._next_s

    def gap(self, time_s: float | None, duration_s: float) -> int:
        """Samples of nothing before a piece that claims to start at ``time_s``; None where it does not say."""
        expected = self._next_s if self._next_s is not None else time_s
        if time_s is None or expected is None:
            self._next_s = None if expected is None else expected + duration_s
            return 0
        jump = time_s - expected
        if abs(jump) <= self._jitter_s:
            self._next_s = expected + duration_s
            return 0
        self._next_s = time_s + duration_s
        return round(jump * SAMPLE_RATE) if 0 < jump <= self._longest_gap_s else 0


class ArrivalClock:
    """Audio a capture device lost, from when its blocks arrive.

    A block may come late, never early; so the *smallest* lateness within ``window_s`` is the true one, and when that
    grows by more than ``tolerance_s``, so much audio never came. It reacts one window late and never to mere jitter.
    """

    def __init__(self, *, window_s: float = 2.0, tolerance_s: float = 0.1) -> None:
        self._window_s = window_s
        self._tolerance_s = tolerance_s
        self._audio_s = 0.0
        self._usual_s: float | None = None
        self._recent: deque[tuple[float, float]] = deque()

    def gap(self, arrived_s: float, duration_s: float) -> int:
        """Samples lost before the block of ``duration_s`` that arrived at ``arrived_s``."""
        self._audio_s += duration_s
        self._recent.append((arrived_s, arrived_s - self._audio_s))
        full = arrived_s - self._recent[0][0] >= self._window_s
        while arrived_s - self._recent[0][0] > self._window_s:
            self._recent.popleft()
        late_s = min(late for _, late in self._recent)
        if self._usual_s is None or late_s < self._usual_s:
            self._usual_s = late_s
        lost_s = late_s - self._usual_s
        if not full or lost_s <= self._tolerance_s:
            return 0
        self._audio_s += lost_s
        self._recent = deque((at, late - lost_s) for at, late in self._recent)
        return round(lost_s * SAMPLE_RATE)
