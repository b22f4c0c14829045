"""When a file's audio may go out, so that it behaves as a microphone would."""

from __future__ import annotations

from sidecar.audio.chunk import SAMPLE_RATE


class RealtimePace:
    """Each chunk is due when the clock reaches its end, counted from the first question.

    Against one start instant, so it never drifts; after a delay what is overdue goes out at once.
    """

    def __init__(self) -> None:
        self._started_s: float | None = None

    def wait_s(self, end: int, now_s: float) -> float:
        """Seconds from ``now_s`` until audio that ends at position ``end`` is due; 0 when overdue."""
        if self._started_s is None:
            self._started_s = now_s
        return max(0.0, self._started_s + end / SAMPLE_RATE - now_s)
