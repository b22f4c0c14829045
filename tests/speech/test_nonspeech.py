"""Where nobody speaks, nothing is captioned: by the real recogniser, through the whole of the hearing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from sidecar import engines, weights
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples
from sidecar.config import Settings
from sidecar.speech.recognizer import Recognizer

DATA = Path(__file__).parents[3] / "shared" / "data" / "nonspeech"
CLIPS = [json.loads(line) for line in (DATA / "nonspeech.jsonl").read_text().splitlines()] if DATA.exists() else []
SECONDS = np.arange(8 * SAMPLE_RATE, dtype=np.float32) / SAMPLE_RATE
RANDOM = np.random.default_rng(1)
SOUNDS = {
    "digital silence": np.zeros_like(SECONDS),
    "hum of the mains": 0.05 * np.sin(2 * np.pi * 50 * SECONDS),
    "a whistle": 0.3 * np.sin(2 * np.pi * 880 * SECONDS),
    "hiss": 0.02 * RANDOM.standard_normal(len(SECONDS)),
    "clapping": 0.5 * RANDOM.standard_normal(len(SECONDS)) * (SECONDS % 0.25 < 0.02),
}

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def recognizer() -> Iterator[Recognizer]:
    with contextlib.closing(engines.open_recognizer(Settings(), weights.ensure("whisper-base"))) as opened:
        yield opened


async def said(recognizer: Recognizer, samples: Samples, spoken: str) -> list[str]:
    settings = Settings.model_validate({"speech": {"language": spoken}})

    async def chunks() -> AsyncGenerator[AudioChunk]:
        for position in range(0, len(samples), 640):
            yield AudioChunk(samples=samples[position : position + 640], position=position)

    listener = engines.listener(settings, recognizer, can_wait=True)
    return [segment.text async for segment in listener.segments(chunks()) if segment.final and segment.text]


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize("sound", SOUNDS)
async def test_sounds_are_not_captioned(recognizer: Recognizer, sound: str, spoken: str) -> None:
    assert await said(recognizer, SOUNDS[sound].astype(np.float32), spoken) == []


@pytest.mark.skipif(not CLIPS, reason="the recordings of music and noise are not beside this checkout")
@pytest.mark.parametrize("spoken", ["zh", "en"])
async def test_recordings_of_music_and_noise_are_not_captioned(recognizer: Recognizer, spoken: str) -> None:
    captions: dict[str, list[str]] = {}
    for clip in CLIPS:
        samples, rate = soundfile.read(DATA / Path(clip["audio"]).name, dtype="float32")
        assert rate == SAMPLE_RATE
        if found := await said(recognizer, samples, spoken):
            captions[clip["audio"]] = found
    assert captions == {}
