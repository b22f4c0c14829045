"""A disk that takes no more while the show runs."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import httpx2
from conftest import Speech
from e2e_process import Run, Viewer, complaint, until

SHOW = ("--language", "en", "--to", "")


def fill(run: Run, folder: Path) -> None:
    """From now on no file of the process may grow beyond the longest that its store has."""
    longest = max(path.stat().st_size for path in folder.glob("sidecar.db*"))
    resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))


def make_room(run: Run) -> None:
    resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def unsaved(run: Run) -> int:
    return int(httpx2.get(f"{run.url}/v1/status").json()["unsaved"])


def test_the_show_goes_on_the_status_warns_and_nothing_final_is_lost(speech: Speech, tmp_path: Path) -> None:
    with Run("--input", str(speech(0, 4)), *SHOW, folder=tmp_path) as run, Viewer(run.url, "lang=en") as viewer:
        run.until(lambda: viewer.finals(), "a caption that is saved")
        fill(run, tmp_path)
        before = len(viewer.finals())
        run.until(lambda: len(viewer.finals()) > before, "a caption that is not")
        run.until(lambda: unsaved(run), "a word on what is not saved")
        warnings = httpx2.get(f"{run.url}/v1/status").json()["warnings"]
        assert any("not being saved" in warning for warning in warnings)
        assert f"sidecar_unsaved {float(unsaved(run))}" in httpx2.get(f"{run.url}/metrics").text
        with Viewer(run.url, "lang=en&since=0") as late:
            run.until(lambda: len(late.finals()) > before, "captions for a late viewer, also what is not saved")
        make_room(run)
        run.until(lambda: unsaved(run) == 0, "everything being saved")
        ended = run.interrupted()
        assert ended.returncode == 0
        assert "Traceback" not in ended.stderr
        until(viewer.left, "the viewer being let go")
        kept = [row["seq"] for row in json.loads(run.export("en", "json"))]
        assert kept == [caption["seq"] for caption in viewer.finals()]


def test_captions_that_never_could_be_saved_are_told_at_the_end(speech: Speech, tmp_path: Path) -> None:
    options = ("--pace", "max", "--exit-at-end")
    with Run("--input", str(speech(0, 1)), *options, *SHOW, folder=tmp_path) as run:
        with Viewer(run.url, "lang=en") as viewer:
            fill(run, tmp_path)
            ended = run.ended()
            until(viewer.left, "the viewer being let go")
        assert ended.returncode == 74
        error, hint = complaint(ended)
        assert "could not be saved" in error
        assert "--events" in hint
        said = [event["text"] for event in run.events if event["type"] == "caption" and event["final"]]
        assert said == [caption["text"] for caption in viewer.finals()]
        assert len(said) >= 2
