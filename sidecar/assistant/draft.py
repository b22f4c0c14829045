"""What a drafter is to the queue: a viewer's question in, a draft for a person out. Nothing here publishes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Decision(StrEnum):
    """What is thought of the best entry."""

    ANSWER = "answer"
    """The entry answers the question."""
    CHOOSE = "choose"
    """One of a few entries may answer it: a person has to tell which."""
    ABSTAIN = "abstain"
    """The shop has not said anything on it, or it is no question to the shop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry of the FAQ that may answer.

    ``question`` is the entry's own, ``text`` its answer in the asker's language with the placeholders filled, or in
    another one, ``lang``, where there is none; ``score`` is how likely it is to be right, 0 to 1. ``failed_checks``
    names what is wrong with ``text``.
    """

    entry: str
    question: str
    text: str
    score: float
    lang: str = ""
    failed_checks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What the host said in the last minutes that bears on the question; times are those of the session."""

    start_ms: int
    end_ms: int
    text: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is proposed to the moderator.

    ``lang`` is the asker's language. ``entry``, ``text``: the best entry and its answer; None and empty when the
    decision is to abstain. ``score`` is how likely the entry is to be right, ``margin`` how far it is before the
    next one; both 0 to 1. ``alternatives``: other entries, the likeliest first. ``failed_checks`` names what is wrong
    with ``text``, none if it can be sent as it is. ``why`` is one line for the moderator.
    """

    lang: str
    decision: Decision
    entry: str | None
    score: float
    margin: float
    text: str
    alternatives: tuple[Candidate, ...] = ()
    cited: tuple[Citation, ...] = ()
    failed_checks: tuple[str, ...] = ()
    why: str = ""


class Drafter(Protocol):
    """Drafts answers. Whatever a viewer writes only chooses among answers that the shop wrote."""

    async def draft(self, text: str, lang: str) -> Draft:
        """The draft for a question ``text`` of somebody who reads ``lang``. Any text is allowed, of any length."""
        ...

    async def render(self, entry: str, lang: str) -> Candidate | None:
        """The answer of ``entry`` for somebody who reads ``lang``, score 1; None if there is no such entry now."""
        ...

    async def similarity(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A unit vector for each text, (n, d): the dot product of two tells how alike they are in meaning,
        whatever their languages."""
        ...
