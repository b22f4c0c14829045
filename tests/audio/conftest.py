from __future__ import annotations

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
