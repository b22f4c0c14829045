from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.chat.adapter import ChatMessage
from sidecar.chat.incoming import AuthorRate, Incoming, Verdict

UNHURRIED = AuthorRate(burst=1_000_000)


def message(id: str, author: str = "a", text: str = "?", channel: str = "twitch") -> ChatMessage:
    return ChatMessage(id=id, author_key=author, author_name=author, text=text, at_ms=0, channel=channel)


async def drained(incoming: Incoming) -> list[str]:
    return [(await incoming.next()).id for _ in range(len(incoming))]


async def test_messages_come_out_in_the_order_in_which_they_came() -> None:
    incoming = Incoming()
    for id in ("1", "2", "3"):
        assert incoming.offer(message(id, author=id), 0) is Verdict.TAKEN
    assert await drained(incoming) == ["1", "2", "3"]


async def test_a_message_that_comes_again_is_dropped_even_when_it_was_read() -> None:
    incoming = Incoming()
    incoming.offer(message("1"), 0)
    await incoming.next()
    assert incoming.offer(message("1"), 9_999_999) is Verdict.DUPLICATE
    assert incoming.offer(message("1", channel="youtube"), 0) is Verdict.TAKEN
    assert incoming.counts == {Verdict.TAKEN: 2, Verdict.DUPLICATE: 1}


def test_an_author_may_write_a_burst_and_then_one_now_and_then() -> None:
    incoming = Incoming(rate=AuthorRate(burst=3, refill_ms=1_000))
    verdicts = [incoming.offer(message(str(number)), 0) for number in range(5)]
    assert verdicts == [Verdict.TAKEN] * 3 + [Verdict.TOO_OFTEN] * 2
    assert incoming.offer(message("later"), 999) is Verdict.TOO_OFTEN
    assert incoming.offer(message("later still"), 1_000) is Verdict.TAKEN
    assert incoming.offer(message("other", author="b"), 1_000) is Verdict.TAKEN
    assert incoming.offer(message("other room", channel="youtube"), 1_000) is Verdict.TAKEN


async def test_one_who_floods_a_full_queue_loses_own_messages_the_newest_first() -> None:
    incoming = Incoming(capacity=4, rate=UNHURRIED)
    for id in ("f1", "f2", "f3", "f4", "f5"):
        incoming.offer(message(id, author="flood"), 0)
    assert incoming.offer(message("b1", author="b"), 0) is Verdict.TAKEN
    assert incoming.offer(message("c1", author="c"), 0) is Verdict.TAKEN
    assert await drained(incoming) == ["f1", "f2", "b1", "c1"]
    assert incoming.counts == {Verdict.TAKEN: 6, Verdict.OVERFLOW: 3}


async def test_where_everybody_has_one_the_last_to_come_is_dropped() -> None:
    incoming = Incoming(capacity=2)
    for author in ("a", "b", "c"):
        incoming.offer(message(author, author), 0)
    assert await drained(incoming) == ["a", "b"]


async def test_text_is_cut_to_a_bound() -> None:
    incoming = Incoming(max_chars=10)
    incoming.offer(message("1", text="x" * 50_000), 0)
    assert (await incoming.next()).text == "x" * 10


async def test_reading_waits_for_the_next_message() -> None:
    incoming = Incoming()
    reading = asyncio.create_task(incoming.next())
    await asyncio.sleep(0)
    assert not reading.done()
    incoming.offer(message("1"), 0)
    assert (await asyncio.wait_for(reading, 5)).id == "1"


def test_ten_thousand_authors_are_all_there_is_to_remember() -> None:
    incoming = Incoming(capacity=10)
    for number in range(20_000):
        incoming.offer(message(str(number), author=str(number)), 0)
    assert len(incoming) == 10
    assert len(incoming._seen) == len(incoming._buckets) == 10_000
    assert incoming.offer(message("19999"), 0) is Verdict.DUPLICATE


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans())), st.integers(1, 5))
def test_no_order_of_events_loses_a_message_without_counting_it(events: list[tuple[int, bool]], capacity: int) -> None:
    incoming = Incoming(capacity=capacity, rate=UNHURRIED)
    read: list[str] = []

    async def go() -> None:
        for number, (author, reads) in enumerate(events):
            incoming.offer(message(str(number), str(author)), number)
            assert len(incoming) <= capacity
            if reads and len(incoming):
                read.append((await incoming.next()).id)
        read.extend(await drained(incoming))

    asyncio.run(go())
    assert len(set(read)) == len(read) == len(events) - incoming.counts[Verdict.OVERFLOW]
    for author in range(6):
        of_author = [int(id) for id in read if events[int(id)][0] == author]
        assert of_author == sorted(of_author)


@pytest.mark.parametrize("capacity", [1, 3])
def test_a_newcomer_always_gets_in_before_a_third_message_of_another(capacity: int) -> None:
    incoming = Incoming(capacity=capacity + 1, rate=UNHURRIED)
    for number in range(10):
        incoming.offer(message(f"f{number}", "flood"), 0)
    assert incoming.offer(message("new", "newcomer"), 0) is Verdict.TAKEN
