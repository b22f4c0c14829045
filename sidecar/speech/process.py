"""A recogniser in a process of its own: what goes wrong in its native code takes nothing else down.

The worker (worker.py) holds the model and answers one request at a time over each of its socket pairs. It ends when the
other end of one is closed, so it outlives nobody, however its parent ends. A worker that dies or hangs costs the calls
in flight; the next one is started at once, and after that with growing pauses.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, cast

import psutil
import structlog

from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.errors import ModelError, RecognitionError, SidecarError
from sidecar.speech.recognizer import Choose, Health, Hypothesis, Recognizer

log = structlog.get_logger()

LOOK_S = 1.0
STALLED_LOOKS = 10
"""A worker that uses no processor time for so many looks running hangs; one that is only starved gets a little."""
LOADING_LOOKS = 60
"""The same while the model is read from the disk."""
CALL_LIMIT_S = 10.0
CALL_LIMIT_FACTOR = 60.0
"""Processor time that a call may take: 10 s, and for each second of audio 60 times what the warm-up took for one.
A final with a wide beam takes up to ten times as much as the warm-up, which finds nothing to write."""
LOAD_LIMIT_S = 600.0
"""Processor time that loading may take."""
PATIENCE_S = 10.0
"""A call waits so long for a worker that is being started."""
PAUSES_S = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Before the first, second, … attempt to replace a worker; counted anew once one has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call of `Recognizer.recognize`; with ``language`` None the worker asks with `Likely`."""

    audio: Samples
    language: str | None
    beam_size: int
    word_times: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The worker's first answer. ``cost_s`` is the processor time of a second of audio in the warm-up."""

    cost_s: float


@dataclass(frozen=True, slots=True)
class Likely:
    """In the middle of a call: which of these languages, by their bare tags, shall it be?"""

    probabilities: dict[str, float]


class RecognizerProcess:
    """A `Recognizer` that ``make``, a picklable function, makes in a process of its own.

    ``model`` is what it is called. Blocks until the model is loaded. Raises what ``make`` raises, or `ModelError`.
    Several threads may call; ``at_once`` calls are answered side by side, so it must be that what ``make`` makes can.
    """

    def __init__(self, make: Callable[[], Recognizer], *, model: str = "", at_once: int = 1) -> None:
        self.health = Health(model=model)
        self.at_once = at_once
        self._make = make
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._places = threading.BoundedSemaphore(at_once)
        self._changed = threading.Condition()
        self._closed = False
        self._worker = self._start()
        threading.Thread(target=self._keep_alive, name="recogniser", daemon=True).start()

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        """See `Recognizer`. Waits for a worker that is being replaced. Raises `RecognitionError`."""
        tag, choose = (language, None) if isinstance(language, str) else (None, language)
        request = Request(audio=audio, language=tag, beam_size=beam_size, word_times=word_times)
        with self._places:
            return self._ready_worker().ask(request, choose)

    def close(self) -> None:
        """End the worker, and the call in flight with it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._worker.end()

    @property
    def pid(self) -> int:
        """Of the worker."""
        return self._worker.pid

    def _ready_worker(self) -> _Worker:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._is_ready, PATIENCE_S)
            self._check_open()
            if not self._is_ready:
                raise RecognitionError(f"the recogniser does not start: {self.health.error or 'not loaded yet'}")
            return self._worker

    @property
    def _is_ready(self) -> bool:
        """Known to the caller of a worker that has just died before it is to `_keep_alive`."""
        return self.health.ready and not self._worker.lost

    def _check_open(self) -> None:
        if self._closed:
            raise RecognitionError("the recogniser is closed")

    def _start(self) -> _Worker:
        """A new worker, with its model loaded."""
        with self._changed:
            self._check_open()
            self._worker = worker = _Worker(self._environment, self.at_once)
        try:
            worker.load(self._make)
        except BaseException:
            worker.end()
            raise
        with self._changed:
            self.health.ready, self.health.error = True, ""
            self._changed.notify_all()
        return worker

    def _keep_alive(self) -> None:
        """Runs on a thread of its own, until closed."""
        useless = 0  # workers in a row that never answered
        while True:
            fate = self._worker.wait()
            with self._changed:
                self.health.ready = False
                if self._closed:
                    return
            log.warning("recogniser died", fate=fate)
            useless = 0 if self._worker.answered else useless + 1
            while not self._restart(PAUSES_S[min(useless, len(PAUSES_S) - 1)]):
                useless += 1

    def _restart(self, pause_s: float) -> bool:
        """Whether a new worker is ready, ``pause_s`` from now; or the recogniser is closed."""
        with self._changed:
            if self._changed.wait_for(lambda: self._closed, pause_s):
                return True
        try:
            self._start()
        except Exception as exc:  # whatever happens, it is tried again
            self.health.error = exc.message if isinstance(exc, SidecarError) else type(exc).__name__
            log.warning("recogniser does not start", error=self.health.error)
            return self._closed
        self.health.restarts += 1
        log.warning("recogniser restarted", times=self.health.restarts)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    """Of a call: processor time, and looks without any."""

    used_s: float
    stalled_looks: int


class _Line:
    """Our end of one socket pair, and how long the call on it may take."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._limits: _Limits | None = None
        self._seen: _Limits | None = None
        self._began_s = self._last_s = 0.0
        self._stalled = 0

    def answer(self, question: object, limits: _Limits, choose: Choose | None) -> Any:
        """Raises EOFError or OSError where the worker is lost, and what ``choose`` raises."""
        self._limits = limits
        try:
            self._connection.send(question)  # waits as well, where the worker does not read
            answer = self._connection.recv()
            while choose and isinstance(answer, Likely):
                self._connection.send(choose(answer.probabilities))
                answer = self._connection.recv()
        finally:
            self._limits = None
        return answer

    def hangs(self, used_s: float) -> bool:
        """Whether the call in flight goes on for too long, told from time to time what processor time the worker has
        used: that of calls beside it is counted with it."""
        if self._limits is not self._seen:
            self._seen, self._began_s, self._last_s, self._stalled = self._limits, used_s, -1.0, 0
        self._stalled = self._stalled + 1 if used_s == self._last_s else 0
        self._last_s = used_s
        limits = self._seen
        return limits is not None and (self._stalled >= limits.stalled_looks or used_s - self._began_s > limits.used_s)


