"""What a speech recogniser is to Sidecar: audio in, one hypothesis out. Another engine is a file like whisper.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sidecar.audio.chunk import Samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word (or a Chinese or Japanese character group) with its place in the audio given, in seconds."""

    text: str
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What a recogniser makes of a piece of audio. ``text`` is as written, with punctuation; ``words`` join to it.

    ``logprob`` is the mean log-probability of a token, ``no_speech`` the probability that nobody speaks,
    ``compression`` len(text) / len(zlib(text)), high where text loops. ``in_english``: the same in English, of a
    recogniser that was made to translate as well.
    """

    text: str
    words: tuple[Word, ...]
    language: str
    logprob: float
    no_speech: float
    compression: float
    in_english: str = ""


Choose = Callable[[Mapping[str, float]], str]
"""Picks the language of a piece of audio, given how likely each language is that the recogniser knows: bare tags to
probabilities, at least one."""


class Recognizer(Protocol):
    """Blocking."""

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        """The hypothesis for at most 30 s of 16 kHz audio in ``language``: a bare tag, or what picks one.

        Raises `RecognitionError`.
        """
        ...


@dataclass(slots=True)
class Health:
    """Whether a recogniser is there, how often it had to be started again, why it cannot be, if so, and its model."""

    model: str = ""
    ready: bool = True
    restarts: int = 0
    error: str = ""


class LiveRecognizer(Recognizer, Protocol):
    """A `Recognizer` that is started again when it fails. So many calls ``at_once`` are worth making."""

    health: Health
    at_once: int

    def close(self) -> None:
        """Give its memory back, and end the call in flight. From any thread, any number of times."""
        ...
