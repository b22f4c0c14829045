"""The audit log: what was decided is on the disk, once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar.assistant import approval
from sidecar.assistant.approval import (
    MACHINE,
    Approved,
    Claimed,
    Drafted,
    Edited,
    Entry,
    Escalated,
    Event,
    Expired,
    Failed,
    Filtered,
    Merged,
    NotAllowed,
    Reason,
    Received,
    Rejected,
    Released,
    Restored,
    Retracted,
    Sending,
    Sent,
    Snoozed,
    Split,
    State,
    Undone,
)
from sidecar.assistant.draft import Candidate, Citation, Decision, Draft
from sidecar.assistant.question import Concern, Question
from sidecar.errors import StorageError
from sidecar.storage.audit import AuditLog
from sidecar.storage.database import Database

ASKED = Received(
    questions=(
        Question(
            id="q1", asker="a1", lang="es", text="¿Cuánto? 🙂 \u202e'; DROP TABLE audit;--", at_ms=5, name="Ana",
            concern=Concern.HEALTH,
        ),
    ),
    expires_ms=60_000,
)  # fmt: skip
DRAFT = Draft(
    lang="es",
    decision=Decision.CHOOSE,
    entry="price",
    score=0.4,
    margin=0.1,
    text="12,90 $",
    alternatives=(Candidate(entry="cost", question="¿Envío?", text="4,50 $", score=0.3),),
    cited=(Citation(start_ms=1, end_ms=2, text="今天只要99", lang="zh"),),
    failed_checks=("numbers",),
    why="asks for the price",
)
EVENTS: tuple[Event, ...] = (
    ASKED,
    Filtered(reason=Reason.SPAM),
    Drafted(draft=DRAFT, texts={"es": "12,90 $", "ar": "١٢٫٩٠"}),
    Claimed(until_ms=9),
    Released(),
    Approved(entry="price", texts={"es": "12,90 $"}, send_at_ms=4, public=True),
    Edited(lang="es", texts={"es": "12,90 $"}, send_at_ms=4),
    Rejected(reason=Reason.ABUSE, note="no"),
    Restored(),
    Snoozed(until_ms=3),
    Escalated(on=False),
    Split(questions=("q1",), to="g2"),
    Merged(to="g2"),
    Undone(),
    Sending(),
    Sent(undelivered=("q1",)),
    Failed(why="no"),
    Retracted(note="wrong"),
    Expired(),
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'sidecar.db'}"


async def opened(url: str, desk: str = "shop") -> tuple[Database, AuditLog]:
    database = await Database.open(url)
    return database, AuditLog(database, desk)


def test_no_event_is_forgotten_here() -> None:
    assert {type(event) for event in EVENTS} == set(approval.TABLE)


async def test_what_is_kept_is_what_was_written(url: str) -> None:
    written = [Entry(group="g1", revision=at, at_ms=at, who="mei", event=event) for at, event in enumerate(EVENTS, 1)]
    database, log = await opened(url)
    await log.add(*written[:3])
    for entry in written[3:]:
        await log.add(entry)
    await database.aclose()
    database, log = await opened(url)
    assert await log.entries() == written
    assert await log.entries("g1") == written
    assert await log.entries("g2") == []
    assert await log.entries(since_ms=len(EVENTS)) == written, "a group is read whole"
    assert await log.entries(since_ms=len(EVENTS) + 1) == []
    assert await AuditLog(database, "another").entries() == []
    await database.aclose()


async def test_of_two_who_decide_at_once_one_is_told_so(url: str) -> None:
    one, ones = await opened(url)
    other, others = await opened(url)
    await ones.add(Entry(group="g1", revision=1, at_ms=0, who=MACHINE, event=ASKED))
    approve = Approved(entry="price", texts={"es": "12,90 $"}, send_at_ms=4_000)
    outcomes = await asyncio.gather(
        ones.add(Entry(group="g1", revision=2, at_ms=1, who="mei", event=approve)),
        others.add(Entry(group="g1", revision=2, at_ms=1, who="ana", event=approve)),
        return_exceptions=True,
    )
    (refused,) = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(refused, NotAllowed)
    assert refused.code == "conflict"
    group = approval.fold(await others.entries("g1"))
    assert group.state is State.APPROVED
    assert group.revision == 2
    await one.aclose()
    await other.aclose()


async def test_of_several_lines_all_are_kept_or_none(url: str) -> None:
    database, log = await opened(url)
    await log.add(Entry(group="g1", revision=1, at_ms=0, who=MACHINE, event=ASKED))
    with pytest.raises(NotAllowed):
        await log.add(
            Entry(group="g2", revision=1, at_ms=0, who=MACHINE, event=ASKED),
            Entry(group="g1", revision=1, at_ms=0, who=MACHINE, event=Sending()),
        )
    assert await log.entries("g2") == []
    await database.aclose()
    with pytest.raises(StorageError):
        await log.entries()


WRITER = """
import asyncio, sys
from sidecar.assistant.approval import MACHINE, Entry, Received
from sidecar.assistant.question import Question
from sidecar.storage.audit import AuditLog
from sidecar.storage.database import Database

async def main():
    log = AuditLog(await Database.open(sys.argv[1]), "shop")
    for number in range(100_000):
        question = Question(id=str(number), asker="a", lang="en", text="how much?", at_ms=number)
        event = Received(questions=(question,), expires_ms=number + 1)
        await log.add(Entry(group=f"g{number}", revision=1, at_ms=number, who=MACHINE, event=event))
        print(number, flush=True)

asyncio.run(main())
"""


def killed_while_writing(url: str) -> int:
    """How many lines it said were kept before it was killed."""
    with subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) >= 20:
                break
        os.kill(writer.pid, signal.SIGKILL)
        return 21 + sum(1 for _ in writer.stdout)


async def test_what_was_acknowledged_survives_a_kill(url: str) -> None:
    acknowledged = killed_while_writing(url)
    database, log = await opened(url)
    kept = [entry.group for entry in await log.entries()]
    assert kept[:acknowledged] == [f"g{number}" for number in range(acknowledged)]
    assert len(kept) <= acknowledged + 1
    await database.aclose()
