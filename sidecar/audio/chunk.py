"""The one audio currency: 16 kHz mono float32 with a position in samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Samples a second of all audio inside Sidecar."""

Samples = NDArray[np.float32]
"""Mono samples, shape ``(n,)``, in [-1, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioChunk:
    """A piece of audio. ``position`` is the index of its first sample on the session's audio clock;
    where it is past the end of the chunk before, the source had a gap there."""

    samples: Samples
    position: int

    @property
    def end(self) -> int:
        """Position just after the last sample."""
        return self.position + len(self.samples)


def to_ms(position: int) -> int:
    """Whole milliseconds of a position in samples."""
    return position * 1000 // SAMPLE_RATE


def to_samples(milliseconds: int) -> int:
    return milliseconds * SAMPLE_RATE // 1000


def level_dbfs(samples: Samples) -> float:
    """Root-mean-square level in dB below full scale; -120 for silence or no samples."""
    if not len(samples):
        return -120.0
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(-120.0, 10 * float(np.log10(power))) if power > 0 else -120.0
