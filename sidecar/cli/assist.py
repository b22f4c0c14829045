"""The assistant beside a show: opened from the settings with the chats of platforms, at work while the server is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_dir

if TYPE_CHECKING:
    from sidecar.assistant.approval import Answer
    from sidecar.assistant.assistant import Assistant
    from sidecar.chat.adapter import ChatMessage
    from sidecar.chat.chats import Chats
    from sidecar.config import Settings
    from sidecar.session import Session
    from sidecar.status import AssistantReport
    from sidecar.storage.store import Store


AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Assist:
    """The assistant, and the chats that it reads and answers in."""

    assistant: Assistant
    chats: Chats

    def report(self) -> AssistantReport:
        """How it stands, for the technician."""
        from sidecar.assistant.approval import WAITING
        from sidecar.status import AssistantReport

        desk, clocks = self.assistant.desk, self.assistant.clocks
        now_ms = desk.now_ms()
        waiting = [(group, each) for group in desk.groups if group.state in WAITING for each in group.questions]
        return AssistantReport(
            entries=len(self.assistant.knowledge.entries),
            problems=self.assistant.problems,
            waiting=len(waiting),
            urgent=sum(each.concern is not None for _, each in waiting),
            overdue=sum(clocks.due_ms(each.at_ms, each.lang, each.concern) < now_ms for _, each in waiting),
            chats={name: f"{each.state}: {each.message}" for name, each in self.chats.statuses.items()},
        )

    async def take(self, message: ChatMessage) -> None:
        """A line of chat: where it asks the shop something, it is asked; everything else is not kept.

        While it cannot be kept it is tried again: whoever wrote it does not know, and the next lines can wait.
        """
        import structlog

        from sidecar.assistant.intake import NotTaken
        from sidecar.errors import StorageError

        log = structlog.get_logger().bind(chat=message.channel)
        try:
            if not self.assistant.intake.is_for_the_shop(message.text):
                return
            while True:
                try:
                    await self._ask(message)
                    return
                except StorageError as exc:
                    log.warning("a line of chat is not kept yet", reason=exc.message)
                    await asyncio.sleep(AGAIN_S)
        except NotTaken as exc:
            log.info("a line of chat was not taken", reason=exc.message)
        except Exception:  # one line must not end the reading of all
            log.exception("a line of chat was not taken")

    async def _ask(self, message: ChatMessage) -> None:
        await self.assistant.ask(
            message.text,
            key=message.author_key,
            reads=message.lang,
            channel=message.channel,
            name=message.author_name,
            id=message.id,
        )


async def open_assistant(settings: Settings, session: Session, store: Store) -> Assist | None:
    """None where viewers cannot ask. Raises `UsageError` or `StorageError`."""
    from sidecar import engines

    path = engines.faq_path(settings)
    if path is None:
        return None
    from sidecar.assistant.assistant import Assistant
    from sidecar.assistant.clocks import Clocks, Quiet
    from sidecar.assistant.desk import Times
    from sidecar.chat.chats import Chats
    from sidecar.chat.open import open_adapters
    from sidecar.delivery.questions import Answers
    from sidecar.storage.audit import AuditLog

    wanted = settings.assistant
    answers, chats = Answers(session.hub), Chats(open_adapters(settings.chat))

    async def publish(answer: Answer) -> Sequence[str]:
        return [*await answers.publish(answer), *await chats.answer(answer)]

    assistant = Assistant(
        path,
        AuditLog(store.database, wanted.shop),
        session,
        publish=publish,
        clocks=Clocks(
            within_s=wanted.answer_within_s,
            urgent_s=wanted.urgent_within_s,
            quiet={tag: Quiet.parse(hours) for tag, hours in wanted.quiet.items()},
        ),
        times=Times(expires_ms=wanted.expires_s * 1_000, undo_ms=int(wanted.undo_s * 1_000)),
        ahead=Path(user_data_dir("sidecar", appauthor=False)) / "answers.json",
    )
    await assistant.open()
    assistant.watch(answers.changed)
    return Assist(assistant, chats)


@asynccontextmanager
async def at_work(assist: Assist | None) -> AsyncGenerator[None]:
    """It works while the context lasts."""
    if assist is None:
        yield
        return
    work = [
        asyncio.create_task(assist.assistant.run(), name="assistant"),
        asyncio.create_task(assist.chats.run(assist.take), name="chats"),
    ]
    try:
        yield
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        await assist.chats.aclose()
        await assist.assistant.aclose()
