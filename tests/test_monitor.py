"""The status report: numbers from every stage, and a warning in plain words for each thing that is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import fakes
import pytest
from fakes import ScriptedRecognizer, ScriptedSource, Talk, until

from sidecar import monitor as module
from sidecar.audio.source import SourceState, SourceStatus
from sidecar.captions.caption import Caption, Removal, Segment
from sidecar.delivery.hub import Hub
from sidecar.delivery.wire import State
from sidecar.errors import StorageError
from sidecar.monitor import Monitor, word_count
from sidecar.speech.listener import Listener
from sidecar.speech.pressure import LATE_MS, Effort
from sidecar.status import LanguageReport, RecognizerReport
from sidecar.storage.ledger import Ledger
from sidecar.translation.dispatcher import LanguageStats
from sidecar.voice import Voice


class FullDisk:
    async def append(self, session_id: str, items: Sequence[Caption | Removal]) -> None:
        raise StorageError("the disk is full")


@dataclass
class Translating:
    """What a dispatcher tells of itself."""

    told: list[LanguageStats] = field(default_factory=list)

    def stats(self) -> tuple[LanguageStats, ...]:
        return tuple(self.told)


async def nothing(since: int, languages: Sequence[str]) -> list[object]:
    return []


class Desk:
    """A monitor with a hub, a ledger and a clock that only moves when told."""

    def __init__(self) -> None:
        self.clock_s = 1000.0
        self.hub = Hub(
            session="s", source="zh", languages=("zh", "en", "es"), epoch_ms=0, recall=nothing, mailbox=8, max_viewers=9
        )
        self.translating = Translating()
        self.ledger = Ledger(FullDisk(), "s")
        self.host = Voice(ScriptedSource([], name="mic"), spoken="zh")
        self.monitor = Monitor(
            self.hub,
            self.translating,  # type: ignore[arg-type]
            self.ledger,
            [self.host],
            now=lambda: self.clock_s,
        )
        self.listener: Listener = fakes.listener(ScriptedRecognizer(Talk((), 0)))

    def live(self) -> None:
        self.host.listener = self.listener
        self.tell(SourceState.LIVE, "capturing")
        self.hub.set_state(State.LIVE, "capturing")

    def tell(self, state: SourceState, message: str) -> None:
        """The host's source says how it is."""
        self.host.status = SourceStatus(state=state, message=message)
        self.monitor.host_changed()

    def say(self, text: str, language: str = "zh", *, final: bool = True) -> None:
        segment = Segment(number=1, text=text, stable=0, final=final, language=language, start_ms=0, end_ms=1)
        self.monitor.said(segment)

    @property
    def warnings(self) -> list[str]:
        return self.monitor.report().warnings


@pytest.fixture
async def desk() -> Desk:
    return Desk()


def stats(lang: str = "en", *, done: int = 0, untranslated: int = 0, lag_ms: int | None = None) -> LanguageStats:
    return LanguageStats(lang=lang, waiting=2, done=done, untranslated=untranslated, lag_ms=lag_ms)


def caption(seq: int) -> Caption:
    return Caption(
        id=seq,
        revision=1,
        final=True,
        lang="zh",
        text="好",
        lines=("好",),
        start_ms=0,
        end_ms=1,
        source_lang="zh",
        seq=seq,
    )


async def test_before_anything_happens_nothing_is_wrong(desk: Desk) -> None:
    desk.clock_s += 300
    report = desk.monitor.report()
    assert (report.session, report.state, report.source.state) == ("s", State.WAITING, "opening")
    assert report.uptime_s == 300
    assert (report.audio_ms, report.words_per_minute, report.viewers, report.unsaved) == (0, 0, 0, 0)
    assert (report.recognition_lag_ms, report.final_lag_ms) == (None, None)
    assert report.warnings == []


async def test_it_shows_what_the_listener_hears(desk: Desk) -> None:
    desk.live()
    hearing = desk.listener.hearing
    hearing.position, hearing.level_dbfs, hearing.speech = 48_000, -20.04, True
    hearing.partial_lags_ms.extend([100, 900, 300])
    hearing.final_lags_ms.extend([1000, 2000])
    report = desk.monitor.report()
    assert report.audio_ms == 3000
    assert (report.source.name, report.source.level_dbfs, report.source.speech) == ("mic", -20.0, True)
    assert (report.recognition_lag_ms, report.final_lag_ms) == (300, 1500)


async def test_each_language_has_its_line_the_hosts_own_first(desk: Desk) -> None:
    desk.translating.told = [stats("en", done=7, untranslated=1, lag_ms=900), stats("es", done=6)]
    desk.say("大家好")
    desk.say("", final=True)
    desk.say("谢谢", final=False)
    async with desk.hub.attach("es"), desk.hub.attach("es", "zh"):
        report = desk.monitor.report()
    assert report.viewers == 2
    assert report.languages == [
        LanguageReport(lang="zh", viewers=1, captions=1, untranslated=0, waiting=0, lag_ms=None),
        LanguageReport(lang="en", viewers=0, captions=7, untranslated=1, waiting=2, lag_ms=900),
        LanguageReport(lang="es", viewers=2, captions=6, untranslated=0, waiting=2, lag_ms=None),
    ]


