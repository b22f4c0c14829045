"""A show without microphone and models: audio that carries its own positions, a recogniser that reads them off, and a
translator that answers at once.

Every sample says where it is on the audio clock, so that a recogniser hears exactly the words that lie in what it is
given, whatever the policy makes of the audio.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from sidecar.audio.activity import SpeechActivity
from sidecar.audio.chunk import AudioChunk, Samples, to_samples
from sidecar.audio.endpoint import WINDOW_SAMPLES, Endpointer
from sidecar.audio.source import OnStatus, SourceState, SourceStatus
from sidecar.errors import RecognitionError
from sidecar.speech.languages import Belief
from sidecar.speech.listener import Listener
from sidecar.speech.recognizer import Choose, Health, Hypothesis, LiveRecognizer, Word
from sidecar.speech.transcript import Policy, Transcript
from sidecar.speech.turns import Turns
from sidecar.speech.writing import Writing
from sidecar.translation.translator import Line

CHUNK_MS = 32
_VOICE = 0.5
_LOUD_STEP = 2.0**-24
_QUIET_STEP = 2.0**-40  # -100 dBFS at most: below the gate of the endpointer
_NOWHERE = -1
"""What a sample says that nobody recorded: silence put in for a gap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A word and where it lies, in samples."""

    text: str
    start: int
    end: int
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Talk:
    """Words with silence between them; ``length`` samples in all, at most 500 seconds."""

    words: tuple[Spoken, ...]
    length: int

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    def samples(self) -> Samples:
        at = np.arange(1, self.length + 1, dtype=np.float64)
        out = at * _QUIET_STEP
        for word in self.words:
            out[word.start : word.end] = _VOICE + at[word.start : word.end] * _LOUD_STEP
        return out.astype(np.float32)

    def chunks(self, chunk_ms: int = CHUNK_MS) -> list[AudioChunk]:
        samples, step = self.samples(), to_samples(chunk_ms)
        return [AudioChunk(samples=samples[at : at + step], position=at) for at in range(0, self.length, step)]


def talk(*utterances: str, word_ms: int = 300, between_ms: int = 0, pause_ms: int = 1000, language: str = "en") -> Talk:
    """Each utterance word by word, ``between_ms`` between words, with ``pause_ms`` around utterances."""
    words: list[Spoken] = []
    at_ms = pause_ms
    for utterance in utterances:
        for text in utterance.split():
            start, end = to_samples(at_ms), to_samples(at_ms + word_ms)
            words.append(Spoken(text=text, start=start, end=end, language=language))
            at_ms += word_ms + between_ms
        at_ms += pause_ms - between_ms
    return Talk(tuple(words), to_samples(at_ms))


def positions(audio: Samples) -> np.ndarray:
    """The position that each sample carries, -1 for one that nobody recorded."""
    exact = audio.astype(np.float64)
    return np.where(exact >= _VOICE, (exact - _VOICE) / _LOUD_STEP, exact / _QUIET_STEP).astype(np.int64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a recogniser was asked: the audio from ``start`` to ``end``; ``language`` None where it was to be chosen."""

    start: int
    end: int
    language: str | None
    beam_size: int
    word_times: bool


