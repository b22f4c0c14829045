"""Chat of a platform, through the assistant, and the answer back into the chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import cast

import pytest

from sidecar.assistant.approval import Approved, State
from sidecar.assistant.assistant import Assistant
from sidecar.assistant.desk import Times
from sidecar.assistant.intake import Intake
from sidecar.chat.adapter import ChatMessage, ChatState, ChatStatus, OnChatStatus, Pace
from sidecar.chat.chats import Chats
from sidecar.cli.assist import Assist, at_work
from sidecar.errors import StorageError
from sidecar.storage.audit import AuditLog
from sidecar.storage.database import Database


class Platform:
    name = "platform"
    max_chars = 200
    pace = Pace(messages=100, window_ms=1_000)

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        self.said: list[tuple[str, object]] = []

    async def messages(self, on_status: OnChatStatus) -> AsyncGenerator[ChatMessage]:
        on_status(ChatStatus(state=ChatState.LIVE, message="listening"))
        for number, line in enumerate(self.lines):
            yield ChatMessage(
                id=f"m{number}", author_key=f"u{number}", author_name="Ann", text=line, at_ms=0, channel=self.name
            )
        await asyncio.Event().wait()

    async def send(self, text: str, reply_to: ChatMessage | str | None = None) -> None:
        self.said.append((text, reply_to))

    async def aclose(self) -> None: ...


class Show:
    translator = None
    has_time = False
    said = ()

    def languages(self) -> tuple[str, ...]:
        return ("en",)


@pytest.mark.model
async def test_what_asks_is_asked_and_the_answer_goes_back_once(tmp_path: Path) -> None:
    faq = tmp_path / "faq.csv"
    faq.write_text("question,answer,lang\nCan I return it?,Within 30 days.,en\n", encoding="utf-8")
    platform = Platform("hello everybody", "can i return it", "buy followers at http://spam.example?", "first!!")
    chats = Chats([platform])
    database = await Database.open(f"sqlite:///{tmp_path / 'sidecar.db'}")
    assistant = Assistant(faq, AuditLog(database, "shop"), Show(), publish=chats.answer, times=Times(undo_ms=0))
    await assistant.open()
    assist = Assist(assistant, chats)
    async with at_work(assist), asyncio.timeout(60):
        while not (groups := [each for each in assistant.desk.groups if each.state is State.DRAFTED]):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        (group,) = groups
        report = assist.report()
        assert (report.entries, report.waiting, report.urgent) == (1, 1, 0)
        assert report.chats == {"platform": "live: listening"}
        assert len(assistant.desk.groups) == 1, "what is said without asking is not kept"
        await assistant.desk.approve(group.id, group.revision, "mei")
        while assistant.desk.group(group.id).state is not State.SENT:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert platform.said == [("Within 30 days.", "m1")]
    assert isinstance((await AuditLog(database, "shop").entries())[2].event, Approved)
    await database.aclose()


class ForgetfulAssistant:
    """Its disk is full at first."""

    def __init__(self) -> None:
        self.intake = Intake()
        self.asked: list[str] = []
        self.full = 2

    async def ask(self, text: str, **_: object) -> None:
        if self.full:
            self.full -= 1
            raise StorageError("the disk is full")
        if "odd" in text:
            raise RuntimeError("odd")
        self.asked.append(text)


async def test_a_line_of_chat_waits_until_it_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.cli.assist.AGAIN_S", 0.01)
    assistant = ForgetfulAssistant()
    assist = Assist(cast("Assistant", assistant), Chats([]))
    for text in ("is it warm?", "is it odd?", "is it long?"):
        await assist.take(
            ChatMessage(id=text, author_key="u", author_name="Ann", text=text, at_ms=0, channel="platform")
        )
    assert assistant.asked == ["is it warm?", "is it long?"]
