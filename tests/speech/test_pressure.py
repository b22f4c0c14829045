"""On a machine that is too slow less is done, step by step, before anything is skipped; and again when it can be."""

from __future__ import annotations

import pytest
from fakes import Talk, talk
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import CARE, Rehearsal, check, policies, talks

from sidecar.speech.pressure import CATCHING_UP, LATE_MS, MAX_LAG_MS, Effort, Pressure
from sidecar.speech.transcript import OMISSION, Policy

SENTENCES = talk(*(" ".join(f"word{n}x{i}" for i in range(8)) for n in range(40)), word_ms=300, pause_ms=700)
MONOLOGUE = talk(*(" ".join(f"word{n}x{i}" for i in range(60)) for n in range(6)), word_ms=300, pause_ms=700)


def show(said: Talk, call_s: float, rate: float) -> Rehearsal:
    """A greedy call takes ``call_s`` and ``rate`` for each second of audio."""
    return Rehearsal(said, Policy(), cost=lambda seconds: call_s + rate * seconds, pressure=Pressure())


def partials(of: Rehearsal) -> int:
    return sum(not segment.final for segment in of.segments)


@given(talks(), policies, st.sampled_from([0.0, 0.1, 0.4, 1.0, 2.5]))
@settings(max_examples=40)
def test_whatever_there_is_time_for_everything_comes_out_in_order(said: Talk, policy: Policy, factor: float) -> None:
    check(Rehearsal(said, policy, cost=lambda seconds: factor * seconds, pressure=Pressure()).segments, said)


@pytest.mark.parametrize("said", [SENTENCES, MONOLOGUE])
def test_with_time_enough_nothing_changes(said: Talk) -> None:
    easy = show(said, 0.1, 0.02)
    assert set(easy.efforts) == {Effort.FULL}
    assert partials(easy) > 2 * len(easy.finals)
    assert easy.text == said.text


@pytest.mark.parametrize("said", [SENTENCES, MONOLOGUE])
@pytest.mark.parametrize(("call_s", "rate"), [(0.3, 0.1), (0.5, 0.2)])
def test_short_of_time_words_come_more_rarely_and_finals_are_complete_and_in_time(
    said: Talk, call_s: float, rate: float
) -> None:
    short = show(said, call_s, rate)
    assert short.text == said.text
    assert partials(short) < partials(show(said, 0.1, 0.02)) / 2
    assert max(short.lags_s[3:]) <= MAX_LAG_MS / 1000
    assert max(short.lags_s) < CARE * (call_s + 13 * rate) + 1


def test_with_no_time_for_partials_there_are_none_and_finals_go_on() -> None:
    slow = show(SENTENCES, 1.0, 0.3)
    assert slow.text == SENTENCES.text
    assert Effort.FINALS in slow.efforts
    assert partials(slow) < 5
    assert max(slow.lags_s[5:]) <= MAX_LAG_MS / 1000


def test_what_cannot_be_done_at_all_is_skipped_and_the_rest_is_not_far_behind() -> None:
    """A sentence takes as long again as it is."""
    hopeless = show(SENTENCES, 2.4, 1.0)
    texts = [final.text for final in hopeless.finals]
    assert len(SENTENCES.words) / 8 / 3 < len([text for text in texts if text.startswith("word")]) < 40
    assert OMISSION in texts
    settled = hopeless.lags_s[len(hopeless.lags_s) // 2 :]
    assert max(settled) <= MAX_LAG_MS / 1000 + 2.4 + 2.4


def test_a_segment_that_is_cut_in_a_hurry_is_recognised_once() -> None:
    slow = show(MONOLOGUE, 1.0, 0.3)
    assert slow.text == MONOLOGUE.text
    heard_s = sum(job.seconds for job in slow.jobs if job.number > 3)
    said_s = sum(final.end_ms - final.start_ms for final in slow.finals if final.number > 3) / 1000
    assert heard_s < 1.7 * said_s
    assert min(final.end_ms - final.start_ms for final in slow.finals) < 9_000


def late(pressure: Pressure, ms: int = LATE_MS + 1) -> None:
    pressure.final(ms, greedy=True, audio_s=4.0, took_s=1.0)


def test_less_is_done_for_each_late_result_and_more_after_three_timely_finals_in_a_row() -> None:
    pressure = Pressure()
    efforts = [pressure.effort]
    for ms in (4000, 4000, 1000, 1000, 2500, 1000, 1000, 1000, 4000, 1000, 1000, 1000, 1000, 1000, 1000):
        late(pressure, ms)
        efforts.append(pressure.effort)
    less, finals, full = Effort.LESS, Effort.FINALS, Effort.FULL
    assert efforts == [full, less, *[finals] * 6, less, *[finals] * 3, *[less] * 3, full]


def test_a_result_that_is_far_too_late_is_enough_for_the_least() -> None:
    pressure = Pressure()
    pressure.partial(MAX_LAG_MS + 1)
    assert pressure.effort is Effort.FINALS


def test_a_final_that_has_waited_is_decoded_greedily_before_anything_else_changes() -> None:
    pressure = Pressure()
    assert not pressure.is_greedy(LATE_MS)
    assert pressure.is_greedy(LATE_MS + 1)
    late(pressure)
    assert pressure.is_greedy(0)


@pytest.mark.parametrize(("took_s", "hopeless"), [(CATCHING_UP * 4, False), (CATCHING_UP * 4 + 0.1, True)])
def test_only_a_machine_that_cannot_catch_up_skips(took_s: float, hopeless: bool) -> None:
    pressure = Pressure()
    for greedy in (False, False, True):
        pressure.final(0, greedy=greedy, audio_s=4.0, took_s=20.0)
        assert not pressure.is_hopeless(60_000, 4.0)  # one greedy final tells little
    for _ in range(5):
        pressure.final(0, greedy=True, audio_s=4.0, took_s=took_s)
    assert pressure.is_hopeless(60_000, 4.0) is hopeless
    assert not pressure.is_hopeless(1000, 4.0)
