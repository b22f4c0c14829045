"""One system on one file at real-time pace: what its viewers read and when, processor time, memory."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import json
import socket
import subprocess
import sys
import time
import urllib.request
import wave
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import decode_audio

from peers import feed_whisperlivekit, views
from peers.environments import ROOT, WHISPER_STREAMING, WHISPERLIVEKIT, NotRunError, install
from peers.watch import Watch
from sidecar import weights
from sidecar.audio.chunk import SAMPLE_RATE

HERE = Path(__file__).resolve().parent
MODEL = "whisper-base"
CAP = 2.0
"""A system that is not through after this many times the length of the audio is stopped."""
START_S = 120
"""How long a system may take to load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """A file to be heard, decoded: 16 kHz mono. ``wav`` has all of it, ``second`` the first second, to warm up with."""

    language: str
    samples: np.ndarray
    wav: Path
    second: Path

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    @property
    def cap_s(self) -> float:
        return CAP * self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """``begin_s`` to ``end_s``: Unix time from audio position 0 until the system was through, or was stopped."""

    version: str
    settings: str
    views: views.Views
    begin_s: float
    end_s: float
    through: bool
    watch: Watch


def decode(path: Path, language: str, folder: Path) -> Audio:
    samples = decode_audio(str(path), sampling_rate=SAMPLE_RATE)
    wav, second = folder / "all.wav", folder / "second.wav"
    for name, piece in ((wav, samples), (second, samples[:SAMPLE_RATE])):
        with wave.open(str(name), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes((np.clip(piece, -1, 1) * 32767).astype("<i2").tobytes())
    return Audio(language=language, samples=samples, wav=wav, second=second)


def sidecar(audio: Audio, folder: Path) -> Heard:
    """`sidecar run`, without translation."""
    events, settings = folder / "events.jsonl", folder / "sidecar.toml"
    settings.touch()
    command = [sys.executable, "-m", "sidecar", "run", "--input", str(audio.wav), "--language", audio.language]
    command += ["--to", "", "--model", MODEL, "--port", "0", "--store", f"sqlite:///{folder}/store.db"]
    command += ["--config", str(settings), "--exit-at-end", "--events", str(events)]
    with started(command, folder) as (process, watch):
        through = over(process, audio.cap_s + START_S, folder)
    messages = lines(events)
    convert = [sys.executable, str(ROOT / "scripts/bench/caption-events"), str(events), "--lang", audio.language]
    changes = subprocess.run(convert, check=True, capture_output=True, text=True).stdout.splitlines()
    return Heard(
        version=importlib.metadata.version("sidecar-live"),
        settings="defaults",
        views=views.sidecar(map(json.loads, changes)),
        begin_s=next(message["epoch_ms"] for message in messages if message["type"] == "hello") / 1000,
        end_s=messages[-1]["at_ms"] / 1000,
        through=through,
        watch=watch,
    )


def whisper_streaming(audio: Audio, folder: Path) -> Heard:
    """Its online processor with its voice activity controller, as its readme recommends, and its default of 1 s."""
    install(WHISPER_STREAMING)
    heard = folder / "heard.jsonl"
    command = [str(WHISPER_STREAMING.python), str(HERE / "feed_whisper_streaming.py"), str(WHISPER_STREAMING.checkout)]
    command += [str(weights.locate(MODEL)), str(audio.wav), audio.language, str(audio.cap_s)]
    with started(command, folder, heard) as (process, watch):
        over(process, audio.cap_s + START_S, folder)
    first, *records, last = lines(heard)
    return Heard(
        version=WHISPER_STREAMING.commit[:7],
        settings="VAC, chunk 1.0 s",
        views=views.whisper_streaming(records),
        begin_s=first["epoch"],
        end_s=first["epoch"] + last["t"],
        through=last["through"],
        watch=watch,
    )


def whisperlivekit(audio: Audio, folder: Path) -> Heard:
    """With LocalAgreement on faster-whisper."""
    install(WHISPERLIVEKIT)
    options = ["--backend-policy", "localagreement", "--model_dir", str(weights.locate(MODEL))]
    return _whisperlivekit(audio, folder, "LocalAgreement", options)


def whisperlivekit_alignatt(audio: Audio, folder: Path) -> Heard:
    """With AlignAtt, its default: the encoder by faster-whisper, the decoder by PyTorch."""
    install(WHISPERLIVEKIT)
    decoder, model = folder / "decoder.pt", str(weights.locate(MODEL))
    convert = [str(WHISPERLIVEKIT.python), str(HERE / "whisper_decoder.py"), model, str(decoder)]
    heads = subprocess.run(convert, check=True, capture_output=True, text=True).stdout
    options = ["--backend-policy", "simulstreaming", "--encoder-model-path", model]
    options += ["--decoder-model-path", str(decoder), f"--custom-alignment-heads={heads}"]
    return _whisperlivekit(audio, folder, "AlignAtt", options)


def _whisperlivekit(audio: Audio, folder: Path, settings: str, options: Sequence[str]) -> Heard:
    """Its server, and a client like its page."""
    port = free_port()
    command = [str(WHISPERLIVEKIT.python.parent / "whisperlivekit-server"), "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend", "faster-whisper", "--pcm-input", "--language", audio.language]
    command += ["--warmup-file", str(audio.second), *options]
    with started(command, folder) as (process, watch):
        until_ready(process, f"http://127.0.0.1:{port}/health", folder)
        begin_s, records, through = asyncio.run(feed_whisperlivekit.feed(port, audio.samples, audio.cap_s))
        end_s = time.time()
    return Heard(
        version=WHISPERLIVEKIT.packages[0].partition("==")[2],
        settings=settings,
        views=views.whisperlivekit(records),
        begin_s=begin_s,
        end_s=end_s,
        through=through,
        watch=watch,
    )


SYSTEMS: dict[str, Callable[[Audio, Path], Heard]] = {
    "sidecar": sidecar,
    "whisper_streaming": whisper_streaming,
    "whisperlivekit": whisperlivekit,
    "whisperlivekit-alignatt": whisperlivekit_alignatt,
}
"""Each raises `NotRunError`."""


@contextlib.contextmanager
def started(
    command: Sequence[str], folder: Path, stdout: Path | None = None
) -> Generator[tuple[subprocess.Popen[bytes], Watch]]:
    """A process that is watched, and ended on leaving. What it says on stderr goes to ``folder``/log."""
    with (folder / "log").open("wb") as log, (stdout or folder / "stdout").open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=log, cwd=folder)
        with Watch(process.pid) as watch:
            try:
                yield process, watch
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def over(process: subprocess.Popen[bytes], timeout_s: float, folder: Path) -> bool:
    """Wait for it; False: it goes on. Raises `NotRunError` if it failed."""
    try:
        status = process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    if status:
        raise NotRunError(f"failed: {last_said(folder)}")
    return True


def until_ready(process: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    """Wait for a server to have loaded. Raises `NotRunError`."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if json.load(answer)["ready"]:
                return
        time.sleep(0.5)
    raise NotRunError(f"does not start: {last_said(folder)}")


def last_said(folder: Path) -> str:
    said = (folder / "log").read_text(errors="replace").strip().splitlines()
    return said[-1] if said else "without a word"


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
