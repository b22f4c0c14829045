"""Turns recognised segments and their translations into numbered captions: ids, revisions, sequence, pages, times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

import regex

from sidecar.captions.caption import IDS_PER_SEGMENT, Caption, Removal, Segment
from sidecar.captions.layout import DEFAULT_LINE_CHARS, Page, layout, tail, tidy

REMEMBERED_SEGMENTS = 500
"""Segments that can still be revised or translated; older ones are forgotten."""

_UNPRINTABLE = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")

Item = Caption | Removal


@dataclass(slots=True)
class _Lane:
    """One segment in one language."""

    shown: dict[int, Caption] = field(default_factory=dict[int, Caption])  # by id; what viewers have on screen or kept
    revisions: dict[int, int] = field(default_factory=dict[int, int])  # by id; also of captions that were removed
    final: bool = False
    translated: bool = False


@dataclass(slots=True)
class _Entry:
    """What is known of one segment."""

    segment: Segment
    lanes: dict[str, _Lane] = field(default_factory=dict[str, _Lane])

    def lane(self, lang: str) -> _Lane:
        return self.lanes.setdefault(lang, _Lane())


class Board:
    """The captions of one session.

    A partial is one caption (page 0) without sequence number, its lines the last two. A final is a caption a page,
    each with the next sequence number. What is sent again unchanged is not sent. Nothing follows a final except a
    final revision, or a `Removal` with a sequence number. In each language the captions of a speaker start in the order
    of their ids; those of different speakers may overlap, and have no effect on one another.
    """

    def __init__(self, first_seq: int = 1) -> None:
        self._next_seq = first_seq
        self._entries: dict[int, _Entry] = {}  # in rising number
        self._forgotten = -1

    @property
    def last_seq(self) -> int:
        """Sequence number of the newest final caption or removal; one less than the first, if there is none."""
        return self._next_seq - 1

    def source(self, segment: Segment) -> list[Item]:
        """What viewers of the source language get for ``segment``.

        A partial that comes after the final, is blank, or repeats the last, gives nothing. A blank final withdraws
        the segment in every language.
        """
        segment = _cleaned(segment)
        entry = self._entry(segment)
        if entry is None or (not segment.final and (entry.segment.final or not segment.text)):
            return []
        changed = segment.text != entry.segment.text
        entry.segment = segment
        if segment.final and not segment.text:
            return [item for lang in entry.lanes for item in self._withdraw(entry, lang)]
        sent = self._withdraw_other_source(entry)
        lane = entry.lane(segment.language)
        if changed:
            for translation in entry.lanes.values():
                translation.translated = False
        lane.translated = True
        sent += (
            self._final(entry, segment.language, segment.text, True)
            if segment.final
            else self._partial(entry, segment.language, segment.text, segment.stable)
        )
        self._forget()
        return sent

    def translation(self, number: int, lang: str, text: str, *, translated: bool = True) -> list[Item]:
        """What viewers of ``lang`` get for the final segment ``number``: ``text``, or with ``translated`` False the
        source line for want of a translation.

        Nothing, where the segment is not final, was withdrawn or forgotten, ``text`` is blank, ``lang`` is the
        segment's own, or an untranslated line would replace a translation.
        """
        entry, text = self._entries.get(number), _clean(text)
        if entry is None or not entry.segment.final or not entry.segment.text or not text:
            return []
        if lang == entry.segment.language or (entry.lane(lang).translated and not translated):
            return []
        entry.lane(lang).translated = translated
        return self._final(entry, lang, text, translated)

    def tentative(self, number: int, lang: str, text: str) -> list[Item]:
        """What viewers of ``lang`` get for segment ``number``, of which ``text`` is a translation so far.

        Nothing, where the segment is final, was withdrawn or forgotten, or ``lang`` is its own.
        """
        entry, text = self._entries.get(number), _clean(text)
        if entry is None or entry.segment.final or not entry.segment.text or not text:
            return []
        return [] if lang == entry.segment.language else self._partial(entry, lang, text, stable=0)

    def _entry(self, segment: Segment) -> _Entry | None:
        """The entry of ``segment``, made if it is new; None if it was forgotten."""
        entry = self._entries.get(segment.number)
        if entry is None and segment.number > self._forgotten:
            entry = _Entry(segment=replace(segment, text="", final=False))
            self._entries[segment.number] = entry
            if len(self._entries) > 1 and segment.number < max(self._entries):
                self._entries = dict(sorted(self._entries.items()))
        return entry

    def _partial(self, entry: _Entry, lang: str, text: str, stable: int) -> list[Item]:
        segment, lane = entry.segment, entry.lane(lang)
        start, end = self._window(entry, lang)
        caption = Caption(
            id=segment.number * IDS_PER_SEGMENT,
            revision=0,
            final=False,
            lang=lang,
            text=text,
            lines=tail(text, lang),
            start_ms=start,
            end_ms=max(end, start + 1),
            source_lang=segment.language,
            stable=stable,
            speaker=segment.speaker,
        )
        shown = lane.shown.get(caption.id)
        if shown is not None and (shown.text, shown.stable, shown.speaker) == (text, stable, segment.speaker):
            return []
        return [_revise(lane, caption)]

    def _final(self, entry: _Entry, lang: str, text: str, translated: bool) -> list[Item]:
        segment, lane = entry.segment, entry.lane(lang)
        lane.final = True
        pages = _pages(text, lang if translated else segment.language)
        sent: list[Item] = []
        for offset, (page, start, end) in enumerate(self._timed(entry, lang, pages)):
            caption = Caption(
                id=segment.number * IDS_PER_SEGMENT + offset,
                revision=0,
                final=True,
                lang=lang,
                text=page.text,
                lines=page.lines,
                start_ms=start,
                end_ms=end,
                source_lang=segment.language,
                translated=translated,
                speaker=segment.speaker,
            )
            shown = lane.shown.get(caption.id)
            if shown is None or replace(shown, revision=0, seq=None) != caption:
                sent.append(_revise(lane, replace(caption, seq=self._seq())))
        kept = segment.number * IDS_PER_SEGMENT + len(pages)
        return sent + self._remove(lane, lang, [id for id in lane.shown if id >= kept])

    def _withdraw(self, entry: _Entry, lang: str) -> list[Item]:
        lane = entry.lane(lang)
        lane.translated = False
        return self._remove(lane, lang, list(lane.shown))

    def _withdraw_other_source(self, entry: _Entry) -> list[Item]:
        """Withdraw what was shown as source in a language that the segment turned out not to be in."""
        segment, sent = entry.segment, list[Item]()
        for lang, lane in entry.lanes.items():
            if lang != segment.language and any(shown.source_lang == lang for shown in lane.shown.values()):
                sent += self._withdraw(entry, lang)
        return sent

    def _remove(self, lane: _Lane, lang: str, ids: list[int]) -> list[Item]:
        for id in ids:
            del lane.shown[id]
        return [Removal(id=id, lang=lang, seq=self._seq()) for id in ids]

    def _seq(self) -> int:
        self._next_seq += 1
        return self._next_seq - 1

    def _timed(self, entry: _Entry, lang: str, pages: tuple[Page, ...]) -> Iterator[tuple[Page, int, int]]:
        """The pages with the time of each: the segment's, divided by characters."""
        start, end = self._window(entry, lang)
        total, spoken = sum(len(page.text) for page in pages), 0
        edges = [start]
        for page in pages:
            spoken += len(page.text)
            edges.append(max(edges[-1] + 1, start + (end - start) * spoken // total))
        latest = self._next_start(entry, lang)
        for page, (page_start, page_end) in zip(pages, pairwise(edges), strict=True):
            bounded = page_start if latest is None else min(page_start, latest)
            yield page, bounded, max(page_end, bounded + 1)

    def _window(self, entry: _Entry, lang: str) -> tuple[int, int]:
        """The segment's time, between those of its speaker's captions before and after it in ``lang``."""
        start, end = max(0, entry.segment.start_ms), entry.segment.end_ms
        previous, latest = self._previous_start(entry, lang), self._next_start(entry, lang)
        if previous is not None:
            start = max(start, previous)
        if latest is not None:
            start = min(start, latest)
        return start, max(end, start)

    def _previous_start(self, entry: _Entry, lang: str) -> int | None:
        for other in reversed(self._entries.values()):
            if other.segment.number < entry.segment.number and (shown := _shown_final(other, lang, entry)):
                return max(caption.start_ms for caption in shown)
        return None

    def _next_start(self, entry: _Entry, lang: str) -> int | None:
        found: int | None = None
        for other in reversed(self._entries.values()):
            if other.segment.number <= entry.segment.number:
                break
            if shown := _shown_final(other, lang, entry):
                found = min(caption.start_ms for caption in shown)
        return found

    def _forget(self) -> None:
        while len(self._entries) > REMEMBERED_SEGMENTS:
            self._forgotten = next(iter(self._entries))
            del self._entries[self._forgotten]


def _shown_final(entry: _Entry, lang: str, beside: _Entry) -> list[Caption]:
    """The final captions of ``entry`` in ``lang``, if it has the speaker of ``beside``."""
    lane = entry.lanes.get(lang)
    same = entry.segment.speaker == beside.segment.speaker
    return list(lane.shown.values()) if same and lane is not None and lane.final else []


def _revise(lane: _Lane, caption: Caption) -> Caption:
    revision = lane.revisions.get(caption.id, 0) + 1
    lane.revisions[caption.id] = revision
    lane.shown[caption.id] = replace(caption, revision=revision)
    return lane.shown[caption.id]


def _pages(text: str, lang: str) -> tuple[Page, ...]:
    """The pages of ``text``; of a text too long for the ids of a segment, with longer lines."""
    pages, chars = layout(text, lang), DEFAULT_LINE_CHARS
    while len(pages) > IDS_PER_SEGMENT:
        chars *= 2
        pages = layout(text, lang, max_chars=chars)
    return pages


def _cleaned(segment: Segment) -> Segment:
    text = _clean(segment.text)
    stable = min(len(text), len(_clean(segment.text[: segment.stable])))
    return replace(segment, text=text, stable=stable)


def _clean(text: str) -> str:
    """``text`` without what no screen or database takes (control characters, lone surrogates), tidy."""
    return tidy(_UNPRINTABLE.sub("", text))
