"""The audit log of questions and answers: who did what to which group, and when. Lines are added, never changed.

A group's state is the fold of its lines (assistant/approval.py). Two who take the same step at once write the same
revision, and the database takes one of them: that is what makes an approval happen once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field, TypeAdapter
from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from sidecar.assistant.approval import Entry, Event, NotAllowed
from sidecar.storage.database import Database, metadata

_log = sa.Table(
    "audit",
    metadata,
    sa.Column("line", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("desk", sa.String(64), nullable=False),
    sa.Column("group", sa.String(64), nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("step", sa.String(16), nullable=False),
    sa.Column("event", sa.Text, nullable=False),
    sa.UniqueConstraint("desk", "group", "revision"),
)


class AuditLog:
    """The log of one desk, over all its shows. Every method raises `StorageError` when the database cannot be read or
    written."""

    def __init__(self, database: Database, desk: str) -> None:
        self._database = database
        self._desk = desk

    async def add(self, *entries: Entry) -> None:
        """Keep ``entries``; on return they are on the disk. All are kept or none.

        Raises `NotAllowed` (``conflict``) where one of their revisions is kept already.
        """
        rows = [self._row(entry) for entry in entries]
        await self._database.change(lambda connection: _add(connection, rows))

    async def entries(self, group: str | None = None, *, since_ms: int = 0) -> list[Entry]:
        """All there is, in the order it was written; of ``group`` alone if there is one. Groups of which nothing was
        written since ``since_ms``, Unix time, are left out."""
        query = _log.select().where(_log.c.desk == self._desk).order_by(_log.c.line)
        if group is not None:
            query = query.where(_log.c.group == group)
        if since_ms:
            late = sa.select(_log.c.group).where(_log.c.desk == self._desk, _log.c.at_ms >= since_ms)
            query = query.where(_log.c.group.in_(late))
        return [_entry(row) for row in await self._database.select(query)]

    def _row(self, entry: Entry) -> dict[str, Any]:
        return {
            "desk": self._desk,
            "group": entry.group,
            "revision": entry.revision,
            "at_ms": entry.at_ms,
            "who": entry.who,
            "step": entry.event.step,
            "event": _events().dump_json(entry.event).decode(),
        }


def _add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    try:
        connection.execute(_log.insert(), list(rows))
    except IntegrityError as exc:
        raise NotAllowed("conflict", "somebody else was first: look again") from exc


def _entry(row: RowMapping) -> Entry:
    return Entry(
        group=row["group"],
        revision=row["revision"],
        at_ms=row["at_ms"],
        who=row["who"],
        event=_events().validate_json(row["event"]),
    )


@cache
def _events() -> TypeAdapter[Event]:
    return TypeAdapter(Annotated[Event, Field(discriminator="step")])
