from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from sidecar.assistant.approval import Answer
from sidecar.assistant.question import PAGE, Question
from sidecar.chat.adapter import ChatMessage, ChatState, ChatStatus, OnChatStatus, Pace
from sidecar.chat.chats import Chats
from sidecar.chat.incoming import Incoming, Verdict
from sidecar.errors import ChatError


class ScriptedChat:
    """Says its ``lines``, then raises ``problem`` or stays open; keeps what is sent unless that is to fail."""

    max_chars = 100
    pace = Pace(messages=1_000, window_ms=1)

    def __init__(
        self, name: str, *lines: str, problem: Exception | None = None, ends: bool = False, sends: bool = True
    ) -> None:
        self.name = name
        self.lines = lines
        self.problem = problem
        self.ends = ends
        self.sends = sends
        self.sent: list[tuple[str, object]] = []
        self.closed = False

    async def messages(self, on_status: OnChatStatus) -> AsyncGenerator[ChatMessage]:
        on_status(ChatStatus(state=ChatState.LIVE, message=self.name))
        for line in self.lines:
            who = {"author_key": line, "author_name": line}
            yield ChatMessage(id=line, text=line, at_ms=0, channel=self.name, **who)
        if self.problem:
            raise self.problem
        if not self.ends:
            await asyncio.Event().wait()

    async def send(self, text: str, reply_to: ChatMessage | str | None = None) -> None:
        if not self.sends:
            raise ChatError("banned")
        self.sent.append((text, reply_to))

    async def aclose(self) -> None:
        self.closed = True


@contextlib.asynccontextmanager
async def running(chats: Chats, count: int) -> AsyncIterator[list[ChatMessage]]:
    """The first ``count`` messages that come."""
    taken: list[ChatMessage] = []
    enough = asyncio.Event()

    async def take(message: ChatMessage) -> None:
        taken.append(message)
        if len(taken) >= count:
            enough.set()

    task = asyncio.create_task(chats.run(take))
    try:
        await asyncio.wait_for(enough.wait(), 10)
        yield taken
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def question(id: str, channel: str = "a", lang: str = "es") -> Question:
    return Question(id=id, asker="x", lang=lang, text="?", at_ms=0, channel=channel)


def approved(*questions: Question) -> Answer:
    texts = {"en": "Yes.", "es": "Sí."}
    return Answer(group="g", revision=1, approved_by="m", questions=questions, texts=texts, lang="en", public=False)


async def test_messages_of_all_chats_come_through_one_queue() -> None:
    chats = Chats([ScriptedChat("a", "1", "2", "1"), ScriptedChat("b", "1")])
    async with running(chats, 3) as taken:
        assert sorted((each.channel, each.id) for each in taken) == [("a", "1"), ("a", "2"), ("b", "1")]
    assert chats.incoming.counts[Verdict.DUPLICATE] == 1


async def test_a_flood_that_is_there_at_once_reaches_its_reader_meanwhile() -> None:
    chats = Chats([ScriptedChat("a", *map(str, range(1_000)))], incoming=Incoming(capacity=10))
    async with running(chats, 1_000) as taken:
        assert [each.id for each in taken] == [str(number) for number in range(1_000)]
    assert chats.incoming.counts == {Verdict.TAKEN: 1_000}


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (ChatError("no such token", hint="make one"), "no such token; make one"),
        (ValueError("x"), "it failed: ValueError"),
    ],
)
async def test_a_chat_that_fails_says_so_and_leaves_the_others_alone(problem: Exception, words: str) -> None:
    told: list[tuple[str, ChatState]] = []
    chats = Chats(
        [ScriptedChat("broken", problem=problem), ScriptedChat("works", "1")],
        on_status=lambda name, status: told.append((name, status.state)),
    )
    async with running(chats, 1):
        assert chats.statuses["broken"] == ChatStatus(state=ChatState.ENDED, message=words)
        assert chats.statuses["works"].state is ChatState.LIVE
    assert ("broken", ChatState.ENDED) in told


async def test_a_chat_that_is_over_is_ended() -> None:
    chats = Chats([ScriptedChat("over", "1", ends=True)])
    async with running(chats, 1):
        await asyncio.sleep(0)
        assert chats.statuses["over"].state is ChatState.ENDED


async def test_an_answer_goes_to_where_it_was_asked_in_the_language_of_who_asked() -> None:
    a, b = ScriptedChat("a"), ScriptedChat("b")
    asked = (question("q1"), question("q2", lang="de"), question("q3", channel="b"), question("q4", channel=PAGE))
    assert await Chats([a, b]).answer(approved(*asked)) == []
    assert a.sent == [("Sí.", "q1"), ("Yes.", "q2")]
    assert b.sent == [("Sí.", "q3")]


async def test_a_question_that_many_asked_is_answered_once_a_language() -> None:
    a = ScriptedChat("a")
    await Chats([a]).answer(approved(*(question(f"q{number}") for number in range(50))))
    assert a.sent == [("Sí.", "q0")]


async def test_those_whom_an_answer_does_not_reach_are_named() -> None:
    banned, works = ScriptedChat("banned", sends=False), ScriptedChat("a")
    asked = (question("q1", "banned"), question("q2", "gone"), question("q3", "banned"), question("q4"))
    assert sorted(await Chats([banned, works]).answer(approved(*asked))) == ["q1", "q2", "q3"]
    assert works.sent == [("Sí.", "q4")]


async def test_closing_closes_every_chat() -> None:
    adapters = [ScriptedChat("a"), ScriptedChat("b")]
    await Chats(adapters).aclose()
    assert all(each.closed for each in adapters)
