"""The way from a question to an answer: which step may follow which, and who may take it. Pure: time is in the events.

What is answered is a `Group`: questions that mean the same, mostly one. Its state is the fold of its entries in the
audit log. Nothing but this module makes an `Answer`, and it makes one only of what a person approved.

    received ─ drafted | abstained ─ approved | edited ─ sending ─ sent | failed
        │               │      (undo) ↲                              │
        └ filtered      └ rejected, expired, merged                  └ retracted

While somebody has claimed a group, nobody else decides on it; a claim ends by itself. ``claimed`` is therefore no state
of its own but a lease on one that waits, and so is ``snoozed`` a time, and ``escalated`` a mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar, Literal, assert_never

from sidecar import language
from sidecar.assistant.draft import Decision, Draft
from sidecar.assistant.question import Concern, Fate, Question

MACHINE = "sidecar"
"""Who took a step that nobody took."""
FALLBACK = "en"
"""What somebody reads whose own language an answer lacks."""


class State(StrEnum):
    """Where a group of questions stands."""

    RECEIVED = "received"
    DRAFTED = "drafted"
    ABSTAINED = "abstained"
    FILTERED = "filtered"
    APPROVED = "approved"
    EDITED = "edited"
    REJECTED = "rejected"
    EXPIRED = "expired"
    MERGED = "merged"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    RETRACTED = "retracted"


class Reason(StrEnum):
    """Why a group is not answered."""

    SPAM = "spam"
    ABUSE = "abuse"
    OFF_TOPIC = "off_topic"
    NO_QUESTION = "no_question"
    ON_AIR = "on_air"
    OTHER = "other"


WAITING = frozenset({State.RECEIVED, State.DRAFTED, State.ABSTAINED})
"""A person has still to decide."""
DECIDED = frozenset({State.APPROVED, State.EDITED})
"""Somebody has decided, and may still undo it."""
AGAIN_MS = 10 * 60_000
"""What is put back, undone or snoozed waits for so long at least before it expires."""
OVER = frozenset({State.REJECTED, State.EXPIRED, State.MERGED, State.SENT, State.RETRACTED, State.FILTERED})
"""Nothing is left to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Questions begin a group, or join it. ``expires_ms``: when nobody waits for an answer any more."""

    step: Literal["received"] = "received"
    people: ClassVar[bool | None] = None
    questions: tuple[Question, ...]
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filtered:
    """Put aside: it is not for the shop."""

    step: Literal["filtered"] = "filtered"
    people: ClassVar[bool | None] = False
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft; ``texts`` are its answer in the language of each asker."""

    step: Literal["drafted"] = "drafted"
    people: ClassVar[bool | None] = False
    draft: Draft
    texts: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """Taken for a while, or for a while longer."""

    step: Literal["claimed"] = "claimed"
    people: ClassVar[bool | None] = True
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """Given back before the claim ended."""

    step: Literal["released"] = "released"
    people: ClassVar[bool | None] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An entry's answer is to go out as it is: ``texts`` by language, not before ``send_at_ms``.

    ``public``: everyone is to see it, not the askers alone.
    """

    step: Literal["approved"] = "approved"
    people: ClassVar[bool | None] = True
    entry: str
    texts: dict[str, str]
    send_at_ms: int
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What a person wrote is to go out; ``lang`` is what it was written in, the other ``texts`` are translations."""

    step: Literal["edited"] = "edited"
    people: ClassVar[bool | None] = True
    lang: str
    texts: dict[str, str]
    send_at_ms: int
    entry: str | None = None
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """It will not be answered."""

    step: Literal["rejected"] = "rejected"
    people: ClassVar[bool | None] = True
    reason: Reason
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """Put back among what waits: it was filtered or rejected by mistake, or sending failed."""

    step: Literal["restored"] = "restored"
    people: ClassVar[bool | None] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """Out of the way until then."""

    step: Literal["snoozed"] = "snoozed"
    people: ClassVar[bool | None] = True
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """Put before the host, or no longer."""

    step: Literal["escalated"] = "escalated"
    people: ClassVar[bool | None] = True
    on: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """These questions mean something else: they left for the group ``to``."""

    step: Literal["split"] = "split"
    people: ClassVar[bool | None] = True
    questions: tuple[str, ...]
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Its questions are with the group ``to`` now."""

    step: Literal["merged"] = "merged"
    people: ClassVar[bool | None] = None
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """The decision does not hold: nothing has gone out."""

    step: Literal["undone"] = "undone"
    people: ClassVar[bool | None] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """From here on it may be out. Written before anything goes out, so that nothing goes out twice."""

    step: Literal["sending"] = "sending"
    people: ClassVar[bool | None] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """It is out, except to ``undelivered`` questions."""

    step: Literal["sent"] = "sent"
    people: ClassVar[bool | None] = False
    undelivered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It did not go out, or nobody knows whether it did."""

    step: Literal["failed"] = "failed"
    people: ClassVar[bool | None] = False
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retracted:
    """The answer is taken back."""

    step: Literal["retracted"] = "retracted"
    people: ClassVar[bool | None] = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """Nobody waits for an answer any more."""

    step: Literal["expired"] = "expired"
    people: ClassVar[bool | None] = False


