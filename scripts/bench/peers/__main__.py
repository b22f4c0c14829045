"""What `scripts/bench-peers` runs: measures what is missing, prints the table."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from peers import cells
from peers.environments import NotRunError, say
from peers.systems import SYSTEMS
from peers.table import table
from sidecar.bench.references import Gold, gold_beside, read_gold
from sidecar.errors import SidecarError


def main() -> None:
    given = arguments()
    languages = given.language.split(",")
    if len(languages) == 1:
        languages *= len(given.files)
    golds = [read_gold(gold_beside(path)) for path in given.files]
    with tempfile.TemporaryDirectory() as scratch:
        rows = [
            row
            for path, language, gold in zip(given.files, languages, golds, strict=True)
            for name in given.only or SYSTEMS
            for row in rows_of(name, path, language, gold, given.folder, Path(scratch))
        ]
    sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n" if given.json else table(rows))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench-peers",
        description="Measure Sidecar, whisper_streaming and WhisperLiveKit on the same recordings at real-time pace, "
        "one after the other, with the same weights of whisper base on the processor.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a recording; beside it, NAME.gold.json")
    parser.add_argument("--language", required=True, metavar="LANG,…", help="what is spoken; one, or one a file")
    parser.add_argument("--only", type=names, metavar="SYSTEM,…", help=", ".join(SYSTEMS))
    parser.add_argument("--folder", type=Path, help="keep here what was measured, and do not measure it again")
    parser.add_argument("--json", action="store_true", help="an array of objects")
    given = parser.parse_args()
    if missing := [path for path in given.files if not path.is_file()]:
        parser.error(f"no file {missing[0]}")
    if len(given.language.split(",")) not in (1, len(given.files)):
        parser.error("give one --language, or one a file")
    return given


def names(text: str) -> list[str]:
    if unknown := [name for name in text.split(",") if name not in SYSTEMS]:
        raise argparse.ArgumentTypeError(f"no system is called {unknown[0]}")
    return text.split(",")


def rows_of(name: str, path: Path, language: str, gold: Gold, kept: Path | None, scratch: Path) -> list[dict[str, Any]]:
    """A row for each view of a system; or one that says why it could not be measured."""
    place = kept / f"{path.stem}.{name}.json" if kept else None
    try:
        cell = cells.load(place) if place and place.exists() else measured(name, path, language, place, scratch)
    except NotRunError as exc:
        return [{"system": name, "file": path.name, "missing": str(exc)}]
    figures = dataclasses.asdict(cell)
    del figures["views"]
    return [{**figures, "view": view, **dataclasses.asdict(score)} for view, score in cells.scores(cell, gold).items()]


def measured(name: str, path: Path, language: str, place: Path | None, scratch: Path) -> cells.Cell:
    say(f"{name} hears {path.name}")
    folder = scratch / f"{path.stem}.{name}"
    folder.mkdir()
    cell = cells.measure(name, path, language, folder)
    if place:
        place.parent.mkdir(parents=True, exist_ok=True)
        cells.save(cell, place)
    return cell


try:
    main()
except SidecarError as exc:
    say(f"error: {exc.message}")
    sys.exit(exc.exit_status)
