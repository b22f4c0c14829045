"""Where somebody starts and stops to speak, decided from speech probabilities. Pure: time is the audio position."""

from __future__ import annotations

from dataclasses import dataclass

from sidecar.audio.chunk import to_samples

WINDOW_SAMPLES = 512
"""32 ms: what one probability is about."""
HYSTERESIS = 0.15
"""Speech goes on down to this much below the threshold, as Silero's authors do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """Somebody speaks. ``position`` includes the pre-roll, so it lies before the window that showed it."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechEnded:
    """The utterance is over; ``position`` is just after its last sound."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechPaused:
    """A short silence within the utterance, too short to end it; ``position`` lies in it."""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechResumed:
    """Speech goes on after a pause; ``position`` lies in the silence, at most the pre-roll before the speech."""

    position: int


SpeechEvent = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded


class Endpointer:
    """Probabilities in, starts and ends of utterances out.

    ``threshold``: probability from which a window is speech. ``endpoint_ms``: silence that ends an utterance;
    ``short_endpoint_ms``, if that is longer: one that has lasted less than ``short_ms``, since a few words alone are
    understood badly and somebody who searches for words goes on.
    ``pause_ms``: silence that is told as a pause. ``min_speech_ms``: less speech than that is a cough.
    ``pre_roll_ms``, ``post_roll_ms``: kept around the speech.
    ``gate_dbfs``: a window below this level is silence whatever its probability (digital silence confuses the model).
    Starts and ends alternate, a start first; pauses and resumptions alternate between them; positions never go back.
    """

    def __init__(
        self,
        *,
        threshold: float = 0.5,
        endpoint_ms: int = 600,
        short_endpoint_ms: int = 0,
        short_ms: int = 4_000,
        pause_ms: int = 200,
        min_speech_ms: int = 120,
        pre_roll_ms: int = 300,
        post_roll_ms: int = 150,
        gate_dbfs: float = -75.0,
    ) -> None:
        self._threshold = threshold
        self._release = max(threshold - HYSTERESIS, 0.01)
        self._endpoint = to_samples(endpoint_ms)
        self._short_endpoint = max(to_samples(short_endpoint_ms), self._endpoint)
        self._short = to_samples(short_ms)
        self._told_pause = to_samples(pause_ms)
        self._min_speech = to_samples(min_speech_ms)
        self._pre_roll = to_samples(pre_roll_ms)
        self._post_roll = min(to_samples(post_roll_ms), self._endpoint)
        self._pause = to_samples(min_speech_ms)  # a candidate survives a pause as long as the speech it needs
        self._gate_dbfs = gate_dbfs
        self._floor = 0  # nothing starts before: the end of the utterance before, or of a gap
        self._end: int | None = None  # position expected next
        self._onset: int | None = None  # first window of a candidate or of the utterance
        self._spoken = 0  # samples of speech in the candidate
        self._last_speech = 0  # position after the last window of speech
        self._paused: int | None = None  # position of the pause that was told
        self.speaking = False

    @property
    def lookback_samples(self) -> int:
        """`SpeechStarted.position` lies at most this far before the end of the newest window."""
        windows = -(-self._min_speech // WINDOW_SAMPLES)
        return self._pre_roll + windows * (WINDOW_SAMPLES + self._pause + WINDOW_SAMPLES)

    def feed(self, probability: float, level_dbfs: float, position: int) -> list[SpeechEvent]:
        """One window of `WINDOW_SAMPLES` that starts at ``position``; past the last one's end, there was a gap."""
        events = self.interrupt(position) if self._end is not None and position > self._end else []
        if self._end is None:
            self._floor = position
        self._end = position + WINDOW_SAMPLES
        if self._is_speech(probability, level_dbfs):
            events += self._speech(position)
        else:
            events += self._silence()
        return events

    def interrupt(self, position: int) -> list[SpeechEvent]:
        """Audio stops, and goes on at ``position``: an utterance ends here and none starts before there."""
        events = self.flush()
        self._floor = position
        return events

    def flush(self) -> list[SpeechEvent]:
        """The end of the audio."""
        return self._stop() if self.speaking else self._forget()

    def _is_speech(self, probability: float, level_dbfs: float) -> bool:
        if level_dbfs < self._gate_dbfs:
            return False
        going_on = self._onset is not None and self._last_speech == (self._end or 0) - WINDOW_SAMPLES
        return probability >= (self._release if going_on else self._threshold)

    def _speech(self, position: int) -> list[SpeechEvent]:
        if self._onset is None:
            self._onset = position
        self._spoken += WINDOW_SAMPLES
        self._last_speech = position + WINDOW_SAMPLES
        if self.speaking:
            return self._resume(position)
        if self._spoken < self._min_speech:
            return []
        self.speaking = True
        return [SpeechStarted(position=max(self._floor, self._onset - self._pre_roll))]

    def _silence(self) -> list[SpeechEvent]:
        if self._onset is None or self._end is None:
            return []
        silence = self._end - self._last_speech
        if self.speaking:
            short = self._last_speech - self._onset < self._short
            ended = silence >= (self._short_endpoint if short else self._endpoint)
            return self._stop() if ended else self._pause_once(silence)
        return self._forget() if silence > self._pause else []

    def _pause_once(self, silence: int) -> list[SpeechEvent]:
        if self._paused is not None or silence < self._told_pause:
            return []
        self._paused = self._last_speech + silence // 2
        return [SpeechPaused(position=self._paused)]

    def _resume(self, position: int) -> list[SpeechEvent]:
        if (paused := self._paused) is None:
            return []
        self._paused = None
        return [SpeechResumed(position=max(paused, position - self._pre_roll))]

    def _stop(self) -> list[SpeechEvent]:
        end = max(self._paused or 0, min(self._last_speech + self._post_roll, self._end or self._last_speech))
        self.speaking, self._paused = False, None
        self._floor = end
        self._forget()
        return [SpeechEnded(position=end)]

    def _forget(self) -> list[SpeechEvent]:
        self._onset, self._spoken = None, 0
        return []