Event = (
    Received
    | Filtered
    | Drafted
    | Claimed
    | Released
    | Approved
    | Edited
    | Rejected
    | Restored
    | Snoozed
    | Escalated
    | Split
    | Merged
    | Undone
    | Sending
    | Sent
    | Failed
    | Retracted
    | Expired
)

_S = State
TABLE: Mapping[type[Event], tuple[frozenset[State], State | None]] = {
    Received: (WAITING, None),
    Filtered: (WAITING, _S.FILTERED),
    Drafted: (WAITING, None),
    Claimed: (WAITING, None),
    Released: (WAITING, None),
    Approved: (WAITING, _S.APPROVED),
    Edited: (WAITING, _S.EDITED),
    Rejected: (WAITING, _S.REJECTED),
    Restored: (frozenset({_S.FILTERED, _S.REJECTED, _S.FAILED}), None),
    Snoozed: (WAITING, None),
    Escalated: (WAITING, None),
    Split: (WAITING, None),
    Merged: (WAITING, _S.MERGED),
    Undone: (DECIDED, None),
    Sending: (DECIDED, _S.SENDING),
    Sent: (frozenset({_S.SENDING}), _S.SENT),
    Failed: (frozenset({_S.SENDING}), _S.FAILED),
    Retracted: (frozenset({_S.SENT}), _S.RETRACTED),
    Expired: (WAITING | DECIDED, _S.EXPIRED),
}
"""From which states a step may be taken, and where it leads; None: to what waits, as the draft has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the audit log: who did what to a group, and when (Unix time). ``revision`` counts them from 1."""

    group: str
    revision: int
    at_ms: int
    who: str
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    who: str
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What a person decided to send. ``lang`` is the language of the original among ``texts``, None of an entry."""

    who: str
    at_ms: int
    texts: Mapping[str, str]
    send_at_ms: int
    entry: str | None
    lang: str | None
    public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What may be published. ``questions`` are those that it answers, ``texts`` the answer by language."""

    group: str
    revision: int
    approved_by: str
    questions: tuple[Question, ...]
    texts: Mapping[str, str]
    lang: str
    public: bool

    def text_for(self, lang: str) -> tuple[str, str]:
        return text_for(self.texts, lang, self.lang)


