"""By when a question should be answered: what the shop promises, and in which hours nobody answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import regex

from sidecar import language
from sidecar.assistant.question import Concern
from sidecar.errors import UsageError

_QUIET = regex.compile(r"(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})\s+(?P<zone>\S+)")
_MOST_DAYS = 8


@dataclass(frozen=True, slots=True)
class Quiet:
    """Every day from ``start`` to ``end``, over midnight if that is earlier, in ``zone``."""

    start: time
    end: time
    zone: tzinfo

    @classmethod
    def parse(cls, text: str) -> Quiet:
        """``22:00-08:00 Asia/Jakarta``. Raises `UsageError`."""
        found = _QUIET.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError
            return cls(_time(found["from"]), _time(found["to"]), ZoneInfo(found["zone"]))
        except (ValueError, KeyError, OSError) as exc:
            raise UsageError(
                f"'{text}' are no quiet hours", hint='write them as "22:00-08:00 Asia/Jakarta", with an IANA time zone'
            ) from exc

    def ends(self, at: datetime) -> datetime | None:
        """When the quiet hours end in which ``at`` lies; None if it lies in none."""
        local = at.astimezone(self.zone)
        for day in (local.date() - timedelta(days=1), local.date()):
            begin = datetime.combine(day, self.start, self.zone)
            end = datetime.combine(day + timedelta(days=self.end <= self.start), self.end, self.zone)
            if begin <= local < end:
                return end
        return None

    def begins(self, at: datetime) -> datetime:
        """When they begin next."""
        local = at.astimezone(self.zone)
        today = datetime.combine(local.date(), self.start, self.zone)
        return today if local < today else datetime.combine(local.date() + timedelta(days=1), self.start, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """``within_s``: seconds in which a question is to be answered; ``urgent_s``: one that should not wait.

    ``quiet`` by language: there the clock stands still, except for what is urgent.
    """

    within_s: int = 120
    urgent_s: int = 45
    quiet: Mapping[str, Quiet] = field(default_factory=dict[str, Quiet])

    def due_ms(self, asked_ms: int, lang: str, concern: Concern | None) -> int:
        """By when a question of ``asked_ms`` (Unix time) is to be answered."""
        if concern:
            return asked_ms + self.urgent_s * 1_000
        quiet = self.quiet.get(lang) or self.quiet.get(language.base(lang))
        if quiet is None or quiet.start == quiet.end:
            return asked_ms + self.within_s * 1_000
        at, left = datetime.fromtimestamp(asked_ms / 1_000, quiet.zone), timedelta(seconds=self.within_s)
        for _ in range(_MOST_DAYS):
            at = quiet.ends(at) or at
            until = quiet.begins(at)
            if at + left <= until:
                break
            left -= until - at
            at = until
        return int((at + left).timestamp() * 1_000)


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))
