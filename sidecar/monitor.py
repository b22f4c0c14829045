"""The status report: what the operator wants to know, gathered from the stages, with warnings in plain words."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence

from sidecar.audio.source import SourceState
from sidecar.captions.caption import Segment
from sidecar.delivery.hub import Hub
from sidecar.delivery.wire import State
from sidecar.speech.pressure import Effort
from sidecar.speech.transcript import counts_characters
from sidecar.status import DropReport, LanguageReport, RecognizerReport, SourceReport, StatusReport, VoiceReport
from sidecar.storage.ledger import Ledger
from sidecar.translation.dispatcher import Dispatcher, LanguageStats
from sidecar.usage import Usage
from sidecar.voice import Voice

SAMPLE_S = 1.0
WINDOW_S = 60.0
QUIET_DBFS = -55.0
QUIET_S = 20.0
LATE_FINAL_MS = 6_000
LATE_TRANSLATION_MS = 8_000
EASED = {
    Effort.LESS: "Recognition is short of time: words come more rarely, sentences are recognised with less care",
    Effort.FINALS: "Recognition is short of time: words come with their sentence only, recognised with less care",
}
MUCH_UNTRANSLATED = 0.2
ENOUGH_LINES = 5


class Monitor:
    """Gathers a `StatusReport`. `watch` samples once a second what cannot be asked for.

    ``now`` is a steady clock in seconds.
    """

    def __init__(
        self,
        hub: Hub,
        dispatcher: Dispatcher,
        ledger: Ledger,
        voices: Sequence[Voice],
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hub = hub
        self._dispatcher = dispatcher
        self._ledger = ledger
        self._voices = tuple(voices)
        self._host = voices[0]
        self._now = now
        self._usage = Usage()
        self._started_s = self._now()
        self._heard_s = self._started_s
        self._said: deque[tuple[float, int]] = deque()
        self._finals: Counter[str] = Counter()

    def host_changed(self) -> None:
        """The host's source is in another state."""
        self._heard_s = self._now()

    def said(self, segment: Segment) -> None:
        """Count the words of a final segment."""
        if segment.final and segment.text:
            self._finals[segment.language] += 1
            self._said.append((self._now(), word_count(segment.text, segment.language)))
            self._forget()

    async def watch(self) -> None:
        """Sample until cancelled."""
        while True:
            self._usage.sample()
            await asyncio.sleep(SAMPLE_S)
            if self._host.hearing.level_dbfs > QUIET_DBFS:
                self._heard_s = self._now()

    def report(self) -> StatusReport:
        """The session at this moment."""
        stats = {each.lang: each for each in self._dispatcher.stats()}
        counts = self._hub.counts()
        return StatusReport(
            session=self._hub.session,
            state=self._hub.state,
            message=self._hub.message,
            uptime_s=int(self._now() - self._started_s),
            audio_ms=max(voice.position_ms for voice in self._voices),
            source=_source(self._host),
            voices=[_voice(voice, voice.label) for voice in self._voices if voice.label is not None],
            recognizer=RecognizerReport(
                ready=self._host.hearing.recognizer.ready,
                restarts=self._host.hearing.recognizer.restarts,
                failures=self._failures,
                effort=self._host.hearing.pressure.effort,
            ),
            language=self._hub.source,
            words_per_minute=self._words_per_minute(),
            recognition_lag_ms=_median(lag for voice in self._voices for lag in voice.hearing.partial_lags_ms),
            final_lag_ms=self._final_lag_ms,
            languages=self._languages(stats),
            targets=list(stats),
            viewers=self._hub.viewer_count,
            drops=DropReport(
                audio_ms=self._skipped_ms,
                partials=counts.partials_dropped,
                viewer_messages=counts.messages_skipped,
                viewers=counts.viewers_cut,
            ),
            unsaved=self._ledger.unsaved,
            cpu_percent=round(self._usage.cpu_percent, 1),
            memory_mb=self._usage.memory_mb,
            warnings=list(self._warnings(stats)),
        )

    @property
    def _final_lag_ms(self) -> int | None:
        return _median(lag for voice in self._voices for lag in voice.hearing.final_lags_ms)

    @property
    def _failures(self) -> int:
        return sum(voice.hearing.failures for voice in self._voices)

    @property
    def _skipped_ms(self) -> int:
        return sum(voice.skipped_ms for voice in self._voices)

    def _words_per_minute(self) -> int:
        self._forget()
        span_s = min(WINDOW_S, max(10.0, self._now() - self._started_s))
        return round(sum(words for _, words in self._said) * 60 / span_s)

    def _forget(self) -> None:
        """Words of the last minute count, whether somebody asks or not."""
        while self._said and self._said[0][0] < self._now() - WINDOW_S:
            self._said.popleft()

    def _languages(self, stats: dict[str, LanguageStats]) -> list[LanguageReport]:
        viewers = self._hub.viewers()
        return [self._language(lang, viewers.get(lang, 0), stats.get(lang)) for lang in self._hub.languages]

    def _language(self, lang: str, viewers: int, stats: LanguageStats | None) -> LanguageReport:
        if stats is None or lang == self._hub.source:
            said = self._finals[lang]
            return LanguageReport(lang=lang, viewers=viewers, captions=said, untranslated=0, waiting=0, lag_ms=None)
        return LanguageReport(
            lang=lang,
            viewers=viewers,
            captions=stats.done,
            untranslated=stats.untranslated,
            waiting=stats.waiting,
            lag_ms=stats.lag_ms,
        )

    def _warnings(self, stats: dict[str, LanguageStats]) -> Iterable[str]:
        if self._hub.state is State.ENDED:
            return
        if self._host.status.state is SourceState.RECONNECTING:
            yield f"The input is lost: {self._host.status.message}"
        elif self._host.listener and self._now() - self._heard_s > QUIET_S:
            yield f"Nothing to hear for {QUIET_S:.0f} seconds: is the right input chosen, and not muted?"
        yield from (warning for voice in self._voices[1:] for warning in _guest_warnings(voice))
        if self._ledger.error is not None:
            yield f"Captions are not being saved ({self._ledger.error.message}): {self._ledger.unsaved} wait in memory"
        if skipped_ms := self._skipped_ms:
            yield f"{skipped_ms / 1000:.0f} s of speech were skipped: this computer is too slow for what it has to do"
        if self._host.hearing.pressure.effort is not Effort.FULL:
            yield EASED[self._host.hearing.pressure.effort]
        final_lag_ms = self._final_lag_ms
        if final_lag_ms is not None and final_lag_ms > LATE_FINAL_MS:
            yield f"Recognition is {final_lag_ms / 1000:.0f} s behind: close other programs, or use a smaller model"
        recognizer = self._host.hearing.recognizer  # one for all voices
        if not recognizer.ready:
            error = f" ({recognizer.error})" if recognizer.error else ""
            yield f"Recognition is being started again{error}: nothing new is captioned until then"
        if recognizer.restarts:
            yield f"Recogniser restarted: {recognizer.restarts} times so far"
        if self._failures:
            yield f"Recognition failed {self._failures} times"
        for each in stats.values():
            yield from _language_warnings(each)


