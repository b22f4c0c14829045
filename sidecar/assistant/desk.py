"""The queue at work: questions come in, are drafted and grouped, people decide, and answers go out.

Every step is in the audit log before anybody sees it, and the log takes each revision of a group once: whatever dies
when, no question is lost, and nothing goes out twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

import structlog

from sidecar.assistant.approval import (
    DECIDED,
    MACHINE,
    OVER,
    WAITING,
    Answer,
    Drafted,
    Entry,
    Event,
    Expired,
    Failed,
    Group,
    Merged,
    NotAllowed,
    Received,
    Sending,
    Sent,
    State,
    advance,
    answer,
)
from sidecar.assistant.draft import Decision, Draft, Drafter
from sidecar.assistant.question import Question

log = structlog.get_logger()

BATCH = 200
"""Questions written in one transaction."""
DRAFTED_AT_ONCE = 16
LOOK_S = 0.2
"""How often the clock is looked at."""
REMEMBERED = 1_000
"""Groups that are over and still in memory; all are in the log."""
UNSURE = "Sidecar ended while it was being sent: it may be out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """``expires_ms``: how long anybody waits for an answer. ``undo_ms``: between a decision and its going out."""

    expires_ms: int = 20 * 60_000
    undo_ms: int = 4_000


class Log(Protocol):
    """What the desk needs of an audit log; see storage/audit.py."""

    async def add(self, *entries: Entry) -> None: ...

    async def entries(self) -> list[Entry]: ...


Publish = Callable[[Answer], Awaitable[Sequence[str]]]
"""Brings an answer to those who asked; returns the ids of the questions whose asker it did not reach."""


class Desk:
    """All groups of one session. ``changed`` is told of each as it is after a step; ``now_ms`` is Unix time.

    `restore` comes first, then `run` for as long as the show is on. Methods raise `StorageError` where the log cannot
    be written, and then nothing has changed.
    """

    def __init__(
        self,
        audit: Log,
        *,
        drafter: Drafter,
        publish: Publish,
        changed: Callable[[Group], None] = lambda group: None,
        times: Times | None = None,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.times = times or Times()
        self._audit = audit
        self._drafter = drafter
        self._publish = publish
        self._changed = changed
        self._now_ms = now_ms
        self._groups: dict[str, Group] = {}
        self._over: deque[str] = deque()
        self._asked: deque[tuple[Entry, asyncio.Future[str]]] = deque()
        self._undrafted: deque[str] = deque()
        self._answering: dict[str, str] = {}
        self._asking, self._drafting = asyncio.Event(), asyncio.Event()

    @property
    def groups(self) -> list[Group]:
        """Those in memory, the oldest first."""
        return list(self._groups.values())

    def group(self, id: str) -> Group:
        """Raises `NotAllowed` (``conflict``) for one that is not, or no longer, here."""
        if id not in self._groups:
            raise NotAllowed("conflict", "it is not here any more")
        return self._groups[id]

    async def restore(self) -> None:
        """Take up what the log says. What was on its way out may have arrived, and is not sent again."""
        for entry in await self._audit.entries():
            self._keep(advance(self._groups.get(entry.group), entry))
        for group in self.groups:
            if group.state is State.SENDING:
                await self._step(group, MACHINE, Failed(why=UNSURE))
            elif group.state is State.RECEIVED:
                self._undrafted.append(group.id)

    async def ask(self, question: Question) -> str:
        """Take a question; returns the group it is in at first. On return it is on the disk."""
        event = Received(questions=(question,), expires_ms=question.at_ms + self.times.expires_ms)
        entry = Entry(group=f"g{uuid4().hex[:16]}", revision=1, at_ms=self._now_ms(), who=MACHINE, event=event)
        kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked.append((entry, kept))
        self._asking.set()
        return await kept

    async def act(self, group: str, revision: int, who: str, event: Event) -> Group:
        """A person takes a step, having seen the group at ``revision``. Raises `NotAllowed`, and then it is not taken.

        What has changed since counts only if it is what one judges by.
        """
        found = self.group(group)
        if revision < found.judged:
            raise NotAllowed("conflict", "it has changed meanwhile: look again")
        return await self._step(found, who, event)

    async def run(self) -> None:
        """Keeps, drafts, sends and lets expire, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write(), name="keep questions")
            tasks.create_task(self._draft_all(), name="draft answers")
            tasks.create_task(self._watch_clock(), name="send answers")

    async def _write(self) -> None:
        while True:
            self._asking.clear()
            while self._asked:
                await self._write_batch([self._asked.popleft() for _ in range(min(BATCH, len(self._asked)))])
            await self._asking.wait()

    async def _write_batch(self, batch: Sequence[tuple[Entry, asyncio.Future[str]]]) -> None:
        try:
            await self._audit.add(*(entry for entry, _ in batch))
        except Exception as exc:  # whoever asked is told
            for _, kept in batch:
                if not kept.done():
                    kept.set_exception(exc)
            return
        for entry, kept in batch:
            self._keep(advance(None, entry))
            self._undrafted.append(entry.group)
            if not kept.done():
                kept.set_result(entry.group)
        self._drafting.set()

    async def _draft_all(self) -> None:
        while True:
            self._drafting.clear()
            while self._undrafted:
                batch = [self._undrafted.popleft() for _ in range(min(DRAFTED_AT_ONCE, len(self._undrafted)))]
                drafts = await asyncio.gather(*map(self._draft, batch))
                for id, draft in zip(batch, drafts, strict=True):
                    if draft:
                        await self._take_draft(id, draft)
            await self._drafting.wait()

    async def _draft(self, id: str) -> Draft | None:
        group = self._groups.get(id)
        if group is None or group.state is not State.RECEIVED:
            return None
        try:
            return await self._drafter.draft(group.questions[0].text, group.lang)
        except Exception as exc:  # a person answers it without a draft
            log.error("a question is not drafted", error=type(exc).__name__)
            return None

    async def _take_draft(self, id: str, draft: Draft) -> None:
        """Give the group its draft, or its questions to the group that waits for the same answer."""
        try:
            group = self.group(id)
            if group.state is not State.RECEIVED:
                return
            if other := self._asked_alike(draft):
                await self._join(group, other)
            else:
                texts = await self._texts(group, draft)
                await self._step(group, MACHINE, Drafted(draft=draft, texts=texts))
                if draft.entry is not None and draft.decision is Decision.ANSWER:
                    self._answering[draft.entry] = id
        except NotAllowed:
            self._undrafted.append(id)  # somebody was quicker: look again
        except Exception as exc:
            log.warning("a draft was not kept", reason=str(exc))

    def _asked_alike(self, draft: Draft) -> Group | None:
        """The group that waits for the same entry's answer, where both surely ask for it."""
        if draft.entry is None or draft.decision is not Decision.ANSWER:
            return None
        other = self._groups.get(self._answering.get(draft.entry, ""))
        return other if other and other.state is State.DRAFTED else None

    async def _join(self, group: Group, other: Group) -> None:
        """The questions of ``group`` go to ``other``, in one step of the log."""
        assert other.draft is not None
        joined = replace(other, questions=(*other.questions, *group.questions))
        texts = await self._texts(joined, other.draft)
        await self._steps(
            (other.id, MACHINE, Received(questions=group.questions, expires_ms=group.expires_ms)),
            (other.id, MACHINE, Drafted(draft=other.draft, texts=texts)),
            (group.id, MACHINE, Merged(to=other.id)),
        )

    async def _texts(self, group: Group, draft: Draft) -> dict[str, str]:
        """The answer of ``draft`` in the language of each asker, as far as there is one that needs no work."""
        if draft.entry is None:
            return {}
        texts: dict[str, str] = {}
        for lang in group.languages:
            found = await self._drafter.render(draft.entry, lang)
            if found and found.text and not found.failed_checks:
                texts[lang] = found.text
        return texts

    async def _watch_clock(self) -> None:
        while True:
            now_ms = self._now_ms()
            for group in self.groups:
                if group.state in DECIDED and group.approval and now_ms >= group.approval.send_at_ms:
                    await self._send(group)
                elif group.state in WAITING and now_ms >= group.expires_ms:
                    await self._try(group, Expired())
            await asyncio.sleep(LOOK_S)

    async def _send(self, group: Group) -> None:
        sending = await self._try(group, Sending())
        if sending is None:
            return
        try:
            undelivered = tuple(await self._publish(answer(sending)))
        except Exception as exc:  # whatever a platform does, the others are served
            log.warning("an answer was not sent", error=type(exc).__name__)
            await self._try(sending, Failed(why=type(exc).__name__))
        else:
            await self._try(sending, Sent(undelivered=undelivered))

    async def _try(self, group: Group, event: Event) -> Group | None:
        """A step of the machine, unless somebody was quicker, or the log cannot be written just now."""
        try:
            return await self._step(group, MACHINE, event)
        except Exception as exc:
            log.warning("a step was not taken", step=event.step, reason=str(exc))
            return None

    async def _step(self, group: Group, who: str, event: Event) -> Group:
        return (await self._steps((group.id, who, event)))[-1]

    async def _steps(self, *steps: tuple[str, str, Event]) -> list[Group]:
        """Take all of them or none. Raises `NotAllowed`."""
        after: dict[str, Group] = {}
        entries: list[Entry] = []
        for id, who, event in steps:
            group = after.get(id) or self.group(id)
            entry = Entry(group=id, revision=group.revision + 1, at_ms=self._now_ms(), who=who, event=event)
            after[id] = advance(group, entry)
            entries.append(entry)
        await self._audit.add(*entries)
        for group in after.values():
            self._keep(group)
        return list(after.values())

    def _keep(self, group: Group) -> None:
        known = self._groups.get(group.id)
        self._groups[group.id] = group
        if group.state in OVER and (known is None or known.state not in OVER):
            self._over.append(group.id)
        while len(self._over) > REMEMBERED:
            gone = self._groups.get(self._over.popleft())
            if gone and gone.state in OVER:
                del self._groups[gone.id]
        self._changed(group)
