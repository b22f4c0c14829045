"""A recogniser that is killed, stopped or told to end while a show runs: the show goes on, and nothing said is lost."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import psutil
from conftest import Speech
from e2e_process import Run, Viewer, until, words

SHOW = ("--language", "en", "--to", "", "--exit-at-end")
KEY_WORDS = ("welcome", "happy", "products", "shipping", "soft", "black", "medium", "price", "shirts")
"""Of the first five sentences of the demo host."""


def recogniser(run: Run) -> psutil.Process:
    (child,) = psutil.Process(run.pid).children()
    return child


def status(run: Run) -> dict[str, Any]:
    return httpx2.get(f"{run.url}/v1/status").json()


def is_recognising(run: Run, child: psutil.Process) -> Callable[[], bool]:
    used_s = child.cpu_times().user
    return lambda: child.cpu_times().user > used_s


def test_a_recogniser_killed_while_it_works_is_replaced_and_every_sentence_is_there(
    speech: Speech, tmp_path: Path
) -> None:
    with Run("--input", str(speech(0, 4)), *SHOW, folder=tmp_path) as run, Viewer(run.url, "lang=en") as viewer:
        for sentence in (1, 2):
            run.until(lambda sentence=sentence: len(viewer.finals()) >= sentence, "a sentence")
            child = recogniser(run)
            run.until(is_recognising(run, child), "recognition")
            child.kill()
            run.until(lambda sentence=sentence: status(run)["recognizer"]["restarts"] == sentence, "another recogniser")
        assert any("Recogniser restarted" in warning for warning in status(run)["warnings"])
        metrics = httpx2.get(f"{run.url}/metrics").text
        assert "sidecar_recognizer_restarts_total 2.0" in metrics
        assert run.ended().returncode == 0
        until(viewer.left, "the end")
    said = words(viewer.messages, "en")
    assert [word for word in KEY_WORDS if word not in said] == []
    assert "Traceback" not in run.stderr


def test_a_recogniser_does_not_outlive_a_show_that_was_killed(speech: Speech, tmp_path: Path) -> None:
    with Run("--input", str(speech(0, 4)), *SHOW, folder=tmp_path) as run, Viewer(run.url, "lang=en") as viewer:
        run.until(lambda: viewer.messages[-1]["type"] == "caption", "somebody speaking")
        child = recogniser(run)
        run.signal(signal.SIGKILL)
        run.ended()
        until(lambda: not child.is_running(), "the end of the recogniser")


def test_a_service_manager_that_tells_every_process_to_end_gets_the_last_sentence(
    speech: Speech, tmp_path: Path
) -> None:
    with Run("--input", str(speech(0, 4)), *SHOW, folder=tmp_path) as run, Viewer(run.url, "lang=en") as viewer:
        run.until(lambda: viewer.messages[-1].get("final") is False, "somebody speaking")
        child = recogniser(run)
        child.send_signal(signal.SIGTERM)
        child.send_signal(signal.SIGINT)
        run.signal(signal.SIGTERM)
        assert run.ended().returncode == 0
        until(viewer.left, "the end")
        assert viewer.finals()
        assert not child.is_running()
        assert "recogniser died" not in run.stderr
