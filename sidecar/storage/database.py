"""A database that things are kept in (SQLAlchemy): SQLite by default, PostgreSQL by URL.

SQLite runs in WAL mode with ``synchronous=FULL``: a commit is on the disk when a write returns, so that neither a
killed process nor a power cut loses what was announced as kept. NORMAL would survive the first but not the second, and
saves only some milliseconds for each of the few writes a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from platformdirs import user_data_dir
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, RowMapping
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from sidecar.errors import StorageError

SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 1_000
"""How long SQLite waits for another process's lock; captions wait as long to be announced."""

T = TypeVar("T")

metadata = sa.MetaData()
"""The tables, where the modules that use them are imported."""
_schema = sa.Table("sidecar_schema", metadata, sa.Column("version", sa.Integer, primary_key=True))


class Database:
    """Safe to use from one event loop; one thread of its own does the work, in order.

    Every method raises `StorageError` when the database cannot be read or written.
    """

    def __init__(self, engine: Engine, worker: ThreadPoolExecutor) -> None:
        self._engine = engine
        self._worker = worker
        self._tables = 0

    @classmethod
    async def open(cls, url: str = "", *, create: bool = True) -> Database:
        """That at the SQLAlchemy ``url`` (empty: SQLite in the user's data folder), made if it is not there.

        With ``create`` False one that does not exist is an error.
        """
        worker = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            engine = await asyncio.get_running_loop().run_in_executor(worker, _open, _parse(url), create)
        except BaseException:
            worker.shutdown(wait=False)
            raise
        return cls(engine, worker)

    async def aclose(self) -> None:
        """Finish what is under way and close. Closing twice is harmless."""
        try:
            await self._run(self._engine.dispose)
        except StorageError:
            return
        self._worker.shutdown(wait=True)

    async def change(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` does in one transaction: all of it is kept or none. It may raise what it likes."""

        def changed() -> T:
            self._make_tables()
            with self._engine.begin() as connection:
                return work(connection)

        return await self._run(changed)

    async def select(self, query: sa.Executable) -> Sequence[RowMapping]:
        def selected() -> Sequence[RowMapping]:
            self._make_tables()
            with self._engine.connect() as connection:
                return connection.execute(query).mappings().all()

        return await self._run(selected)

    def _make_tables(self) -> None:
        """In the worker: those that came to be known since it was opened, when their module was imported."""
        if len(metadata.tables) > self._tables:
            metadata.create_all(self._engine)
            self._tables = len(metadata.tables)

    async def _run(self, work: Callable[[], T]) -> T:
        def translated() -> T:
            with _errors(self._engine.url):
                return work()

        try:
            future = asyncio.get_running_loop().run_in_executor(self._worker, translated)
        except RuntimeError as exc:
            raise StorageError("the caption store is closed") from exc
        return await future


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
            path.touch(mode=0o600)  # what viewers asked, and the secret of tokens, are for its owner alone
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
        _schema.create(connection)
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
