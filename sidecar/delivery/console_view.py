"""A group of questions as a moderator sees it."""

from __future__ import annotations

from collections.abc import Iterable

from sidecar.assistant.approval import DECIDED, Group, State
from sidecar.assistant.assistant import Assistant
from sidecar.assistant.draft import Candidate, Draft
from sidecar.assistant.handover import Summary
from sidecar.delivery.console_wire import (
    CandidateView,
    CitationView,
    DecisionView,
    DraftView,
    GroupView,
    Handover,
    Moderated,
    PastAnswer,
    QuestionView,
    Topic,
)

MOST_QUESTIONS = 50
"""Questions of one group that are shown."""


async def view(assistant: Assistant, group: Group, lang: str) -> GroupView:
    """``group`` for a moderator who reads ``lang``."""
    now_ms = assistant.desk.now_ms()
    holder = group.holder(now_ms)
    first = group.questions[0]
    return GroupView(
        id=group.id,
        revision=group.revision,
        state=group.state,
        created_ms=group.created_ms,
        due_ms=min(assistant.clocks.due_ms(each.at_ms, each.lang, each.concern) for each in group.questions),
        expires_ms=group.expires_ms,
        asked=len(group.questions),
        questions=tuple(
            QuestionView(
                id=question.id,
                lang=question.lang,
                text=question.text,
                at_ms=question.at_ms,
                channel=question.channel,
                name=question.name,
                concern=question.concern,
            )
            for question in group.questions[:MOST_QUESTIONS]
        ),
        languages=group.languages,
        concern=group.concern,
        draft=await _draft(assistant, group.draft, lang) if group.draft else None,
        texts=dict(group.texts),
        products=assistant.product_names(group.draft.entry if group.draft else None, first.lang),
        held_by=holder,
        held_until_ms=group.lease.until_ms if holder and group.lease else None,
        snoozed_until_ms=group.snoozed_until_ms if group.is_snoozed(now_ms) else None,
        escalated=group.escalated,
        note=group.note,
        reason=group.reason,
        merged_into=group.merged_into,
        decision=_decision(group),
        sent_at_ms=group.sent_at_ms,
        past=tuple(
            PastAnswer(question=past.question, lang=past.lang, text=past.text, who=past.who, at_ms=past.at_ms)
            for past in assistant.past(group)
        ),
    )


async def _draft(assistant: Assistant, draft: Draft, lang: str) -> DraftView:
    best = None
    if draft.entry:
        rendered = await assistant.drafter.render(draft.entry, draft.lang)
        best = Candidate(
            entry=draft.entry,
            question=rendered.question if rendered else draft.entry,
            text=draft.text,
            score=draft.score,
            lang=rendered.lang if rendered else draft.lang,
            failed_checks=draft.failed_checks,
        )
    return DraftView(
        decision=draft.decision,
        best=await _candidate(assistant, best, lang) if best else None,
        margin=draft.margin,
        alternatives=tuple([await _candidate(assistant, each, lang) for each in draft.alternatives]),
        cited=tuple(
            CitationView(start_ms=each.start_ms, end_ms=each.end_ms, text=each.text, lang=each.lang)
            for each in draft.cited
        ),
        why=draft.why,
    )


async def _candidate(assistant: Assistant, candidate: Candidate, lang: str) -> CandidateView:
    own = await assistant.drafter.render(candidate.entry, lang)
    return CandidateView(
        entry=candidate.entry,
        question=candidate.question,
        text=candidate.text,
        lang=candidate.lang,
        back=own.text if own else None,
        translated=assistant.is_translated(candidate.entry, candidate.lang),
        score=round(candidate.score, 3),
        failed_checks=candidate.failed_checks,
    )


def _decision(group: Group) -> DecisionView | None:
    approval = group.approval
    if approval is None or group.state not in DECIDED | {State.SENDING, State.SENT, State.FAILED, State.RETRACTED}:
        return None
    return DecisionView(
        who=approval.who,
        at_ms=approval.at_ms,
        send_at_ms=approval.send_at_ms,
        texts=dict(approval.texts),
        entry=approval.entry,
        public=approval.public,
        edited=approval.lang is not None,
    )


def handover(summary: Summary, since_ms: int) -> Handover:
    """``summary`` for the page."""
    return Handover(
        since_ms=since_ms,
        received=summary.received,
        answered=summary.answered,
        rejected=summary.rejected,
        expired=summary.expired,
        waiting=summary.waiting,
        median_wait_s=summary.median_wait_s,
        people=tuple(
            Moderated(who=each.who, approved=each.approved, edited=each.edited, rejected=each.rejected)
            for each in summary.people
        ),
        urgent=_topics(summary.urgent),
        unanswered=_topics(summary.unanswered),
        answered_most=_topics(summary.answered_most),
    )


def _topics(groups: Iterable[Group]) -> tuple[Topic, ...]:
    return tuple(
        Topic(group=group.id, question=group.questions[0].text, asked=len(group.questions), languages=group.languages)
        for group in groups
    )
