"""The whole sidecar with its embedded models, on speech from the built-in demo."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
import soundfile

HERE = Path(__file__).parent
SENTENCE_S = (0.0, 5.5, 10.2, 16.0, 23.1, 27.7)
"""Where the sentences of the demo host begin, each in the pause before it."""

Speech = Callable[..., Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            for marker in (pytest.mark.model, pytest.mark.network, pytest.mark.timeout(900)):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Speech:
    """``speech(first, last)``: a FLAC file with these sentences of the demo host, counted from 0."""
    folder = tmp_path_factory.mktemp("speech")
    samples, rate = soundfile.read(str(files("sidecar.demo").joinpath("host.opus")), dtype="int16")

    def cut(first: int, last: int, suffix: str = "flac") -> Path:
        path = folder / f"{first}-{last}.{suffix}"
        start, end = (round(second * rate) for second in (SENTENCE_S[first], SENTENCE_S[last + 1]))
        soundfile.write(path, samples[start:end], rate)
        return path

    return cut
