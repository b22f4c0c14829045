import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.audio.timeline import CHUNK_SAMPLES, ArrivalClock, Chunker, Timeline


def ramp(length: int) -> np.ndarray:
    return np.arange(length, dtype=np.float32)


@given(st.lists(st.integers(0, 3000), max_size=12))
def test_chunks_are_the_same_however_the_audio_was_split(lengths: list[int]) -> None:
    audio = ramp(sum(lengths))
    split, whole = Chunker(), Chunker()
    pieces, start = [], 0
    for length in lengths:
        pieces += split.feed(audio[start : start + length])
        start += length
    pieces += split.flush()
    expected = whole.feed(audio) + whole.flush()
    assert [(c.position, len(c.samples)) for c in pieces] == [(c.position, len(c.samples)) for c in expected]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(pieces, expected, strict=True))


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 5000)), max_size=12))
def test_positions_rise_and_count_every_sample_and_gap(parts: list[tuple[int, int]]) -> None:
    chunker = Chunker()
    chunks = []
    for length, gap in parts:
        chunks += chunker.feed(ramp(length)) + chunker.skip(gap)
    chunks += chunker.flush()
    assert all(after.position >= before.end for before, after in itertools.pairwise(chunks))
    assert sum(len(c.samples) for c in chunks) == sum(length for length, _ in parts)
    assert chunker.end == sum(length + gap for length, gap in parts)
    assert all(0 < len(c.samples) <= CHUNK_SAMPLES for c in chunks)


def test_what_waits_goes_out_before_a_gap() -> None:
    chunker = Chunker()
    chunker.feed(ramp(100))
    (short,) = chunker.skip(1000)
    assert (short.position, len(short.samples)) == (0, 100)
    assert chunker.end == 1100


def test_a_jump_forward_is_a_gap() -> None:
    timeline = Timeline()
    assert timeline.gap(10.0, 1.0) == 0
    assert timeline.gap(13.0, 1.0) == 2 * SAMPLE_RATE
    assert timeline.gap(14.0, 1.0) == 0


def test_jitter_is_no_gap_but_slow_drift_adds_up_to_one() -> None:
    timeline = Timeline(jitter_s=0.1)
    assert [timeline.gap(at, 1.0) for at in (0.0, 1.05, 1.96, 3.0)] == [0, 0, 0, 0]
    drifting = Timeline(jitter_s=0.1)
    gaps = [drifting.gap(step * 1.03, 1.0) for step in range(10)]
    assert sum(gaps) > 0.2 * SAMPLE_RATE


def test_a_clock_that_goes_back_or_leaps_starts_anew_without_a_gap() -> None:
    timeline = Timeline(longest_gap_s=600)
    timeline.gap(100.0, 1.0)
    assert timeline.gap(0.0, 1.0) == 0
    assert timeline.gap(1.0, 1.0) == 0
    assert timeline.gap(95_443.7, 1.0) == 0
    assert timeline.gap(95_445.7, 1.0) == SAMPLE_RATE


def test_pieces_without_a_time_follow_each_other() -> None:
    timeline = Timeline()
    assert timeline.gap(None, 1.0) == 0
    assert timeline.gap(5.0, 1.0) == 0
    assert timeline.gap(None, 1.0) == 0
    assert timeline.gap(9.0, 1.0) == 2 * SAMPLE_RATE


def test_audio_that_starts_after_the_picture_starts_later() -> None:
    assert Timeline(start_s=1.4).gap(1.9, 0.02) == SAMPLE_RATE // 2


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), max_size=30),
)
def test_gaps_are_never_negative_nor_endless(times: list[float | None]) -> None:
    timeline = Timeline(longest_gap_s=60)
    assert all(0 <= timeline.gap(at, 0.02) <= 60 * SAMPLE_RATE for at in times)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.4))  # with more, a window may hold no block that is in time
def test_late_blocks_alone_lose_nothing(seed: int, longest_s: float) -> None:
    clock = ArrivalClock(window_s=1.0)
    lateness = np.random.default_rng(seed).uniform(0, longest_s, 200)
    lateness[::20] = 0.0  # now and then one is in time
    assert sum(clock.gap(0.03 * (step + 1) + late, 0.03) for step, late in enumerate(lateness)) == 0


def test_blocks_that_never_came_show_as_a_gap_once() -> None:
    clock = ArrivalClock(window_s=1.0)
    before = sum(clock.gap(0.03 * step, 0.03) for step in range(1, 101))
    after = sum(clock.gap(0.03 * step + 2.0, 0.03) for step in range(101, 301))
    assert before == 0
    assert abs(after - 2 * SAMPLE_RATE) < 0.05 * SAMPLE_RATE
