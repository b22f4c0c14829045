"""The store as a session uses it: nothing final is lost, and nothing waits, while the disk is full or locked."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

import structlog

from sidecar.captions.caption import Caption, Removal
from sidecar.errors import StorageError

BATCH = 200
"""Items written in one transaction when catching up."""

_log = structlog.get_logger()


class Appender(Protocol):
    """What a ledger needs of a store."""

    async def append(self, session_id: str, items: Sequence[Caption | Removal]) -> None: ...


class Ledger:
    """Writes the final captions of one session in order; keeps in memory what the store does not take.

    ``unsaved`` counts what waits; ``error`` is why, None when nothing does.
    """

    def __init__(self, store: Appender, session_id: str) -> None:
        self._store = store
        self._session_id = session_id
        self._pending: list[Caption | Removal] = []
        self._turn = asyncio.Lock()
        self.error: StorageError | None = None

    @property
    def unsaved(self) -> int:
        return len(self._pending)

    @property
    def waiting(self) -> tuple[Caption | Removal, ...]:
        """What the store has not taken yet, in order."""
        return tuple(self._pending)

    async def record(self, items: Iterable[Caption | Removal]) -> bool:
        """Write ``items`` after all that waits. True once everything is on the disk; False if the store failed, and
        then they wait for the next call. Partials are passed over. Never raises for the store's sake."""
        self._pending.extend(item for item in items if item.seq is not None)
        return await self.flush()

    async def flush(self) -> bool:
        """Try again to write what waits; True if nothing waits any longer."""
        async with self._turn:
            size = BATCH if self.error is None else 1  # one item tells soon enough whether there is room again
            while self._pending:
                batch = self._pending[:size]
                try:
                    await self._store.append(self._session_id, batch)
                except StorageError as exc:
                    self._failed(exc)
                    return False
                del self._pending[: len(batch)]
                size = BATCH
            if self.error is not None:
                _log.info("store.recovered")
                self.error = None
            return True

    def _failed(self, error: StorageError) -> None:
        if self.error is None:
            _log.warning("store.failing", error=error.message, hint=error.hint, unsaved=self.unsaved)
        self.error = error
