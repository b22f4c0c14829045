"""A channel is bounded, keeps order, and says what it threw away."""

from __future__ import annotations

import asyncio
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.channel import Channel, Closed, Overflow

LOSSY = (Overflow.LATEST, Overflow.DROP_OLDEST)


async def breathe() -> None:
    """Let every task go on as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def everything(channel: Channel[int]) -> list[int]:
    return [item async for item in channel]


@pytest.mark.parametrize("overflow", Overflow)
async def test_what_is_sent_comes_out_in_order(overflow: Overflow) -> None:
    channel: Channel[int] = Channel(8, overflow)
    for item in range(5):
        await channel.send(item)
    channel.close()
    assert await everything(channel) == [0, 1, 2, 3, 4]
    assert channel.dropped == 0


async def test_a_full_blocking_channel_makes_the_sender_wait_for_room() -> None:
    channel: Channel[int] = Channel(2, Overflow.BLOCK)
    await channel.send(1)
    await channel.send(2)
    sender = asyncio.create_task(channel.send(3))
    await breathe()
    assert not sender.done()
    assert await channel.receive() == 1
    await sender
    assert channel.drain() == [2, 3]


async def test_room_for_one_lets_one_of_several_waiting_senders_go_on() -> None:
    channel: Channel[int] = Channel(1, Overflow.BLOCK)
    await channel.send(0)
    senders = [asyncio.create_task(channel.send(item)) for item in (1, 2, 3)]
    for expected in range(4):
        await breathe()
        assert len(channel) == 1
        assert await channel.receive() == expected
    await asyncio.gather(*senders)


async def test_a_sender_that_gives_up_waiting_takes_nobodys_place() -> None:
    channel: Channel[int] = Channel(1, Overflow.BLOCK)
    await channel.send(0)
    impatient, patient = asyncio.create_task(channel.send(1)), asyncio.create_task(channel.send(2))
    await breathe()
    impatient.cancel()
    assert await channel.receive() == 0
    await patient
    assert channel.drain() == [2]


async def test_an_offer_to_a_full_blocking_channel_is_refused() -> None:
    channel: Channel[int] = Channel(1, Overflow.BLOCK)
    assert channel.offer(1)
    assert not channel.offer(2)
    assert channel.drain() == [1]
    assert channel.dropped == 0


async def test_latest_keeps_only_the_newest_once_it_is_full() -> None:
    channel: Channel[int] = Channel(3, Overflow.LATEST)
    for item in range(4):
        assert channel.offer(item)
    assert channel.drain() == [3]
    assert channel.dropped == 3


async def test_drop_oldest_makes_room_one_by_one() -> None:
    channel: Channel[int] = Channel(3, Overflow.DROP_OLDEST)
    for item in range(5):
        await channel.send(item)
    assert channel.drain() == [2, 3, 4]
    assert channel.dropped == 2


async def test_a_closed_channel_gives_what_waits_and_then_ends() -> None:
    channel: Channel[int] = Channel(4, Overflow.BLOCK)
    await channel.send(1)
    channel.close()
    with pytest.raises(Closed):
        await channel.send(2)
    with pytest.raises(Closed):
        channel.offer(2)
    assert await channel.receive() == 1
    with pytest.raises(Closed):
        await channel.receive()


async def test_closing_wakes_a_receiver_and_every_sender_that_waits() -> None:
    empty: Channel[int] = Channel(1, Overflow.BLOCK)
    receiver = asyncio.create_task(everything(empty))
    full: Channel[int] = Channel(1, Overflow.BLOCK)
    await full.send(0)
    senders = [asyncio.create_task(full.send(item)) for item in (1, 2)]
    await breathe()
    empty.close()
    full.close()
    assert await receiver == []
    assert [type(error) for error in await asyncio.gather(*senders, return_exceptions=True)] == [Closed, Closed]
    assert await everything(full) == [0]


async def test_draining_lets_senders_go_on() -> None:
    channel: Channel[int] = Channel(1, Overflow.BLOCK)
    await channel.send(0)
    sender = asyncio.create_task(channel.send(1))
    await breathe()
    assert channel.drain() == [0]
    await sender
    assert channel.drain() == [1]


async def test_a_receiver_that_gives_up_waiting_loses_nothing() -> None:
    channel: Channel[int] = Channel(4, Overflow.BLOCK)
    impatient = asyncio.create_task(channel.receive())
    await breathe()
    impatient.cancel()
    await channel.send(1)
    await breathe()
    assert await channel.receive() == 1


async def test_settled_means_dealt_with_and_not_just_taken() -> None:
    channel: Channel[int] = Channel(4, Overflow.BLOCK)
    gate, dealt_with = asyncio.Event(), list[int]()

    async def consume() -> None:
        async for item in channel:
            await gate.wait()
            dealt_with.append(item)

    await channel.send(1)
    await channel.send(2)
    settled = asyncio.create_task(channel.settle())
    consumer = asyncio.create_task(consume())
    await breathe()
    assert len(channel) == 1
    assert not settled.done()
    gate.set()
    await settled
    assert dealt_with == [1, 2]
    channel.close()
    await consumer
    await channel.settle()  # ended is settled as well


@given(
    st.sampled_from(LOSSY),
    st.integers(1, 5),
    st.lists(st.one_of(st.just("send"), st.just("receive"), st.just("drain")), max_size=60),
)
def test_nothing_is_lost_without_being_counted_and_nothing_is_out_of_order(
    overflow: Overflow, size: int, steps: list[str]
) -> None:
    async def follow() -> None:
        channel: Channel[int] = Channel(size, overflow)
        model: deque[int] = deque()
        sent, taken, dropped = 0, list[int](), 0
        for step in steps:
            if step == "send":
                if len(model) == size:
                    gone = size if overflow is Overflow.LATEST else 1
                    dropped += gone
                    for _ in range(gone):
                        model.popleft()
                model.append(sent)
                assert channel.offer(sent)
                sent += 1
            elif step == "drain":
                assert channel.drain() == list(model)
                taken += model
                model.clear()
            elif model:
                item = await channel.receive()
                assert item == model.popleft()
                taken.append(item)
            assert len(channel) == len(model) <= size
        assert channel.dropped == dropped
        assert len(taken) + len(model) + dropped == sent
        assert taken == sorted(set(taken))

    asyncio.run(follow())


@given(st.integers(1, 4), st.lists(st.lists(st.integers(), max_size=6), min_size=1, max_size=4))
def test_a_blocking_channel_delivers_everything_from_every_sender_in_its_order(
    size: int, sendings: list[list[int]]
) -> None:
    async def follow() -> None:
        channel: Channel[tuple[int, int]] = Channel(size, Overflow.BLOCK)
        got: list[tuple[int, int]] = []

        async def send(who: int) -> None:
            for item in sendings[who]:
                await channel.send((who, item))

        async def receive() -> None:
            async for item in channel:
                assert len(channel) <= size
                got.append(item)

        receiver = asyncio.create_task(receive())
        await asyncio.gather(*(send(who) for who in range(len(sendings))))
        channel.close()
        await receiver
        assert [[item for by, item in got if by == who] for who in range(len(sendings))] == sendings

    asyncio.run(follow())
