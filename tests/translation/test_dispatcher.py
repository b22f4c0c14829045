"""The dispatcher with a scripted translator and a clock that only moves when told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from sidecar.captions.caption import Segment
from sidecar.errors import ModelError, TranslationError
from sidecar.translation.dispatcher import Dispatcher, Reason, Translated
from sidecar.translation.translator import Line


class ManualClock:
    def __init__(self) -> None:
        self.time_s = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self.time_s

    async def sleep_until(self, when_s: float) -> None:
        event = asyncio.Event()
        self._sleepers.append((when_s, event))
        if when_s > self.time_s:
            await event.wait()

    async def advance(self, seconds: float) -> None:
        self.time_s += seconds
        for when_s, event in self._sleepers:
            if when_s <= self.time_s:
                event.set()
        await settle()


class ScriptedTranslator:
    """Answers when told to; `answers` maps a text to a translation or an exception; a text not in it hangs."""

    name = "scripted"

    def __init__(self, answers: Callable[[Line], str | Exception | None]) -> None:
        self._answers = answers
        self.asked: list[Line] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.closed = False
        self.workers: dict[str, object] = {}
        self._gates: list[asyncio.Event] = []
        self.gated = False

    async def translate(self, line: Line) -> str:
        self.asked.append(line)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.gated:
                gate = asyncio.Event()
                self._gates.append(gate)
                await gate.wait()
            answer = self._answers(line)
            if answer is None:
                await asyncio.Event().wait()
            if isinstance(answer, Exception):
                raise answer
            assert isinstance(answer, str)
            return answer
        finally:
            self.in_flight -= 1

    async def release(self) -> None:
        self._gates.pop(0).set()
        await settle()

    def worker(self, target: str) -> object:
        return self.workers.get(target, self)

    async def aclose(self) -> None:
        self.closed = True


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


def line(number: int, text: str | None = None, language: str = "zh") -> Segment:
    said = f"line {number}" if text is None else text
    return Segment(
        number=number,
        text=said,
        stable=len(said),
        final=True,
        language=language,
        start_ms=number * 1000,
        end_ms=number * 1000 + 900,
    )


def echoing(line: Line) -> str:
    return f"{line.target}:{line.text}"


class Show:
    """A running dispatcher and what came out of it."""

    def __init__(self, dispatcher: Dispatcher, clock: ManualClock, results: list[Translated]) -> None:
        self.dispatcher = dispatcher
        self.clock = clock
        self.results = results

    def texts(self, lang: str) -> list[str]:
        return [result.text for result in self.results if result.lang == lang]

    def reasons(self, lang: str) -> list[Reason | None]:
        return [result.reason for result in self.results if result.lang == lang]


@asynccontextmanager
async def show(
    translator: ScriptedTranslator | None, targets: tuple[str, ...] = ("en", "es"), **options: object
) -> AsyncIterator[Show]:
    clock = ManualClock()
    results: list[Translated] = []

    async def collect(result: Translated) -> None:
        results.append(result)

    dispatcher = Dispatcher(translator, targets, on_result=collect, clock=clock, **options)  # type: ignore[arg-type]
    task = asyncio.create_task(dispatcher.run())
    await settle()
    try:
        yield Show(dispatcher, clock, results)
        assert not task.done() or task.exception() is None
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await dispatcher.aclose()


async def test_every_line_comes_out_in_every_language_in_order() -> None:
    async with show(ScriptedTranslator(echoing)) as running:
        for number in range(5):
            running.dispatcher.give(line(number))
        await running.dispatcher.drain()
        assert running.texts("en") == [f"en:line {number}" for number in range(5)]
        assert running.texts("es") == [f"es:line {number}" for number in range(5)]


async def test_one_line_is_in_work_at_a_time() -> None:
    translator = ScriptedTranslator(echoing)
    async with show(translator, ("en", "es", "id", "fr")) as running:
        for number in range(4):
            running.dispatcher.give(line(number))
        await running.dispatcher.drain()
    assert translator.most_in_flight == 1


async def test_a_new_line_goes_into_the_first_language_before_an_older_one_goes_into_the_second() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    async with show(translator) as running:
        running.dispatcher.give(line(0))
        await settle()
        running.dispatcher.give(line(1))
        for _ in range(4):
            await translator.release()
        assert [(asked.target, asked.text) for asked in translator.asked] == [
            ("en", "line 0"),
            ("en", "line 1"),
            ("es", "line 0"),
            ("es", "line 1"),
        ]


async def test_a_language_that_nobody_reads_waits_until_it_is_read() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    watched = {"es"}
    async with show(translator, ("en", "es", "id"), watched=lambda: watched) as running:
        for number in range(3):
            running.dispatcher.give(line(number))
        await settle()
        await translator.release()
        watched.add("id")  # while the second Spanish line is in work
        watched.discard("es")
        for _ in range(8):
            await translator.release()
        assert [asked.target for asked in translator.asked] == ["es", "es", *["id"] * 3, *["en"] * 3, "es"]
        assert all(result.translated for result in running.results)


async def test_a_line_gets_what_was_said_before_it_as_context() -> None:
    translator = ScriptedTranslator(echoing)
    async with show(translator, ("en",)) as running:
        for number in range(4):
            running.dispatcher.give(line(number))
        await running.dispatcher.drain()
    assert translator.asked[0].context == ()
    assert translator.asked[3].context == ("line 1", "line 2")


async def test_a_failed_line_shows_the_source_and_the_next_one_is_translated() -> None:
    translator = ScriptedTranslator(lambda asked: TranslationError("no") if asked.text == "line 0" else echoing(asked))
    async with show(translator, ("en",)) as running:
        running.dispatcher.give(line(0))
        running.dispatcher.give(line(1))
        await running.dispatcher.drain()
        first, second = running.results
        assert (first.text, first.translated, first.reason) == ("line 0", False, Reason.FAILED)
        assert (second.text, second.translated, second.reason) == ("en:line 1", True, None)


async def test_a_line_that_hangs_is_given_up_at_its_time_limit() -> None:
    translator = ScriptedTranslator(lambda asked: None if asked.text == "line 0" else echoing(asked))
    async with show(translator, ("en",), line_timeout_s=5.0) as running:
        running.dispatcher.give(line(0))
        running.dispatcher.give(line(1))
        await settle()
        await running.clock.advance(4.9)
        assert running.results == []
        await running.clock.advance(0.2)
        assert running.reasons("en") == [Reason.TIMED_OUT, None]
        assert running.results[0].lag_ms == 5100


async def test_a_language_that_fell_behind_gives_up_its_oldest_lines_and_catches_up() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    async with show(translator, max_lag_s=10.0, line_timeout_s=100.0) as running:
        for number in range(6):
            running.dispatcher.give(line(number))
            await running.clock.advance(2.0)
        # The clock is at 12 s; line 0 has been in work for English since 0 s, so only Spanish may give up.
        assert running.texts("en") == []
        assert running.texts("es") == ["line 0", "line 1", "line 2"]
        assert set(running.reasons("es")) == {Reason.LATE}


async def test_the_last_languages_go_without_before_the_first_ones_do() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    async with show(translator, ("en", "es", "id"), max_lag_s=6.0, line_timeout_s=100.0) as running:
        for number in range(20):  # a line every 2 s, a translation every 1 s: enough for two languages of three
            running.dispatcher.give(line(number))
            await settle()
            for _ in range(2):
                await running.clock.advance(1.0)
                await translator.release()
        assert set(running.reasons("en")) == {None}
        assert len(running.texts("en")) == 20
        assert set(running.reasons("es")) == {None}
        assert running.reasons("id").count(Reason.LATE) >= 12
        assert all(result.lag_ms <= 8000 for result in running.results)


async def test_without_a_translator_every_line_comes_out_at_once_in_the_source_language() -> None:
    async with show(None) as running:
        running.dispatcher.give(line(0))
        await running.dispatcher.drain()
        assert [(result.lang, result.text, result.reason) for result in running.results] == [
            ("en", "line 0", Reason.NO_TRANSLATOR),
            ("es", "line 0", Reason.NO_TRANSLATOR),
        ]


async def test_a_line_already_in_the_target_language_passes_through_in_its_place() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    async with show(translator, ("en",)) as running:
        running.dispatcher.give(line(0))
        running.dispatcher.give(line(1, "OK everyone", language="en"))
        await settle()
        assert running.results == []
        await translator.release()
        assert running.texts("en") == ["en:line 0", "OK everyone"]
        assert running.reasons("en") == [None, None]


async def test_a_withdrawn_line_passes_through_empty() -> None:
    translator = ScriptedTranslator(echoing)
    async with show(translator, ("en",)) as running:
        running.dispatcher.give(line(0, ""))
        await running.dispatcher.drain()
        assert (running.texts("en"), translator.asked) == ([""], [])


async def test_a_line_without_a_word_is_the_same_in_every_language() -> None:
    translator = ScriptedTranslator(echoing)
    async with show(translator, ("en",)) as running:
        running.dispatcher.give(line(0, "[…]"))
        running.dispatcher.give(line(1, "好"))
        await running.dispatcher.drain()
        assert running.texts("en") == ["[…]", "en:好"]
        assert [result.translated for result in running.results] == [True, True]
        assert [asked.context for asked in translator.asked] == [()]


async def test_portuguese_of_brazil_reads_portuguese_but_traditional_chinese_is_translated() -> None:
    translator = ScriptedTranslator(echoing)
    async with show(translator, ("pt-BR", "zh-Hant")) as running:
        running.dispatcher.give(line(0, "olá", language="pt"))
        running.dispatcher.give(line(1, "你好", language="zh"))
        await running.dispatcher.drain()
        assert running.texts("pt-BR") == ["olá", "pt-BR:你好"]
        assert running.texts("zh-Hant") == ["zh-Hant:olá", "zh-Hant:你好"]


async def test_a_broken_translator_is_replaced_after_a_pause_that_grows() -> None:
    broken = ScriptedTranslator(lambda _asked: RuntimeError("dead"))
    attempts: list[float] = []

    async def reopen() -> ScriptedTranslator:
        attempts.append(running.clock.now())
        if len(attempts) < 3:
            raise ModelError("still broken")
        return ScriptedTranslator(echoing)

    async with show(broken, ("en",), reopen=reopen, max_lag_s=60.0) as running:
        running.dispatcher.give(line(0))
        await settle()
        running.dispatcher.give(line(1))
        for _ in range(10):
            await running.clock.advance(1.0)
        assert attempts == [1.0, 3.0, 7.0]
        assert broken.closed
        assert running.reasons("en") == [Reason.FAILED, None]


async def test_five_hanging_lines_running_replace_the_translator() -> None:
    fresh = ScriptedTranslator(echoing)

    async def reopen() -> ScriptedTranslator:
        return fresh

    async with show(
        ScriptedTranslator(lambda _asked: None), ("en",), reopen=reopen, line_timeout_s=1.0, max_lag_s=60.0
    ) as running:
        for number in range(6):
            running.dispatcher.give(line(number))
        for _ in range(12):
            await running.clock.advance(1.0)
        assert running.reasons("en") == [Reason.TIMED_OUT] * 5 + [None]


async def test_lines_wait_for_a_translator_that_is_still_loading_but_not_for_ever() -> None:
    loaded = asyncio.Event()

    async def reopen() -> ScriptedTranslator:
        await loaded.wait()
        return ScriptedTranslator(echoing)

    async with show(None, ("en",), reopen=reopen, max_lag_s=10.0) as running:
        running.dispatcher.give(line(0))
        await running.clock.advance(8.0)
        running.dispatcher.give(line(1))
        await running.clock.advance(2.0)
        assert running.reasons("en") == [Reason.LATE]
        loaded.set()
        await running.dispatcher.drain()
        assert running.texts("en") == ["line 0", "en:line 1"]


async def test_closing_puts_out_what_still_waits() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    async with show(translator, ("en",)) as running:
        for number in range(3):
            running.dispatcher.give(line(number))
        await settle()
    assert running.texts("en") == ["line 0", "line 1", "line 2"]
    assert set(running.reasons("en")) == {Reason.CLOSED}
    assert translator.closed
    with pytest.raises(RuntimeError):
        running.dispatcher.give(line(4))


async def test_statistics_tell_what_waits_what_failed_and_how_late_lines_are() -> None:
    translator = ScriptedTranslator(lambda asked: TranslationError("no") if asked.target == "es" else echoing(asked))
    translator.gated = True
    async with show(translator) as running:
        running.dispatcher.give(line(0))
        await settle()
        english, spanish = running.dispatcher.stats()
        assert (english.lang, english.waiting, english.lag_ms) == ("en", 1, None)
        await running.clock.advance(1.5)
        await translator.release()
        await translator.release()
        english, spanish = running.dispatcher.stats()
        assert (english.waiting, english.done, english.untranslated, english.lag_ms) == (0, 1, 0, 1500)
        assert (spanish.waiting, spanish.done, spanish.untranslated, spanish.lag_ms) == (0, 1, 1, 1500)


async def test_a_listener_that_fails_ends_the_run() -> None:
    async def refuse(_result: Translated) -> None:
        raise ZeroDivisionError

    dispatcher = Dispatcher(None, ("en",), on_result=refuse, clock=ManualClock())
    dispatcher.give(line(0))
    with pytest.raises(ZeroDivisionError):
        await dispatcher.run()
    await dispatcher.aclose()


async def test_a_language_that_is_added_gets_the_lines_from_then_on_before_the_others() -> None:
    async with show(ScriptedTranslator(echoing), ("es",)) as running:
        running.dispatcher.give(line(1, "早上好"))
        await settle()
        running.dispatcher.set_targets(("zh", "es"))
        running.dispatcher.give(line(2, "hello", language="en"))
        running.dispatcher.give(line(3, "再见"))
        await running.dispatcher.drain()
        assert running.texts("es") == ["es:早上好", "es:hello", "es:再见"]
        assert running.texts("zh") == ["zh:hello", "再见"]
        assert [each.lang for each in running.results[1:3]] == ["zh", "zh"]
        assert [stats.lang for stats in running.dispatcher.stats()] == ["zh", "es"]


async def test_lines_of_two_languages_have_each_their_own_context() -> None:
    translator = ScriptedTranslator(echoing)
    async with show(translator, ("es",)) as running:
        for number, (language, text) in enumerate((("zh", "一"), ("en", "one"), ("zh", "二"), ("en", "two"))):
            running.dispatcher.give(line(number, text, language))
        await running.dispatcher.drain()
    assert [(asked.source, tuple(asked.context)) for asked in translator.asked] == [
        ("zh", ()),
        ("en", ()),
        ("zh", ("一",)),
        ("en", ("one",)),
    ]


async def test_languages_of_two_workers_do_not_wait_for_one_another() -> None:
    translator = ScriptedTranslator(lambda asked: None if asked.target == "en" else echoing(asked))
    translator.workers = {"en": 1, "es": 2, "fr": 2}
    async with show(translator, ("en", "es", "fr"), line_timeout_s=100.0) as running:
        for number in range(3):
            running.dispatcher.give(line(number))
        await settle()
        assert running.texts("es") == [f"es:line {number}" for number in range(3)]
        assert running.texts("fr") == [f"fr:line {number}" for number in range(3)]
        assert running.texts("en") == []
        assert translator.most_in_flight == 2


async def test_a_language_that_hangs_costs_the_others_little_and_comes_last_until_it_answers() -> None:
    broken: list[str] = []
    translator = ScriptedTranslator(lambda asked: None if asked.target in broken else echoing(asked))
    async with show(translator, ("en", "es"), line_timeout_s=60.0, max_lag_s=100.0) as running:
        for number in range(5):
            running.dispatcher.give(line(number))
        await running.dispatcher.drain()
        broken.append("en")
        running.dispatcher.give(line(5))
        await settle()
        await running.clock.advance(4.9)
        assert len(running.texts("es")) == 5
        await running.clock.advance(0.2)
        assert running.reasons("en")[-1] is Reason.TIMED_OUT
        assert running.texts("es")[-1] == "es:line 5"
        running.dispatcher.give(line(6))
        await settle()
        assert running.texts("es")[-1] == "es:line 6"
        broken.clear()
        await running.clock.advance(5.1)
        running.dispatcher.give(line(7))
        running.dispatcher.give(line(8))
        await running.dispatcher.drain()
        assert running.texts("en")[-2:] == ["en:line 7", "en:line 8"]


async def test_a_language_that_hung_once_has_its_turn_again_although_others_always_wait() -> None:
    asked: list[str] = []

    def answers(line: Line) -> str | None:
        asked.append(line.target)
        return None if len(asked) == 1 else echoing(line)

    translator = ScriptedTranslator(answers)
    async with show(translator, ("en", "es"), line_timeout_s=5.0, max_lag_s=1_000.0) as running:
        for number in range(30):
            running.dispatcher.give(line(number))
        await settle()
        translator.gated = True
        await running.clock.advance(5.1)
        assert running.reasons("en") == [Reason.TIMED_OUT]
        for _ in range(12):
            await running.clock.advance(1.0)
            await translator.release()
        assert asked[1] == "es"
        assert "en" in asked[2:], "its turn comes again while lines for others wait"


async def test_slow_calls_raise_the_limit_of_those_to_come() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    async with show(translator, ("en",), line_timeout_s=60.0, max_lag_s=100.0) as running:
        for number in range(6):
            running.dispatcher.give(line(number))
            await settle()
            await running.clock.advance(4.0)
            if number < 5:
                await translator.release()
        await running.clock.advance(7.9)
        assert len(running.results) == 5
        await running.clock.advance(0.2)
        assert running.reasons("en") == [None] * 5 + [Reason.TIMED_OUT]


async def test_of_a_language_that_is_taken_away_nothing_comes_any_more() -> None:
    translator = ScriptedTranslator(echoing)
    translator.gated = True
    async with show(translator, ("en", "es")) as running:
        running.dispatcher.give(line(0))
        running.dispatcher.give(line(1))
        await settle()
        running.dispatcher.set_targets(("es", "fr"))
        running.dispatcher.give(line(2))
        translator.gated = False
        await running.dispatcher.drain()
        assert running.texts("en") == []
        assert running.texts("es") == ["es:line 0", "es:line 1", "es:line 2"]
        assert running.texts("fr") == ["fr:line 2"]
        assert translator.in_flight == 0
        assert [stats.lang for stats in running.dispatcher.stats()] == ["es", "fr"]


def being_said(number: int, text: str) -> Segment:
    return replace(line(number, text), final=False)


async def test_what_is_being_said_is_translated_while_no_line_waits() -> None:
    async with show(ScriptedTranslator(echoing), watched=lambda: {"es"}) as running:
        running.dispatcher.hint(being_said(1, "this coat is really good"))
        await settle()
        assert [(result.lang, result.segment.final, result.translated) for result in running.results] == [
            ("es", False, True)
        ]
        assert running.texts("es") == ["es:this coat is"]
        assert not running.dispatcher.behind
        running.dispatcher.give(line(1, "This coat is really good."))
        await running.dispatcher.drain()
        assert running.texts("es")[1:] == ["es:This coat is really good."]
        assert [stats.done for stats in running.dispatcher.stats()] == [1, 1]


async def test_a_final_line_does_not_wait_for_what_is_being_said() -> None:
    def answer(line: Line) -> str | None:
        return None if line.tentative else echoing(line)

    translator = ScriptedTranslator(answer)
    async with show(translator) as running:
        running.dispatcher.hint(being_said(1, "这件外套今天真的很好看"))
        await settle()
        assert translator.in_flight == 1
        running.dispatcher.give(line(0))
        running.dispatcher.hint(being_said(1, "这件外套今天真的很好看而且不贵哦"))
        await running.dispatcher.drain()
        assert running.texts("en") == ["en:line 0"]
        assert [asked.text for asked in translator.asked if asked.tentative][:1] == ["这件外套今天真的很好看"]


async def test_a_beginning_that_cannot_be_translated_is_not_shown_and_counts_for_nothing() -> None:
    async with show(ScriptedTranslator(lambda _: TranslationError("failed"))) as running:
        running.dispatcher.hint(being_said(1, "这件外套今天真的很好看"))
        await settle()
        assert not running.results
        assert [stats.untranslated for stats in running.dispatcher.stats()] == [0, 0]
        running.dispatcher.give(line(1))
        await running.dispatcher.drain()
        assert running.reasons("en") == [Reason.FAILED]
