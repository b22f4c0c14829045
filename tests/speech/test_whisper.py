"""Whisper base for real: it hears English, silence and other languages, and says when its folder is damaged."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import regex
import soundfile
from faster_whisper.tokenizer import _LANGUAGE_CODES

from sidecar import language, weights
from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.audio.ffmpeg import Resampler
from sidecar.errors import ModelError, RecognitionError
from sidecar.speech import cleanup, whisper
from sidecar.speech.languages import Belief
from sidecar.speech.recognizer import Choose, Hypothesis, Word
from sidecar.speech.whisper import LANGUAGES, WhisperRecognizer, joined, spoken_tokens, stop_s

BEGIN = 1000
"""First id of a time, in the tests of `spoken_tokens`."""
SENTENCES = (
    "Please use cold water, and do not use bleach.",
    "We ship your order within two days.",
    "I am so happy to see you tonight.",
)

Speak = Callable[..., Samples]


@pytest.fixture(scope="module")
def path() -> Path:
    return weights.ensure("whisper-base")


@pytest.fixture(scope="module")
def recognizer(path: Path) -> WhisperRecognizer:
    return WhisperRecognizer(path, device="cpu", threads=2)


@pytest.fixture(scope="module")
def speak(tmp_path_factory: pytest.TempPathFactory) -> Speak:
    """What espeak-ng says."""
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    file = tmp_path_factory.mktemp("spoken") / "said.wav"

    def say(text: str, voice: str = "en-gb") -> Samples:
        subprocess.run([program, "-v", voice, "-s", "150", "-w", str(file), text], check=True)
        pcm, rate = soundfile.read(str(file), dtype="int16")
        resampler = Resampler()
        return np.concatenate([resampler.feed(pcm, rate), resampler.flush()])

    return say


def hear(
    recognizer: WhisperRecognizer,
    audio: Samples,
    *,
    language: str | Choose = "en",
    beam_size: int = 1,
    word_times: bool = False,
) -> Hypothesis:
    return recognizer.recognize(audio, language=language, beam_size=beam_size, word_times=word_times)


def words(text: str) -> list[str]:
    return regex.findall(r"\w+", text.lower())


@pytest.mark.model
@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("beam_size", [1, 5])
def test_english_is_heard_word_for_word(
    recognizer: WhisperRecognizer, speak: Speak, sentence: str, beam_size: int
) -> None:
    heard = hear(recognizer, speak(sentence), beam_size=beam_size)
    assert words(heard.text) == words(sentence)
    assert not cleanup.is_nobody(heard)
    assert heard.words == ()


@pytest.mark.model
def test_words_have_their_places_and_join_to_the_text(recognizer: WhisperRecognizer, speak: Speak) -> None:
    audio = speak(SENTENCES[0])
    heard = hear(recognizer, audio, word_times=True)
    assert "".join(word.text for word in heard.words).strip() == heard.text
    edges = [edge for word in heard.words for edge in (word.start_s, word.end_s)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(audio) / SAMPLE_RATE + 0.1
    assert all(0 <= word.probability <= 1 for word in heard.words)
    water = next(word for word in heard.words if "water" in word.text)
    assert 0.2 < water.start_s / (len(audio) / SAMPLE_RATE) < 0.5


@pytest.mark.model
def test_what_a_beam_finds_is_written_in_english_as_well(path: Path, speak: Speak) -> None:
    recognizer = WhisperRecognizer(path, device="cpu", threads=2, in_english=True)
    german = speak("Guten Abend und herzlich willkommen zu unserer Sendung.", "de")
    heard = hear(recognizer, german, language="de", beam_size=5)
    assert "willkommen" in heard.text
    assert "welcome" in heard.in_english.lower()
    assert hear(recognizer, german, language="de").in_english == "", "a partial is in a hurry"
    assert hear(recognizer, speak(SENTENCES[2]), beam_size=5).in_english == "", "it is English already"


@pytest.mark.model
@pytest.mark.parametrize(
    ("voice", "said", "language"),
    [
        ("en-gb", SENTENCES[2], "en"),
        ("es", "Muchas gracias por estar aquí con nosotros esta noche, amigos.", "es"),
        ("de", "Guten Abend und herzlich willkommen zu unserer Sendung.", "de"),
        ("pt-br", "Boa noite a todos e bem vindos ao nosso programa.", "pt"),
    ],
)
def test_the_language_is_detected(
    recognizer: WhisperRecognizer, speak: Speak, voice: str, said: str, language: str
) -> None:
    def choose(probabilities: Mapping[str, float]) -> str:
        assert {"zh", "en", "es", "de", "pt"} <= set(probabilities) <= LANGUAGES
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-3)
        return Belief().after(probabilities, 3.0).language

    heard = hear(recognizer, speak(said, voice), language=choose)
    assert heard.language == language
    matching = set(words(heard.text)) & set(words(said))
    assert len(matching) >= 0.7 * len(set(words(said)))


@pytest.mark.model
@pytest.mark.parametrize("seconds", [0.0, 0.01, 1.0, 3.0, 10.0])
def test_silence_of_any_length_is_said_by_nobody(recognizer: WhisperRecognizer, seconds: float) -> None:
    assert cleanup.is_nobody(hear(recognizer, np.zeros(int(seconds * SAMPLE_RATE), np.float32), beam_size=5))


@pytest.mark.model
def test_a_short_noise_gives_no_more_text_than_can_be_said_in_it(recognizer: WhisperRecognizer) -> None:
    noise = np.random.default_rng(1).standard_normal(SAMPLE_RATE).astype(np.float32) / 10
    heard = hear(recognizer, noise)
    assert len(heard.text.split()) <= whisper.SPARE_TOKENS + whisper.TOKENS_PER_SECOND


@pytest.mark.model
def test_the_same_audio_gives_the_same_hypothesis(recognizer: WhisperRecognizer, speak: Speak) -> None:
    audio = speak(SENTENCES[1])
    assert hear(recognizer, audio, word_times=True) == hear(recognizer, audio, word_times=True)


@pytest.mark.model
@pytest.mark.parametrize("frames", [158, 159, 160, 161])
def test_output_of_as_many_frames_as_there_are_mels_is_not_taken_for_features(
    recognizer: WhisperRecognizer, speak: Speak, monkeypatch: pytest.MonkeyPatch, frames: int
) -> None:
    audio = speak("good evening")
    padding = frames * 160 - 80 - len(audio)
    monkeypatch.setattr(whisper, "PADDING_S", padding / SAMPLE_RATE)
    assert "evening" in hear(recognizer, audio).text.lower()


@pytest.mark.model
@pytest.mark.parametrize("seconds", [27.9, 28.0, 30.0])
def test_the_longest_audio_is_taken(recognizer: WhisperRecognizer, seconds: float) -> None:
    hear(recognizer, np.zeros(int(seconds * SAMPLE_RATE), np.float32))


@pytest.mark.model
def test_a_language_that_it_does_not_know_is_a_failure_of_recognition(recognizer: WhisperRecognizer) -> None:
    with pytest.raises(RecognitionError):
        hear(recognizer, np.zeros(SAMPLE_RATE, np.float32), language="tlh")


@pytest.fixture
def copy(path: Path, tmp_path: Path) -> Path:
    """The model's folder, made of links, to be damaged."""
    folder = tmp_path / "whisper-damaged"
    folder.mkdir()
    for file in path.iterdir():
        (folder / file.name).symlink_to(file)
    return folder


