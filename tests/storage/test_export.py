"""``sidecar export``: from the store to a file, or one line on what is there instead."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from sidecar.captions.board import Board
from sidecar.captions.caption import Segment
from sidecar.captions.formats import Format, render
from sidecar.cli.export import choose, export
from sidecar.errors import StorageError, UsageError
from sidecar.storage.record import SessionRecord
from sidecar.storage.store import Store

OLD = SessionRecord(id="2026-11-21-1915-aaaa", started_epoch_ms=1, source="auto", languages=("auto", "es"))
NEW = SessionRecord(
    id="2026-11-22-1915-bbbb", started_epoch_ms=60_000, source="zh", languages=("zh", "es"), title="Tonight",
    ended_epoch_ms=180_000,
)  # fmt: skip


def said(board: Board, language: str, text: str, spanish: str) -> list[object]:
    segment = Segment(number=0, text=text, stable=0, final=True, language=language, start_ms=0, end_ms=2000)
    return [*board.source(segment), *board.translation(0, "es", spanish)]


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    url = f"sqlite:///{tmp_path}/sidecar.db"
    asyncio.run(_fill(url))
    path = tmp_path / "sidecar.toml"
    path.write_text(f'[storage]\nurl = "{url}"\n', encoding="utf-8")
    return path


async def _fill(url: str) -> None:
    async with await Store.open(url) as store:
        for record, language, text in ((OLD, "en", "Hello, everybody."), (NEW, "zh", "大家好。")):
            await store.begin(record)
            await store.append(record.id, said(Board(), language, text, "Hola a todos."))  # pyright: ignore


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(export)
    return CliRunner().invoke(app, list(arguments))


def test_without_a_language_it_writes_the_hosts(settings: Path) -> None:
    result = run("last", "--config", str(settings))
    assert result.stdout == "1\n00:00:00,000 --> 00:00:02,000\n大家好。\n"


def test_the_hosts_language_is_found_where_the_session_died_before_it_was_written_down(settings: Path) -> None:
    assert "Hello, everybody." in run(OLD.id, "--config", str(settings)).stdout


@pytest.mark.parametrize("form", Format)
def test_every_format_is_what_the_captions_render_to(settings: Path, form: Format, tmp_path: Path) -> None:
    output = tmp_path / "out"
    result = run("2026-11-22", "--lang", "es", "--format", form, "--output", str(output), "--config", str(settings))
    assert (result.exit_code, result.stdout) == (0, "")
    board = Board()
    expected = render(said(board, "zh", "大家好。", "Hola a todos."), "es", form)  # pyright: ignore
    assert output.read_text(encoding="utf-8") == expected


def test_without_a_session_it_lists_them(settings: Path) -> None:
    lines = run("--config", str(settings)).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["session", NEW.id, OLD.id]
    assert "Tonight" in lines[1]
    rows = json.loads(run("--json", "--config", str(settings)).stdout)
    assert [row["id"] for row in rows] == [NEW.id, OLD.id]
    assert rows[0]["captions"] == {"es": 1, "zh": 1}


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["nothing"], "no session 'nothing'", NEW.id),
        (["2026"], "begins the name of 2", OLD.id),
        (["last", "--lang", "fr"], "no captions in 'fr'", "es, zh"),
        (["last", "--lang", "klingonese"], "not a language", "BCP 47"),
    ],
)
def test_what_is_not_there_is_named_with_what_is(settings: Path, arguments: list[str], message: str, hint: str) -> None:
    error = run(*arguments, "--config", str(settings)).exception
    assert isinstance(error, UsageError)
    assert message in error.message
    assert hint in error.hint


def test_without_a_store_it_says_so_and_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "sidecar.toml"
    path.write_text(f'[storage]\nurl = "sqlite:///{tmp_path}/none.db"\n', encoding="utf-8")
    assert isinstance(run("last", "--config", str(path)).exception, StorageError)
    assert not (tmp_path / "none.db").exists()


def test_an_output_that_cannot_be_written_is_an_error(settings: Path, tmp_path: Path) -> None:
    error = run("last", "--output", str(tmp_path / "no" / "such"), "--config", str(settings)).exception
    assert isinstance(error, StorageError)


def test_no_sessions_at_all_is_said_so() -> None:
    with pytest.raises(UsageError, match="no session has been kept"):
        choose([], "last")
