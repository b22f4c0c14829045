"""Live inputs that begin, break off and come back: a sound card, RTMP, HLS, and audio pushed over a socket."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import soundfile
from conftest import Speech
from e2e_process import Run, Viewer, until, words
from folder_server import serving
from pulse_audio import PulseAudio
from websockets.sync.client import connect

QUICK = {"SIDECAR_AUDIO__STALL_TIMEOUT_S": "2", "SIDECAR_AUDIO__RECONNECT_MAX_S": "1"}
LIVE = ("--language", "en", "--to", "")


@contextmanager
def running(*command: str) -> Iterator[None]:
    """A program in the background, started again whenever it ends: a pusher that tries until it is let in."""
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None and not over.wait(0.1):
                pass
            process.kill()
            process.wait()

    thread = threading.Thread(target=run, name=command[0])
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def sending(ffmpeg: str, clip: Path, *target: str) -> tuple[str, ...]:
    """ffmpeg as a broadcaster: ``clip`` again and again, in real time."""
    return (ffmpeg, "-v", "quiet", "-re", "-stream_loop", "-1", "-i", str(clip), "-c:a", "aac", *target)


def said(viewer: Viewer, word: str) -> bool:
    """Whether a caption with ``word`` was ever shown, final or not."""
    return any(word in message["text"].lower() for message in viewer.messages if message["type"] == "caption")


def the_end(viewer: Viewer) -> tuple[str, int | None]:
    """The last message and the close code of a viewer that is let go."""
    until(viewer.left, "the viewer being let go")
    return viewer.messages[-1]["type"], viewer.close_code


def test_what_a_sound_card_plays_is_captioned_until_the_process_is_told_to_end(
    pulseaudio: PulseAudio, speech: Speech, tmp_path: Path
) -> None:
    with (
        running("paplay", "-d", "show", str(speech(2, 2, "wav"))),
        Run("--input", "mic", "--device", "pulse", *LIVE, folder=tmp_path) as run,
        Viewer(run.url, "lang=en") as viewer,
    ):
        run.until(lambda: viewer.finals(), "a final caption")
        run.until(lambda: said(viewer, "cotton"), "what the host says")
        run.signal(signal.SIGTERM)
        assert run.ended().returncode == 0
        assert the_end(viewer) == ("end", 1000)
    assert "live" in viewer.states()


def test_an_rtmp_push_is_captioned_and_again_after_it_broke_off(
    ffmpeg: str, free_port: int, speech: Speech, tmp_path: Path
) -> None:
    url = f"rtmp://127.0.0.1:{free_port}/live/show"
    push = sending(ffmpeg, speech(0, 1), "-f", "flv", url)
    with (
        Run("--input", f"{url}?listen=1", *LIVE, folder=tmp_path, env=QUICK) as run,
        Viewer(run.url, "lang=en") as viewer,
    ):
        with running(*push):
            run.until(lambda: viewer.finals(), "a final caption")
        run.until(lambda: viewer.states()[-1] == "reconnecting", "a word on the loss")
        lost = viewer.messages[-1]
        assert "waiting for a stream" in lost["message"]
        assert httpx2.get(f"{run.url}/readyz").status_code == 200, "viewers stay"
        before = viewer.finals()
        with running(*push):
            run.until(lambda: viewer.states()[-1] == "live", "the stream being back")
            run.until(lambda: len(viewer.finals()) > len(before) + 1, "captions of the second stream")
        assert run.interrupted().returncode == 0
        assert the_end(viewer) == ("end", 1000)
    assert viewer.finals()[len(before)]["start_ms"] >= before[-1]["end_ms"]
    assert said(viewer, "welcome")


def test_live_hls_is_captioned_and_again_after_its_server_was_away(
    ffmpeg: str, free_port: int, speech: Speech, tmp_path: Path
) -> None:
    web = tmp_path / "web"
    web.mkdir()
    playlist = web / "show.m3u8"
    hls = ("-f", "hls", "-hls_time", "1", "-hls_list_size", "5", str(playlist))
    address = f"http://127.0.0.1:{free_port}/show.m3u8"
    with running(*sending(ffmpeg, speech(0, 1), *hls)), contextlib.ExitStack() as server:
        until(playlist.exists, "the play list")
        server.enter_context(serving(web, free_port))
        with Run("--input", address, *LIVE, folder=tmp_path, env=QUICK) as run, Viewer(run.url, "lang=en") as viewer:
            run.until(lambda: viewer.finals(), "a final caption")
            server.close()
            run.until(lambda: viewer.states()[-1] == "reconnecting", "a word on the loss")
            before = viewer.finals()
            server.enter_context(serving(web, free_port))
            run.until(lambda: viewer.states()[-1] == "live", "the stream being back")
            run.until(lambda: len(viewer.finals()) > len(before) + 1, "captions after the loss")
            assert run.interrupted().returncode == 0
            assert the_end(viewer) == ("end", 1000)
    assert said(viewer, "products")


def test_pushed_audio_is_captioned_and_what_was_said_last_does_not_wait_for_the_pusher_to_be_back(
    speech: Speech, tmp_path: Path
) -> None:
    with Run("--input", "push", *LIVE, folder=tmp_path) as run, Viewer(run.url, "lang=en") as viewer:
        push(run.url, speech(0, 0), seconds=2.3)
        left_s = time.monotonic()
        run.until(lambda: viewer.states()[-1] == "reconnecting", "a word on the pusher who left")
        run.until(lambda: viewer.finals(), "a final caption of what was pushed")
        away_ms = round((time.monotonic() - left_s) * 1000)
        push(run.url, speech(1, 1))
        run.until(lambda: "shipping" in words(viewer.messages, "en"), "a caption of what was pushed then")
        assert run.interrupted().returncode == 0
        assert the_end(viewer) == ("end", 1000)
    first, *_, last = viewer.finals()
    assert "welcome" in first["text"]
    assert first["end_ms"] < 3_000
    assert last["end_ms"] > 2_300 + away_ms + 3_500, "the time between counts"


def push(url: str, clip: Path, seconds: float = 60.0) -> None:
    """Push the beginning of ``clip`` at the pace of a microphone, then leave."""
    samples, rate = soundfile.read(clip, dtype="int16")
    pcm, second = samples[: round(seconds * rate)].tobytes(), rate * 2
    with connect(f"{url.replace('http', 'ws')}/v1/ingest?rate={rate}", proxy=None) as socket:
        started = time.monotonic()
        for position in range(0, len(pcm), second // 10):
            time.sleep(max(0.0, started + position / second - time.monotonic()))
            socket.send(pcm[position : position + second // 10])
