"""How much louder a quiet voice must be made for the speech detector to know it. Pure: time is counted in samples."""

from __future__ import annotations

from sidecar.audio.chunk import SAMPLE_RATE

TARGET_DBFS = -20.0
"""What the loudest of late is raised to: a voice close to a microphone."""
MAX_DB = 36.0
"""A voice of -56 dBFS becomes as loud as that; noise lower than this is not speech however loud it is made."""
FALL_DB_PER_S = 3.0
"""So fast the loudest is forgotten: a pause of some seconds does not turn the room into a voice."""


class Gain:
    """A gain that follows the loudest of late: at once when it gets louder, slowly when it gets quieter.

    An envelope follower with instant attack (Giannoulis, Massberg and Reiss 2012, section 2.2), in decibels.
    """

    def __init__(self) -> None:
        self._loudest_dbfs: float | None = None

    def factor(self, level_dbfs: float, samples: int) -> float:
        """What to multiply a window of so many ``samples`` by whose level is ``level_dbfs``: 1.0 or more."""
        fallen = FALL_DB_PER_S * samples / SAMPLE_RATE
        before = level_dbfs if self._loudest_dbfs is None else self._loudest_dbfs - fallen
        self._loudest_dbfs = max(level_dbfs, before)
        return float(10.0 ** (min(max(TARGET_DBFS - self._loudest_dbfs, 0.0), MAX_DB) / 20))
