"""One cell of the table, kept in a file: what a system made of a recording, and its figures."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers.systems import SYSTEMS, decode
from sidecar.bench.captions import Event, Score, score
from sidecar.bench.references import Gold


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """``behind_s``: how long after the end of the audio the system was through with it; None: it was stopped before.

    ``others_cores``: cores that everything else on the machine used meanwhile. ``views``: see views.py.
    """

    system: str
    file: str
    language: str
    version: str
    settings: str
    audio_s: float
    cpu_per_s: float
    peak_mb: int
    behind_s: float | None
    others_cores: float
    views: dict[str, list[Event]]


def measure(name: str, path: Path, language: str, folder: Path) -> Cell:
    """With files that are needed meanwhile in ``folder``. Raises `NotRunError`."""
    audio = decode(path, language, folder)
    heard = SYSTEMS[name](audio, folder)
    behind_s = heard.end_s - heard.begin_s - audio.seconds
    return Cell(
        system=name,
        file=path.name,
        language=language,
        version=heard.version,
        settings=heard.settings,
        audio_s=round(audio.seconds, 2),
        cpu_per_s=round(heard.watch.cpu_s(heard.begin_s, heard.end_s) / audio.seconds, 2),
        peak_mb=heard.watch.peak_mb,
        behind_s=round(behind_s, 1) if heard.through else None,
        others_cores=round(heard.watch.others_cores(heard.begin_s, heard.end_s), 2),
        views=heard.views,
    )


def scores(cell: Cell, gold: Gold) -> dict[str, Score]:
    """By view."""
    return {view: score(events, gold.text, gold.words, cell.language) for view, events in cell.views.items()}


def save(cell: Cell, place: Path) -> None:
    place.write_text(json.dumps(dataclasses.asdict(cell), ensure_ascii=False), encoding="utf-8")


def load(place: Path) -> Cell:
    written: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    kept = {view: [Event(**event) for event in events] for view, events in written.pop("views").items()}
    return Cell(**written, views=kept)