async def test_words_are_counted_over_the_last_minute(desk: Desk) -> None:
    desk.clock_s += 60
    desk.say("one two three", "en")
    desk.clock_s += 30
    desk.say("four five", "en")
    assert desk.monitor.report().words_per_minute == 5
    desk.clock_s += 31
    assert desk.monitor.report().words_per_minute == 2
    desk.clock_s += 60
    assert desk.monitor.report().words_per_minute == 0


async def test_the_first_words_of_a_show_are_not_blown_up(desk: Desk) -> None:
    desk.clock_s += 0.5
    desk.say("one two three four five", "en")
    assert desk.monitor.report().words_per_minute == 30


@pytest.mark.parametrize(
    ("text", "lang", "count"),
    [
        ("Only nine dollars, really!", "en", 4),
        ("这款面膜，只要99！", "zh", 8),
        ("這款", "zh-Hant", 2),
        ("ขอบคุณ", "th", 5),
        ("감사합니다", "ko", 5),
        ("", "en", 0),
    ],
)
def test_words_or_characters(text: str, lang: str, count: int) -> None:
    assert word_count(text, lang) == count


async def test_silence_of_a_live_input_is_a_warning_after_a_while(desk: Desk) -> None:
    desk.live()
    desk.clock_s += 20
    assert desk.warnings == []
    desk.clock_s += 1
    assert [warning.split(":")[0] for warning in desk.warnings] == ["Nothing to hear for 20 seconds"]
    desk.tell(SourceState.LIVE, "capturing again")
    assert desk.warnings == []


async def test_sound_that_is_heard_takes_the_warning_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAMPLE_S", 0.001)
    desk.live()
    desk.clock_s += 60
    assert desk.warnings
    watching = asyncio.create_task(desk.monitor.watch())
    desk.listener.hearing.level_dbfs = -30.0
    await until(lambda: not desk.warnings)
    desk.listener.hearing.level_dbfs = -90.0
    await asyncio.sleep(0.01)
    desk.clock_s += 60
    assert desk.warnings
    assert desk.monitor.report().memory_mb > 0
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


async def test_an_input_that_was_lost_is_named_and_its_silence_is_not(desk: Desk) -> None:
    desk.live()
    desk.tell(SourceState.RECONNECTING, "no data for 10 s")
    desk.clock_s += 60
    assert desk.warnings == ["The input is lost: no data for 10 s"]


async def test_captions_that_are_not_saved_are_counted(desk: Desk) -> None:
    await desk.ledger.record([caption(1), caption(2)])
    assert desk.monitor.report().unsaved == 2
    assert desk.warnings == ["Captions are not being saved (the disk is full): 2 wait in memory"]


async def test_speech_that_was_skipped_is_counted_in_seconds(desk: Desk) -> None:
    desk.live()
    desk.listener.transcript.skipped_samples = 48_000
    assert desk.monitor.report().drops.audio_ms == 3000
    assert any(warning.startswith("3 s of speech were skipped") for warning in desk.warnings)


async def test_recognition_that_is_late_or_fails_is_told(desk: Desk) -> None:
    desk.live()
    desk.listener.hearing.final_lags_ms.extend([9000, 9000])
    desk.listener.hearing.failures = 2
    late, failed = desk.warnings
    assert late.startswith("Recognition is 9 s behind")
    assert failed == "Recognition failed 2 times"


async def test_a_recogniser_that_is_started_again_is_told(desk: Desk) -> None:
    desk.live()
    health = desk.listener.hearing.recognizer
    assert desk.monitor.report().recognizer == RecognizerReport(ready=True, restarts=0, failures=0, effort=Effort.FULL)
    health.ready, health.error = False, "out of memory"
    assert [warning.split(":")[0] for warning in desk.warnings] == [
        "Recognition is being started again (out of memory)"
    ]
    health.ready, health.restarts = True, 2
    desk.listener.hearing.failures = 3
    assert desk.monitor.report().recognizer == RecognizerReport(ready=True, restarts=2, failures=3, effort=Effort.FULL)
    assert desk.warnings == ["Recogniser restarted: 2 times so far", "Recognition failed 3 times"]


async def test_what_there_is_no_time_for_is_told(desk: Desk) -> None:
    desk.live()
    for effort, told in ((Effort.LESS, "more rarely"), (Effort.FINALS, "with their sentence only")):
        desk.listener.hearing.pressure.partial(LATE_MS + 1)
        assert desk.monitor.report().recognizer.effort is effort
        [warning] = desk.warnings
        assert told in warning


async def test_languages_that_are_not_translated_or_late_are_named(desk: Desk) -> None:
    desk.translating.told = [
        stats("en", done=10, untranslated=3, lag_ms=20_000),
        stats("es", done=10, untranslated=2, lag_ms=9_000),
        stats("fr", done=4, untranslated=4, lag_ms=8_000),
    ]
    en, es = desk.warnings
    assert en == "en: 3 of 10 lines could not be translated in time"
    assert es.startswith("es: translations are 9 s behind")


async def test_when_the_show_is_over_nothing_is_wrong_any_more(desk: Desk) -> None:
    desk.live()
    desk.listener.hearing.failures = 2
    desk.hub.set_state(State.ENDED, "the show is over")
    assert desk.warnings == []
