"""Days as people write them: 2026-11-30, 2026/11/30, 30.11.2026, 2026年11月30日. Pure."""

from __future__ import annotations

from datetime import date

import regex

_YEAR_FIRST = regex.compile(r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?(?:[ T]\d.*)?")
_YEAR_LAST = regex.compile(r"(?P<a>\d{1,2})\s*(?P<mark>[-/.])\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<y>\d{4})")


def read_day(text: str) -> date:
    """The day that ``text`` names. Raises `ValueError`, in words for people, where it names none or two."""
    text = text.strip()
    try:
        if found := _YEAR_FIRST.fullmatch(text):
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
        if found := _YEAR_LAST.fullmatch(text):
            return _year_last(int(found["a"]), int(found["b"]), int(found["y"]), found["mark"])
    except ValueError as exc:
        raise ValueError(f"'{text}': {exc}") from exc
    raise ValueError(f"'{text[:40]}' is no date")


def _year_last(first: int, second: int, year: int, mark: str) -> date:
    """With points the day is first; else one of the two has to be too big for a month."""
    if mark == "." or first > 12:
        return date(year, second, first)
    if second > 12 or first == second:
        return date(year, first, second)
    raise ValueError("which is the day, and which the month?")
