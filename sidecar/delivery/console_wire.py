"""Every message between the console and the server, defined once. Contract: docs/wire.md.

JSON text, UTF-8; ``v`` is 1. Times are Unix time in milliseconds, unless they say that they are of the show.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from sidecar.assistant.approval import Reason, State
from sidecar.assistant.draft import Decision
from sidecar.assistant.question import Concern
from sidecar.delivery.wire import Message

MAX_MESSAGE_BYTES = 16_384
"""Largest message a console may send."""
MAX_TEXT = 2_000
"""Characters of an answer."""

Id = Annotated[str, Field(min_length=1, max_length=64)]
Tag = Annotated[str, Field(min_length=1, max_length=35)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class CloseCode(IntEnum):
    """Why the server closes a console's connection, besides those of the captions socket."""

    UNKNOWN = 4401  # the token is not valid, has expired or was revoked
    NOT_ALLOWED = 4403  # the token is for something else


class View(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(frozen=True)


class QuestionView(View):
    id: str
    lang: str
    text: str
    at_ms: int
    channel: str
    name: str = ""
    concern: Concern | None = None


class CandidateView(View):
    """An entry that may answer: its question, its answer for the first who asked, which is in ``lang``, and in the
    moderator's language. One that fails ``untranslated`` alone is translated when it is approved, if it can be."""

    entry: str
    question: str
    text: str
    lang: str
    back: str | None = None
    translated: bool = Field(default=False, description="Made by the translator, not written by the shop")
    score: float
    failed_checks: tuple[str, ...] = ()


class CitationView(View):
    """What the host said; times are of the show."""

    start_ms: int
    end_ms: int
    text: str
    lang: str


class DraftView(View):
    """``best`` is None when nothing answers; it may be sent as it is only if it has no failed checks."""

    decision: Decision
    best: CandidateView | None
    margin: float
    alternatives: tuple[CandidateView, ...]
    cited: tuple[CitationView, ...]
    why: str


class DecisionView(View):
    """What a person decided to send; ``send_at_ms`` is when it can no longer be undone."""

    who: str
    at_ms: int
    send_at_ms: int
    texts: dict[str, str]
    entry: str | None
    public: bool
    edited: bool


class PastAnswer(View):
    """A like question that was answered before."""

    question: str
    lang: str
    text: str
    who: str
    at_ms: int


class GroupView(View):
    """Questions that mean the same: ``asked`` of them, of which ``questions`` are the first. ``texts``: the answer of
    the draft by language, as far as it can be sent as it is.

    ``due_ms``: when the shop wants it answered; ``products``: names of what the entry is about.
    """

    id: str
    revision: int
    state: State
    created_ms: int
    due_ms: int
    expires_ms: int
    asked: int
    questions: tuple[QuestionView, ...]
    languages: tuple[str, ...]
    concern: Concern | None
    draft: DraftView | None
    texts: dict[str, str]
    products: tuple[str, ...] = ()
    held_by: str | None = None
    held_until_ms: int | None = None
    snoozed_until_ms: int | None = None
    escalated: bool = False
    note: str = ""
    reason: Reason | None = None
    merged_into: str | None = None
    decision: DecisionView | None = None
    sent_at_ms: int | None = None
    past: tuple[PastAnswer, ...] = ()


class Person(View):
    """Somebody at the queue, and what they look at."""

    name: str
    role: str
    group: str | None = None


# From the server.


class Welcome(Message):
    """The first message. ``role``: moderator, host or operator; a host reads, and cannot act."""

    type: Literal["welcome"] = "welcome"
    name: str
    role: str
    lang: str
    session: str
    now_ms: int
    undo_ms: int
    lease_ms: int
    languages: tuple[str, ...] = Field(description="Languages that viewers read")
    can_save: bool = Field(description="Whether answers can be kept as entries of the FAQ")


class Groups(Message):
    """Groups as they are now, new or changed; right after ``welcome`` all that are here, in some messages."""

    type: Literal["groups"] = "groups"
    groups: tuple[GroupView, ...]
    gone: tuple[str, ...] = Field(default=(), description="Groups that are over and no longer kept in memory")
    more: bool = Field(default=False, description="True while more of the groups that were here first are coming")


class People(Message):
    """Who is at the queue now."""

    type: Literal["people"] = "people"
    people: tuple[Person, ...]


class Done(Message):
    """``act`` or ``save`` number ``id`` was done."""

    type: Literal["done"] = "done"
    id: int


class Refused(Message):
    """``act`` or ``save`` number ``id`` was not done, and nothing has changed."""

    type: Literal["refused"] = "refused"
    id: int | None
    code: str
    message: str


class Reading(Message):
    """A group's questions in the moderator's language, by id; those that are missing could not be translated."""

    type: Literal["reading"] = "reading"
    group: str
    texts: dict[str, str]


class Moderated(View):
    """What one person did."""

    who: str
    approved: int
    edited: int
    rejected: int


class Topic(View):
    """An entry, or a question that none answers, with how many asked."""

    group: str
    question: str
    asked: int
    languages: tuple[str, ...]


class Handover(Message):
    """What a shift leaves to the next one."""

    type: Literal["handover"] = "handover"
    since_ms: int
    received: int
    answered: int
    rejected: int
    expired: int
    waiting: int
    median_wait_s: float | None = Field(default=None, description="From the question to its answer")
    people: tuple[Moderated, ...]
    urgent: tuple[Topic, ...] = Field(description="Urgent and not yet answered")
    unanswered: tuple[Topic, ...] = Field(description="Asked most and not yet answered")
    answered_most: tuple[Topic, ...]


class End(Message):
    """The show is over; nothing follows."""

    type: Literal["end"] = "end"


# From the console.


class _FromConsole(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Enter(_FromConsole):
    """The first message: who it is, and the language the moderator reads."""

    type: Literal["enter"]
    token: str = Field(max_length=2_048)
    lang: Tag = "en"


class _Step(_FromConsole):
    type: Literal["act"]
    id: int = Field(ge=0, description="Number of the request, which the answer repeats")
    group: Id
    revision: int = Field(ge=1, description="The revision that the moderator sees")


class Approve(_Step):
    """Send an entry's answer: the draft's, or that of ``entry``; to everyone if ``public``."""

    step: Literal["approve"]
    entry: Id | None = None
    public: bool = False


class Edit(_Step):
    """Send ``text``, which is in ``lang``, and its translations to those who read other languages.

    ``correct``: it is the draft's entry in that language from now on, if that was a translation.
    """

    step: Literal["edit"]
    lang: Tag
    text: Text
    public: bool = False
    correct: bool = False


class Reject(_Step):
    step: Literal["reject"]
    reason: Reason = Reason.OTHER
    note: str = Field(default="", max_length=300)


class Claim(_Step):
    """Take it for `Welcome.lease_ms`, or for as long again."""

    step: Literal["claim"]


class Release(_Step):
    step: Literal["release"]


class Snooze(_Step):
    step: Literal["snooze"]
    minutes: int = Field(default=5, ge=1, le=240)


class Escalate(_Step):
    """Put it before the host, or take it away."""

    step: Literal["escalate"]
    on: bool = True
    note: str = Field(default="", max_length=300)


class Undo(_Step):
    step: Literal["undo"]


class Restore(_Step):
    step: Literal["restore"]


class Retract(_Step):
    step: Literal["retract"]
    note: str = Field(default="", max_length=300)


class Merge(_Step):
    """Its questions are the same as those of the group ``to``."""

    step: Literal["merge"]
    to: Id


class Split(_Step):
    """These of its questions mean something else."""

    step: Literal["split"]
    questions: tuple[Id, ...] = Field(min_length=1, max_length=1_000)


Act = Annotated[
    Approve | Edit | Reject | Claim | Release | Snooze | Escalate | Undo | Restore | Retract | Merge | Split,
    Field(discriminator="step"),
]


class Look(_FromConsole):
    """What the moderator has before them, for the others to see."""

    type: Literal["look"]
    group: Id | None = None


class Read(_FromConsole):
    """Asks for ``reading``: the group's questions in the moderator's language."""

    type: Literal["read"]
    group: Id


class Save(_FromConsole):
    """Keep an answer as an entry of the shop's FAQ."""

    type: Literal["save"]
    id: int = Field(ge=0)
    question: Text
    answer: Text
    lang: Tag


class Ask(_FromConsole):
    """Asks for ``handover``, of what happened since."""

    type: Literal["handover"]
    since_ms: int = Field(ge=0)


Request = Annotated[Act | Look | Read | Save | Ask, Field(discriminator="type")]
ENTER: TypeAdapter[Enter] = TypeAdapter(Enter)
REQUEST: TypeAdapter[Act | Look | Read | Save | Ask] = TypeAdapter(Request)
