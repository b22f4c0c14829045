"""Stored captions as the server asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from sidecar import language
from sidecar.captions.caption import Caption, Removal
from sidecar.storage.store import Store


class StoredTranscripts:
    """`sidecar.delivery.transcripts.Transcripts` over a `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def languages(self, session: str) -> Sequence[str] | None:
        records = {record.id: record for record in await self._store.sessions()}
        if (record := records.get(session)) is None:
            return None
        own = () if record.source == language.AUTO else (record.source,)
        return tuple(dict.fromkeys((*own, *record.languages)))

    async def finals(self, session: str, lang: str) -> Sequence[Caption | Removal]:
        return await self._store.captions(session, languages=(lang,))
