"""Numbers for Prometheus. What the status report knows is read from it when somebody asks; only lags are observed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sidecar.audio.source import SourceState
from sidecar.delivery.hub import Counts
from sidecar.speech.pressure import Effort
from sidecar.status import StatusReport

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LAG_BUCKETS_S = (0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 20, 30, 60)


class Stage(StrEnum):
    """Where time passes between a word and its reader."""

    PARTIAL = "partial"  # a word spoken → shown as tentative
    FINAL = "final"  # a sentence ended → its final caption
    TRANSLATION = "translation"  # the source line final → this language final


class Metrics:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._lag = Histogram(
            "sidecar_lag_seconds",
            "Time that a stage takes",
            ("stage", "lang"),
            registry=self.registry,
            buckets=_LAG_BUCKETS_S,
        )

    def lag(self, stage: Stage, lang: str, milliseconds: int) -> None:
        """Observe how long ``stage`` took for one caption in ``lang``."""
        self._lag.labels(stage.value, lang).observe(max(0, milliseconds) / 1000)

    def watch(self, report: Callable[[], StatusReport], counts: Callable[[], Counts]) -> None:
        """Read ``report`` and ``counts`` at every scrape. Called once."""
        self.registry.register(_SessionCollector(report, counts))

    def render(self) -> bytes:
        """The exposition text, of `CONTENT_TYPE`."""
        return generate_latest(self.registry)


class _SessionCollector(Collector):
    def __init__(self, report: Callable[[], StatusReport], counts: Callable[[], Counts]) -> None:
        self._report = report
        self._counts = counts

    def describe(self) -> list[Metric]:
        """Nothing is known before the session runs."""
        return []

    def collect(self) -> Iterator[Metric]:
        report, counts = self._report(), self._counts()
        yield from _of_languages(report)
        yield from _of_voices(report)
        yield from _of_drops(report)
        yield from _of_session(report)
        yield from _of_assistant(report)
        yield CounterMetricFamily("sidecar_messages_published", "Messages of the session", counts.published)
        yield CounterMetricFamily("sidecar_messages_sent", "Messages handed to viewers", counts.sent)
        yield CounterMetricFamily("sidecar_viewers_refused", "Viewers turned away: full", counts.viewers_refused)


def _of_languages(report: StatusReport) -> Iterator[Metric]:
    viewers = GaugeMetricFamily("sidecar_viewers", "Viewers now; one of two languages counts in both", labels=["lang"])
    captions = CounterMetricFamily("sidecar_captions", "Final captions", labels=["lang"])
    untranslated = CounterMetricFamily("sidecar_untranslated", "Final captions in the source language", labels=["lang"])
    waiting = GaugeMetricFamily("sidecar_translations_waiting", "Lines that wait for translation", labels=["lang"])
    for language in report.languages:
        viewers.add_metric([language.lang], language.viewers)
        captions.add_metric([language.lang], language.captions)
        untranslated.add_metric([language.lang], language.untranslated)
        waiting.add_metric([language.lang], language.waiting)
    yield from (viewers, captions, untranslated, waiting)


def _of_voices(report: StatusReport) -> Iterator[Metric]:
    """Nothing, where there is one voice."""
    live = GaugeMetricFamily("sidecar_voice_live", "1 while the voice's input brings audio", labels=["voice"])
    level = GaugeMetricFamily("sidecar_voice_level_dbfs", "Level of the last second", labels=["voice"])
    lag = GaugeMetricFamily("sidecar_voice_final_lag_seconds", "Sentence ended to final caption", labels=["voice"])
    skipped = CounterMetricFamily("sidecar_voice_skipped_seconds", "Audio never recognised", labels=["voice"])
    for voice in report.voices:
        live.add_metric([voice.label], float(voice.source.state == SourceState.LIVE))
        level.add_metric([voice.label], voice.source.level_dbfs)
        lag.add_metric([voice.label], float("nan") if voice.final_lag_ms is None else voice.final_lag_ms / 1000)
        skipped.add_metric([voice.label], voice.skipped_ms / 1000)
    if report.voices:
        yield from (live, level, lag, skipped)


def _of_drops(report: StatusReport) -> Iterator[Metric]:
    drops = report.drops
    yield CounterMetricFamily("sidecar_dropped_audio_seconds", "Audio never recognised", drops.audio_ms / 1000)
    yield CounterMetricFamily("sidecar_dropped_partials", "Partials replaced before they were sent", drops.partials)
    yield CounterMetricFamily(
        "sidecar_skipped_messages", "Messages that slow viewers read from the store instead", drops.viewer_messages
    )
    yield CounterMetricFamily("sidecar_viewers_cut", "Viewers disconnected for being too slow", drops.viewers)


def _of_session(report: StatusReport) -> Iterator[Metric]:
    yield GaugeMetricFamily("sidecar_connected", "Viewers connected now", report.viewers)
    yield CounterMetricFamily("sidecar_audio_seconds", "Audio heard", report.audio_ms / 1000)
    yield GaugeMetricFamily("sidecar_uptime_seconds", "Since the session began", report.uptime_s)
    yield GaugeMetricFamily("sidecar_input_level_dbfs", "Level of the last second", report.source.level_dbfs)
    yield CounterMetricFamily("sidecar_recognizer_restarts", "It crashed or hung", report.recognizer.restarts)
    yield CounterMetricFamily("sidecar_recognition_failures", "Calls that gave nothing", report.recognizer.failures)
    effort = GaugeMetricFamily("sidecar_recognition_effort", "1 for what there is time for", labels=["effort"])
    for each in Effort:
        effort.add_metric([each.value], float(each is report.recognizer.effort))
    yield effort
    yield GaugeMetricFamily("sidecar_memory_bytes", "Resident, of all its processes", report.memory_mb << 20)
    yield GaugeMetricFamily("sidecar_unsaved", "Final captions not stored yet", report.unsaved)
    state = GaugeMetricFamily("sidecar_state", "1 for the state the show is in", labels=["state"])
    for each in type(report.state):
        state.add_metric([each.value], float(each is report.state))
    yield state


def _of_assistant(report: StatusReport) -> Iterator[Metric]:
    """Nothing, where viewers cannot ask."""
    if found := report.assistant:
        yield GaugeMetricFamily("sidecar_questions_waiting", "Questions that wait for a person", found.waiting)
        yield GaugeMetricFamily("sidecar_questions_urgent", "Of these, urgent", found.urgent)
        yield GaugeMetricFamily("sidecar_questions_overdue", "Of these, overdue", found.overdue)
