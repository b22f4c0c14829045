from itertools import pairwise

import numpy as np
import pytest
from audio_sound import hear, tone
from faster_whisper.vad import get_vad_model
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.audio.activity import SpeechActivity, SpeechProbability
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples
from sidecar.audio.endpoint import WINDOW_SAMPLES, Endpointer, SpeechEnded, SpeechEvent, SpeechStarted
from sidecar.audio.open import open_source
from sidecar.config import AudioSettings


@pytest.fixture
async def speech() -> Samples:
    """The first ten seconds of the demo host."""
    source = open_source(AudioSettings(input="demo", pace="max"))
    heard = await hear(source, until=lambda h: h.seconds >= 10)
    return heard.samples


@pytest.fixture(scope="module")
def silero() -> SpeechProbability:
    return SpeechProbability()


def test_it_agrees_with_the_model_run_over_the_whole(speech: Samples, silero: SpeechProbability) -> None:
    whole = speech[: len(speech) // WINDOW_SAMPLES * WINDOW_SAMPLES]
    silero.reset()
    streamed = np.array(silero.feed(whole))
    reference = get_vad_model()(whole.copy()).reshape(-1)
    assert len(streamed) == len(reference)
    assert np.allclose(streamed[:-1], reference[:-1], atol=1e-4)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 16_000), min_size=1, max_size=20))
def test_any_split_gives_the_very_same_probabilities(cuts: list[int]) -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, 16_000).astype(np.float32)
    silero = SpeechProbability()
    edges = [0, *sorted(cuts), 16_000]
    split = [p for a, b in pairwise(edges) for p in silero.feed(noise[a:b])]
    silero.reset()
    assert split == silero.feed(noise)
    assert len(split) == 16_000 // WINDOW_SAMPLES


def events_of(audio: Samples, size: int, gap: int = 0) -> list[SpeechEvent]:
    activity = SpeechActivity(SpeechProbability(), Endpointer(endpoint_ms=400))
    events: list[SpeechEvent] = []
    for start in range(0, len(audio), size):
        late = gap if start >= len(audio) // 2 else 0
        events += activity.feed(AudioChunk(samples=audio[start : start + size], position=start + late))
    return events + activity.flush()


def test_the_host_is_heard_in_utterances_and_silence_is_not(speech: Samples) -> None:
    silence = np.zeros(2 * SAMPLE_RATE, np.float32)
    events = events_of(np.concatenate([silence, speech, silence]), 640)
    assert isinstance(events[0], SpeechStarted)
    assert abs(events[0].position - 2 * SAMPLE_RATE) < 0.4 * SAMPLE_RATE
    assert isinstance(events[-1], SpeechEnded)
    assert len(events) >= 4
    starts, ends = ([type(event) for event in events].count(kind) for kind in (SpeechStarted, SpeechEnded))
    assert starts == ends


def test_a_very_quiet_host_is_heard_as_soon_and_as_long(speech: Samples) -> None:
    quiet = speech * np.float32(0.004)
    assert 20 * np.log10(np.sqrt(np.mean(quiet**2))) < -60
    normal, soft = events_of(speech, 640), events_of(quiet, 640)
    assert abs(soft[0].position - normal[0].position) < 0.2 * SAMPLE_RATE
    assert abs(soft[-1].position - normal[-1].position) < 0.2 * SAMPLE_RATE


def test_events_do_not_depend_on_the_size_of_chunks(speech: Samples) -> None:
    assert events_of(speech, 640) == events_of(speech, 1599) == events_of(speech, 37)


def test_a_tone_and_silence_are_no_speech() -> None:
    assert events_of(tone(3.0), 640) == []
    assert events_of(np.zeros(3 * SAMPLE_RATE, np.float32), 640) == []


def test_a_gap_in_the_position_ends_the_utterance(speech: Samples) -> None:
    talk = speech[: 4 * SAMPLE_RATE]
    middle = len(talk) // 2
    for event in events_of(talk, 500, gap=10 * SAMPLE_RATE):
        assert event.position <= middle or event.position >= middle + 10 * SAMPLE_RATE
