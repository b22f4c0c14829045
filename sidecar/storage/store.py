"""Sessions and their captions, in a database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from sidecar.captions.caption import Caption, Removal
from sidecar.errors import StorageError
from sidecar.storage.database import Database, metadata
from sidecar.storage.record import SessionRecord

Item = Caption | Removal

_sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("started_epoch_ms", sa.BigInteger, nullable=False),
    sa.Column("ended_epoch_ms", sa.BigInteger),
    sa.Column("source", sa.String(35), nullable=False),
    sa.Column("languages", sa.Text, nullable=False),
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)
_captions = sa.Table(
    "captions",
    metadata,
    sa.Column("session", sa.String(64), sa.ForeignKey("sessions.id"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("id", sa.Integer, nullable=False),
    sa.Column("lang", sa.String(35), nullable=False),
    sa.Column("removed", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("lines", sa.Text, nullable=False),
    sa.Column("start_ms", sa.Integer, nullable=False),
    sa.Column("end_ms", sa.Integer, nullable=False),
    sa.Column("source_lang", sa.String(35), nullable=False),
    sa.Column("translated", sa.Boolean, nullable=False),
    sa.Column("speaker", sa.Text),
    sa.Index("captions_by_language", "session", "lang", "seq"),
)


class Store:
    """Sessions and their captions. Safe to use from one event loop.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    async def open(cls, url: str = "", *, create: bool = True) -> Store:
        """The store in the database at ``url``, as `Database.open` has it."""
        return cls(await Database.open(url, create=create))

    async def __aenter__(self) -> Store:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Finish what is under way and close. Closing twice is harmless."""
        await self.database.aclose()

    async def begin(self, record: SessionRecord) -> None:
        """Enter a session. Entering it again replaces what is known of it."""
        await self.database.change(lambda connection: _begin(connection, record))

    async def finish(
        self, session_id: str, *, ended_epoch_ms: int, source: str | None = None, note: str | None = None
    ) -> None:
        """Write down that the session ended, the language the host spoke, and a note."""
        values = {"ended_epoch_ms": ended_epoch_ms, "source": source, "note": note}
        known = {name: value for name, value in values.items() if value is not None}
        change = _sessions.update().where(_sessions.c.id == session_id).values(known)
        await self.database.change(lambda connection: connection.execute(change))

    async def append(self, session_id: str, items: Sequence[Item]) -> None:
        """Keep final captions and removals; on return they are on the disk. All are kept or none.

        Partials (no ``seq``) are passed over. Writing the same item again is harmless.
        """
        rows = [_to_row(session_id, item) for item in items if item.seq is not None]
        if rows:
            await self.database.change(lambda connection: _append(connection, session_id, rows))

    async def captions(self, session_id: str, *, languages: Sequence[str] | None = None, since: int = 0) -> list[Item]:
        """Everything kept after ``seq`` ``since``, in that order, in ``languages`` (None: all)."""
        query = _captions.select().where(_captions.c.session == session_id, _captions.c.seq > since)
        if languages is not None:
            query = query.where(_captions.c.lang.in_(languages))
        return [_from_row(row) for row in await self.database.select(query.order_by(_captions.c.seq))]

    async def transcript(self, session_id: str, lang: str) -> list[Caption]:
        """The latest revision of every caption in ``lang`` that was not removed, in order of start."""
        latest: dict[int, Item] = {}
        for item in await self.captions(session_id, languages=(lang,)):
            latest[item.id] = item
        kept = [item for item in latest.values() if isinstance(item, Caption)]
        return sorted(kept, key=lambda caption: (caption.start_ms, caption.id))

    async def sessions(self) -> list[SessionRecord]:
        """All sessions, the newest first."""
        query = _sessions.select().order_by(_sessions.c.started_epoch_ms.desc(), _sessions.c.id.desc())
        return [_to_record(row) for row in await self.database.select(query)]

    async def counts(self, session_id: str) -> dict[str, int]:
        """Languages that the session has captions in, with how many (every revision counts); the fullest first."""
        number = sa.func.count().label("number")
        query = (
            sa.select(_captions.c.lang, number)
            .where(_captions.c.session == session_id, _captions.c.removed.is_(False))
            .group_by(_captions.c.lang)
            .order_by(number.desc(), _captions.c.lang)
        )
        return {row["lang"]: row["number"] for row in await self.database.select(query)}

    async def last_seq(self, session_id: str) -> int:
        """Sequence number of the newest item kept; 0 if there is none."""
        query = sa.select(sa.func.max(_captions.c.seq).label("last")).where(_captions.c.session == session_id)
        return (await self.database.select(query))[0]["last"] or 0


def _begin(connection: Connection, record: SessionRecord) -> None:
    values = _record_row(record)
    changed = connection.execute(_sessions.update().where(_sessions.c.id == record.id).values(values))
    if not changed.rowcount:
        connection.execute(_sessions.insert().values(values))


def _append(connection: Connection, session_id: str, rows: list[dict[str, Any]]) -> None:
    numbers = [row["seq"] for row in rows]
    kept = _captions.select().where(
        _captions.c.session == session_id, _captions.c.seq.between(min(numbers), max(numbers))
    )
    known = {row["seq"]: dict(row) for row in connection.execute(kept).mappings()}
    clash = [row["seq"] for row in rows if row["seq"] in known and known[row["seq"]] != row]
    if clash:
        raise StorageError(f"caption {clash[0]} of session {session_id} is already kept with another text")
    new = [row for row in rows if row["seq"] not in known]
    if new:
        connection.execute(_captions.insert(), new)


def _record_row(record: SessionRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "started_epoch_ms": record.started_epoch_ms,
        "ended_epoch_ms": record.ended_epoch_ms,
        "source": record.source,
        "languages": ",".join(record.languages),
        "input": record.input,
        "title": record.title,
        "note": record.note,
    }


def _to_record(row: RowMapping) -> SessionRecord:
    return SessionRecord(
        id=row["id"],
        started_epoch_ms=row["started_epoch_ms"],
        ended_epoch_ms=row["ended_epoch_ms"],
        source=row["source"],
        languages=tuple(part for part in row["languages"].split(",") if part),
        input=row["input"],
        title=row["title"],
        note=row["note"],
    )


def _to_row(session_id: str, item: Item) -> dict[str, Any]:
    shared = {"session": session_id, "seq": item.seq, "id": item.id, "lang": item.lang}
    if isinstance(item, Removal):
        empty = {"text": "", "lines": "[]", "start_ms": 0, "end_ms": 0, "source_lang": "", "speaker": None}
        return shared | empty | {"removed": True, "revision": 0, "translated": True}
    return shared | {
        "removed": False,
        "revision": item.revision,
        "text": item.text,
        "lines": json.dumps(item.lines, ensure_ascii=False),
        "start_ms": item.start_ms,
        "end_ms": item.end_ms,
        "source_lang": item.source_lang,
        "translated": item.translated,
        "speaker": item.speaker,
    }


def _from_row(row: RowMapping) -> Item:
    if row["removed"]:
        return Removal(id=row["id"], lang=row["lang"], seq=row["seq"])
    return Caption(
        id=row["id"],
        revision=row["revision"],
        final=True,
        lang=row["lang"],
        text=row["text"],
        lines=tuple(json.loads(row["lines"])),
        start_ms=row["start_ms"],
        end_ms=row["end_ms"],
        source_lang=row["source_lang"],
        seq=row["seq"],
        translated=row["translated"],
        speaker=row["speaker"],
    )
