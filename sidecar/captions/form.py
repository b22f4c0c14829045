"""What captions can be written as; apart from how, so that the command line knows the names without loading it."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What captions can be written as."""

    SRT = "srt"
    VTT = "vtt"
    JSON = "json"
    TXT = "txt"
