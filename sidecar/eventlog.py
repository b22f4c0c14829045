"""``--events``: every message that goes out to viewers, a JSON object a line, with the Unix time it went out."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import structlog

from sidecar.errors import UsageError

if TYPE_CHECKING:
    from sidecar.delivery.wire import ServerMessage
    from sidecar.session import Session

log = structlog.get_logger()


class EventLog:
    """A context manager over the file ``path``; None writes nothing. A full disk stops the log, never the show."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self._following: asyncio.Task[None] | None = None

    def __enter__(self) -> EventLog:
        """Raises `UsageError` if the file cannot be written."""
        if self._path:
            try:
                self._file = self._path.open("w", encoding="utf-8", buffering=1)
            except OSError as exc:
                raise UsageError(
                    f"cannot write {self._path}: {exc.strerror}", hint="give another --events file"
                ) from exc
        return self

    def __exit__(self, *_: object) -> None:
        if self._following:
            self._following.cancel()
        self._close()

    def follow(self, session: Session) -> None:
        """Write the messages of ``session`` from its first audio on, when the epoch in ``hello`` is known."""
        if self._file:
            self._following = asyncio.create_task(self._follow(session), name="events")

    async def _follow(self, session: Session) -> None:
        await session.started.wait()
        session.hub.tap(self._write)

    def _write(self, message: ServerMessage) -> None:
        if self._file is None:
            return
        record: dict[str, Any] = {**json.loads(message.encode()), "at_ms": int(time.time() * 1000)}
        try:
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        except OSError as exc:
            log.warning("events are no longer written", error=exc.strerror)
            self._close()

    def _close(self) -> None:
        file, self._file = self._file, None
        if file:
            try:
                file.close()
            except OSError as exc:
                log.warning("events are incomplete", error=exc.strerror)
