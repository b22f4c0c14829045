from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.chat.adapter import ChatMessage, OnChatStatus, Pace
from sidecar.chat.outgoing import Outgoing, Pacer, split
from sidecar.errors import ChatBusyError, ChatError


class WritingRoom:
    """A chat that keeps what it is sent; ``problems`` are raised first."""

    name = "room"

    def __init__(self, *problems: ChatError, max_chars: int = 40) -> None:
        self.max_chars = max_chars
        self.pace = Pace(messages=1_000, window_ms=1)
        self.sent: list[tuple[str, object]] = []
        self.problems = list(problems)
        self.open = asyncio.Event()
        self.open.set()

    async def messages(self, on_status: OnChatStatus) -> AsyncGenerator[ChatMessage]:
        raise NotImplementedError
        yield

    async def send(self, text: str, reply_to: ChatMessage | str | None = None) -> None:
        await self.open.wait()
        if self.problems:
            raise self.problems.pop(0)
        self.sent.append((text, reply_to))

    async def aclose(self) -> None: ...


def busy() -> ChatBusyError:
    return ChatBusyError("too much at once", wait_s=0)


async def test_a_long_answer_goes_out_sentence_by_sentence_under_its_question() -> None:
    room = WritingRoom()
    await Outgoing(room).say("It ships in three days. Returns are free within thirty days.", "m1")
    assert room.sent == [("It ships in three days.", "m1"), ("Returns are free within thirty days.", "m1")]


async def test_answers_never_mix() -> None:
    room = WritingRoom()
    outgoing = Outgoing(room)
    await asyncio.gather(*(outgoing.say(f"First sentence of {n} here. Second sentence of {n} here.") for n in "abc"))
    assert [text[-7:] for text, _ in room.sent] == ["a here.", "a here.", "b here.", "b here.", "c here.", "c here."]


async def test_what_the_platform_had_no_room_for_is_tried_again() -> None:
    room = WritingRoom(busy(), busy())
    await Outgoing(room).say("yes")
    assert room.sent == [("yes", None)]


async def test_it_is_given_up_after_some_tries() -> None:
    room = WritingRoom(*(busy() for _ in range(3)))
    with pytest.raises(ChatError, match="given up") as given_up:
        await Outgoing(room, tries=3).say("yes")
    assert not isinstance(given_up.value, ChatBusyError)
    assert room.sent == []


async def test_a_long_wait_is_given_up_at_once() -> None:
    room = WritingRoom(ChatBusyError("no quota", wait_s=900))
    with pytest.raises(ChatError, match="given up"):
        await Outgoing(room).say("yes")
    assert room.sent == []


async def test_what_was_perhaps_sent_is_not_sent_again() -> None:
    room = WritingRoom(ChatError("no answer came"))
    outgoing = Outgoing(room)
    with pytest.raises(ChatError, match="no answer"):
        await outgoing.say("yes")
    assert room.sent == []
    await outgoing.say("next")
    assert room.sent == [("next", None)]


async def test_no_more_than_some_answers_wait() -> None:
    room = WritingRoom()
    room.open.clear()
    outgoing = Outgoing(room, capacity=2)
    waiting = [asyncio.create_task(outgoing.say(text)) for text in ("a", "b")]
    await asyncio.sleep(0)
    with pytest.raises(ChatBusyError, match="2 answers wait"):
        await outgoing.say("c")
    room.open.set()
    await asyncio.gather(*waiting)
    await outgoing.say("c")
    assert [text for text, _ in room.sent] == ["a", "b", "c"]


async def test_an_answer_given_up_by_its_caller_lets_the_next_go() -> None:
    room = WritingRoom()
    room.open.clear()
    outgoing = Outgoing(room, capacity=1)
    waiting = asyncio.create_task(outgoing.say("a"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    room.open.set()
    await outgoing.say("b")
    assert room.sent == [("b", None)]


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=60), st.integers(1, 5), st.integers(0, 700))
def test_no_window_of_time_has_more_messages_than_the_pace(gaps: list[int], messages: int, gap_ms: int) -> None:
    pacer = Pacer(Pace(messages=messages, window_ms=2_000, gap_ms=gap_ms))
    now, sent = 0, [-10_000_000]
    for gap in gaps:
        now += gap
        now += pacer.wait_ms(now)
        assert pacer.wait_ms(now) == 0
        pacer.sent(now)
        assert now - sent[-1] >= gap_ms
        sent.append(now)
        assert sum(1 for at in sent if at > now - 2_000) <= messages


def test_an_answer_that_fits_is_one_line_of_its_own_words() -> None:
    assert split("  Yes,\n it is.\t", 200, 3) == ["Yes, it is."]
    assert split(" \n ", 200, 3) == []


def test_chinese_is_cut_after_a_sentence() -> None:
    text = "这款面霜适合敏感肌肤使用。我们三天之内发货，七天之内可以退换。"
    assert split(text, 20, 3) == ["这款面霜适合敏感肌肤使用。", "我们三天之内发货，七天之内可以退换。"]


def test_a_price_is_no_end_of_a_sentence() -> None:
    assert split("It costs only 12.50 EUR with the code. Thanks", 40, 3) == [
        "It costs only 12.50 EUR with the code.",
        "Thanks",
    ]


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    lines = split("word " * 100, 30, 2)
    assert len(lines) == 2
    assert lines[-1].endswith("word…")


TEXTS = st.text(st.sampled_from(list("ab. 。!？\n家👨‍👩‍👧éก็ำ")) | st.characters(), max_size=300)


@given(TEXTS, st.integers(2, 60), st.integers(1, 4))
def test_no_line_is_too_long_and_nothing_is_lost_but_the_end(text: str, max_chars: int, pieces: int) -> None:
    lines = split(text, max_chars, pieces)
    assert len(lines) <= pieces
    assert all(0 < len(line) <= max_chars for line in lines)
    bare = "".join(text.split())
    joined = "".join("".join(lines).split())
    assert joined == bare or (joined.endswith("…") and bare.startswith(joined[:-1]))
