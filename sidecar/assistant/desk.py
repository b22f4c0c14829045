"""The queue at work: questions come in, are drafted and grouped, people decide, and answers go out.

Every step is in the audit log before anybody sees it, and the log takes each revision of a group once: whatever dies
when, no question is lost, and nothing goes out twice.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import numpy as np
import structlog
from numpy.typing import NDArray

from sidecar.assistant.approval import (
    AGAIN_MS,
    DECIDED,
    MACHINE,
    OVER,
    WAITING,
    Answer,
    Approved,
    Claimed,
    Drafted,
    Edited,
    Entry,
    Event,
    Expired,
    Failed,
    Filtered,
    Group,
    Merged,
    NotAllowed,
    Reason,
    Received,
    Restored,
    Sending,
    Sent,
    Split,
    State,
    advance,
    answer,
    fold,
)
from sidecar.assistant.draft import Decision, Draft, Drafter
from sidecar.assistant.groups import Alike
from sidecar.assistant.question import PAGE, Question
from sidecar.assistant.wordings import Wordings

log = structlog.get_logger()

BATCH = 200
"""Questions written in one transaction."""
DRAFTED_AT_ONCE = 16
AGAIN_S = 2.0
"""After the log could not be written."""
LOOK_S = 0.2
"""How often the clock is looked at."""
REMEMBERED = 1_000
"""Groups that are over without an answer and still in memory; all are in the log."""
ANSWERS_REMEMBERED = 10_000
"""Groups that were answered: their askers come back, and an answer may have to be taken back."""
LOOKED_BACK_MS = 24 * 3_600_000
"""Of what age groups are taken up from the log."""
UNSURE = "Sidecar ended while it was being sent: it may be out"
UNREACHED = "it could not be written to the chat"
LATE_MS = 60_000
"""What could not go out for so long after it was due (the program was down, or the disk full) may have expired."""
_ANSWERED = frozenset({State.SENT, State.RETRACTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """``expires_ms``: how long anybody waits for an answer. ``undo_ms``: between a decision and its going out.
    ``lease_ms``: how long a claim holds."""

    expires_ms: int = 20 * 60_000
    undo_ms: int = 4_000
    lease_ms: int = 60_000


class Log(Protocol):
    """What the desk needs of an audit log; see storage/audit.py."""

    async def add(self, *entries: Entry) -> None: ...

    async def entries(self, group: str | None = None, *, since_ms: int = 0) -> list[Entry]: ...


Publish = Callable[[Answer], Awaitable[Sequence[str]]]
"""Brings an answer to those who asked; returns the ids of the questions whose asker it did not reach."""


class Desk:
    """All groups of a shop that still matter. ``changed`` is told of each as it is after a step, ``forgot`` of each
    that is no longer in memory; ``now_ms`` is Unix time.

    `restore` comes first, then `run` for as long as the shop is open. Methods raise `StorageError` where the log cannot
    be written, and then nothing has changed.
    """

    def __init__(
        self,
        audit: Log,
        *,
        drafter: Drafter,
        publish: Publish,
        wordings: Wordings | None = None,
        changed: Callable[[Group], None] = lambda group: None,
        forgot: Callable[[str], None] = lambda id: None,
        times: Times | None = None,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.times = times or Times()
        self.now_ms = now_ms
        self._audit = audit
        self._drafter = drafter
        self._wordings = wordings or Wordings(drafter)
        self._publish = publish
        self._changed = changed
        self._forgot = forgot
        self._groups: dict[str, Group] = {}
        self._over: deque[str] = deque()
        self._answered: deque[str] = deque()
        self._asked: deque[tuple[Sequence[Entry], asyncio.Future[str]]] = deque()
        self._undrafted: deque[str] = deque()
        self._stale: deque[str] = deque()
        """Groups whose drafts are made again, when no question waits for its first."""
        self._answering: dict[str, str] = {}
        self._unanswered = Alike()
        self._vectors: dict[str, NDArray[np.float32]] = {}
        self._on_the_way: set[str] = set()
        self._alone: set[str] = set()
        """What a person set apart is not grouped again."""
        self._asking, self._drafting = asyncio.Event(), asyncio.Event()

    @property
    def groups(self) -> list[Group]:
        """Those in memory, the oldest first."""
        return list(self._groups.values())

    @property
    def undrafted(self) -> int:
        """Groups whose questions wait for a draft."""
        return len(self._undrafted)

    def group(self, id: str) -> Group:
        """Raises `NotAllowed` (``conflict``) for one that is not, or no longer, here."""
        if id not in self._groups:
            raise NotAllowed("conflict", "it is not here any more")
        return self._groups[id]

    def vector(self, id: str) -> NDArray[np.float32] | None:
        """What the first question of a group means (d), where no entry answers it."""
        return self._vectors.get(id)

    async def restore(self) -> None:
        """Take up what the log says. What was on its way out may have arrived, and is not sent again: our own pages
        read it from here, and of platforms a person is told."""
        for entry in await self._audit.entries(since_ms=self.now_ms() - LOOKED_BACK_MS):
            self._keep(advance(self._groups.get(entry.group), entry))
        for group in self.groups:
            if group.state is State.SENDING:
                on_pages = all(question.channel == PAGE for question in group.questions)
                await self._step(group, MACHINE, Sent() if on_pages else Failed(why=UNSURE))
            elif group.state is State.RECEIVED:
                self._undrafted.append(group.id)
            elif group.state is State.DRAFTED and group.draft and group.draft.entry:
                self._answering[group.draft.entry] = group.id

    async def ask(self, question: Question, *, aside: Reason | None = None) -> str:
        """Take a question; returns the group it is in at first. On return it is on the disk.

        ``aside``: why it is put aside, and not drafted; a person can restore it.
        """
        entries = self._begun(question, aside)
        kept: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._asked.append((entries, kept))
        self._asking.set()
        return await kept

    async def act(self, group: str, revision: int, who: str, event: Event) -> Group:
        """A person takes a step, having seen the group at ``revision``. Raises `NotAllowed`, and then it is not taken.

        What has changed since counts only if it is what one judges by.
        """
        after = await self._step(self._seen(group, revision), who, event)
        if after.state is State.RECEIVED and isinstance(event, Restored):
            self._to_draft(after.id)
        return after

    def redraft(self) -> None:
        """The FAQ says something else: what waits is drafted again, and so is what is being drafted by the old one."""
        new = set(self._undrafted)
        self._stale = deque(id for id, group in self._groups.items() if group.state in WAITING and id not in new)
        self._drafting.set()

    async def claim(self, group: str, revision: int, who: str) -> Group:
        return await self.act(group, revision, who, Claimed(until_ms=self.now_ms() + self.times.lease_ms))

    async def approve(
        self, group: str, revision: int, who: str, *, entry: str | None = None, public: bool = False
    ) -> Group:
        """Send the answer of ``entry``, by default the draft's, to each asker in their language."""
        seen = self._seen(group, revision)
        chosen = entry or (seen.draft.entry if seen.draft else None)
        if chosen is None:
            raise NotAllowed("nothing", "there is no draft: write an answer")
        ready = dict(seen.texts) if seen.draft and chosen == seen.draft.entry else {}
        if ready and await self._wordings.ready(chosen, list(ready)) != ready:
            self._stale.append(seen.id)
            self._drafting.set()
            raise NotAllowed("conflict", "the FAQ says something else now: look again")
        lacking = [lang for lang in seen.languages if lang not in ready]
        if lacking or not ready:
            seen = await self.claim(group, revision, who)
        texts = {**ready, **(await self._wordings.of_entry(chosen, lacking) if lacking else {})}
        if not texts:
            raise NotAllowed("nothing", "its answer cannot be sent as it is: edit it")
        event = Approved(entry=chosen, texts=texts, send_at_ms=self.now_ms() + self.times.undo_ms, public=public)
        return await self.act(group, seen.revision, who, event)

    async def edit(self, group: str, revision: int, who: str, *, lang: str, text: str, public: bool = False) -> Group:
        """Send ``text``, written in ``lang``, to each asker in their language as far as it can be translated."""
        seen = await self.claim(group, revision, who)
        texts = await self._wordings.of_text(text, lang, seen.languages)
        event = Edited(
            lang=lang,
            texts=texts,
            send_at_ms=self.now_ms() + self.times.undo_ms,
            entry=seen.draft.entry if seen.draft else None,
            public=public,
        )
        return await self.act(group, seen.revision, who, event)

    async def merge(self, group: str, revision: int, who: str, to: str) -> Group:
        """The questions of ``group`` mean the same as those of ``to``, which is returned."""
        seen, other = self._seen(group, revision), self.group(to)
        if seen.id == other.id:
            raise NotAllowed("nothing", "it cannot be merged with itself")
        return await self._join(seen, other, who)

    async def split(self, group: str, revision: int, who: str, questions: Sequence[str]) -> Group:
        """These ``questions`` mean something else than the rest; returns the new group that they are in."""
        seen = self._seen(group, revision)
        leaving = tuple(question for question in seen.questions if question.id in questions)
        new = _new_id()
        begun = Received(questions=leaving, expires_ms=max(seen.expires_ms, self.now_ms() + self.times.expires_ms))
        if leaving:
            entry = Entry(group=new, revision=1, at_ms=self.now_ms(), who=who, event=begun)
            event = Split(questions=tuple(question.id for question in leaving), to=new)
            await self._steps((seen.id, who, event), begin=entry)
            self._alone.add(new)
            self._to_draft(new)
            return self.group(new)
        raise NotAllowed("nothing", "none of these questions is in it")

    async def run(self) -> None:
        """Keeps, drafts, sends and lets expire, until it is cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write(), name="keep questions")
            tasks.create_task(self._draft_all(), name="draft answers")
            tasks.create_task(self._watch_clock(tasks), name="send answers")

    def _seen(self, id: str, revision: int) -> Group:
        group = self.group(id)
        if revision < group.judged:
            raise NotAllowed("conflict", "it has changed meanwhile: look again")
        return group

    def _begun(self, question: Question, aside: Reason | None) -> list[Entry]:
        received = Received(questions=(question,), expires_ms=question.at_ms + self.times.expires_ms)
        events: list[Event] = [received, Filtered(reason=aside)] if aside else [received]
        id, now_ms = _new_id(), self.now_ms()
        return [
            Entry(group=id, revision=revision, at_ms=now_ms, who=MACHINE, event=event)
            for revision, event in enumerate(events, 1)
        ]

    async def _write(self) -> None:
        while True:
            self._asking.clear()
            while self._asked:
                await self._write_batch([self._asked.popleft() for _ in range(min(BATCH, len(self._asked)))])
            await self._asking.wait()

    async def _write_batch(self, batch: Sequence[tuple[Sequence[Entry], asyncio.Future[str]]]) -> None:
        try:
            await self._audit.add(*(entry for entries, _ in batch for entry in entries))
        except Exception as exc:  # whoever asked is told
            for _, kept in batch:
                if not kept.done():
                    kept.set_exception(exc)
            return
        for entries, kept in batch:
            group = fold(entries)
            self._keep(group)
            if group.state is State.RECEIVED:
                self._to_draft(group.id)
            if not kept.done():
                kept.set_result(group.id)

    def _to_draft(self, id: str) -> None:
        self._undrafted.append(id)
        self._drafting.set()

    async def _draft_all(self) -> None:
        while True:
            self._drafting.clear()
            while waiting := self._undrafted or self._stale:
                batch = [waiting.popleft() for _ in range(min(DRAFTED_AT_ONCE, len(waiting)))]
                drafts = await asyncio.gather(*map(self._draft, batch))
                for id, draft in zip(batch, drafts, strict=True):
                    if draft:
                        await self._take_draft(id, draft)
            await self._drafting.wait()

    async def _draft(self, id: str) -> Draft | None:
        group = self._groups.get(id)
        if group is None or group.state not in WAITING:
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
            if group.state not in WAITING:
                return
            if group.draft is None and (other := await self._asked_alike(group, draft)):
                await self._join(group, other, MACHINE)
                return
            texts = await self._wordings.ready(draft.entry, group.languages) if draft.entry else {}
            if group.draft and (_proposed(group.draft), group.texts) == (_proposed(draft), texts):
                return
            await self._step(group, MACHINE, Drafted(draft=draft, texts=texts))
            if draft.entry is not None and draft.decision is Decision.ANSWER:
                self._answering[draft.entry] = id
        except NotAllowed:
            self._to_draft(id)  # somebody was quicker: look again
        except Exception as exc:
            log.warning("a draft was not kept: it is made again", reason=str(exc))
            asyncio.get_running_loop().call_later(AGAIN_S, self._to_draft, id)

    async def _asked_alike(self, group: Group, draft: Draft) -> Group | None:
        """The group that waits for the same answer: of the same entry where both surely ask for it, or where no entry
        answers, the one that asks the same."""
        if group.id in self._alone:
            return None
        if draft.decision is Decision.ANSWER and draft.entry is not None:
            other = self._groups.get(self._answering.get(draft.entry, ""))
            return other if other and other.state is State.DRAFTED else None
        if draft.decision is not Decision.ABSTAIN:
            return None
        text = group.questions[0].text
        (vector,) = await self._drafter.similarity([text])
        self._vectors[group.id] = vector
        found = self._unanswered.find(text, vector)
        if found is None:
            self._unanswered.add(group.id, text, vector)
        other = self._groups.get(found or "")
        return other if other and other.state is State.ABSTAINED else None

    async def _join(self, group: Group, other: Group, who: str) -> Group:
        """The questions of ``group`` go to ``other``, in one step of the log."""
        steps: list[tuple[str, str, Event]] = [
            (other.id, who, Received(questions=group.questions, expires_ms=group.expires_ms))
        ]
        new = [lang for lang in group.languages if lang not in other.languages]
        if new and other.draft and other.draft.entry:
            texts = {**other.texts, **await self._wordings.ready(other.draft.entry, new)}
            steps.append((other.id, MACHINE, Drafted(draft=other.draft, texts=texts)))
        after = await self._steps(*steps, (group.id, who, Merged(to=other.id)))
        return after[0]

    async def _watch_clock(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            now_ms = self.now_ms()
            late: list[Group] = []
            for group in self._groups.values():
                if group.state in DECIDED and group.approval and now_ms >= group.approval.send_at_ms:
                    if now_ms >= max(group.expires_ms, group.approval.send_at_ms + LATE_MS):
                        late.append(group)  # it is of another day
                    elif group.id not in self._on_the_way:
                        self._on_the_way.add(group.id)
                        tasks.create_task(self._send(group), name="send an answer")
                elif group.state in WAITING and now_ms >= group.expires_ms:
                    late.append(group)
            await self._expire(late)
            await asyncio.sleep(LOOK_S)

    async def _expire(self, late: Sequence[Group]) -> None:
        for at in range(0, len(late), BATCH):
            batch = [group for group in late[at : at + BATCH] if self._groups.get(group.id) is group]
            try:
                await self._steps(*((group.id, MACHINE, Expired()) for group in batch))
            except Exception as exc:
                log.warning("questions did not expire", reason=str(exc))

    async def _send(self, group: Group) -> None:
        try:
            sending = await self._try(group, Sending())
            if sending is None:
                return
            try:
                undelivered = tuple(await self._publish(answer(sending)))
            except Exception as exc:  # whatever a platform does, the others are served
                log.warning("an answer was not sent", error=type(exc).__name__)
                await self._end_sending(sending.id, Failed(why=type(exc).__name__))
            else:
                await self._end_sending(sending.id, *self._end_of(sending, undelivered))
        finally:
            self._on_the_way.discard(group.id)

    def _end_of(self, sending: Group, undelivered: Sequence[str]) -> tuple[Event, Entry | None]:
        """What has become of an answer that reached all but the ``undelivered``: these wait again, in a new group."""
        lacking = tuple(question for question in sending.questions if question.id in undelivered)
        if not lacking:
            return Sent(), None
        if len(lacking) == len(sending.questions) and not (sending.approval and sending.approval.public):
            return Failed(why=UNREACHED), None
        again = Received(questions=lacking, expires_ms=max(sending.expires_ms, self.now_ms() + AGAIN_MS))
        begun = Entry(group=_new_id(), revision=1, at_ms=self.now_ms(), who=MACHINE, event=again)
        return Sent(undelivered=tuple(question.id for question in lacking)), begun

    async def _end_sending(self, id: str, event: Event, begin: Entry | None = None) -> None:
        """It is out, or is not: said as soon as the log can be written. ``begin``: what waits again."""
        while (group := self._groups.get(id)) and group.state is State.SENDING:
            if await self._try(group, event, begin=begin):
                if begin:
                    self._alone.add(begin.group)
                    self._to_draft(begin.group)
                return
            await asyncio.sleep(AGAIN_S)

    async def _try(self, group: Group, event: Event, *, begin: Entry | None = None) -> Group | None:
        """A step of the machine, unless somebody was quicker, or the log cannot be written just now."""
        try:
            return (await self._steps((group.id, MACHINE, event), begin=begin))[-1]
        except Exception as exc:
            log.warning("a step was not taken", step=event.step, reason=str(exc))
            return None

    async def _step(self, group: Group, who: str, event: Event) -> Group:
        return (await self._steps((group.id, who, event)))[-1]

    async def _steps(self, *steps: tuple[str, str, Event], begin: Entry | None = None) -> list[Group]:
        """Take all of them or none, and ``begin`` a group besides. Raises `NotAllowed`."""
        after: dict[str, Group] = {}
        entries: list[Entry] = []
        if begin:
            after[begin.group] = advance(None, begin)
            entries.append(begin)
        for id, who, event in steps:
            group = after.get(id) or self.group(id)
            entry = Entry(group=id, revision=group.revision + 1, at_ms=self.now_ms(), who=who, event=event)
            after[id] = advance(group, entry)
            entries.append(entry)
        try:
            await self._audit.add(*entries)
        except NotAllowed:
            await self._look_again(*after)
            raise
        for group in after.values():
            self._keep(group)
        return list(after.values())

    async def _look_again(self, *ids: str) -> None:
        """What another step, here or of another program on the same log, has made of these groups."""
        for id in ids:
            entries = await self._audit.entries(id)
            known = self._groups.get(id)
            if entries and (known is None or entries[-1].revision > known.revision):
                self._keep(fold(entries))

    def _keep(self, group: Group) -> None:
        known = self._groups.get(group.id)
        self._groups[group.id] = group
        if group.state is not State.ABSTAINED:
            self._unanswered.discard(group.id)
        if group.state in OVER and (known is None or known.state not in OVER):
            (self._answered if group.state in _ANSWERED else self._over).append(group.id)
        self._forget(self._over, REMEMBERED, OVER - _ANSWERED)
        self._forget(self._answered, ANSWERS_REMEMBERED, _ANSWERED)
        self._changed(group)

    def _forget(self, over: deque[str], most: int, states: frozenset[State]) -> None:
        while len(over) > most:
            gone = self._groups.get(over.popleft())
            if gone and gone.state in states:
                del self._groups[gone.id]
                self._alone.discard(gone.id)
                self._vectors.pop(gone.id, None)
                self._forgot(gone.id)


def _proposed(draft: Draft) -> tuple[object, ...]:
    """What a moderator chooses from. What the host said just now, and how sure the drafter is, may differ each time."""
    entries = tuple((each.entry, each.text, each.failed_checks) for each in draft.alternatives)
    return draft.decision, draft.entry, draft.text, draft.failed_checks, entries


def _new_id() -> str:
    return f"g{uuid4().hex[:16]}"
