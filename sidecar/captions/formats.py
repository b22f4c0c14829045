"""Subtitle files from captions: SubRip, WebVTT, JSON and plain text. All times are integer milliseconds.

Right-to-left lines. Browsers give each line of a WebVTT cue the direction of its first strong character, so a line that
begins with a brand name in Latin letters would come out left to right: a right-to-left mark (U+200F) before it sets it
right. SubRip players (libass among them) often take every line as left to right whatever it begins with: there the
line is embedded (U+202B … U+202C), as subtitle editors do. Both are invisible where they are not needed.

What SubRip has no escape for, text that a player would take for a tag (``<b>``, ``{\\an8}``) or an arrow, is parted by
U+2060, which has neither width nor a break.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

import regex

from sidecar import language
from sidecar.captions.caption import IDS_PER_SEGMENT, Caption, Removal
from sidecar.captions.form import Format

MIN_CUE_MS: Final = 834
"""Shortest time on screen: 5/6 s."""
MAX_CUE_MS: Final = 7_000

_RIGHT_TO_LEFT_MARK, _EMBED, _END_EMBED, _WORD_JOINER = "\u200f", "\u202b", "\u202c", "\u2060"
_TAG_START = regex.compile(r"<|\{(?=[\\\p{L}])|--(?=>)")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\u3000-\u303f\uff00-\uff65]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A caption with the time it is on screen: ``start_ms`` < ``end_ms`` ≤ the start of its speaker's next."""

    caption: Caption
    start_ms: int
    end_ms: int


def render(items: Iterable[Caption | Removal], lang: str, form: Format, *, speaker: bool = True) -> str:
    """The captions of ``lang`` among ``items`` (in the order they were made) as a file. ``speaker`` names who speaks,
    where that is known: in a show of several voices."""
    captions = latest(items, lang)
    match form:
        case Format.SRT:
            return _srt(cues(captions), speaker)
        case Format.VTT:
            return _vtt(cues(captions), lang, speaker)
        case Format.JSON:
            return _json(captions)
        case Format.TXT:
            return _text(captions, speaker)
        case _:
            assert_never(form)


def latest(items: Iterable[Caption | Removal], lang: str) -> list[Caption]:
    """The newest revision of every final caption in ``lang`` that was not removed and has text, by start."""
    found: dict[int, Caption] = {}
    for item in items:
        if item.lang != lang:
            continue
        if isinstance(item, Removal):
            found.pop(item.id, None)
        elif item.final and (item.id not in found or item.revision >= found[item.id].revision):
            found[item.id] = item
    shown = (caption for caption in found.values() if any(line.strip() for line in caption.lines))
    return sorted(shown, key=lambda caption: (caption.start_ms, caption.id))


def cues(captions: Sequence[Caption]) -> list[Cue]:
    """When each of ``captions`` (by start) is on screen, by start: of one speaker never two at once, from 5/6 s, where
    the next one leaves that much, to 7 s. Speakers overlap as they did."""
    speakers = dict.fromkeys(caption.speaker for caption in captions)
    found = [cue for speaker in speakers for cue in _of_one([each for each in captions if each.speaker == speaker])]
    return sorted(found, key=lambda cue: (cue.start_ms, cue.caption.id))


def _of_one(captions: Sequence[Caption]) -> list[Cue]:
    starts: list[int] = []
    for caption in captions:
        starts.append(max(caption.start_ms, starts[-1] + 1) if starts else max(0, caption.start_ms))
    ends: list[int] = []
    for index, caption in enumerate(captions):
        end = min(max(caption.end_ms, starts[index] + MIN_CUE_MS), starts[index] + MAX_CUE_MS)
        ends.append(min(end, starts[index + 1]) if index + 1 < len(starts) else end)
    return [
        Cue(caption=caption, start_ms=start, end_ms=end)
        for caption, start, end in zip(captions, starts, ends, strict=True)
    ]


def timestamp(milliseconds: int, separator: str = ".") -> str:
    """``HH:MM:SS.mmm``; hours grow past two digits if they must."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{separator}{rest:03}"


def _srt(found: Sequence[Cue], speaker: bool) -> str:
    blocks: list[str] = []
    for number, cue in enumerate(found, 1):
        lines = [_TAG_START.sub(rf"\g<0>{_WORD_JOINER}", line) for line in _spoken(cue.caption, speaker)]
        if _is_right_to_left(cue.caption):
            lines = [f"{_EMBED}{line}{_END_EMBED}" for line in lines]
        times = f"{timestamp(cue.start_ms, ',')} --> {timestamp(cue.end_ms, ',')}"
        blocks.append("\n".join((str(number), times, *lines)) + "\n")
    return "\n".join(blocks)


def _vtt(found: Sequence[Cue], lang: str, speaker: bool) -> str:
    blocks = [f"WEBVTT\nLanguage: {lang}\n"]
    for cue in found:
        caption = cue.caption
        mark = _RIGHT_TO_LEFT_MARK if _is_right_to_left(caption) else ""
        lines = [mark + escape_vtt(line) for line in caption.lines]
        if speaker and caption.speaker:
            lines[0] = f"<v {escape_vtt(' '.join(caption.speaker.split()))}>{lines[0]}"
        times = f"{timestamp(cue.start_ms)} --> {timestamp(cue.end_ms)}"
        blocks.append("\n".join((str(caption.id), times, *lines)) + "\n")
    return "\n".join(blocks)


def escape_vtt(text: str) -> str:
    """``text`` as WebVTT cue text: no tag, entity or arrow in it is taken for one."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _json(captions: Sequence[Caption]) -> str:
    rows = ",\n".join(json.dumps(_row(caption), ensure_ascii=False) for caption in captions)
    return f"[\n{rows}\n]\n" if rows else "[]\n"


def _row(caption: Caption) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": caption.id,
        "revision": caption.revision,
        "seq": caption.seq,
        "lang": caption.lang,
        "text": caption.text,
        "lines": caption.lines,
        "start_ms": caption.start_ms,
        "end_ms": caption.end_ms,
        "source_lang": caption.source_lang,
        "speaker": caption.speaker,
        "untranslated": None if caption.translated else True,
    }
    return {name: value for name, value in row.items() if value is not None}


def _text(captions: Sequence[Caption], speaker: bool) -> str:
    """One line a stretch of speech, by its start: its pages joined again."""
    passages: dict[int, list[Caption]] = {}
    for caption in captions:
        passages.setdefault(caption.id // IDS_PER_SEGMENT, []).append(caption)
    lines: list[str] = []
    for first, *others in passages.values():
        line = f"{first.speaker}: {first.text}" if speaker and first.speaker else first.text
        for page in others:
            line += ("" if _joins(line[-1], page.text[0]) else " ") + page.text
        lines.append(line + "\n")
    return "".join(lines)


def _joins(before: str, after: str) -> bool:
    return bool(_UNSPACED.match(before) or _UNSPACED.match(after))


def _spoken(caption: Caption, speaker: bool) -> list[str]:
    first, *rest = caption.lines
    return [f"{caption.speaker}: {first}" if speaker and caption.speaker else first, *rest]


def _is_right_to_left(caption: Caption) -> bool:
    return language.is_right_to_left(caption.lang if caption.translated else caption.source_lang)
