"""`--events`: what viewers get, line by line, and never at the cost of the show."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sidecar.delivery.hub import Hub
from sidecar.delivery.wire import CaptionMessage, Remove, State
from sidecar.errors import UsageError
from sidecar.eventlog import EventLog


async def nothing(since: int, languages: Sequence[str]) -> list[object]:
    return []


class Show:
    """What an event log needs of a session."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.hub = Hub(
            session="s", source="zh", languages=("zh", "es"), epoch_ms=0, recall=nothing, mailbox=8, max_viewers=9
        )

    async def start(self) -> None:
        self.started.set()
        for _ in range(3):
            await asyncio.sleep(0)

    def final(self, seq: int, lang: str, text: str) -> None:
        self.hub.publish(
            CaptionMessage(
                seq=seq,
                id=seq,
                revision=1,
                final=True,
                lang=lang,
                text=text,
                lines=(text,),
                start_ms=0,
                end_ms=1000,
                source_lang="zh",
            )
        )


@pytest.fixture
async def show() -> Show:
    return Show()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


async def test_every_message_of_every_language_is_a_line_with_the_time_it_went_out(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    before_ms = int(time.time() * 1000)
    with EventLog(path) as log:
        log.follow(show)  # type: ignore[arg-type]
        await show.start()
        show.hub.set_state(State.LIVE, "live")
        show.final(1, "zh", "大家好")
        show.final(2, "es", "Hola\na todos")
        show.hub.publish(Remove(seq=3, id=2, lang="es"))
        show.hub.end()
    records = lines(path)
    assert [record["type"] for record in records] == ["hello", "status", "caption", "caption", "remove", "end"]
    assert [record["text"] for record in records[2:4]] == ["大家好", "Hola\na todos"]
    assert "大家好" in path.read_text(encoding="utf-8")
    times = [record["at_ms"] for record in records]
    assert times == sorted(times)
    assert before_ms <= times[0] <= times[-1] <= int(time.time() * 1000)


async def test_it_begins_with_a_hello_that_knows_when_audio_began(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        log.follow(show)  # type: ignore[arg-type]
        await asyncio.sleep(0)
        show.hub.set_state(State.WAITING, "loading the models")
        show.hub.announce(epoch_ms=1234)
        await show.start()
        show.hub.set_state(State.LIVE, "live")
    hello, status = lines(path)
    assert (hello["type"], hello["epoch_ms"]) == ("hello", 1234)
    assert status["state"] == "live"


async def test_lines_are_on_the_disk_while_the_show_runs(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        log.follow(show)  # type: ignore[arg-type]
        await show.start()
        show.final(1, "zh", "大家好")
        assert lines(path)[-1]["text"] == "大家好"


async def test_without_a_file_nothing_is_written_and_nothing_followed(show: Show) -> None:
    before = asyncio.all_tasks()
    with EventLog(None) as log:
        log.follow(show)  # type: ignore[arg-type]
        assert asyncio.all_tasks() == before
        await show.start()
        show.final(1, "zh", "大家好")


async def test_a_show_that_never_began_leaves_an_empty_file(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    before = asyncio.all_tasks()
    with EventLog(path) as log:
        log.follow(show)  # type: ignore[arg-type]
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert path.read_text() == ""


async def test_what_comes_after_it_was_closed_is_not_its_business(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        log.follow(show)  # type: ignore[arg-type]
        await show.start()
    show.final(1, "zh", "大家好")
    assert len(lines(path)) == 1


async def test_an_older_log_is_replaced(show: Show, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text("old\n")
    with EventLog(path) as log:
        log.follow(show)  # type: ignore[arg-type]
        await show.start()
    assert [record["type"] for record in lines(path)] == ["hello"]


def test_a_file_that_cannot_be_written_is_told_before_the_show(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "events.jsonl"):
        with pytest.raises(UsageError) as raised, EventLog(path):
            pass
        assert str(path) in raised.value.message


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here")
async def test_a_full_disk_stops_the_log_and_not_the_show(show: Show) -> None:
    seen: list[str] = []
    with EventLog(FULL) as log:
        log.follow(show)  # type: ignore[arg-type]
        await show.start()
        show.hub.tap(lambda message: seen.append(message.type))
        show.final(1, "zh", "大家好")
        show.final(2, "es", "Hola")
    assert seen == ["hello", "caption", "caption"]
