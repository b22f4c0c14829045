"""What recognition can afford, told by how late its results come. Pure: times are arguments.

A live source does not wait. When results are late, words are shown more rarely and finals decoded greedily. When that
is not enough, nothing but finals is made, of shorter segments. And when even these cannot keep up, the oldest audio is
skipped, so that what is shown is never far behind what is said. Once results are timely again, it goes back, step by
step.
"""

from __future__ import annotations

import statistics
from collections import deque
from enum import StrEnum

LATE_MS = 3_000
TIMELY_MS = 1_500
MAX_LAG_MS = 6_000
"""A final that would be later is skipped, where recognition cannot catch up."""
ENOUGH = 3
"""Timely finals in a row before more is done again."""
CATCHING_UP = 0.75
"""Up to this many seconds for a second of audio, what waits is done in the end."""
_MEASURED = 5


class Effort(StrEnum):
    """What is done for a word."""

    FULL = "full"  # shown while it is spoken, then decoded with care
    LESS = "less"  # shown more rarely, then decoded greedily
    FINALS = "finals"  # decoded greedily, once, in short segments


_LADDER = (Effort.FULL, Effort.LESS, Effort.FINALS)


class Pressure:
    """Of one recogniser, whoever shares it."""

    def __init__(self) -> None:
        self._step = 0
        self._timely = 0
        self._costs: deque[float] = deque(maxlen=_MEASURED)

    @property
    def effort(self) -> Effort:
        return _LADDER[self._step]

    def is_greedy(self, waited_ms: int) -> bool:
        """Whether a final that has waited so long is decoded greedily."""
        return self._step > 0 or waited_ms > LATE_MS

    def partial(self, late_ms: int) -> None:
        """A partial came ``late_ms`` after its audio."""
        if late_ms > LATE_MS:
            self._ease(late_ms)

    def final(self, late_ms: int, *, greedy: bool, audio_s: float, took_s: float) -> None:
        """A final, or what segments are cut by, came ``late_ms`` after its ``audio_s`` seconds of audio were there."""
        if greedy:
            self._costs.append(took_s / audio_s)
        if late_ms > LATE_MS:
            self._ease(late_ms)
            return
        self._timely = self._timely + 1 if late_ms < TIMELY_MS else 0
        if self._timely >= ENOUGH and self._step:
            self._step -= 1
            self._timely = 0

    def is_hopeless(self, waited_ms: int, audio_s: float) -> bool:
        """Whether a final that has waited so long is skipped where there is newer audio to recognise."""
        cost = statistics.median(self._costs) if len(self._costs) > 1 else 0.0
        return cost > CATCHING_UP and waited_ms + 1000 * cost * audio_s > MAX_LAG_MS

    def _ease(self, late_ms: int) -> None:
        self._timely = 0
        self._step = len(_LADDER) - 1 if late_ms > MAX_LAG_MS else min(self._step + 1, len(_LADDER) - 1)
