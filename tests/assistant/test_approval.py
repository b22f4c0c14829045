"""Whatever happens in whatever order, nothing goes out that no person approved."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sidecar.assistant import approval
from sidecar.assistant.approval import (
    DECIDED,
    MACHINE,
    TABLE,
    Answer,
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
    Group,
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
    advance,
    fold,
)
from sidecar.assistant.draft import Decision, Draft
from sidecar.assistant.question import Concern, Fate, Question

MINUTE = 60_000


def question(name: str, lang: str = "en", at_ms: int = 0, concern: Concern | None = None) -> Question:
    return Question(id=name, asker=f"asker of {name}", lang=lang, text=f"text of {name}", at_ms=at_ms, concern=concern)


def draft(decision: Decision = Decision.ANSWER, text: str = "Two days.") -> Draft:
    abstains = decision is Decision.ABSTAIN
    return Draft(
        lang="en",
        decision=decision,
        entry=None if abstains else "shipping",
        score=0.9,
        margin=0.4,
        text="" if abstains else text,
    )


class Log:
    """The log of one group, written by whoever wants to."""

    def __init__(self, *names: str, expires_ms: int = 20 * MINUTE) -> None:
        received = Received(questions=tuple(question(name) for name in names or ("q1",)), expires_ms=expires_ms)
        self.entries = [Entry(group="g1", revision=1, at_ms=0, who=MACHINE, event=received)]
        self.group = fold(self.entries)

    def add(self, event: Event, who: str = MACHINE, at_ms: int = 0) -> Group:
        entry = Entry(group="g1", revision=self.group.revision + 1, at_ms=at_ms, who=who, event=event)
        self.group = advance(self.group, entry)
        self.entries.append(entry)
        return self.group

    def drafted(self) -> Log:
        self.add(Drafted(draft=draft(), texts={"en": "Two days."}))
        return self


def approve(send_at_ms: int = 4_000) -> Approved:
    return Approved(entry="shipping", texts={"en": "Two days."}, send_at_ms=send_at_ms)


def refused(log: Log, event: Event, who: str = MACHINE, at_ms: int = 0) -> str:
    before = log.group
    with pytest.raises(NotAllowed) as caught:
        log.add(event, who, at_ms)
    assert log.group is before
    return caught.value.code


def test_a_question_is_drafted_approved_and_sent() -> None:
    log = Log().drafted()
    assert log.add(approve(), "Ana").state is State.APPROVED
    assert log.add(Sending(), at_ms=4_000).state is State.SENDING
    sent = log.add(Sent(), at_ms=4_001)
    assert (sent.state, sent.fate) == (State.SENT, Fate.ANSWERED)
    published = approval.answer(sent)
    assert published.approved_by == "Ana"
    assert published.text_for("en") == ("Two days.", "en")
    assert published.text_for("th") == ("Two days.", "en")
    assert fold(log.entries) == sent


def test_only_people_decide_and_only_the_machine_sends() -> None:
    for event, (states, _) in TABLE.items():
        assert states, event
    log = Log().drafted()
    assert refused(log, approve(), MACHINE) == "person"
    assert refused(log, approve(), "") == "person"
    log.add(approve(), "Ana")
    assert refused(log, Sending(), "Ana", 9_000) == "person"


def test_an_answer_can_be_undone_as_long_as_it_is_not_sent() -> None:
    log = Log().drafted()
    log.add(approve(), "Ana")
    assert refused(log, Sending(), at_ms=3_999) == "early"
    undone = log.add(Undone(), "Ben", 3_999)
    assert (undone.state, undone.approval) == (State.DRAFTED, None)
    assert refused(log, Sending(), at_ms=4_000) == "state"
    log.add(approve(9_000), "Ana", 5_000)
    log.add(Sending(), at_ms=9_000)
    assert refused(log, Undone(), "Ana", 9_000) == "state"


def test_a_second_approval_is_refused() -> None:
    log = Log().drafted()
    seen = log.group
    log.add(approve(), "Ana")
    late = Entry(group="g1", revision=seen.revision + 1, at_ms=0, who="Ben", event=approve())
    with pytest.raises(NotAllowed, match="first") as caught:
        advance(log.group, late)
    assert caught.value.code == "conflict"
    assert refused(log, approve(), "Ben") == "state"


def test_a_claim_keeps_others_away_until_it_ends() -> None:
    log = Log().drafted()
    log.add(Claimed(until_ms=45_000), "Ana")
    assert log.group.holder(44_999) == "Ana"
    for event in (approve(), Claimed(until_ms=90_000), Rejected(reason=Reason.SPAM), Snoozed(until_ms=1), Released()):
        assert refused(log, event, "Ben", 44_999) == "claimed"
    assert log.group.holder(45_000) is None
    assert log.add(Claimed(until_ms=90_000), "Ben", 45_000).holder(45_001) == "Ben"
    assert refused(log, approve(), "Ana", 45_001) == "claimed"
    assert log.add(Released(), "Ben", 45_001).holder(45_001) is None
    assert refused(log, Released(), "Ben", 45_001) == "state"
    assert log.add(approve(99_000), "Ana", 45_002).state is State.APPROVED


def test_the_machine_goes_on_while_somebody_holds_a_claim() -> None:
    log = Log()
    log.add(Claimed(until_ms=45_000), "Ana")
    group = log.add(Drafted(draft=draft(), texts={"en": "Two days."}), at_ms=10)
    assert (group.state, group.holder(10)) == (State.DRAFTED, "Ana")


def test_what_is_claimed_does_not_expire_before_the_claim_ends() -> None:
    log = Log(expires_ms=10_000).drafted()
    log.add(Claimed(until_ms=45_000), "Ana", 9_000)
    assert refused(log, Expired(), at_ms=44_999) == "early"
    assert log.add(Expired(), at_ms=45_000).fate is Fate.EXPIRED


def test_nothing_is_approved_after_it_expired() -> None:
    log = Log(expires_ms=10_000).drafted()
    assert refused(log, approve(20_000), "Ana", 10_000) == "expired"
    log.add(Expired(), at_ms=10_000)
    assert refused(log, approve(20_000), "Ana", 9_000) == "state"


@pytest.mark.parametrize(
    "event",
    [
        Approved(entry="shipping", texts={}, send_at_ms=0),
        Approved(entry="shipping", texts={"en": " \n"}, send_at_ms=0),
        Edited(lang="es", texts={"en": "Two days."}, send_at_ms=0),
    ],
)
def test_an_answer_without_text_is_none(event: Event) -> None:
    assert refused(Log().drafted(), event, "Ana") == "nothing"


def test_what_a_person_wrote_goes_out_in_the_language_it_was_written_in() -> None:
    log = Log()
    log.add(Edited(lang="en", texts={"en": "By Friday.", "es": "El viernes."}, send_at_ms=0), "Ana")
    assert log.group.state is State.EDITED
    published = approval.answer(log.add(Sending()))
    assert published.text_for("es") == ("El viernes.", "es")
    assert published.text_for("ja") == ("By Friday.", "en")


def test_questions_leave_and_join() -> None:
    log = Log("q1", "q2", "q3").drafted()
    group = log.add(Split(questions=("q2",), to="g2"), "Ana")
    assert [each.id for each in group.questions] == ["q1", "q3"]
    assert refused(log, Split(questions=("q1", "q3"), to="g2"), "Ana") == "nothing"
    assert refused(log, Split(questions=("q9",), to="g2"), "Ana") == "nothing"
    assert refused(log, Split(questions=(), to="g2"), "Ana") == "nothing"
    group = log.add(Received(questions=(question("q1"), question("q4", "es")), expires_ms=0))
    assert [each.id for each in group.questions] == ["q1", "q3", "q4"]
    assert group.languages == ("en", "es")
    assert refused(log, Merged(to="g1"), "Ana") == "nothing"
    assert log.add(Merged(to="g2"), "Ana").state is State.MERGED


def test_one_language_more_is_nothing_new_to_judge() -> None:
    log = Log().drafted()
    seen = log.group.judged
    log.add(Received(questions=(question("q2", "es"),), expires_ms=0))
    log.add(Drafted(draft=draft(), texts={"en": "Two days.", "es": "Dos días."}))
    assert log.group.judged == seen
    log.add(Drafted(draft=draft(text="Three days."), texts={"en": "Three days.", "es": "Tres días."}))
    assert log.group.judged == log.group.revision


def test_the_gravest_concern_counts() -> None:
    questions = (question("q1"), question("q2", concern=Concern.COMPLAINT), question("q3", concern=Concern.HEALTH))
    received = Received(questions=questions, expires_ms=9)
    assert fold([Entry(group="g", revision=1, at_ms=0, who=MACHINE, event=received)]).concern is Concern.HEALTH


def test_an_answer_is_taken_back() -> None:
    log = Log().drafted()
    assert refused(log, Retracted(), "Ana") == "state"
    log.add(approve(0), "Ana")
    log.add(Sending())
    log.add(Sent())
    group = log.add(Retracted(note="wrong price"), "Ben")
    assert group.fate is Fate.RETRACTED
    with pytest.raises(NotAllowed):
        approval.answer(group)


def test_what_failed_or_was_put_aside_can_be_taken_up_again() -> None:
    log = Log().drafted()
    log.add(approve(0), "Ana")
    log.add(Sending())
    assert log.add(Failed(why="the platform is away")).state is State.FAILED
    assert log.add(Restored(), "Ana").state is State.DRAFTED
    assert log.add(Filtered(reason=Reason.SPAM)).state is State.FILTERED
    assert log.add(Restored(), "Ana").reason is None
    assert log.add(Rejected(reason=Reason.ON_AIR), "Ana").fate is Fate.ON_AIR


def test_a_group_begins_with_a_question() -> None:
    for event in (approve(), Received(questions=(), expires_ms=0)):
        with pytest.raises(NotAllowed):
            advance(None, Entry(group="g", revision=1, at_ms=0, who="Ana", event=event))
    with pytest.raises(ValueError, match="begins"):
        fold([])


PEOPLE = ("Ana", "Ben")
ANYBODY = st.sampled_from([MACHINE, "", *PEOPLE])
TEXTS = st.dictionaries(st.sampled_from(["en", "es", "zh"]), st.sampled_from(["", "Two days.", "Dos días."]))
TIMES = st.integers(0, 200_000)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Received,
        questions=st.lists(st.sampled_from("abcd"), unique=True).map(lambda names: tuple(map(question, names))),
        expires_ms=TIMES,
    ),
    st.builds(Filtered, reason=st.sampled_from(Reason)),
    st.builds(Drafted, draft=st.sampled_from(Decision).map(draft), texts=TEXTS),
    st.builds(Claimed, until_ms=TIMES),
    st.builds(Released),
    st.builds(Approved, entry=st.just("shipping"), texts=TEXTS, send_at_ms=TIMES, public=st.booleans()),
    st.builds(Edited, lang=st.sampled_from(["en", "es"]), texts=TEXTS, send_at_ms=TIMES),
    st.builds(Rejected, reason=st.sampled_from(Reason)),
    st.builds(Restored),
    st.builds(Snoozed, until_ms=TIMES),
    st.builds(Escalated, on=st.booleans()),
    st.builds(Split, questions=st.lists(st.sampled_from("abcd")).map(tuple), to=st.just("g9")),
    st.builds(Merged, to=st.sampled_from(["g1", "g2"])),
    st.builds(Undone),
    st.builds(Sending),
    st.builds(Sent),
    st.builds(Failed, why=st.just("")),
    st.builds(Retracted),
    st.builds(Expired),
)


class AnyOrder(RuleBasedStateMachine):
    """Anybody tries anything at any time; what the table takes is kept, what it refuses is not."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 0
        self.entries = [
            Entry(
                group="g1",
                revision=1,
                at_ms=0,
                who=MACHINE,
                event=Received(questions=(question("a"), question("b", "es")), expires_ms=150_000),
            )
        ]
        self.group = fold(self.entries)

    @rule(passes=st.sampled_from([0, 1, 1_000, 50_000]))
    def time_passes(self, passes: int) -> None:
        self.now_ms += passes

    @rule(event=EVENTS, who=ANYBODY, behind=st.sampled_from([0, 0, 0, 1]))
    def somebody_tries(self, event: Event, who: str, behind: int) -> None:
        entry = Entry(group="g1", revision=self.group.revision + 1 - behind, at_ms=self.now_ms, who=who, event=event)
        holder = self.group.holder(self.now_ms)
        try:
            changed = advance(self.group, entry)
        except NotAllowed:
            return
        assert behind == 0, "somebody acted on what had changed meanwhile"
        if isinstance(event, Approved | Edited | Rejected | Claimed):
            assert who in PEOPLE
            assert holder in (None, who), "somebody decided on what another had claimed"
        self.entries.append(entry)
        self.group = changed

    @rule()
    def the_show_goes_on_as_it_should(self) -> None:
        """So that what is deep is reached."""
        steps: tuple[tuple[Event, str], ...] = (
            (Drafted(draft=draft(), texts={"en": "Two days."}), MACHINE),
            (Approved(entry="shipping", texts={"en": "Two days."}, send_at_ms=self.now_ms), "Ana"),
            (Sending(), MACHINE),
            (Sent(), MACHINE),
        )
        for event, who in steps:
            try:
                self.somebody(event, who)
            except NotAllowed:
                continue

    def somebody(self, event: Event, who: str) -> None:
        entry = Entry(group="g1", revision=self.group.revision + 1, at_ms=self.now_ms, who=who, event=event)
        self.group = advance(self.group, entry)
        self.entries.append(entry)

    @invariant()
    def the_state_is_what_the_log_says(self) -> None:
        assert fold(self.entries) == self.group

    @invariant()
    def what_can_be_published_was_approved(self) -> None:
        try:
            published: Answer | None = approval.answer(self.group)
        except NotAllowed:
            published = None
        assert (published is not None) == (self.group.state in (State.SENDING, State.SENT))
        if published is None:
            return
        decisions = [entry for entry in self.entries if isinstance(entry.event, Approved | Edited | Undone | Restored)]
        last = decisions[-1]
        assert isinstance(last.event, Approved | Edited)
        assert last.who == published.approved_by
        assert last.who in PEOPLE
        assert published.texts == last.event.texts
        sending = max(index for index, entry in enumerate(self.entries) if isinstance(entry.event, Sending))
        assert self.entries[sending].at_ms >= last.event.send_at_ms
        assert self.entries.index(last) < sending

    @invariant()
    def each_approval_is_sent_once_at_most(self) -> None:
        sent = 0
        for entry in self.entries:
            if isinstance(entry.event, Approved | Edited):
                sent = 0
            sent += isinstance(entry.event, Sending)
            assert sent <= 1

    @invariant()
    def a_decision_says_who_decided(self) -> None:
        assert (self.group.approval is not None) or self.group.state not in DECIDED


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=300, stateful_step_count=30, deadline=None)
