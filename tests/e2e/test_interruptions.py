"""A show that is ended from outside: what was announced as final is kept, and viewers are told."""

from __future__ import annotations

import json
import signal
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
from conftest import Speech
from e2e_process import Run, Viewer, sidecar, until

SHOW = ("--language", "en", "--to", "es", "--translator", "none")
"""Two languages without a translation model: Spanish readers get the source line, marked as such."""


def kept(run: Run, lang: str) -> list[tuple[int, str]]:
    return [(row["seq"], row["text"]) for row in json.loads(run.export(lang, "json"))]


def announced(viewer: Viewer, lang: str) -> list[tuple[int, str]]:
    return [(message["seq"], message["text"]) for message in viewer.finals(lang)]


def test_a_killed_process_has_kept_everything_that_was_announced_as_final(speech: Speech, tmp_path: Path) -> None:
    with (
        Run("--input", str(speech(0, 4)), "--pace", "max", *SHOW, folder=tmp_path) as run,
        Viewer(run.url, "lang=en&second=es") as viewer,
    ):
        run.until(lambda: len(viewer.finals("es")) >= 2, "two captions in both languages")
        run.signal(signal.SIGKILL)
        assert run.ended().returncode == -signal.SIGKILL
        until(viewer.left, "the line breaking")
        for lang in ("en", "es"):
            assert kept(run, lang)[: len(viewer.finals(lang))] == announced(viewer, lang)
    assert all(message["untranslated"] for message in viewer.finals("es"))
    (session,) = json.loads(sidecar("export", "--json", folder=tmp_path).stdout)
    assert session["ended_epoch_ms"] is None


def test_a_show_that_is_told_to_end_ends_in_order(speech: Speech, tmp_path: Path) -> None:
    with (
        Run("--input", str(speech(0, 4)), *SHOW, folder=tmp_path) as run,
        Viewer(run.url, "lang=en&second=es") as viewer,
    ):
        run.until(lambda: viewer.finals("es"), "a caption in both languages")
        run.until(lambda: viewer.messages[-1].get("final") is False, "somebody speaking")
        run.signal(signal.SIGTERM)
        ended = run.ended()
        until(viewer.left, "the viewer being let go")
        assert ended.returncode == 0
        assert "Traceback" not in ended.stderr
        assert [message["type"] for message in viewer.messages[-2:]] == ["status", "end"]
        assert viewer.close_code == 1000
        for lang in ("en", "es"):
            assert kept(run, lang) == announced(viewer, lang), "also what was being said"
        assert len(viewer.finals("en")) >= 2
        with socket.create_server(("127.0.0.1", int(run.url.rsplit(":", 1)[1]))):
            pass  # its port is free


def test_a_second_interrupt_ends_it_at_once(speech: Speech, tmp_path: Path) -> None:
    with Run("--input", str(speech(0, 4)), *SHOW, folder=tmp_path) as run, Viewer(run.url, "lang=en") as viewer:
        run.until(lambda: viewer.messages[-1]["type"] == "caption", "somebody speaking")
        run.signal(signal.SIGINT)
        run.until(lambda: "once more" in run.stderr, "a word on what a second interrupt does")
        ended = run.interrupted()
        assert ended.returncode == 0
        assert "Traceback" not in ended.stderr
        assert kept(run, "en")[: len(viewer.finals())] == announced(viewer, "en")


class _Speechless(BaseHTTPRequestHandler):
    """It has nothing under any name, and of a page that is asked for it never says a word."""

    def do_HEAD(self) -> None:
        self.send_error(404)

    def do_GET(self) -> None:
        self.server.asked.set()  # type: ignore[attr-defined]
        self.rfile.read()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_an_interrupt_while_models_are_fetched_is_status_130(speech: Speech, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Speechless) as server:
        server.daemon_threads = True
        server.asked = asked = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hub = f"http://127.0.0.1:{server.server_port}"
        settings = {"SIDECAR_MODELS": str(tmp_path / "models"), "HF_ENDPOINT": hub, "PIP_INDEX_URL": f"{hub}/simple"}
        with Run("--input", str(speech(0, 0)), folder=tmp_path, env=settings) as run:
            run.until(asked.is_set, "the package index being asked")
            ended = run.interrupted()
        server.shutdown()
    assert ended.returncode == 130
    assert "licence" in ended.stderr, "a word on what is fetched"
    assert "error" not in ended.stderr.lower(), "at once, not when the index is given up"
    assert "Traceback" not in ended.stderr


def test_after_the_file_the_transcript_stays_until_the_process_is_ended(speech: Speech, tmp_path: Path) -> None:
    options = ("--input", str(speech(0, 0)), "--pace", "max", "--to", "")
    with Run(*options, folder=tmp_path) as run, Viewer(run.url, "lang=source") as viewer:
        until(viewer.left, "the end of the show")
        assert viewer.close_code == 1000
        assert [message["source"] for message in viewer.messages if message["type"] == "hello"][-1] == "en", "found out"
        read = httpx2.get(f"{run.url}/v1/captions.srt?lang=en")
        assert "welcome" in read.text
        assert read.text == run.export("en", "srt")
        assert httpx2.get(f"{run.url}/readyz").status_code == 503
        with Viewer(run.url, "lang=en&since=0") as late:
            until(late.left, "the late viewer being let go")
            assert late.finals() == viewer.finals()
        assert run.interrupted().returncode == 0
