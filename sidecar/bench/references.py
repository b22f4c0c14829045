"""Speech with what is said in it: a gold transcript beside a recording, and lists of short clips."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from sidecar import language
from sidecar.bench.captions import TimedWord
from sidecar.bench.half import Half
from sidecar.errors import UsageError

LONGEST_CLIP_S = 30.0
GOOD = frozenset({"corpus", "prompt", "asserted"})
"""Of ``ref_quality``: references that people wrote or read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What is said in a recording. ``words`` may be empty; ``parts`` are the clips, in seconds, that it was joined
    from, if it was."""

    text: str
    words: tuple[TimedWord, ...] = ()
    parts: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    path: Path
    language: str
    text: str


class _GoldFile(BaseModel):
    text: str
    words: list[tuple[str, float, float]] = []
    parts: list[tuple[str, float, float]] = []


class _Line(BaseModel):
    """A line of a list: a recording, by its path from the list, and what is said in it."""

    audio: str
    lang: Annotated[str, Field(min_length=1)] = language.AUTO
    seconds: float = 0.0
    text: str | None = None
    ref_quality: str | None = None


def gold_beside(recording: Path) -> Path:
    """Where the gold transcript of ``recording`` is, if nobody says."""
    return recording.with_suffix(".gold.json")


def read_gold(path: Path) -> Gold:
    """``{"text", "words": [[word, start_s, end_s], …], "parts": [[name, start_s, end_s], …]}``, or a plain text.

    Raises `UsageError`.
    """
    written = _read(path)
    if path.suffix != ".json":
        return Gold(text=written)
    try:
        found = _GoldFile.model_validate_json(written)
    except ValidationError as exc:
        raise UsageError(
            f"{path} is no gold transcript: {exc.errors()[0]['msg']}",
            hint='give {"text": …, "words": [[word, start_s, end_s], …]}, or a plain text',
        ) from exc
    return Gold(
        text=found.text,
        words=tuple(TimedWord(text=text, start_s=start, end_s=end) for text, start, end in found.words),
        parts=tuple((start, end) for _, start, end in found.parts),
    )


def read_clips(listing: Path, half: Half, languages: Collection[str] = ()) -> tuple[Clip, ...]:
    """Clips under `LONGEST_CLIP_S` with a reference to rely on, in ``languages`` (none: any). Raises `UsageError`."""
    numbers: dict[str, count[int]] = {}
    chosen: list[Clip] = []
    for line in _lines(listing):
        tuning = next(numbers.setdefault(line.lang, count())) % 2 == 0
        wanted = half is Half.ALL or tuning == (half is Half.TUNE)
        if wanted and line.text and line.ref_quality in GOOD and line.seconds < LONGEST_CLIP_S:
            clip = Clip(path=listing.parent / line.audio, language=language.normalise(line.lang), text=line.text)
            if not languages or clip.language in languages:
                chosen.append(clip)
    if not chosen:
        raise UsageError(f"no clip in {listing} can be measured", hint="see docs/benchmarks.md for what a line says")
    return tuple(chosen)


def read_nonspeech(listing: Path) -> tuple[Path, ...]:
    """Recordings in which nobody speaks. Raises `UsageError`."""
    return tuple(listing.parent / line.audio for line in _lines(listing))


def _lines(listing: Path) -> list[_Line]:
    try:
        return [_Line.model_validate(json.loads(line)) for line in _read(listing).splitlines() if line.strip()]
    except (ValueError, ValidationError) as exc:
        raise UsageError(
            f"{listing} is no list of recordings", hint='give one {"audio": …, "lang": …, "text": …} a line'
        ) from exc


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"cannot read {path}", hint="give an existing file in UTF-8") from exc
