"""Lists of clips are halved, so that figures to report are not those that settings were tuned by."""

from __future__ import annotations

from enum import StrEnum


class Half(StrEnum):
    """Of the lines of a list, counted for each language by itself: the first, third … are to tune by, the second,
    fourth … to report."""

    TUNE = "tune"
    REPORT = "report"
    ALL = "all"
