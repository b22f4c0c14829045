"""What a moderator asks for, done at the desk."""

from __future__ import annotations

from typing import assert_never

from sidecar import language
from sidecar.assistant.approval import (
    Escalated,
    Group,
    Rejected,
    Released,
    Restored,
    Retracted,
    Snoozed,
    Undone,
)
from sidecar.assistant.desk import Desk
from sidecar.delivery import console_wire as wire


async def act(desk: Desk, who: str, asked: wire.Act) -> Group:
    """Takes the step that is ``asked`` by ``who``.

    Raises `NotAllowed` or `StorageError`, and then it is not taken, and `UsageError` for a language that is none.
    """
    group, revision = asked.group, asked.revision
    match asked:
        case wire.Approve(entry=entry, public=public):
            return await desk.approve(group, revision, who, entry=entry, public=public)
        case wire.Edit(lang=lang, text=text, public=public):
            tag = language.normalise(lang)
            return await desk.edit(group, revision, who, lang=tag, text=text.strip(), public=public)
        case wire.Reject(reason=reason, note=note):
            return await desk.act(group, revision, who, Rejected(reason=reason, note=note))
        case wire.Claim():
            return await desk.claim(group, revision, who)
        case wire.Release():
            return await desk.act(group, revision, who, Released())
        case wire.Snooze(minutes=minutes):
            return await desk.act(group, revision, who, Snoozed(until_ms=desk.now_ms() + minutes * 60_000))
        case wire.Escalate(on=on, note=note):
            return await desk.act(group, revision, who, Escalated(on=on, note=note))
        case wire.Undo():
            return await desk.act(group, revision, who, Undone())
        case wire.Restore():
            return await desk.act(group, revision, who, Restored())
        case wire.Retract(note=note):
            return await desk.act(group, revision, who, Retracted(note=note))
        case wire.Merge(to=to):
            return await desk.merge(group, revision, who, to)
        case wire.Split(questions=questions):
            return await desk.split(group, revision, who, questions)
        case _:
            assert_never(asked)
