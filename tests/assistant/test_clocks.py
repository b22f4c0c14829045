"""When a question is due, with hours in which nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sidecar.assistant.clocks import Clocks, Quiet
from sidecar.assistant.question import Concern
from sidecar.errors import UsageError


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000)


CLOCKS = Clocks(within_s=120, urgent_s=45, quiet={"id": Quiet.parse("22:00-08:00 Asia/Jakarta")})  # UTC+7


@pytest.mark.parametrize(
    ("asked", "lang", "due"),
    [
        ("2026-03-01T16:00:00", "en", "2026-03-01T16:02:00"),  # no quiet hours there
        ("2026-03-01T10:00:00", "id", "2026-03-01T10:02:00"),  # five in the afternoon
        ("2026-03-01T16:00:00", "id", "2026-03-02T01:02:00"),  # eleven at night: from eight in the morning
        ("2026-03-01T14:59:00", "id", "2026-03-02T01:01:00"),  # a minute before ten
        ("2026-03-01T20:00:00", "id", "2026-03-02T01:02:00"),  # three in the morning
        ("2026-03-01T16:00:00", "id-ID", "2026-03-02T01:02:00"),
    ],
)
def test_the_clock_stands_still_in_quiet_hours(asked: str, lang: str, due: str) -> None:
    assert CLOCKS.due_ms(ms(asked), lang, None) == ms(due)


def test_what_is_urgent_waits_for_no_hours() -> None:
    assert CLOCKS.due_ms(ms("2026-03-01T16:00:00"), "id", Concern.HEALTH) == ms("2026-03-01T16:00:45")


def test_a_promise_longer_than_a_day_counts_hours_that_are_not_quiet() -> None:
    clocks = Clocks(within_s=20 * 3_600, quiet={"id": Quiet.parse("22:00-08:00 Asia/Jakarta")})
    assert clocks.due_ms(ms("2026-03-01T05:00:00"), "id", None) == ms("2026-03-02T11:00:00")  # 10 h, then 10 h more


def test_a_change_of_clocks_is_no_trouble() -> None:
    clocks = Clocks(within_s=60, quiet={"de": Quiet.parse("01:00-03:30 Europe/Berlin")})
    assert clocks.due_ms(ms("2026-03-29T00:30:00"), "de", None) == ms("2026-03-29T01:31:00")


@pytest.mark.parametrize("text", ["", "22-8", "22:00-08:00", "25:00-08:00 Asia/Jakarta", "22:00-08:00 Mars/Olympus"])
def test_hours_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="quiet hours"):
        Quiet.parse(text)
