"""From a source to segments, with a recogniser that is slow, fails, or hears another language."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncGenerator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from fakes import ScriptedRecognizer, Spoken, Talk, each, listener, talk, until
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import check, talks

from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples
from sidecar.audio.endpoint import WINDOW_SAMPLES
from sidecar.captions.caption import Segment
from sidecar.errors import InputError
from sidecar.glossary.term import Glossary, Term
from sidecar.speech.languages import Belief, Switching
from sidecar.speech.listener import Listener
from sidecar.speech.pressure import Effort
from sidecar.speech.recognizer import Choose, Hypothesis
from sidecar.speech.transcript import OMISSION, Policy
from sidecar.speech.turns import Turns
from sidecar.speech.vocabulary import Vocabulary

SAID = talk("hello and welcome everybody", "this shirt costs nine dollars", "see you tomorrow then", word_ms=400)


CUT_SHORT = replace(SAID, length=-(-SAID.words[-1].end // WINDOW_SAMPLES) * WINDOW_SAMPLES)
"""The audio ends with the last word."""


async def everything(
    hears: Listener, said: Talk = SAID, chunks: AsyncGenerator[AudioChunk] | None = None
) -> list[Segment]:
    async with asyncio.timeout(20):
        return [segment async for segment in hears.segments(chunks or each(said.chunks()))]


def texts(segments: list[Segment]) -> list[str]:
    return [segment.text for segment in segments if segment.final]


def said_lines(said: Talk = SAID) -> list[str]:
    lines: list[list[str]] = []
    for index, word in enumerate(said.words):
        if index == 0 or word.start - said.words[index - 1].end > SAMPLE_RATE // 2:
            lines.append([])
        lines[-1].append(word.text)
    return [" ".join(line) for line in lines]


@pytest.mark.parametrize("can_wait", [True, False])
async def test_what_is_said_comes_out_as_partials_and_finals(can_wait: bool) -> None:
    segments = await everything(listener(ScriptedRecognizer(SAID), can_wait=can_wait))
    check(segments, SAID)
    assert texts(segments) == said_lines()


class SlowFinals(ScriptedRecognizer):
    """Ponders over each final until some partials were made beside it, or for half a second."""

    def __init__(self, said: Talk) -> None:
        super().__init__(said)
        self._beside = threading.Semaphore(0)

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        if beam_size > 1:
            while self._beside.acquire(blocking=False):
                pass
            for _ in range(4):
                self._beside.acquire(timeout=0.5)
        else:
            self._beside.release()
        return super().recognize(audio, language=language, beam_size=beam_size, word_times=word_times)


async def unhurried(said: Talk) -> AsyncGenerator[AudioChunk]:
    for chunk in said.chunks():
        yield chunk
        await asyncio.sleep(0.002)


async def test_partials_go_on_beside_a_final_where_there_is_a_processor_to_spare() -> None:
    recognizer = SlowFinals(SAID)
    policy = Policy(tick_ms=100, pause_per_cost=0, min_partial_ms=100)
    hears = listener(recognizer, can_wait=False, turns=Turns(2), policy=policy)
    segments = await everything(hears, chunks=unhurried(SAID))
    first_final = next(at for at, segment in enumerate(segments) if segment.final)
    assert any(segment.number > segments[first_final].number for segment in segments[:first_final])
    assert texts(segments) == said_lines()


async def test_beside_translation_a_final_is_alone() -> None:
    recognizer = ScriptedRecognizer(SAID)
    hears = listener(recognizer, can_wait=False, turns=Turns(2))
    segments = [segment async for segment in hears.segments(each(SAID.chunks()), busy=lambda: True)]
    assert recognizer.most_at_once == 1
    assert texts(segments) == said_lines()


@given(talks(max_utterances=3, max_words=14), st.booleans(), st.sets(st.integers(0, 12)))
@settings(max_examples=12)
def test_no_speech_is_lost_whatever_is_said_and_however_often_recognition_fails(
    said: Talk, can_wait: bool, failing: set[int]
) -> None:
    async def show() -> None:
        recognizer = ScriptedRecognizer(said, fails=failing.__contains__)
        hears = listener(recognizer, can_wait=can_wait, policy=Policy(max_waiting_ms=200_000))
        check(await everything(hears, said), said)
        assert recognizer.most_at_once <= 1
        assert hears.hearing.failures == len([call for call in failing if call < len(recognizer.calls)])

    asyncio.run(show())


@given(talks(max_utterances=3, max_words=14))
@settings(max_examples=12)
def test_a_file_comes_out_word_by_word(said: Talk) -> None:
    segments = asyncio.run(everything(listener(ScriptedRecognizer(said)), said))
    assert " ".join(text for text in texts(segments) if text) == said.text


async def test_finals_are_recognised_with_care_and_partials_quickly() -> None:
    recognizer = ScriptedRecognizer(SAID)
    await everything(listener(recognizer))
    assert {call.beam_size for call in recognizer.calls} == {1, 5}
    assert recognizer.calls[-1].beam_size == 5


class FailingFinals(ScriptedRecognizer):
    """Fails the first ``times`` attempts at each final; partials always work."""

    def __init__(self, said: Talk, times: int) -> None:
        super().__init__(said, fails=self._fails_now)
        self._left = dict[int, int]()
        self._times = times

    def _fails_now(self, number: int) -> bool:
        call = self.calls[number]
        if call.beam_size == 1:
            return False
        left = self._left.setdefault(call.start, self._times)
        self._left[call.start] = left - 1
        return left > 0


async def test_a_final_that_fails_once_is_tried_again() -> None:
    hears = listener(FailingFinals(SAID, times=1))
    segments = await everything(hears)
    assert texts(segments) == said_lines()
    assert hears.hearing.failures == 3


async def test_a_final_that_fails_twice_keeps_what_its_partials_showed() -> None:
    hears = listener(FailingFinals(SAID, times=2))
    segments = await everything(hears)
    check(segments, SAID)
    shown = {segment.number: segment.text for segment in segments if not segment.final}
    assert len(shown) == 3
    assert {segment.number: segment.text for segment in segments if segment.final} == shown
    assert hears.hearing.failures == 6


async def test_an_utterance_that_never_was_recognised_becomes_an_empty_final() -> None:
    hears = listener(ScriptedRecognizer(SAID, fails=lambda _: True))
    segments = await everything(hears)
    assert texts(segments) == ["", "", ""]
    assert all(segment.final for segment in segments)


async def test_a_partial_that_fails_is_left_out() -> None:
    recognizer = ScriptedRecognizer(SAID, fails=lambda number: number == 1)
    hears = listener(recognizer)
    segments = await everything(hears)
    check(segments, SAID)
    assert texts(segments) == said_lines()
    assert hears.hearing.failures == 1


class Meter:
    """A source that knows how far it has been read."""

    def __init__(self, said: Talk, then: Exception | None = None) -> None:
        self.read = 0
        self._said = said
        self._then = then

    async def chunks(self) -> AsyncGenerator[AudioChunk]:
        for chunk in self._said.chunks():
            self.read = chunk.end
            yield chunk
            await asyncio.sleep(0)
        if self._then:
            raise self._then


LONG = talk(*(f"say{n} this{n} and{n} that{n} too{n}" for n in range(20)), word_ms=400)


async def test_a_file_is_read_no_faster_than_it_is_recognised() -> None:
    gate, meter = threading.Event(), Meter(LONG)
    hears = listener(ScriptedRecognizer(LONG, gate=gate), can_wait=True)
    show = asyncio.create_task(everything(hears, chunks=meter.chunks()))
    for _ in range(500):
        await asyncio.sleep(0)
    assert meter.read < LONG.length / 2
    gate.set()
    segments = await show
    assert texts(segments) == said_lines(LONG)
    assert hears.transcript.skipped_samples == 0


async def test_a_live_source_never_waits_for_the_recogniser() -> None:
    gate, meter = threading.Event(), Meter(LONG)
    recognizer = ScriptedRecognizer(LONG, gate=gate)
    hears = listener(recognizer, can_wait=False, policy=Policy(max_waiting_ms=12_000))
    show = asyncio.create_task(everything(hears, chunks=meter.chunks()))
    await until(lambda: meter.read == LONG.length)
    gate.set()
    segments = await show
    check(segments, LONG)
    assert hears.transcript.skipped_samples > 0
    kept = [text for text in texts(segments) if text.startswith("say")]
    assert kept == [line for line in said_lines(LONG) if line in kept]
    assert len(kept) > 3
    assert set(texts(segments)) - set(kept) == {OMISSION}
    assert recognizer.most_at_once == 1


async def test_a_source_that_fails_leaves_the_finals_of_what_it_gave() -> None:
    hears = listener(ScriptedRecognizer(SAID))
    segments: list[Segment] = []

    async def collect() -> None:
        async for segment in hears.segments(Meter(SAID, InputError("unplugged")).chunks()):
            segments.append(segment)

    with pytest.raises(InputError, match="unplugged"):
        await collect()
    assert texts(segments) == said_lines()


async def test_speech_at_the_very_end_is_final_too() -> None:
    segments = await everything(listener(ScriptedRecognizer(SAID)), CUT_SHORT)
    check(segments, CUT_SHORT)
    assert texts(segments) == said_lines()


@pytest.mark.parametrize("where", ["in a call", "between calls"])
async def test_breaking_off_leaves_no_task(where: str) -> None:
    before = asyncio.all_tasks()
    gate = threading.Event()
    recognizer = ScriptedRecognizer(SAID, gate=gate)
    stream = listener(recognizer, can_wait=False).segments(each(SAID.chunks()))
    if where == "between calls":
        gate.set()
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
    else:
        first = asyncio.ensure_future(anext(stream))
        await until(lambda: recognizer.most_at_once == 1)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        gate.set()
    assert asyncio.all_tasks() == before


async def test_silence_and_nothing_at_all_end_without_a_segment() -> None:
    for said in (Talk((), 3 * SAMPLE_RATE), Talk((), 0)):
        recognizer = ScriptedRecognizer(said)
        assert await everything(listener(recognizer), said) == []
        assert recognizer.calls == []


async def test_the_operator_sees_level_speech_and_position_while_it_listens() -> None:
    hears = listener(ScriptedRecognizer(SAID))
    seen: list[tuple[int, float, bool]] = []

    async def watched() -> AsyncGenerator[AudioChunk]:
        async for chunk in each(SAID.chunks()):
            yield chunk
            seen.append((hears.hearing.position, hears.hearing.level_dbfs, hears.hearing.speech))

    await everything(hears, chunks=watched())
    at = [position for position, _, _ in seen]
    assert at == sorted(at)
    assert at[-1] == SAID.length
    first_word = SAID.words[0].start
    assert all(level < -80 and not speech for position, level, speech in seen if position < first_word)
    assert max(level for _, level, _ in seen) > -10
    assert any(speech for _, _, speech in seen)
    assert not hears.hearing.speech
    assert hears.hearing.language == "en"
    assert len(hears.hearing.final_lags_ms) == 3
    assert all(lag >= 0 for lag in hears.hearing.final_lags_ms)


async def test_chinese_comes_in_one_script_and_its_stable_part_fits() -> None:
    said = talk("這款 面膜 只要 九十九 塊 錢 真的 很 便宜", word_ms=400, language="zh")
    segments = await everything(listener(ScriptedRecognizer(said, joiner=""), language="zh"), said)
    check(segments, said)
    assert texts(segments) == ["这款面膜只要九十九块钱真的很便宜"]
    assert {segment.language for segment in segments} == {"zh"}


def bilingual(*parts: tuple[str, int]) -> Talk:
    """Utterances of so many seconds in these languages."""
    words: list[Spoken] = []
    at = SAMPLE_RATE
    for index, (language, seconds) in enumerate(parts):
        for number in range(2 * seconds):
            words.append(
                Spoken(text=f"{language}{index}x{number}", start=at, end=at + SAMPLE_RATE // 2, language=language)
            )
            at += SAMPLE_RATE // 2
        at += SAMPLE_RATE
    return Talk(tuple(words), at)


class Polyglot(ScriptedRecognizer):
    """Writes what is said in another language than it was told to hear as gibberish of that language."""

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        heard = super().recognize(audio, language=language, beam_size=beam_size, word_times=word_times)
        if not heard.text or heard.text.startswith(heard.language):
            return heard
        return Hypothesis(
            text=f"{heard.language} gibberish",
            words=(),
            language=heard.language,
            logprob=-0.5,
            no_speech=0.1,
            compression=1.0,
        )


@pytest.mark.parametrize(
    ("parts", "languages"),
    [
        ([("es", 3), ("es", 3)], ["es", "es"]),
        ([("zh", 4), ("en", 2), ("zh", 4)], ["zh", "zh", "zh"]),
        ([("zh", 4), ("en", 3), ("en", 4), ("en", 2)], ["zh", "zh", "en", "en"]),
    ],
)
async def test_a_language_that_was_not_set_is_found_and_kept_until_it_really_changes(
    parts: list[tuple[str, int]], languages: list[str]
) -> None:
    said = bilingual(*parts)
    policy = Policy(soft_ms=9000, max_ms=20_000)
    segments = await everything(listener(Polyglot(said), language=Belief(), policy=policy), said)
    finals = [segment for segment in segments if segment.final]
    assert [segment.language for segment in finals] == languages
    for final, (spoken, _), settled in zip(finals, parts, languages, strict=True):
        assert final.text.startswith(spoken if settled == spoken else f"{settled} gibberish")


async def test_a_host_may_change_languages_from_one_utterance_to_the_next_when_asked_to() -> None:
    parts = [("zh", 4), ("en", 2), ("zh", 3), ("en", 3), ("es", 2), ("zh", 2)]
    said = bilingual(*parts)
    belief = Belief(allowed=("zh", "en"), switching=Switching.UTTERANCE)
    segments = await everything(listener(Polyglot(said), language=belief, policy=Policy(max_ms=20_000)), said)
    assert [segment.language for segment in segments if segment.final] == ["zh", "en", "zh", "en", "en", "zh"]
    assert {segment.language for segment in segments} == {"zh", "en"}


async def test_what_nobody_said_is_no_evidence_of_a_language() -> None:
    class Noise(ScriptedRecognizer):
        def recognize(self, *arguments: object, **options: object) -> Hypothesis:
            heard = super().recognize(*arguments, **options)  # type: ignore[arg-type]
            return replace(heard, no_speech=0.9, logprob=-1.2) if heard.text.startswith("en") else heard

    said = bilingual(("zh", 4), ("en", 8), ("en", 8), ("zh", 1))
    segments = await everything(listener(Noise(said), language=Belief(), policy=Policy(max_ms=20_000)), said)
    assert [segment.language for segment in segments if segment.final and segment.text] == ["zh", "zh"]


async def test_lags_are_measured_from_the_arrival_of_the_audio() -> None:
    clock = [0.0]

    class Slow(ScriptedRecognizer):
        def recognize(self, *arguments: object, **options: object) -> Hypothesis:
            clock[0] += 2.0
            return super().recognize(*arguments, **options)  # type: ignore[arg-type]

    hears = listener(Slow(SAID), now=lambda: clock[0], policy=Policy(partials=False))
    await everything(hears, CUT_SHORT)
    assert hears.hearing.final_lags_ms[-1] >= 2000
    assert not hears.hearing.partial_lags_ms


async def test_a_gap_in_the_audio_moves_the_clock_and_costs_only_what_was_lost() -> None:
    lost = range(3 * SAMPLE_RATE, 6 * SAMPLE_RATE)
    said = talk("one two three four five six seven eight nine ten", word_ms=700)
    heard = [chunk for chunk in said.chunks() if chunk.position not in lost]
    segments = await everything(listener(ScriptedRecognizer(said)), chunks=each(heard))
    finals = [segment for segment in segments if segment.final]
    words = " ".join(segment.text for segment in finals).split()
    for word in said.words:
        overlap = len(np.intersect1d(np.arange(word.start, word.end), np.arange(lost.start, lost.stop)))
        if overlap < 100:
            assert word.text in words
    assert finals[-1].end_ms >= said.words[-1].end * 1000 // SAMPLE_RATE


async def test_what_was_said_before_a_source_is_lost_becomes_final_at_once() -> None:
    """Contiguous audio afterwards is an utterance of its own."""
    said = talk("one two three four five six seven eight", word_ms=500)
    chunks, half = said.chunks(), said.words[4].start
    lost, back = asyncio.Event(), asyncio.Event()
    segments: list[Segment] = []

    async def source() -> AsyncGenerator[AudioChunk]:
        for chunk in chunks:
            if chunk.position >= half and not lost.is_set():
                lost.set()
                await back.wait()
            yield chunk

    async def collect() -> None:
        async for segment in hears.segments(source()):
            segments.append(segment)

    hears = listener(ScriptedRecognizer(said), can_wait=False)
    show = asyncio.create_task(collect())
    await lost.wait()
    hears.interrupt()
    await until(lambda: texts(segments))
    assert texts(segments) == ["one two three four"]
    back.set()
    await show
    assert texts(segments) == ["one two three four", "five six seven eight"]


async def test_what_was_said_after_a_source_was_lost_has_partials_again() -> None:
    said = talk("one two three four five six", "seven eight nine ten eleven twelve", word_ms=500)
    hears = listener(ScriptedRecognizer(said), can_wait=False)
    segments: list[Segment] = []
    lost, half = False, said.words[3].start

    async def source() -> AsyncGenerator[AudioChunk]:
        nonlocal lost
        for chunk in said.chunks():
            if not lost and chunk.position >= half:
                lost = True
                hears.interrupt()
                await until(lambda: texts(segments))
            yield chunk
            await asyncio.sleep(0)

    async for segment in hears.segments(source()):
        segments.append(segment)
    check(segments, said)
    assert texts(segments) == ["one two three", "four five six", "seven eight nine ten eleven twelve"]


async def test_interrupting_while_nobody_speaks_changes_nothing() -> None:
    hears = listener(ScriptedRecognizer(SAID), can_wait=False)

    async def source() -> AsyncGenerator[AudioChunk]:
        for chunk in SAID.chunks():
            if all(abs(chunk.position - word.end) > SAMPLE_RATE * 0.8 for word in SAID.words):
                hears.interrupt()
            yield chunk
            await asyncio.sleep(0)

    segments = await everything(hears, chunks=source())
    check(segments, SAID)
    assert texts(segments) == said_lines()


class Clocked(ScriptedRecognizer):
    """A call takes ``cost_s`` and as much for each second of audio, with care three times as long, of a clock that goes
    with the audio of its `source`, until that is over."""

    def __init__(self, said: Talk, cost_s: float) -> None:
        super().__init__(said)
        self.now_s = 0.0
        self._cost_s = cost_s
        self._done_s = math.inf
        self._done = threading.Event()
        self.over = False

    def recognize(self, audio: Samples, **options: Any) -> Hypothesis:
        took_s = self._cost_s * (1 + len(audio) / SAMPLE_RATE) * (3 if options["beam_size"] > 1 else 1)
        self._done.clear()
        self._done_s = self.now_s + took_s
        if self.over:
            self.now_s = self._done_s
        else:
            assert self._done.wait(20)
        return super().recognize(audio, **options)

    def _has_answered(self, number: int) -> bool:
        return len(self.calls) >= number

    async def source(self) -> AsyncGenerator[AudioChunk]:
        for chunk in self._said.chunks():
            yield chunk
            await asyncio.sleep(0.001)
            self.now_s = chunk.end / SAMPLE_RATE
            if self._done_s <= self.now_s:
                self._done_s = math.inf
                answer = len(self.calls) + 1
                self._done.set()
                await until(partial(self._has_answered, answer))
        self.over = True
        self._done.set()


LONG_SHOW = talk(*(" ".join(f"word{n}x{i}" for i in range(8)) for n in range(20)), word_ms=300, pause_ms=700)


@pytest.mark.parametrize(("cost_s", "least"), [(0.01, Effort.FULL), (0.3, Effort.LESS), (1.5, Effort.FINALS)])
async def test_a_live_source_gets_what_there_is_time_for(cost_s: float, least: Effort) -> None:
    recognizer = Clocked(LONG_SHOW, cost_s)
    hears = listener(recognizer, can_wait=False, now=lambda: recognizer.now_s)
    efforts, segments = list[Effort](), list[Segment]()
    async for segment in hears.segments(recognizer.source()):
        efforts.append(hears.hearing.pressure.effort)
        segments.append(segment)
    check(segments, LONG_SHOW)
    assert efforts[0] is Effort.FULL
    assert list(Effort)[max(map(list(Effort).index, efforts))] is least
    skipped = [text for text in texts(segments) if not text.startswith("word")]
    assert bool(skipped) == (cost_s > 1) == (hears.transcript.skipped_samples > 0)
    assert set(skipped) <= {OMISSION}


async def test_a_file_gets_all_the_care_there_is_however_long_it_takes() -> None:
    recognizer = Clocked(LONG_SHOW, 5.0)
    recognizer.over = True
    hears = listener(recognizer, can_wait=True, now=lambda: recognizer.now_s)
    segments = await everything(hears, LONG_SHOW)
    assert texts(segments) == said_lines(LONG_SHOW)
    assert {call.beam_size for call in recognizer.calls if call.end - call.start > 2.2 * SAMPLE_RATE} == {5}
    assert hears.hearing.pressure.effort is Effort.FULL


async def test_what_could_not_be_recognised_and_was_not_shown_is_marked_and_counted() -> None:
    calls_of_the_second = [1, 2]
    recognizer = ScriptedRecognizer(SAID, fails=calls_of_the_second.__contains__)
    hears = listener(recognizer, policy=Policy(partials=False))
    segments = await everything(hears)
    first, _, last = said_lines()
    assert texts(segments) == [first, OMISSION, last]
    assert 2 < hears.transcript.skipped_samples / SAMPLE_RATE < 3.5


async def test_hypotheses_are_put_right_before_anything_is_made_of_them() -> None:
    said = talk("welcome to the side car show")
    vocabulary = Vocabulary(Glossary((Term(forms={"en": "Sidecar"}),)))
    segments = await everything(listener(ScriptedRecognizer(said), can_wait=False, correct=vocabulary.correct), said)
    assert segments[-1].text == "welcome to the Sidecar show"
    assert not any("side car" in segment.text for segment in segments)
