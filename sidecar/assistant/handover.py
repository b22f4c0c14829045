"""What a shift leaves to the next one. Pure."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.assistant.approval import WAITING, Approved, Edited, Entry, Group, Received, Rejected, State

MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one person decided."""

    who: str
    approved: int = 0
    edited: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Questions ``received``, ``answered``, ``rejected``, ``expired`` and still ``waiting``; ``median_wait_s`` from a
    question to its answer. Groups: ``urgent`` and ``unanswered`` ones wait, ``answered_most`` had most askers."""

    received: int
    answered: int
    rejected: int
    expired: int
    waiting: int
    median_wait_s: float | None
    people: tuple[Work, ...]
    urgent: tuple[Group, ...]
    unanswered: tuple[Group, ...]
    answered_most: tuple[Group, ...]


def summary(groups: Sequence[Group], entries: Sequence[Entry], since_ms: int) -> Summary:
    """Of ``groups`` as they are now, and the audit log's ``entries``; what is older than ``since_ms`` (Unix time) does
    not count, but for what still waits."""
    lately = [entry for entry in entries if entry.at_ms >= since_ms]
    decided = Counter((entry.who, type(entry.event)) for entry in lately)
    people = sorted({who for who, step in decided if step in (Approved, Edited, Rejected)})
    changed = [group for group in groups if group.changed_ms >= since_ms]
    waiting = sorted((group for group in groups if group.state in WAITING), key=lambda group: -len(group.questions))
    sent = [group for group in changed if group.state is State.SENT and group.sent_at_ms is not None]
    waits = [((group.sent_at_ms or 0) - question.at_ms) / 1_000 for group in sent for question in group.questions]
    asked = {question.id for entry in lately if isinstance(entry.event, Received) for question in entry.event.questions}
    return Summary(
        received=len(asked),
        answered=len(waits),
        rejected=_questions(changed, State.REJECTED),
        expired=_questions(changed, State.EXPIRED),
        waiting=sum(len(group.questions) for group in waiting),
        median_wait_s=statistics.median(waits) if waits else None,
        people=tuple(
            Work(
                who=who,
                approved=decided[who, Approved],
                edited=decided[who, Edited],
                rejected=decided[who, Rejected],
            )
            for who in people
        ),
        urgent=tuple(group for group in waiting if group.concern)[:MOST],
        unanswered=tuple(waiting[:MOST]),
        answered_most=tuple(sorted(sent, key=lambda group: -len(group.questions))[:MOST]),
    )


def _questions(groups: Sequence[Group], state: State) -> int:
    return sum(len(group.questions) for group in groups if group.state is state)