class ScriptedRecognizer:
    """Hears the words that lie in the audio for at least half their length.

    ``fails`` says, for the number of a call (from 0), whether it raises; ``mishears`` may write another word, given the
    number of the call and the word as it was said; ``gate``, if given, holds every call until it is set.
    """

    def __init__(
        self,
        said: Talk,
        *,
        fails: Callable[[int], bool] = lambda _: False,
        mishears: Callable[[int, Spoken], str] = lambda _, word: word.text,
        gate: threading.Event | None = None,
        joiner: str = " ",
    ) -> None:
        self.calls: list[Call] = []
        self.most_at_once = 0
        self.health = Health()
        self.at_once = 1
        self.closed = False
        self._said = said
        self._fails = fails
        self._mishears = mishears
        self._gate = gate
        self._joiner = joiner
        self._at_once = 0

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self._gate:
                assert self._gate.wait(20)
            return self._hear(audio, language, beam_size, word_times)
        finally:
            self._at_once -= 1

    def close(self) -> None:
        self.closed = True

    def _hear(self, audio: Samples, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        at = positions(audio)
        known = np.flatnonzero(at != _NOWHERE)
        start = int(at[known[0]] - known[0]) if len(known) else 0
        assert (at[known] == known + start).all(), "audio in the wrong place"
        number, end = len(self.calls), start + len(audio)
        told = language if isinstance(language, str) else None
        self.calls.append(Call(start=start, end=end, language=told, beam_size=beam_size, word_times=word_times))
        if self._fails(number):
            raise RecognitionError("scripted to fail")
        heard = [word for word in self._said.words if 2 * _overlap(word, start, end) >= word.end - word.start]
        texts = [self._mishears(number, word) for word in heard]
        words = tuple(
            Word(
                text=f"{self._joiner}{text}",
                start_s=(max(word.start, start) - start) / 16_000,
                end_s=(min(word.end, end) - start) / 16_000,
                probability=0.9,
            )
            for word, text in zip(heard, texts, strict=True)
        )
        return Hypothesis(
            text=self._joiner.join(texts),
            words=words if word_times else (),
            language=language if isinstance(language, str) else language(likely(heard)),
            logprob=-0.2,
            no_speech=0.0 if heard else 0.9,
            compression=1.0,
        )


def likely(heard: Sequence[Spoken]) -> dict[str, float]:
    """How likely each language is in what was heard: English, where nothing was."""
    said = [word.language for word in heard] or ["en"]
    return {tag: 0.96 * said.count(tag) / len(said) + 0.01 for tag in {"en", "zh", "es", *said}}


def _overlap(word: Spoken, start: int, end: int) -> int:
    return min(word.end, end) - max(word.start, start)


class LoudIsSpeech:
    """A `SpeechProbability` that believes its ears."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.float32)

    def reset(self) -> None:
        self._rest = self._rest[:0]

    def feed(self, samples: Samples) -> list[float]:
        audio = np.concatenate([self._rest, samples])
        whole = len(audio) - len(audio) % WINDOW_SAMPLES
        self._rest = audio[whole:]
        windows = audio[:whole].reshape(-1, WINDOW_SAMPLES)
        return [1.0 if window.mean() > _VOICE / 2 else 0.0 for window in windows]


def activity(**options: int) -> SpeechActivity:
    """Speech activity of a `Talk`, with options of `Endpointer`."""
    return SpeechActivity(LoudIsSpeech(), Endpointer(**options))  # type: ignore[arg-type]


def listener(
    recognizer: LiveRecognizer,
    *,
    language: str | Belief = "en",
    can_wait: bool = True,
    policy: Policy | None = None,
    writing: Writing | None = None,
    now: Callable[[], float] = time.monotonic,
    speaker: str | None = None,
    numbers: Iterator[int] | None = None,
    turns: Turns | None = None,
    correct: Callable[[Hypothesis], Hypothesis] | None = None,
) -> Listener:
    """A listener of a `Talk`, which writes numbers as they were said."""
    return Listener(
        recognizer,
        activity(),
        Transcript(policy or Policy(), speaker=speaker, numbers=numbers),
        language=language,
        beam_size=5,
        writing=writing or Writing(digits=False),
        can_wait=can_wait,
        turns=turns,
        correct=correct,
        now=now,
    )


@dataclass
class ScriptedSource:
    """An `AudioSource` of ``chunks``; raises ``error`` after them if there is one.

    ``realtime`` False: read as fast as it is taken. ``hold`` is awaited before the chunk of that index.
    """

    audio: Sequence[AudioChunk]
    error: Exception | None = None
    hold: dict[int, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    name: str = "script"
    realtime: bool = False
    opened: bool = False
    closed: bool = False

    async def chunks(self, on_status: OnStatus) -> AsyncGenerator[AudioChunk]:
        self.opened = True
        on_status(SourceStatus(state=SourceState.OPENING, message="opening"))
        try:
            for index, chunk in enumerate(self.audio):
                await asyncio.sleep(0)
                if index in self.hold:
                    await self.hold[index]()
                if index == 0:
                    on_status(SourceStatus(state=SourceState.LIVE, message="live"))
                yield chunk
            if self.error:
                raise self.error
            on_status(SourceStatus(state=SourceState.ENDED, message="over"))
        finally:
            self.closed = True


class EchoTranslator:
    """Answers ``en: TEXT`` to a line into English; ``answers`` may write something else, raise, or wait."""

    name = "echo"

    def __init__(self, answers: Callable[[Line], Awaitable[str]] | None = None) -> None:
        self._answers = answers
        self.asked: list[Line] = []
        self.closed = False

    async def translate(self, line: Line) -> str:
        self.asked.append(line)
        await asyncio.sleep(0)
        return await self._answers(line) if self._answers else echo(line.text, line.target)

    def worker(self, target: str) -> object:
        return self

    async def aclose(self) -> None:
        self.closed = True


def echo(text: str, target: str) -> str:
    return f"{target}: {text}"


async def until(condition: Callable[[], bool], timeout_s: float = 10) -> None:
    """Wait for something that another task brings about and says to nobody."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def each(items: Iterable[AudioChunk]) -> AsyncGenerator[AudioChunk]:
    """``items`` as a stream that lets others go on between them."""
    for item in items:
        yield item
        await asyncio.sleep(0)
