"""What cannot work: one line that says why, one that says what to do, and the right exit status."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import Speech
from e2e_process import Run, complaint, sidecar

from sidecar import weights

MODEST = ("--language", "en", "--to", "")
"""Without a translation model to wait for."""


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory, speech: Speech) -> Path:
    """A folder of files that are not what they seem to be."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "nothing.wav").touch()
    (folder / "text.mp4").write_text("These are words, not a film.\n" * 50)
    (folder / "noise.flac").write_bytes(b"fLaC" + np.random.default_rng(1).bytes(20_000))
    soundfile.write(folder / "silent.wav", np.zeros(0, np.int16), 16_000)
    whole = speech(0, 0).read_bytes()
    (folder / "half.flac").write_bytes(whole[: len(whole) // 2])
    return folder


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.wav", "no such file"),
        ("nothing.wav", "is empty"),
        ("text.mp4", "not audio or video"),
        ("noise.flac", "noise.flac"),
        ("silent.wav", "no audio in it"),
    ],
)
def test_a_file_that_is_no_audio_is_refused(bad: Path, tmp_path: Path, name: str, words: str) -> None:
    ended = sidecar("run", "--input", str(bad / name), "--port", "0", *MODEST, folder=tmp_path)
    assert ended.returncode == 66
    error, hint = complaint(ended)
    assert words in error
    assert hint


def test_a_file_that_breaks_off_is_captioned_as_far_as_it_goes(bad: Path, tmp_path: Path) -> None:
    options = ("--pace", "max", "--exit-at-end", *MODEST)
    with Run("--input", str(bad / "half.flac"), *options, folder=tmp_path) as run:
        ended = run.ended()
        assert ended.returncode == 0
        assert "half.flac" in ended.stderr
        assert "missing or cannot be read" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert "welcome" in run.export("en", "txt")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--language", "xx-nonsense"), "'xx-nonsense' is not a language code"),
        (("--to", "en,klingonese"), "'klingonese' is not a language code"),
        (("--log-level", "loud"), "'loud' is not a log level"),
        (("--config", "missing.toml"), "no configuration file missing.toml"),
    ],
)
def test_a_wrong_option_is_named(speech: Speech, tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    ended = sidecar("run", "--input", str(speech(0, 0)), "--port", "0", *options, folder=tmp_path)
    assert ended.returncode == 2
    error, hint = complaint(ended)
    assert words in error
    assert hint


@pytest.fixture(scope="module")
def mute() -> Iterator[int]:
    """A port that lets callers in and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:{closed}/live.m3u8", "connection refused"),
        ("rtmp://127.0.0.1:{closed}/live/secret", "connection refused"),
        ("http://127.0.0.1:{mute}/radio.mp3", "no answer within 2 s"),
    ],
)
def test_an_address_where_nobody_answers_is_given_up(
    tmp_path: Path, free_port: int, mute: int, address: str, words: str
) -> None:
    target = address.format(closed=free_port, mute=mute)
    patience = {"SIDECAR_AUDIO__STALL_TIMEOUT_S": "2"}
    ended = sidecar("run", "--input", target, "--port", "0", *MODEST, folder=tmp_path, env=patience)
    assert ended.returncode == 69
    error, hint = complaint(ended)
    assert words in error
    assert "secret" not in ended.stderr, "a stream key is nobody's business"
    assert hint


def test_a_port_in_use_is_found_before_any_model_is_loaded(speech: Speech, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = sidecar(
            "run", "--input", str(speech(0, 0)), "--port", port, folder=tmp_path, env=without_models(tmp_path)
        )
    assert ended.returncode == 69
    error, hint = complaint(ended)
    assert f"port {port} is in use" in error
    assert "--port" in hint


def without_models(folder: Path) -> dict[str, str]:
    """Settings of a machine that has no model and reaches no network."""
    closed = "http://127.0.0.1:9"
    return {"SIDECAR_MODELS": str(folder / "models"), "HF_ENDPOINT": closed, "PIP_INDEX_URL": f"{closed}/simple"}


@pytest.mark.parametrize("command", ["run --port 0 --input", "transcribe"])
def test_no_model_and_no_network_is_said_in_one_line(speech: Speech, tmp_path: Path, command: str) -> None:
    ended = sidecar(*command.split(), str(speech(0, 0)), folder=tmp_path, env=without_models(tmp_path))
    assert ended.returncode == 69
    error, hint = complaint(ended)
    assert error.startswith("cannot fetch whisper-base")
    assert "check the network" in hint


def test_a_translator_that_cannot_be_had_stops_the_start(speech: Speech, tmp_path: Path) -> None:
    settings = without_models(tmp_path)
    recogniser = weights.ensure("whisper-base")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "whisper-base").symlink_to(recogniser)
    options = ("--to", "es", "--translator", "qwen2.5-coder-1.5b")
    ended = sidecar("run", "--input", str(speech(0, 0)), "--port", "0", *options, folder=tmp_path, env=settings)
    assert ended.returncode == 69
    error, hint = complaint(ended)
    assert error.startswith("cannot fetch qwen2.5-coder-1.5b")
    assert "check the network" in hint


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--store", "sqlite:///{bad}/text.mp4/sidecar.db"), 74, "text.mp4/sidecar.db"),
        (("--events", "{bad}/text.mp4/events.jsonl"), 2, "cannot write"),
        (("--input", "mic", "--device", "no such device"), 66, "no capture device"),
    ],
)
def test_what_is_not_there_stops_the_start(
    speech: Speech, bad: Path, tmp_path: Path, options: tuple[str, ...], status: int, words: str
) -> None:
    more = [option.format(bad=bad) for option in options]
    ended = sidecar("run", "--input", str(speech(0, 0)), "--port", "0", *MODEST, *more, folder=tmp_path)
    assert ended.returncode == status
    error, hint = complaint(ended)
    assert words in error
    assert hint
