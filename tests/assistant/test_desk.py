"""The queue at work, on a real audit log: nothing lost, nothing sent twice, nothing sent that nobody approved."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sidecar.assistant.approval import (
    Answer,
    Approved,
    Claimed,
    Edited,
    Entry,
    Group,
    NotAllowed,
    Reason,
    Rejected,
    Restored,
    Retracted,
    State,
)
from sidecar.assistant.approval import Undone as Undo
from sidecar.assistant.desk import UNREACHED, UNSURE, Desk, Times
from sidecar.assistant.draft import Candidate, Decision, Draft
from sidecar.assistant.question import Question
from sidecar.errors import StorageError
from sidecar.storage.audit import AuditLog
from sidecar.storage.database import Database

ANSWERS = {"shipping": {"en": "Two days.", "es": "Dos días.", "zh": "两天。"}}
ASKED_BY = {"shipping": "ship"}


class Shop:
    """A `Drafter` that knows one answer, and what asks for it: a word in the text."""

    async def draft(self, text: str, lang: str) -> Draft:
        known = ASKED_BY["shipping"] in text
        return Draft(
            lang=lang,
            decision=Decision.ANSWER if known else Decision.ABSTAIN,
            entry="shipping" if known else None,
            score=0.9 if known else 0.0,
            margin=0.9 if known else 0.0,
            text=ANSWERS["shipping"][lang] if known else "",
        )

    async def render(self, entry: str, lang: str) -> Candidate | None:
        text = ANSWERS[entry].get(lang)
        return Candidate(entry=entry, question="How long?", text=text, score=1.0) if text else None

    async def similarity(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.eye(len(texts), dtype=np.float32)


class Stage:
    """A desk at work, with a clock that is set by hand, and what went out."""

    def __init__(self, url: str) -> None:
        self.now_ms = 1_000
        self.sent: list[Answer] = []
        self.fails = False
        self._url = url

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[Desk]:
        database = await Database.open(self._url)
        desk = Desk(
            AuditLog(database, "s1"), drafter=Shop(), publish=self.publish, times=Times(), now_ms=lambda: self.now_ms
        )
        await desk.restore()
        work = asyncio.create_task(desk.run())
        try:
            yield desk
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await database.aclose()

    async def publish(self, answer: Answer) -> Sequence[str]:
        self.sent.append(answer)
        if self.fails:
            raise OSError("the platform is down")
        return ()

    def question(self, name: str, text: str = "how fast do you ship?", lang: str = "en") -> Question:
        return Question(id=name, asker=f"asker of {name}", lang=lang, text=text, at_ms=self.now_ms)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(f"sqlite:///{tmp_path / 'sidecar.db'}")


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def drafted(desk: Desk, question: Question) -> Group:
    id = await desk.ask(question)
    await until(lambda: desk.group(id).state is not State.RECEIVED)
    return desk.group(id)


def approve(group: Group, stage: Stage) -> Approved:
    return Approved(entry="shipping", texts=dict(group.texts), send_at_ms=stage.now_ms + 4_000)


async def test_one_approval_answers_all_who_asked_alike_each_in_their_language(stage: Stage) -> None:
    async with stage.at_work() as desk:
        first = await drafted(desk, stage.question("a"))
        other = await drafted(desk, stage.question("b", lang="es"))
        assert other.state is State.MERGED
        group = desk.group(first.id)
        assert [question.id for question in group.questions] == ["a", "b"]
        approved = await desk.act(first.id, group.revision, "mei", approve(group, stage))
        await asyncio.sleep(0.5)
        assert stage.sent == [], "it can still be undone"
        stage.now_ms = 10_000
        await until(lambda: desk.group(approved.id).state is State.SENT)
        (answer,) = stage.sent
        assert answer.approved_by == "mei"
        assert [answer.text_for(question.lang) for question in answer.questions] == [
            ("Two days.", "en"),
            ("Dos días.", "es"),
        ]


async def test_of_two_who_approve_at_once_one_is_told_so_and_it_goes_out_once(stage: Stage) -> None:
    async with stage.at_work() as desk:
        group = await drafted(desk, stage.question("a"))
        outcomes = await asyncio.gather(
            *(desk.act(group.id, group.revision, who, approve(group, stage)) for who in ("mei", "ana")),
            return_exceptions=True,
        )
        (refused,) = [outcome for outcome in outcomes if isinstance(outcome, NotAllowed)]
        assert refused.code == "conflict"
        stage.now_ms = 10_000
        await until(lambda: desk.group(group.id).state is State.SENT)
        assert len(stage.sent) == 1


async def test_what_is_undone_or_rejected_or_late_never_goes_out(stage: Stage) -> None:
    async with stage.at_work() as desk:
        first = await drafted(desk, stage.question("a"))
        approved = await desk.act(first.id, first.revision, "mei", approve(first, stage))
        undone = await desk.act(first.id, approved.revision, "mei", Undo())
        rejected = await desk.act(first.id, undone.revision, "mei", Rejected(reason=Reason.OFF_TOPIC))
        assert rejected.state is State.REJECTED
        late = await drafted(desk, stage.question("b", text="what is the weather?"))
        assert late.state is State.ABSTAINED
        stage.now_ms = 10_000_000
        await until(lambda: desk.group(late.id).state is State.EXPIRED)
        with pytest.raises(NotAllowed):
            await desk.act(late.id, late.revision, "mei", Edited(lang="en", texts={"en": "Fine."}, send_at_ms=0))
        assert stage.sent == []


async def test_a_claim_keeps_others_away_until_it_ends(stage: Stage) -> None:
    async with stage.at_work() as desk:
        group = await drafted(desk, stage.question("a"))
        claimed = await desk.act(group.id, group.revision, "mei", Claimed(until_ms=stage.now_ms + 45_000))
        with pytest.raises(NotAllowed, match="mei has claimed it"):
            await desk.act(group.id, claimed.revision, "ana", approve(group, stage))
        stage.now_ms += 45_000
        assert (await desk.act(group.id, claimed.revision, "ana", approve(group, stage))).state is State.APPROVED


async def test_what_one_has_not_seen_one_does_not_approve(stage: Stage) -> None:
    async with stage.at_work() as desk:
        id = await desk.ask(stage.question("a"))
        seen = desk.group(id)
        await until(lambda: desk.group(id).state is State.DRAFTED)
        with pytest.raises(NotAllowed, match="look again"):
            await desk.act(id, seen.revision, "mei", approve(desk.group(id), stage))


async def test_another_program_takes_up_where_one_stopped(stage: Stage) -> None:
    async with stage.at_work() as desk:
        waiting = await drafted(desk, stage.question("a", text="what is the weather?"))
        decided = await drafted(desk, stage.question("b"))
        await desk.act(decided.id, decided.revision, "mei", approve(decided, stage))
        stuck = asyncio.Event()

        async def forever(answer: Answer) -> Sequence[str]:
            stuck.set()
            await asyncio.sleep(3_600)
            return ()

    stage.now_ms = 10_000
    async with stage.at_work() as desk:
        assert desk.group(waiting.id).draft == waiting.draft
        await until(lambda: desk.group(decided.id).state is State.SENT)
        page = await drafted(desk, stage.question("d"))
        await desk.act(page.id, page.revision, "mei", approve(page, stage))
        again = await drafted(desk, replace(stage.question("c"), channel="twitch"))
        await desk.act(again.id, again.revision, "mei", approve(again, stage))
        desk._publish = forever
        stage.now_ms = 20_000
        await stuck.wait()
        await until(lambda: desk.group(again.id).state is desk.group(page.id).state is State.SENDING)
    async with stage.at_work() as desk:
        assert desk.group(decided.id).state is State.SENT
        assert desk.group(again.id).state is State.FAILED
        assert desk.group(again.id).note == UNSURE
        assert desk.group(page.id).state is State.SENT, "a page reads it from here: nothing is sent again"
    assert len(stage.sent) == 1


async def test_a_platform_that_is_down_costs_its_answer_only(stage: Stage) -> None:
    async with stage.at_work() as desk:
        stage.fails = True
        group = await drafted(desk, stage.question("a"))
        await desk.act(group.id, group.revision, "mei", approve(group, stage))
        stage.now_ms = 10_000
        await until(lambda: desk.group(group.id).state is State.FAILED)
        assert (await drafted(desk, stage.question("b"))).state is State.DRAFTED


async def test_of_a_burst_none_is_lost(stage: Stage) -> None:
    async with stage.at_work() as desk:
        ids = await asyncio.gather(*(desk.ask(stage.question(f"q{n}", text=f"{n}?")) for n in range(2_000)))
        assert len(set(ids)) == 2_000
        await until(lambda: all(desk.group(id).state is State.ABSTAINED for id in ids))
    async with stage.at_work() as desk:
        assert {question.id for group in desk.groups for question in group.questions} == {f"q{n}" for n in range(2_000)}


async def test_where_the_log_cannot_be_written_whoever_asked_is_told(stage: Stage) -> None:
    async with stage.at_work() as desk:
        await desk._audit._database.aclose()  # type: ignore[attr-defined]
        with pytest.raises(StorageError):
            await desk.ask(stage.question("a"))
        assert desk.groups == []


async def test_questions_that_no_entry_answers_are_one_group_where_they_mean_the_same(stage: Stage) -> None:
    async with stage.at_work() as desk:
        first = await drafted(desk, stage.question("a", text="what is the weather?"))
        second = await drafted(desk, stage.question("b", text="how is the weather?"))
        assert (first.state, second.state) == (State.ABSTAINED, State.MERGED)
        left = await desk.split(first.id, desk.group(first.id).revision, "mei", ["b"])
        await until(lambda: desk.group(left.id).state is State.ABSTAINED)
        assert [question.id for question in desk.group(left.id).questions] == ["b"], "not grouped again"
        assert [question.id for question in desk.group(first.id).questions] == ["a"]
        merged = await desk.merge(left.id, desk.group(left.id).revision, "mei", first.id)
        assert {question.id for question in merged.questions} == {"a", "b"}
        assert desk.group(left.id).state is State.MERGED
        with pytest.raises(NotAllowed, match="none of these"):
            await desk.split(first.id, merged.revision, "mei", ["z"])
        with pytest.raises(NotAllowed, match="at least one stays"):
            await desk.split(first.id, merged.revision, "mei", ["a", "b"])


async def test_a_slow_platform_keeps_no_other_answer_waiting(stage: Stage) -> None:
    async with stage.at_work() as desk:
        gate = asyncio.Event()
        first = await drafted(desk, stage.question("a"))
        await desk.act(first.id, first.revision, "mei", approve(first, stage))
        second = await drafted(desk, stage.question("b"))
        await desk.act(second.id, second.revision, "mei", approve(second, stage))
        out: list[str] = []

        async def publish(answer: Answer) -> Sequence[str]:
            if answer.group == first.id:
                await gate.wait()
            out.append(answer.group)
            return ()

        desk._publish = publish
        stage.now_ms = 10_000
        await until(lambda: desk.group(second.id).state is State.SENT)
        gate.set()
        await until(lambda: desk.group(first.id).state is State.SENT)
        assert out == [second.id, first.id]


async def test_another_program_on_the_same_log_is_seen_when_it_was_quicker(stage: Stage) -> None:
    async with stage.at_work() as desk:
        group = await drafted(desk, stage.question("a"))
        async with stage.at_work() as other:
            await other.act(group.id, group.revision, "ana", Rejected(reason=Reason.SPAM))
            with pytest.raises(NotAllowed) as caught:
                await desk.act(group.id, group.revision, "mei", approve(group, stage))
            assert caught.value.code == "conflict"
            assert desk.group(group.id).state is State.REJECTED
        stage.now_ms = 10_000
        await asyncio.sleep(0.5)
        assert stage.sent == []


async def test_what_a_full_disk_keeps_out_of_the_log_is_written_when_there_is_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidecar.assistant.desk.AGAIN_S", 0.05)
    async with stage.at_work() as desk:
        add, full = desk._audit.add, {"drafted", "sent"}

        async def add_if_there_is_room(*entries: Entry) -> None:
            if any(entry.event.step in full for entry in entries):
                raise StorageError("the disk is full")
            await add(*entries)

        monkeypatch.setattr(desk._audit, "add", add_if_there_is_room)
        id = await desk.ask(stage.question("a"))
        await asyncio.sleep(0.3)
        assert desk.group(id).state is State.RECEIVED
        full.discard("drafted")
        await until(lambda: desk.group(id).state is State.DRAFTED)
        await desk.approve(id, desk.group(id).revision, "mei")
        stage.now_ms = 10_000
        await until(lambda: stage.sent)
        await asyncio.sleep(0.3)
        assert desk.group(id).state is State.SENDING
        full.clear()
        await until(lambda: desk.group(id).state is State.SENT)
        assert len(stage.sent) == 1


async def test_a_question_that_is_being_drafted_while_the_faq_changes_is_drafted_by_the_new_one(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.at_work() as desk:
        draft, begun, on = desk._drafter.draft, asyncio.Event(), asyncio.Event()

        async def draft_late(text: str, lang: str) -> Draft:
            found = await draft(text, lang)
            begun.set()
            await on.wait()
            return found

        monkeypatch.setattr(desk._drafter, "draft", draft_late)
        monkeypatch.setitem(ASKED_BY, "shipping", "deliver")
        id = await desk.ask(stage.question("a"))
        await begun.wait()
        monkeypatch.setitem(ASKED_BY, "shipping", "ship")
        desk.redraft()
        on.set()
        await until(lambda: desk.group(id).state is State.DRAFTED)


async def test_when_the_faq_says_something_else_what_waits_is_drafted_anew_and_the_old_answer_goes_nowhere(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage.at_work() as desk:
        asked = await drafted(desk, stage.question("a"))
        unknown = await drafted(desk, stage.question("b", "is it vegan?"))
        monkeypatch.setitem(ANSWERS, "shipping", {"en": "Three days."})
        with pytest.raises(NotAllowed, match="says something else now") as refused:
            await desk.approve(asked.id, asked.revision, "mei")
        assert refused.value.code == "conflict"
        await until(lambda: desk.group(asked.id).texts == {"en": "Three days."})
        with pytest.raises(NotAllowed, match="look again"):
            await desk.act(asked.id, asked.revision, "mei", approve(asked, stage))
        monkeypatch.setitem(ANSWERS, "shipping", {"en": "Four days."})
        desk.redraft()
        await until(lambda: desk.group(asked.id).texts == {"en": "Four days."})
        assert desk.group(unknown.id) == unknown, "what stays the same is no step"
        again = desk.group(asked.id)
        await desk.approve(asked.id, again.revision, "mei")
        stage.now_ms = 10_000
        await until(lambda: stage.sent)
        assert stage.sent[0].texts == {"en": "Four days."}


async def test_an_answer_that_reached_nobody_can_be_put_back(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage.at_work() as desk:
        group = await drafted(desk, replace(stage.question("a"), channel="twitch"))
        monkeypatch.setattr(desk, "_publish", lambda answer: undelivered([each.id for each in answer.questions]))
        await desk.approve(group.id, group.revision, "mei")
        stage.now_ms = 10_000
        await until(lambda: desk.group(group.id).state is State.FAILED)
        assert desk.group(group.id).note == UNREACHED
        stage.now_ms = 10_000_000
        failed = desk.group(group.id)
        back = await desk.act(group.id, failed.revision, "mei", Restored())
        assert back.state is State.DRAFTED
        await asyncio.sleep(0.5)
        assert desk.group(group.id).state is State.DRAFTED, "it has time again"


async def test_those_whom_an_answer_did_not_reach_wait_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage.at_work() as desk:
        group = await drafted(desk, stage.question("a"))
        await drafted(desk, replace(stage.question("b"), channel="twitch"))
        monkeypatch.setattr(desk, "_publish", lambda answer: undelivered(["b"]))
        await desk.approve(group.id, desk.group(group.id).revision, "mei")
        stage.now_ms = 10_000
        await until(lambda: desk.group(group.id).state is State.SENT)
        await until(lambda: [each for each in desk.groups if each.state is State.DRAFTED])
        (again,) = (each for each in desk.groups if each.state is State.DRAFTED)
        assert [question.id for question in again.questions] == ["b"]
    async with stage.at_work() as desk:
        assert desk.group(again.id).state is State.DRAFTED
        assert desk.group(group.id).undelivered == ("b",)


async def test_what_was_decided_on_another_day_does_not_go_out(stage: Stage) -> None:
    async with stage.at_work() as desk:
        group = await drafted(desk, stage.question("a"))
        await desk.approve(group.id, group.revision, "mei")
    stage.now_ms += 20 * 3_600_000
    async with stage.at_work() as desk:
        await until(lambda: desk.group(group.id).state is State.EXPIRED)
        assert not stage.sent


async def test_what_is_not_for_the_shop_does_not_push_answers_out_of_memory(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidecar.assistant.desk.REMEMBERED", 2)
    async with stage.at_work() as desk:
        group = await drafted(desk, stage.question("a"))
        await desk.approve(group.id, group.revision, "mei")
        stage.now_ms = 10_000
        await until(lambda: desk.group(group.id).state is State.SENT)
        for name in "bcdef":
            await desk.ask(stage.question(name), aside=Reason.ABUSE)
        assert len(desk.groups) == 3
        await desk.act(group.id, desk.group(group.id).revision, "mei", Retracted())


async def undelivered(questions: Sequence[str]) -> Sequence[str]:
    return questions
