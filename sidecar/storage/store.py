"""The database of sessions and their captions (SQLAlchemy; its only importer).

SQLite runs in WAL mode with ``synchronous=FULL``: a commit is on the disk when `Store.append` returns, so that neither
a killed process nor a power cut loses a final caption. NORMAL would survive the first but not the second, and saves
only some milliseconds for each of the few captions a second.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import sqlalchemy as sa
from platformdirs import user_data_dir
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, RowMapping
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from sidecar.captions.caption import Caption, Removal
from sidecar.errors import StorageError
from sidecar.storage.record import SessionRecord

SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 1_000
"""How long SQLite waits for another process's lock; captions wait as long to be announced."""

Item = Caption | Removal
T = TypeVar("T")

_metadata = sa.MetaData()
_schema = sa.Table("sidecar_schema", _metadata, sa.Column("version", sa.Integer, primary_key=True))
_sessions = sa.Table(
    "sessions",
    _metadata,
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
    _metadata,
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
    """Sessions and their captions. Safe to use from one event loop; one thread of its own does the work, in order.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, engine: Engine, worker: ThreadPoolExecutor) -> None:
        self._engine = engine
        self._worker = worker

    @classmethod
    async def open(cls, url: str = "", *, create: bool = True) -> Store:
        """The store at the SQLAlchemy ``url`` (empty: SQLite in the user's data folder), made if it is not there.

        With ``create`` False a store that does not exist is an error.
        """
        worker = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            engine = await asyncio.get_running_loop().run_in_executor(worker, _open, _parse(url), create)
        except BaseException:
            worker.shutdown(wait=False)
            raise
        return cls(engine, worker)

    async def __aenter__(self) -> Store:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Finish what is under way and close. Closing twice is harmless."""
        try:
            await self._run(self._engine.dispose)
        except StorageError:
            return
        self._worker.shutdown(wait=True)

    async def begin(self, record: SessionRecord) -> None:
        """Enter a session. Entering it again replaces what is known of it."""
        await self._run(lambda: self._begin(record))

    async def finish(
        self, session_id: str, *, ended_epoch_ms: int, source: str | None = None, note: str | None = None
    ) -> None:
        """Write down that the session ended, the language the host spoke, and a note."""
        values = {"ended_epoch_ms": ended_epoch_ms, "source": source, "note": note}
        known = {name: value for name, value in values.items() if value is not None}
        await self._run(lambda: self._execute(_sessions.update().where(_sessions.c.id == session_id).values(known)))

    async def append(self, session_id: str, items: Sequence[Item]) -> None:
        """Keep final captions and removals; on return they are on the disk. All are kept or none.

        Partials (no ``seq``) are passed over. Writing the same item again is harmless.
        """
        rows = [_to_row(session_id, item) for item in items if item.seq is not None]
        if rows:
            await self._run(lambda: self._append(session_id, rows))

    async def captions(self, session_id: str, *, languages: Sequence[str] | None = None, since: int = 0) -> list[Item]:
        """Everything kept after ``seq`` ``since``, in that order, in ``languages`` (None: all)."""
        query = _captions.select().where(_captions.c.session == session_id, _captions.c.seq > since)
        if languages is not None:
            query = query.where(_captions.c.lang.in_(languages))
        return [_from_row(row) for row in await self._run(lambda: self._select(query.order_by(_captions.c.seq)))]

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
        return [_to_record(row) for row in await self._run(lambda: self._select(query))]

    async def counts(self, session_id: str) -> dict[str, int]:
        """Languages that the session has captions in, with how many (every revision counts); the fullest first."""
        number = sa.func.count().label("number")
        query = (
            sa.select(_captions.c.lang, number)
            .where(_captions.c.session == session_id, _captions.c.removed.is_(False))
            .group_by(_captions.c.lang)
            .order_by(number.desc(), _captions.c.lang)
        )
        return {row["lang"]: row["number"] for row in await self._run(lambda: self._select(query))}

    async def last_seq(self, session_id: str) -> int:
        """Sequence number of the newest item kept; 0 if there is none."""
        query = sa.select(sa.func.max(_captions.c.seq).label("last")).where(_captions.c.session == session_id)
        return (await self._run(lambda: self._select(query)))[0]["last"] or 0

    async def _run(self, work: Callable[[], T]) -> T:
        def translated() -> T:
            with _errors(self._engine.url):
                return work()

        try:
            future = asyncio.get_running_loop().run_in_executor(self._worker, translated)
        except RuntimeError as exc:
            raise StorageError("the caption store is closed") from exc
        return await future

    def _begin(self, record: SessionRecord) -> None:
        values = _record_row(record)
        with self._engine.begin() as connection:
            changed = connection.execute(_sessions.update().where(_sessions.c.id == record.id).values(values))
            if not changed.rowcount:
                connection.execute(_sessions.insert().values(values))

    def _append(self, session_id: str, rows: list[dict[str, Any]]) -> None:
        numbers = [row["seq"] for row in rows]
        with self._engine.begin() as connection:
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

    def _execute(self, statement: sa.Executable) -> None:
        with self._engine.begin() as connection:
            connection.execute(statement)

    def _select(self, query: sa.Executable) -> Sequence[RowMapping]:
        with self._engine.connect() as connection:
            return connection.execute(query).mappings().all()


def _parse(url: str) -> URL:
    if not url:
        return URL.create("sqlite", database=str(Path(user_data_dir("sidecar", appauthor=False)) / "sidecar.db"))
    try:
        return sa.make_url(url)
    except ArgumentError as exc:
        raise StorageError(
            f"'{url}' is not a database URL", hint="use sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"
        ) from exc


def _open(url: URL, create: bool) -> Engine:
    with _errors(url):
        path = _file(url)
        if path is not None and not create and not path.exists():
            raise StorageError(
                f"no captions have been kept in {path}", hint="run a session first, or check storage.url"
            )
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            engine = sa.create_engine(url)
        except (ModuleNotFoundError, NoSuchModuleError) as exc:
            raise StorageError(
                f"no driver for {url.drivername} databases is installed", hint="pip install 'psycopg[binary]'"
            ) from exc
        if path is not None:
            event.listen(engine, "connect", _prepare_sqlite)
        try:
            with engine.begin() as connection:
                _check_schema(connection, url)
        except BaseException:
            engine.dispose()
            raise
        return engine


def _file(url: URL) -> Path | None:
    """The file of an SQLite database; None for another database or one in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(url.database or "")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _check_schema(connection: Connection, url: URL) -> None:
    if not sa.inspect(connection).has_table(_schema.name):
        _metadata.create_all(connection)
        connection.execute(_schema.insert().values(version=SCHEMA_VERSION))
        return
    found = connection.execute(sa.select(sa.func.max(_schema.c.version))).scalar() or 0
    if found > SCHEMA_VERSION:
        raise StorageError(
            f"{_place(url)} was written by a newer Sidecar (schema {found}; this one knows {SCHEMA_VERSION})",
            hint="update Sidecar, or choose another file with storage.url",
        )


_CAUSES = (
    ("disk is full", "the disk is full", "make room; what could not be written yet is kept in memory"),
    ("file too large", "the disk is full", "make room; what could not be written yet is kept in memory"),
    ("disk i/o error", "the disk cannot be written", "check that the disk has room and is healthy"),
    ("readonly", "it is read-only", "check the permissions of the file and its folder"),
    ("locked", "another program holds it locked", "close the other program, or choose another file with storage.url"),
    ("not a database", "it is not a database", "choose another file with storage.url"),
    ("malformed", "it is damaged", "move the file away; a new one is made"),
    ("unable to open", "it cannot be opened", "check the path in storage.url and its permissions"),
)


@contextmanager
def _errors(url: URL) -> Generator[None]:
    """What the database and the file system raise, in the words of `StorageError`."""
    try:
        yield
    except (SQLAlchemyError, OSError, ValueError) as exc:
        reason = str(getattr(exc, "orig", None) or getattr(exc, "strerror", None) or exc).splitlines()[0]
        for sign, cause, hint in _CAUSES:
            if sign in reason.lower():
                raise StorageError(f"caption store {_place(url)}: {cause}", hint=hint) from exc
        raise StorageError(
            f"caption store {_place(url)}: {reason}", hint="check storage.url and its permissions"
        ) from exc


def _place(url: URL) -> str:
    return str(_file(url) or url.render_as_string(hide_password=True))


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
