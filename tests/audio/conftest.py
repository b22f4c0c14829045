from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest
from audio_sound import WriteMedia, tone, write


@pytest.fixture
def clip(tmp_path: Path) -> WriteMedia:
    """A tone in a file, in any format."""

    def make(
        name: str,
        seconds: float = 2.0,
        *,
        codec: str = "pcm_s16le",
        rate: int = 44_100,
        layout: str = "stereo",
        video: bool = False,
    ) -> Path:
        return write(tmp_path / name, tone(seconds, rate=rate), codec=codec, rate=rate, layout=layout, video=video)

    return make


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def ffmpeg() -> str:
    """The ffmpeg program, which plays the broadcaster."""
    program = shutil.which("ffmpeg")
    if program is None:
        pytest.skip("the ffmpeg program is not installed")
    return program


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg asks the proxy for loopback addresses too."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
