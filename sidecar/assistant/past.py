"""What was answered before to questions like one that waits. Pure (numpy)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.assistant.approval import Group, State

LIKE = 0.75
"""Likeness in meaning from which an earlier question is worth a look."""
MOST = 2
REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A question and what was sent for it, in the language it was asked in, or another."""

    group: str
    question: str
    lang: str
    text: str
    who: str
    at_ms: int


class PastAnswers:
    """Answers that were sent, by the entry that they were drafted from, and by what was asked where there is none."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[Past, str | None, NDArray[np.float32] | None]] = OrderedDict()

    def note(self, group: Group, vector: NDArray[np.float32] | None = None) -> None:
        """``group`` as it is now; ``vector`` (d) of its first question, if it is known."""
        if group.state is not State.SENT or group.approval is None or group.sent_at_ms is None:
            self._answers.pop(group.id, None)
            return
        approval, first = group.approval, group.questions[0]
        own = group.lang if group.lang in approval.texts else next(iter(approval.texts))
        past = Past(
            group=group.id,
            question=first.text,
            lang=first.lang,
            text=approval.texts[own],
            who=approval.who,
            at_ms=group.sent_at_ms,
        )
        self._answers[group.id] = (past, group.draft.entry if group.draft else None, vector)
        while len(self._answers) > REMEMBERED:
            self._answers.popitem(last=False)

    def like(self, group: Group, vector: NDArray[np.float32] | None = None) -> tuple[Past, ...]:
        """The latest answers to what ``group`` asks, the latest first."""
        entry = group.draft.entry if group.draft else None
        found = [
            past
            for past, answered, known in reversed(self._answers.values())
            if past.group != group.id
            and ((entry is not None and answered == entry) or (vector is not None and _alike(known, vector)))
        ]
        return tuple(found[:MOST])


def _alike(one: NDArray[np.float32] | None, other: NDArray[np.float32]) -> bool:
    return one is not None and float(one @ other) >= LIKE