class _Worker:
    """A worker process, and our ends of the lines to it. A thread of its own watches it and logs what it prints."""

    def __init__(self, environment: dict[str, str], lines: int) -> None:
        pairs = [cast("tuple[Connection[Any, Any], Connection[Any, Any]]", Pipe()) for _ in range(lines)]
        self._lines = [_Line(ours) for ours, _ in pairs]
        self._free: queue.SimpleQueue[_Line] = queue.SimpleQueue()
        for line in self._lines:
            self._free.put(line)
        with contextlib.ExitStack() as stack:
            numbers = [stack.enter_context(theirs).fileno() for _, theirs in pairs]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "sidecar.speech.worker", *map(str, numbers)],
                env=environment,
                bufsize=0,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=numbers,
                process_group=0,  # Ctrl-C on the terminal is for us, and we end it when the show is over
            )
        self.pid = self._process.pid
        self.answered = False
        self.lost = False
        self._cost_s = 0.0
        self._hung = False
        threading.Thread(target=self._watch, name="recogniser watch", daemon=True).start()

    def load(self, make: Callable[[], Recognizer]) -> None:
        """Raises what ``make`` raises, and `ModelError`."""
        try:
            ready = self._answer(make, _Limits(used_s=LOAD_LIMIT_S, stalled_looks=LOADING_LOOKS))
        except RecognitionError as exc:
            raise ModelError(exc.message, hint="a smaller model may fit; `sidecar doctor` tries them") from exc
        self._cost_s = ready.cost_s

    def ask(self, request: Request, choose: Choose | None) -> Hypothesis:
        """Raises `RecognitionError`, and what ``choose`` raises."""
        used_s = CALL_LIMIT_S + CALL_LIMIT_FACTOR * self._cost_s * len(request.audio) / SAMPLE_RATE
        hypothesis = self._answer(request, _Limits(used_s=used_s, stalled_looks=STALLED_LOOKS), choose)
        self.answered = True
        return hypothesis

    def wait(self) -> str:
        """Until the process has ended; how."""
        status = self._process.wait()
        if self._hung:
            return "hung and was killed"
        return f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"

    def end(self) -> None:
        """Take the process down, if it still runs."""
        self._process.kill()
        self._process.wait()

    def _answer(self, question: object, limits: _Limits, choose: Choose | None = None) -> Any:
        line = self._free.get()
        try:
            answer = line.answer(question, limits, choose)
        except (EOFError, OSError) as exc:
            self.lost = True
            raise RecognitionError(f"the recogniser {self.wait()}") from exc
        except BaseException:
            self.lost = True  # it would wait for ever
            self.end()
            raise
        finally:
            self._free.put(line)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _watch(self) -> None:
        """Until the process ends, which is killed where it hangs."""
        while not self._has_ended():
            used_s = self._used_s()
            if [line for line in self._lines if line.hangs(used_s)]:
                self._hung = True
                self._process.kill()

    def _has_ended(self) -> bool:
        """Log what it prints for `LOOK_S`; whether it is at its end."""
        assert self._process.stdout is not None
        pipe, until_s = self._process.stdout, time.monotonic() + LOOK_S
        while (left_s := until_s - time.monotonic()) > 0 and wait([pipe.fileno()], left_s):
            printed = pipe.read(65_536)
            if not printed:
                return True
            if output := printed.decode(errors="replace").strip():
                log.warning("recogniser says", output=output)
        return False

    def _used_s(self) -> float:
        """Processor time so far."""
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(self.pid).cpu_times()
            return times.user + times.system
        return 0.0
