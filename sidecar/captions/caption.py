"""The nouns that go from recognition to the viewer."""

from __future__ import annotations

from dataclasses import dataclass

IDS_PER_SEGMENT = 100
"""Caption ids of segment n are ``n * IDS_PER_SEGMENT + page``: translations share the ids of their source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What the recogniser knows of one stretch of speech: a sentence or clause, growing until it is final.

    A later segment of the same ``number`` replaces an earlier one. ``stable`` counts the characters at the start of
    ``text`` that successive hypotheses agree on. An empty final text withdraws the segment. ``in_english`` is what the
    recogniser makes of a final one in English, empty if it was not asked.
    """

    number: int
    text: str
    stable: int
    final: bool
    language: str
    start_ms: int
    end_ms: int
    speaker: str | None = None
    in_english: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """One caption in one language, as a viewer sees it: at most two lines.

    ``id`` with ``lang`` names it; a later ``revision`` replaces it. ``seq`` numbers stored captions (finals) of a
    session from 1; a partial has none. ``translated`` is False where ``text`` is the source line for want of a
    translation. ``stable`` counts the characters of a partial's text that will most likely stay.
    """

    id: int
    revision: int
    final: bool
    lang: str
    text: str
    lines: tuple[str, ...]
    start_ms: int
    end_ms: int
    source_lang: str
    seq: int | None = None
    translated: bool = True
    stable: int | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The caption ``id`` is withdrawn in language ``lang``."""

    id: int
    lang: str
    seq: int | None = None
