"""A session that was kept, translated again: with another model, or into a language that nobody had asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, groupby

from sidecar.captions.board import Board, Item
from sidecar.captions.caption import IDS_PER_SEGMENT, Caption, Removal, Segment
from sidecar.errors import TranslationError
from sidecar.storage.record import SessionRecord
from sidecar.storage.store import Store
from sidecar.translation.backlog import same_language
from sidecar.translation.sentences import join
from sidecar.translation.translator import Line, Translator

LINE_TIMEOUT_S = 120.0
CONTEXT_LINES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Retranslated:
    """A segment in one language. ``translated`` is False where the translator failed: what was kept stays."""

    segment: Segment
    lang: str
    translated: bool


async def said(store: Store, record: SessionRecord) -> list[Segment]:
    """What was said in the session, in order, put together again from its captions."""
    spoken: list[Segment] = []
    for lang in await store.counts(record.id):
        kept = [caption for caption in await store.transcript(record.id, lang) if caption.source_lang == lang]
        kept.sort(key=lambda caption: caption.id)
        for number, pages in groupby(kept, key=lambda caption: caption.id // IDS_PER_SEGMENT):
            spoken.append(_segment(number, list(pages)))
    return sorted(spoken, key=lambda segment: segment.number)


async def retranslate(
    store: Store, record: SessionRecord, translator: Translator, targets: Sequence[str], *, everything: bool
) -> AsyncIterator[Retranslated]:
    """Translate and keep, line by line, what has no translation yet; or, with ``everything``, all of it anew.

    Stopped at any point, it has lost nothing, and called again without ``everything`` it goes on. Yields what is done.
    Raises `StorageError`.
    """
    segments = await said(store, record)
    languages = tuple(dict.fromkeys((*record.languages, *targets)))
    await store.begin(replace(record, languages=languages))
    for target in targets:
        kept = {caption.id: caption for caption in await store.transcript(record.id, target)}
        board, before = Board(), deque[str](maxlen=CONTEXT_LINES)
        for segment in segments:
            board.source(segment)
            pages = [page for id, page in kept.items() if id // IDS_PER_SEGMENT == segment.number]
            if _is_wanted(segment, target, pages, everything):
                line = Line(text=segment.text, source=segment.language, target=target, context=tuple(before))
                written = await _translated(translator, line)
                if written:
                    items = board.translation(segment.number, target, written)
                    await _keep(store, record, items, pages, target)
                yield Retranslated(segment=segment, lang=target, translated=bool(written))
            before.append(segment.text)


def _segment(number: int, pages: Sequence[Caption]) -> Segment:
    first, last = pages[0], pages[-1]
    text = join([page.text for page in pages], first.lang)
    return Segment(
        number=number,
        text=text,
        stable=len(text),
        final=True,
        language=first.lang,
        start_ms=first.start_ms,
        end_ms=last.end_ms,
        speaker=first.speaker,
    )


def _is_wanted(segment: Segment, target: str, pages: Sequence[Caption], everything: bool) -> bool:
    if same_language(segment.language, target):
        return False
    return everything or not pages or not all(page.translated for page in pages)


async def _translated(translator: Translator, line: Line) -> str:
    """Empty where it failed."""
    try:
        async with asyncio.timeout(LINE_TIMEOUT_S):
            return await translator.translate(line)
    except (TranslationError, TimeoutError):
        return ""


async def _keep(
    store: Store, record: SessionRecord, items: Sequence[Item], pages: Sequence[Caption], lang: str
) -> None:
    """``items`` instead of ``pages``, with the numbers that come next."""
    numbers = count(await store.last_seq(record.id) + 1)
    revisions = {page.id: page.revision for page in pages}
    new = [
        replace(item, seq=next(numbers), revision=revisions.get(item.id, 0) + 1)
        for item in items
        if isinstance(item, Caption)
    ]
    gone = revisions.keys() - {caption.id for caption in new}
    await store.append(record.id, [*new, *(Removal(id=id, lang=lang, seq=next(numbers)) for id in sorted(gone))])