def _source(voice: Voice) -> SourceReport:
    return SourceReport(
        name=voice.source.name,
        state=voice.status.state,
        message=voice.status.message,
        level_dbfs=round(voice.hearing.level_dbfs, 1),
        speech=voice.hearing.speech,
    )


def _voice(voice: Voice, label: str) -> VoiceReport:
    return VoiceReport(
        label=label,
        language=voice.hearing.language or voice.spoken,
        source=_source(voice),
        recognition_lag_ms=_median(voice.hearing.partial_lags_ms),
        final_lag_ms=_median(voice.hearing.final_lags_ms),
        skipped_ms=voice.skipped_ms,
    )


def _guest_warnings(voice: Voice) -> Iterable[str]:
    if voice.failed:
        yield f"{voice.label} is not captioned any more: {voice.status.message}"
    elif voice.status.state is SourceState.RECONNECTING:
        yield f"{voice.label} is lost: {voice.status.message}"


def _language_warnings(stats: LanguageStats) -> Iterable[str]:
    if stats.done >= ENOUGH_LINES and stats.untranslated > MUCH_UNTRANSLATED * stats.done:
        yield f"{stats.lang}: {stats.untranslated} of {stats.done} lines could not be translated in time"
    elif stats.lag_ms is not None and stats.lag_ms > LATE_TRANSLATION_MS:
        yield f"{stats.lang}: translations are {stats.lag_ms / 1000:.0f} s behind; fewer languages would help"


def word_count(text: str, lang: str) -> int:
    """Words, or characters where words are not set apart."""
    return sum(char.isalnum() for char in text) if counts_characters(lang) else len(text.split())


def _median(values: Iterable[int]) -> int | None:
    found = list(values)
    return round(statistics.median(found)) if found else None
