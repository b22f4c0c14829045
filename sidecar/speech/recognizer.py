"""What a speech recogniser is to Sidecar: audio in, one hypothesis out. Another engine is a file like whisper.py."""

from __future__ import annotations

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
    ``compression`` len(text) / len(zlib(text)), high where text loops.
    """

    text: str
    words: tuple[Word, ...]
    language: str
    logprob: float
    no_speech: float
    compression: float


class Recognizer(Protocol):
    """Blocking; called by one worker thread at a time."""

    def recognize(self, audio: Samples, *, language: str | None, beam_size: int, word_times: bool) -> Hypothesis:
        """The hypothesis for at most 30 s of 16 kHz audio; ``language`` None detects it.

        Raises `RecognitionError`.
        """
        ...
