import asyncio
from itertools import pairwise

import numpy as np
import pytest
from audio_sound import Heard, tone
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.audio.push import WAITING_SAMPLES, PushSource
from sidecar.audio.source import SourceState
from sidecar.errors import InputError


class Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def pcm(seconds: float, rate: int = SAMPLE_RATE) -> bytes:
    return (tone(seconds, rate=rate) * 32767).astype("<i2").tobytes()


async def collect(source: PushSource) -> Heard:
    heard = Heard()
    async for chunk in source.chunks(heard.statuses.append):
        heard.chunks.append(chunk)
    return heard


async def test_pushed_audio_comes_out_as_it_went_in() -> None:
    source = PushSource()
    connection = source.connect(SAMPLE_RATE)
    connection.feed(pcm(1.0))
    connection.close()
    source.finish()
    heard = await collect(source)
    assert np.allclose(heard.samples, tone(1.0), atol=1e-4)
    assert heard.gaps == []


@settings(deadline=None, max_examples=25)
@given(st.sampled_from([8_000, 16_000, 44_100, 48_000]), st.lists(st.integers(1, 4000), min_size=1, max_size=20))
def test_it_is_the_same_however_the_bytes_were_cut(rate: int, cuts: list[int]) -> None:
    data = pcm(0.4, rate)

    async def push(pieces: list[bytes]) -> Heard:
        source = PushSource()
        connection = source.connect(rate)
        for piece in pieces:
            connection.feed(piece)
        connection.close()
        source.finish()
        return await collect(source)

    edges = [0, *sorted({sum(cuts[: n + 1]) % len(data) for n in range(len(cuts))}), len(data)]
    split = asyncio.run(push([data[a:b] for a, b in pairwise(edges)]))
    whole = asyncio.run(push([data]))
    assert abs(whole.seconds - 0.4) < 0.002
    assert np.allclose(split.samples, whole.samples, atol=1e-6)


@pytest.mark.parametrize("rate", [0, 7_999, 192_001, -1])
def test_an_impossible_rate_is_refused(rate: int) -> None:
    with pytest.raises(InputError, match="rate"):
        PushSource().connect(rate)


def test_one_pusher_at_a_time() -> None:
    source = PushSource()
    first = source.connect(SAMPLE_RATE)
    with pytest.raises(InputError, match="somebody pushes"):
        source.connect(SAMPLE_RATE)
    first.close()
    source.connect(SAMPLE_RATE)


async def test_time_without_a_pusher_counts() -> None:
    clock = Clock()
    source = PushSource(clock=clock)
    reader = asyncio.create_task(collect(source))
    await asyncio.sleep(0)
    first = source.connect(SAMPLE_RATE)
    first.feed(pcm(1.0))
    first.close()
    clock.now_s += 7.5
    source.connect(SAMPLE_RATE).feed(pcm(1.0))
    source.finish()
    heard = await reader
    assert heard.gaps == [7.5]
    assert heard.states == [
        SourceState.OPENING,
        SourceState.LIVE,
        SourceState.RECONNECTING,
        SourceState.LIVE,
        SourceState.ENDED,
    ]


async def test_a_pusher_that_sends_nothing_is_reported_and_its_silence_counts() -> None:
    clock = Clock()
    source = PushSource(stall_timeout_s=0.05, clock=clock)
    told = asyncio.Event()
    heard = Heard()

    def on_status(status) -> None:  # type: ignore[no-untyped-def]
        heard.statuses.append(status)
        if status.state is SourceState.RECONNECTING:
            told.set()

    async def read() -> None:
        async for chunk in source.chunks(on_status):
            heard.chunks.append(chunk)

    reader = asyncio.create_task(read())
    connection = source.connect(SAMPLE_RATE)
    connection.feed(pcm(1.0))
    await asyncio.wait_for(told.wait(), 5)
    clock.now_s += 20
    connection.feed(pcm(1.0))
    source.finish()
    await reader
    assert heard.gaps == [20.0]
    assert heard.states == [SourceState.LIVE, SourceState.RECONNECTING, SourceState.LIVE, SourceState.ENDED]
    assert "nothing" in heard.statuses[1].message


async def test_what_nobody_takes_is_bounded_and_counted() -> None:
    source = PushSource()
    connection = source.connect(SAMPLE_RATE)
    for _ in range(90):
        connection.feed(pcm(1.0))
    source.finish()
    heard = await collect(source)
    assert heard.seconds <= WAITING_SAMPLES / SAMPLE_RATE
    assert source.lost_samples + len(heard.samples) == 90 * SAMPLE_RATE
    assert heard.chunks[-1].end == 90 * SAMPLE_RATE


async def test_after_the_end_nothing_is_taken_any_more() -> None:
    source = PushSource()
    connection = source.connect(SAMPLE_RATE)
    source.finish()
    connection.feed(pcm(1.0))
    with pytest.raises(InputError, match="over"):
        source.connect(SAMPLE_RATE)
    assert (await collect(source)).chunks == []
