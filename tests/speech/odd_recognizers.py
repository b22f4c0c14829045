"""Recognisers that misbehave, made in a worker process of their own: what each does, it is told by the language.

They are in a module of their own so that the worker can import them.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from sidecar.audio.chunk import Samples
from sidecar.errors import ModelError, RecognitionError
from sidecar.speech.recognizer import Choose, Hypothesis

LIKELY = {"en": 0.7, "de": 0.2, "refuses": 0.1}


class Odd:
    """Says how long the audio was and in which process it was heard, unless ``language`` tells it to do otherwise.

    Left to choose, the language is `LIKELY`.
    """

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        if not isinstance(language, str):
            language = language(LIKELY)
        match language:
            case "dies":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "exits":
                os._exit(3)
            case "sleeps":
                time.sleep(600)
            case "turns round":
                while True:
                    pass
            case "refuses":
                raise RecognitionError("it refuses")
            case "breaks":
                raise ValueError("it is broken\nfor several reasons")
            case "prints":
                os.write(1, b"a word on stdout\n")
                os.write(2, b"and one on stderr\n")
            case _:
                pass
        text = f"{len(audio)} {os.getpid()} {beam_size} {word_times}"
        return Hypothesis(text=text, words=(), language=language, logprob=-0.1, no_speech=0.0, compression=1.0)


def odd() -> Odd:
    return Odd()


def odd_while(here: Path) -> Odd:
    """Starts only where the file ``here`` is."""
    if not here.exists():
        raise ModelError("the model has gone", hint="bring it back")
    return Odd()


def broken() -> Odd:
    raise ZeroDivisionError("in the middle of loading")


def deadly() -> Odd:
    os._exit(7)


def slow() -> Odd:
    threading.Event().wait(600)
    return Odd()
