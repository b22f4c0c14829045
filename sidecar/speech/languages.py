"""Which language the host speaks, when nobody said. Pure."""

from __future__ import annotations

MIN_S = 1.5
"""Shorter utterances say too little to tell."""
SWITCH_S = 6.0
"""Speech in another language, uninterrupted, before the host is taken to have changed."""


class LanguageTracker:
    """Hysteresis over the languages detected in final utterances: a borrowed word or a jingle changes nothing."""

    def __init__(self, fixed: str | None = None) -> None:
        self.current = fixed
        self._fixed = fixed is not None
        self._other: str | None = None
        self._other_s = 0.0

    @property
    def detecting(self) -> bool:
        return not self._fixed

    def observe(self, detected: str, seconds: float) -> str:
        """The language to take an utterance of ``seconds`` for, in which ``detected`` was heard."""
        if self._fixed and self.current:
            return self.current
        if self.current is None:
            if seconds >= MIN_S:
                self.current = detected
            return detected
        if detected == self.current:
            self._other, self._other_s = None, 0.0
            return self.current
        if seconds < MIN_S:
            return self.current
        self._other_s = seconds + (self._other_s if detected == self._other else 0.0)
        self._other = detected
        if self._other_s >= SWITCH_S:
            self.current, self._other, self._other_s = detected, None, 0.0
        return self.current
