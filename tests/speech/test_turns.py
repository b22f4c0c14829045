"""Turns at one recogniser: finals first, the oldest first, and nobody is kept from it by somebody who never pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import fakes
import pytest
from fakes import ScriptedRecognizer, Talk, each, talk
from hypothesis import given
from hypothesis import strategies as st

from sidecar.audio.chunk import Samples
from sidecar.captions.caption import Segment
from sidecar.speech.recognizer import Health, Hypothesis
from sidecar.speech.transcript import Policy
from sidecar.speech.turns import Turns, chosen

PARTIAL = None


@given(st.lists(st.none() | st.floats(0, 100), min_size=1))
def test_the_final_that_has_waited_longest_is_chosen_or_else_who_joined_first(waited_s: list[float | None]) -> None:
    index = chosen(waited_s)
    finals = [waited for waited in waited_s if waited is not None]
    if finals:
        assert waited_s[index] == max(finals)
        assert index == waited_s.index(max(finals))
    else:
        assert index == 0


class Desk:
    """Callers that write down when they have a turn, and keep it until told."""

    def __init__(self, at_once: int = 1) -> None:
        self.turns = Turns(at_once)
        self.served: list[str] = []
        self.go_on = asyncio.Event()

    def ask(self, name: str, claim: Callable[[], float | None] = lambda: PARTIAL) -> asyncio.Task[None]:
        async def take() -> None:
            async with self.turns.turn(claim):
                self.served.append(name)
                await self.go_on.wait()

        return asyncio.create_task(take())


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_final_goes_before_partials_that_came_earlier_and_the_oldest_final_first() -> None:
    desk = Desk()
    tasks = [
        desk.ask("in work"),
        desk.ask("partial"),
        desk.ask("young final", lambda: 0.2),
        desk.ask("old final", lambda: 3.0),
    ]
    await settle()
    assert desk.served == ["in work"]
    desk.go_on.set()
    await asyncio.gather(*tasks)
    assert desk.served == ["in work", "old final", "young final", "partial"]
    assert not desk.turns.busy


async def test_with_two_at_once_the_third_waits() -> None:
    desk = Desk(at_once=2)
    tasks = [desk.ask("first")]
    await settle()
    assert not desk.turns.busy
    tasks += [desk.ask("second"), desk.ask("third")]
    await settle()
    assert desk.served == ["first", "second"]
    assert desk.turns.busy
    desk.go_on.set()
    await asyncio.gather(*tasks)
    assert desk.served == ["first", "second", "third"]
    assert not desk.turns.busy


async def test_what_is_wanted_is_asked_when_a_turn_is_free() -> None:
    desk = Desk()
    over: list[float] = []
    tasks = [
        desk.ask("in work"),
        desk.ask("partial"),
        desk.ask("over meanwhile", lambda: over[0] if over else None),
    ]
    await settle()
    over.append(0.1)
    desk.go_on.set()
    await asyncio.gather(*tasks)
    assert desk.served == ["in work", "over meanwhile", "partial"]


@pytest.mark.parametrize("when", ["waiting", "in work", "just served"])
async def test_who_gives_up_keeps_nobody_waiting(when: str) -> None:
    desk = Desk()
    first, second, third = desk.ask("first"), desk.ask("second"), desk.ask("third")
    await settle()
    match when:
        case "waiting":
            second.cancel()
        case "in work":
            first.cancel()
        case _:
            desk.go_on.set()
            await asyncio.sleep(0)  # the first has gone, and the second has been chosen but does not run yet
            second.cancel()
    await settle()
    desk.go_on.set()
    await asyncio.gather(first, second, third, return_exceptions=True)
    assert "third" in desk.served
    assert not desk.turns.busy


async def test_who_has_had_a_turn_stands_at_the_end_of_the_queue_again() -> None:
    turns, served = Turns(), list[str]()

    async def speak(name: str) -> None:
        for _ in range(4):
            async with turns.turn(lambda: PARTIAL):
                served.append(name)
                await asyncio.sleep(0)

    await asyncio.gather(speak("a"), speak("b"), speak("c"))
    assert "".join(served) == "abc" * 4


class ByLanguage:
    """One recogniser that hears each voice in the talk of its language."""

    def __init__(self, **said: Talk) -> None:
        self.voices = {lang: ScriptedRecognizer(talk) for lang, talk in said.items()}
        self.health = Health()
        self.at_once = 1
        self.in_work = 0
        self.most_at_once = 0

    def recognize(self, audio: Samples, *, language: str, beam_size: int, word_times: bool) -> Hypothesis:
        self.in_work += 1
        self.most_at_once = max(self.most_at_once, self.in_work)
        try:
            return self.voices[language].recognize(audio, language=language, beam_size=beam_size, word_times=word_times)
        finally:
            self.in_work -= 1


async def hear(recognizer: ByLanguage, turns: Turns, lang: str, said: Talk) -> list[Segment]:
    listener = fakes.listener(
        recognizer,  # type: ignore[arg-type]
        language=lang,
        speaker=lang,
        turns=turns,
        policy=Policy(tick_ms=100, pause_per_cost=0, busy_pause_per_cost=0, min_partial_ms=100),
    )
    return [segment async for segment in listener.segments(each(said.chunks()))]


async def test_a_voice_that_never_pauses_keeps_no_other_from_partials_and_finals() -> None:
    endless = talk(" ".join(f"word{n}" for n in range(100)), word_ms=250)
    short = talk("hello you", "see there", "and bye", word_ms=300, pause_ms=1500)
    recognizer, turns = ByLanguage(en=endless, es=short), Turns()
    segments = await asyncio.gather(hear(recognizer, turns, "en", endless), hear(recognizer, turns, "es", short))
    assert recognizer.most_at_once == 1
    for said, found in zip((endless, short), segments, strict=True):
        assert " ".join(segment.text for segment in found if segment.final) == said.text
        assert any(not segment.final for segment in found)
    assert [segment.text for segment in segments[1] if segment.final] == ["hello you", "see there", "and bye"]
