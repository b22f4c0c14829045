"""The program of a recogniser's own process (process.py): makes it, then answers one request after the other.

``python -m sidecar.speech.worker FD…``, where each FD is the number of its end of a socket pair; requests on different
pairs are answered side by side. It lives as long as the other ends are open; signals that end a show are not for it.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.errors import ModelError, RecognitionError, SidecarError
from sidecar.speech.process import Likely, Ready, Request
from sidecar.speech.recognizer import Choose, Recognizer

if TYPE_CHECKING:
    Line = Connection[Any, Any]

WARM_UP_S = 5
"""The first call of a model costs more than the others: it hears so much silence before the show."""
FIRST_TO_GO = "500"
"""Of -1000 to 1000: where memory is short, the kernel ends this process, which is replaced, rather than the show."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    faulthandler.enable()
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    first, *others = [_Caller(Connection(int(number))) for number in sys.argv[1:]]
    if recognizer := _load(first.line, first.questions.get()):
        for caller in others:
            threading.Thread(target=caller.serve, args=(recognizer,), daemon=True).start()
        first.serve(recognizer)


class _Caller:
    """One socket pair, read on a thread of its own."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.questions: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def serve(self, recognizer: Recognizer) -> NoReturn:
        """Answer one request after the other."""
        while True:
            self.line.send(_answer(recognizer, self.questions.get(), self._choose))

    def _choose(self, probabilities: Mapping[str, float]) -> str:
        """A `Choose` that leaves it to the one who asked."""
        self.line.send(Likely(dict(probabilities)))
        return self.questions.get()

    def _read(self) -> None:
        """Ends the process with the line, whatever it is doing."""
        try:
            while True:
                self.questions.put(self.line.recv())
        except (EOFError, OSError):
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)


def _load(line: Line, make: Callable[[], Recognizer]) -> Recognizer | None:
    try:
        recognizer = make()
        line.send(Ready(cost_s=_warm_up(recognizer)))
    except SidecarError as exc:
        line.send(exc)
    except Exception as exc:
        line.send(ModelError(f"the recogniser does not start: {_in_a_line(exc)}"))
    else:
        return recognizer
    return None


def _warm_up(recognizer: Recognizer) -> float:
    """Processor seconds for a second of audio."""
    silence = np.zeros(WARM_UP_S * SAMPLE_RATE, np.float32)
    began_s = time.process_time()
    recognizer.recognize(silence, language="en", beam_size=1, word_times=False)
    return (time.process_time() - began_s) / WARM_UP_S


def _answer(recognizer: Recognizer, request: Request, choose: Choose) -> object:
    try:
        return recognizer.recognize(
            request.audio,
            language=choose if request.language is None else request.language,
            beam_size=request.beam_size,
            word_times=request.word_times,
        )
    except SidecarError as exc:
        return exc
    except Exception as exc:
        return RecognitionError(f"the recogniser failed: {_in_a_line(exc)}")


def _in_a_line(exc: Exception) -> str:
    return " ".join([type(exc).__name__, *str(exc).splitlines()[:1]])


if __name__ == "__main__":
    main()