def text_for(texts: Mapping[str, str], lang: str, original: str) -> tuple[str, str]:
    """The one of ``texts`` for somebody who reads ``lang``, and the language that it is in: their own, or else English,
    or else that of the ``original``."""
    tags = (lang, language.base(lang), FALLBACK, original)
    own = next((tag for tag in tags if tag in texts), next(iter(texts)))
    return texts[own], own


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Questions that mean the same. ``joined``: the revision with which each came, by id; ``judged`` is the newest
    revision that changed what a moderator judges by. ``sent_at_ms`` stays when an answer is taken back."""

    id: str
    revision: int
    state: State
    questions: tuple[Question, ...]
    joined: Mapping[str, int]
    created_ms: int
    expires_ms: int
    judged: int
    draft: Draft | None = None
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    lease: Lease | None = None
    snoozed_until_ms: int = 0
    escalated: bool = False
    note: str = ""
    reason: Reason | None = None
    merged_into: str | None = None
    approval: Approval | None = None
    sent_at_ms: int | None = None
    undelivered: tuple[str, ...] = ()
    changed_ms: int

    @property
    def lang(self) -> str:
        """The language of the first who asked."""
        return self.questions[0].lang

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(question.lang for question in self.questions))

    @property
    def concern(self) -> Concern | None:
        """The gravest of its questions, in the order in which concerns are listed."""
        found = {question.concern for question in self.questions}
        return next((concern for concern in Concern if concern in found), None)

    def holder(self, now_ms: int) -> str | None:
        """Who has claimed it."""
        return self.lease.who if self.lease and now_ms < self.lease.until_ms and self.state in WAITING else None

    def is_snoozed(self, now_ms: int) -> bool:
        return self.state in WAITING and now_ms < self.snoozed_until_ms

    @property
    def fate(self) -> Fate:
        match self.state:
            case State.SENT:
                return Fate.ANSWERED
            case State.REJECTED:
                return Fate.ON_AIR if self.reason is Reason.ON_AIR else Fate.CLOSED
            case State.EXPIRED:
                return Fate.EXPIRED
            case State.RETRACTED:
                return Fate.RETRACTED
            case _:
                return Fate.RECEIVED


class NotAllowed(Exception):
    """A step that cannot be taken. ``code`` is for programs: ``state``, ``claimed``, ``expired``, ``early``, ``late``,
    ``person``, ``nothing``, ``conflict``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def answer(group: Group) -> Answer:
    """What is to be published of ``group``. Raises `NotAllowed` where nobody approved it, or it is not its time."""
    if group.state not in (State.SENDING, State.SENT) or group.approval is None:
        raise NotAllowed("state", f"nothing of a group that is {group.state} may go out")
    approval = group.approval
    return Answer(
        group=group.id,
        revision=group.judged,
        approved_by=approval.who,
        questions=tuple(question for question in group.questions if question.id not in group.undelivered),
        texts=approval.texts,
        lang=approval.lang or (group.lang if group.lang in approval.texts else next(iter(approval.texts))),
        public=approval.public,
    )


def fold(entries: Sequence[Entry]) -> Group:
    """The group that ``entries``, all of one group and in order, have made. Raises `NotAllowed`."""
    group: Group | None = None
    for entry in entries:
        group = advance(group, entry)
    if group is None:
        raise ValueError("a group begins with an entry")
    return group


def advance(group: Group | None, entry: Entry) -> Group:
    """``group`` after one more step; None before the first. Raises `NotAllowed`, and then nothing has changed."""
    event = entry.event
    _check_who(entry)
    if group is None:
        return _begun(entry)
    _check(group, entry)
    states, leads_to = TABLE[type(event)]
    if group.state not in states:
        raise NotAllowed("state", f"what is {group.state} cannot be {event.step}")
    changed = replace(_changed(group, entry), revision=entry.revision, changed_ms=entry.at_ms)
    state = leads_to or (_waiting(changed) if changed.state not in WAITING or isinstance(event, Drafted) else None)
    return replace(changed, state=state) if state else changed


def _check_who(entry: Entry) -> None:
    by_machine = entry.who == MACHINE
    if not entry.who or (entry.event.people is not None and entry.event.people == by_machine):
        raise NotAllowed("person", f"{entry.event.step} is not for {entry.who or 'nobody'}")


def _begun(entry: Entry) -> Group:
    event = entry.event
    if not isinstance(event, Received) or entry.revision != 1:
        raise NotAllowed("state", "a group begins with what was received")
    if not event.questions:
        raise NotAllowed("nothing", "a group has a question at least")
    return Group(
        id=entry.group,
        revision=1,
        state=State.RECEIVED,
        questions=event.questions,
        joined={question.id: 1 for question in event.questions},
        created_ms=min(question.at_ms for question in event.questions),
        expires_ms=event.expires_ms,
        judged=1,
        changed_ms=entry.at_ms,
    )


