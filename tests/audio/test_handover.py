import asyncio
import threading

import numpy as np
import pytest

from sidecar.audio.chunk import AudioChunk
from sidecar.audio.handover import Handover, from_thread
from sidecar.audio.source import SourceState, SourceStatus
from sidecar.errors import InputError


def chunk(number: int) -> AudioChunk:
    return AudioChunk(samples=np.zeros(100, np.float32), position=number * 100)


async def test_a_waiting_thread_loses_nothing_and_fills_no_memory() -> None:
    handover = Handover(300, lambda _: None)
    ahead = []

    def work(out: Handover) -> None:
        for number in range(50):
            out.put(chunk(number), wait=True)
            ahead.append(number)

    positions = []
    async for taken in from_thread(work, handover, name="test"):
        positions.append(taken.position)
        assert len(ahead) <= len(positions) + 4
    assert positions == [number * 100 for number in range(50)]
    assert handover.dropped_samples == 0


async def test_a_waiting_thread_loses_nothing_where_chunks_differ_in_length() -> None:
    handover = Handover(300, lambda _: None)
    lengths = [100, 37] * 20

    def work(out: Handover) -> None:
        position = 0
        for length in lengths:
            out.put(AudioChunk(samples=np.zeros(length, np.float32), position=position), wait=True)
            position += length

    heard = []
    async for taken in from_thread(work, handover, name="test"):
        heard.append(len(taken.samples))
        await asyncio.sleep(0.001)
    assert heard == lengths
    assert handover.dropped_samples == 0


async def test_what_does_not_wait_loses_its_oldest_and_counts_it() -> None:
    handover = Handover(300, lambda _: None)
    for number in range(10):
        handover.put(chunk(number), wait=False)
    handover.end()
    assert [taken.position async for taken in _all(handover)] == [700, 800, 900]
    assert handover.dropped_samples == 700


async def test_an_error_comes_after_what_was_heard() -> None:
    def work(out: Handover) -> None:
        out.put(chunk(0), wait=True)
        raise InputError("gone", hint="look")

    stream = from_thread(work, Handover(300, lambda _: None), name="test")
    assert (await anext(stream)).position == 0
    with pytest.raises(InputError, match="gone"):
        await anext(stream)


async def test_a_status_is_told_on_the_event_loop() -> None:
    told: list[tuple[SourceStatus, threading.Thread]] = []
    handover = Handover(300, lambda status: told.append((status, threading.current_thread())))

    def work(out: Handover) -> None:
        out.say(SourceState.LIVE, "here")
        out.put(chunk(0), wait=True)

    async for _ in from_thread(work, handover, name="test"):
        pass
    assert told == [(SourceStatus(state=SourceState.LIVE, message="here"), threading.current_thread())]


async def test_a_thread_that_waits_is_freed_when_the_reader_goes() -> None:
    results: list[bool] = []

    def work(out: Handover) -> None:
        while out.put(chunk(0), wait=True):
            pass
        results.append(out.pause(60))

    stream = from_thread(work, Handover(200, lambda _: None), name="test")
    await anext(stream)
    await stream.aclose()
    assert results == [False]


async def test_cancelling_the_reader_stops_the_thread_and_wakes_its_library() -> None:
    woken = threading.Event()
    stream = from_thread(lambda out: (woken.wait(), None)[1], Handover(200, lambda _: None), name="t", stop=woken.set)

    async def read() -> None:
        async for _ in stream:
            pass

    task = asyncio.create_task(read())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert woken.is_set()


async def _all(handover: Handover):  # type: ignore[no-untyped-def]
    while (taken := await handover.take()) is not None:
        yield taken