@pytest.mark.model
def test_an_undamaged_copy_is_a_model(copy: Path) -> None:
    assert WhisperRecognizer(copy, device="cpu").multilingual


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", None),
        ("model.bin", b""),
        ("model.bin", b"\x06\x00\x00\x00 and no more"),
        ("model.bin", b"\xff" * 1_000_000),
        ("config.json", b"{"),
        ("vocabulary.txt", None),
        ("tokenizer.json", b"{"),
        ("tokenizer.json", b'{"version": "1.0"}'),
        ("tokenizer.json", None),
    ],
)
def test_a_damaged_folder_is_told_as_such(copy: Path, name: str, content: bytes | None) -> None:
    (copy / name).unlink()
    if content is not None:
        (copy / name).write_bytes(content)
    with pytest.raises(ModelError) as raised:
        WhisperRecognizer(copy, device="cpu")
    assert "whisper-damaged" in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.hint


@pytest.mark.parametrize("name", ["nothing here", "a file"])
def test_where_there_is_no_model_that_is_told(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    if name == "a file":
        place.write_text("model")
    with pytest.raises(ModelError, match=name):
        WhisperRecognizer(place, device="cpu")


def test_tokens_timed_after_the_end_of_the_audio_are_dropped() -> None:
    tokens = [BEGIN, 1, 2, BEGIN + 50, BEGIN + 50, 3, BEGIN + 100, BEGIN + 100, 4, BEGIN + 140]
    assert spoken_tokens(tokens, BEGIN, 3.0) == [1, 2, 3, 4]
    assert spoken_tokens(tokens, BEGIN, 2.1) == [1, 2, 3]
    assert spoken_tokens(tokens, BEGIN, 1.1) == [1, 2]


def test_the_first_words_stay_even_if_they_are_timed_late() -> None:
    assert spoken_tokens([BEGIN + 60, 1, 2, BEGIN + 90], BEGIN, 1.0) == [1, 2]
    assert spoken_tokens([], BEGIN, 1.0) == []


@pytest.mark.parametrize(
    ("times_s", "audio_s", "stop"),
    [
        ((0.0, 3.0), 9.0, 3.0),  # somebody else goes on
        ((0.0, 3.0, 3.0, 8.5), 9.0, None),  # heard to the end
        ((0.0,), 9.0, None),  # cut off before it was timed
        ((0.0, 0.2), 9.0, None),
    ],
)
def test_where_it_stops_early_is_told(times_s: tuple[float, ...], audio_s: float, stop: float | None) -> None:
    tokens = [token for time_s in times_s for token in (BEGIN + round(time_s / 0.02), 7)]
    assert stop_s(tokens, BEGIN, audio_s) == stop


@pytest.mark.model
def test_another_voice_after_a_pause_is_heard_to_its_end(recognizer: WhisperRecognizer, speak: Speak) -> None:
    pause = np.zeros(SAMPLE_RATE, np.float32)
    audio = np.concatenate([speak(SENTENCES[0]), pause, speak(SENTENCES[1], "en-us+f3"), pause, speak(SENTENCES[2])])
    heard = hear(recognizer, audio, beam_size=5, word_times=True)
    assert words(heard.text)[-3:] == ["see", "you", "tonight"]
    assert "".join(word.text for word in heard.words).strip() == heard.text
    assert heard.words[-1].end_s > len(audio) / SAMPLE_RATE - 1.5


def test_two_windows_join_to_one_hypothesis() -> None:
    def said(text: str, tag: str) -> Hypothesis:
        word = Word(text=text, start_s=0.5, end_s=1.0, probability=0.9)
        return Hypothesis(text=text, words=(word,), language=tag, logprob=-0.2, no_speech=0.1, compression=1.0)

    for tag, text in (("en", "two three"), ("zh", "twothree")):
        both = joined(said("two", tag), said("three", tag), 4.0)
        assert both.text == text == "".join(word.text for word in both.words)
        assert [word.start_s for word in both.words] == [0.5, 4.5]


def test_it_knows_the_languages_of_cross_border_shops() -> None:
    assert {language.normalise(code) for code in _LANGUAGE_CODES} == LANGUAGES
    assert {"zh", "yue", "en", "es", "id", "vi", "th", "ja", "ko", "pt", "ar", "ms"} <= LANGUAGES


def heard(text: str, logprob: float, no_speech: float = 0.0, compression: float = 1.0) -> Hypothesis:
    return Hypothesis(text=text, words=(), language="en", logprob=logprob, no_speech=no_speech, compression=compression)


@pytest.mark.parametrize(
    ("hypothesis", "doubtful"),
    [
        (heard("clear words", -0.3), False),
        (heard("mumbled words", -1.2), True),
        (heard("again and again and again", -0.1, compression=3.0), True),
        (heard("", -2.0), False),
        (heard("thanks for watching", -1.5, no_speech=0.9), False),
    ],
)
def test_doubtful_is_what_is_unlikely_or_repeats_itself_where_somebody_speaks(
    hypothesis: Hypothesis, doubtful: bool
) -> None:
    assert whisper.is_doubtful(hypothesis) is doubtful


@pytest.mark.model
@pytest.mark.parametrize(
    ("sampled", "expected", "times"),
    [
        ([heard("first sample", -0.4)], "first sample", 1),
        ([heard("poor", -1.3), heard("second sample", -0.9)], "second sample", 2),
        ([heard("poor", -1.3), heard("less so", -1.1), heard("poorest", -2.0)], "less so", 3),
        ([heard("loop loop", -0.1, compression=5.0)] * 3, "the beam's", 3),
    ],
)
def test_a_doubtful_window_is_sampled_until_it_is_not(
    recognizer: WhisperRecognizer,
    monkeypatch: pytest.MonkeyPatch,
    sampled: list[Hypothesis],
    expected: str,
    times: int,
) -> None:
    temperatures: list[float] = []

    def decode(
        encoded: object, tokenizer: object, beam_size: int, seconds: float, temperature: float = 0.0
    ) -> tuple[Hypothesis, list[int]]:
        if not temperature:
            return heard("the beam's", -1.2), []
        temperatures.append(temperature)
        return sampled[len(temperatures) - 1], []

    monkeypatch.setattr(recognizer, "_decode", decode)
    audio = np.zeros(SAMPLE_RATE, np.float32)
    assert recognizer.recognize(audio, language="en", beam_size=5, word_times=False).text == expected
    assert temperatures == list(whisper.TEMPERATURES[:times])
    temperatures.clear()
    assert recognizer.recognize(audio, language="en", beam_size=1, word_times=False).text == "the beam's"
    assert temperatures == []


@pytest.mark.model
def test_samples_are_drawn_from_the_same_window(
    recognizer: WhisperRecognizer, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whisper, "DOUBTFUL_LOGPROB", 0.0)
    text = recognizer.recognize(speak(SENTENCES[0]), language="en", beam_size=5, word_times=True).text
    assert "cold water" in text