def _check(group: Group, entry: Entry) -> None:
    """What the states alone do not say."""
    event, now_ms = entry.event, entry.at_ms
    if entry.group != group.id or entry.revision != group.revision + 1:
        raise NotAllowed("conflict", "somebody else was first: look again")
    holder = group.holder(now_ms)
    if holder and holder != entry.who and entry.who != MACHINE:
        raise NotAllowed("claimed", f"{holder} has claimed it")
    match event:
        case Approved() | Edited():
            if now_ms >= group.expires_ms:
                raise NotAllowed("expired", "nobody waits for an answer any more")
            if not event.texts or not all(text.strip() for text in event.texts.values()):
                raise NotAllowed("nothing", "there is no text to send")
            if isinstance(event, Edited) and event.lang not in event.texts:
                raise NotAllowed("nothing", f"there is no text in {event.lang}")
        case Sending() if group.approval and now_ms < group.approval.send_at_ms:
            raise NotAllowed("early", "it can still be undone")
        case Released() if holder is None:
            raise NotAllowed("state", "nobody has claimed it")
        case Split(questions=leaving) if not set(leaving) < {question.id for question in group.questions}:
            raise NotAllowed("nothing", "some of its questions leave, and at least one stays")
        case Split(questions=()):
            raise NotAllowed("nothing", "some of its questions leave")
        case Merged(to=to) if to == group.id:
            raise NotAllowed("nothing", "it cannot be merged with itself")
        case Received(questions=()):
            raise NotAllowed("nothing", "a question joins")
        case Expired() if now_ms < group.expires_ms:
            raise NotAllowed("early", "somebody may still wait for it")
        case _:
            pass


def _changed(group: Group, entry: Entry) -> Group:
    """``group`` with what the event brings, apart from state and revision."""
    event, revision = entry.event, entry.revision
    match event:
        case Received(questions=questions):
            new = tuple(question for question in questions if question.id not in group.joined)
            return replace(
                group,
                questions=(*group.questions, *new),
                joined={**group.joined, **{question.id: revision for question in new}},
                expires_ms=max(group.expires_ms, event.expires_ms),
            )
        case Filtered(reason=reason):
            return replace(group, reason=reason, judged=revision)
        case Drafted():
            # The same draft with one language more is what the moderator has judged already.
            is_new = group.draft != event.draft or any(
                event.texts.get(lang) != text for lang, text in group.texts.items()
            )
            judged = revision if is_new else group.judged
            return replace(group, draft=event.draft, texts=event.texts, judged=judged)
        case Claimed(until_ms=until_ms):
            lease = Lease(who=entry.who, until_ms=until_ms)
            expires_ms = max(group.expires_ms, until_ms)  # it does not go while somebody writes
            return replace(group, lease=lease, expires_ms=expires_ms, snoozed_until_ms=0)
        case Released():
            return replace(group, lease=None)
        case Approved() | Edited():
            approval = Approval(
                who=entry.who,
                at_ms=entry.at_ms,
                texts=event.texts,
                send_at_ms=event.send_at_ms,
                entry=event.entry,
                lang=event.lang if isinstance(event, Edited) else None,
                public=event.public,
            )
            return replace(group, approval=approval, lease=None, judged=revision)
        case Rejected(reason=reason, note=note):
            return replace(group, reason=reason, note=note, lease=None, judged=revision)
        case Restored() | Undone():
            expires_ms = max(group.expires_ms, entry.at_ms + AGAIN_MS)
            return replace(
                group, reason=None, approval=None, lease=None, note="", expires_ms=expires_ms, judged=revision
            )
        case Snoozed(until_ms=until_ms):
            expires_ms = max(group.expires_ms, until_ms + AGAIN_MS)
            return replace(group, snoozed_until_ms=until_ms, expires_ms=expires_ms, lease=None)
        case Escalated(on=on, note=note):
            return replace(group, escalated=on, note=note)
        case Split(questions=leaving):
            left = tuple(question for question in group.questions if question.id not in leaving)
            return replace(
                group,
                questions=left,
                joined={question.id: group.joined[question.id] for question in left},
                judged=revision,
            )
        case Merged(to=to):
            return replace(group, merged_into=to, judged=revision)
        case Sending():
            return group
        case Sent(undelivered=undelivered):
            return replace(group, undelivered=undelivered, sent_at_ms=entry.at_ms)
        case Failed(why=why):
            return replace(group, note=why, judged=revision)
        case Retracted(note=note):
            return replace(group, note=note, judged=revision)
        case Expired():
            return replace(group, approval=None, judged=revision)
        case _:
            assert_never(event)


def _waiting(group: Group) -> State:
    if group.draft is None:
        return State.RECEIVED
    return State.ABSTAINED if group.draft.decision is Decision.ABSTAIN else State.DRAFTED
