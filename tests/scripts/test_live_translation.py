"""What scripts/bench/live-translation reads from messages to viewers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench" / "live-translation"


def caption(number: int, lang: str, text: str, at_ms: int, *, final: bool = True, **more: Any) -> dict[str, Any]:
    said = {"id": 100 * number, "lang": lang, "text": text, "final": final, "at_ms": at_ms}
    return {"type": "caption", "start_ms": 1_000 * number, **said, **more}


def table(tmp_path: Path, *messages: dict[str, Any]) -> list[list[str]]:
    events = tmp_path / "show.jsonl"
    hello = {"type": "hello", "source": "zh", "epoch_ms": 50_000, "at_ms": 50_000}
    events.write_text("".join(json.dumps(message) + "\n" for message in (hello, *messages)))
    run = subprocess.run([sys.executable, str(SCRIPT), str(events)], capture_output=True, text=True, check=True)
    return [[cell.strip() for cell in line.strip("|\n").split("|")] for line in run.stdout.splitlines()[2:]]


def test_a_translation_is_as_late_as_it_is_final_after_the_source_line(tmp_path: Path) -> None:
    rows = table(
        tmp_path,
        caption(1, "zh", "你好", 52_500),
        caption(1, "en", "Hello", 54_000),
        caption(2, "zh", "多少钱", 55_000),
        caption(2, "en", "多少钱", 58_500, untranslated=True),
    )
    assert rows == [["show, en", "2", "1", "2.5 / 3.3 / 3.5", "4.8 / 6.2", "0.00"]]


def test_what_was_shown_before_it_was_final_counts_as_shown_and_as_taken_back(tmp_path: Path) -> None:
    rows = table(
        tmp_path,
        caption(1, "zh", "你好", 52_500),
        caption(1, "en", "Hello th", 51_500, final=False),
        caption(1, "en", "Hello all.", 54_000),
    )
    assert rows == [["show, en", "1", "0", "1.5 / 1.5 / 1.5", "0.5 / 0.5", "0.20"]]


def test_a_line_that_was_withdrawn_does_not_count(tmp_path: Path) -> None:
    rows = table(
        tmp_path,
        caption(1, "zh", "你好", 52_500),
        caption(1, "en", "Hello", 54_000),
        {"type": "remove", "id": 100, "lang": "en", "at_ms": 54_500},
    )
    assert rows == [["show, en", "0", "0", "- / - / 0.0", "- / -", "0.00"]]
