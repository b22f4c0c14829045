"""A recogniser in a process of its own: it answers as it would here, and is replaced when it dies or hangs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import odd_recognizers
import psutil
import pytest
from structlog.testing import capture_logs

from sidecar import engines, weights
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples
from sidecar.audio.open import open_source
from sidecar.captions.caption import Segment
from sidecar.config import AudioSettings, Settings
from sidecar.errors import ModelError, RecognitionError
from sidecar.speech import process
from sidecar.speech.process import RecognizerProcess
from sidecar.speech.recognizer import Choose, Hypothesis, Recognizer
from sidecar.speech.whisper import WhisperRecognizer

AUDIO = np.zeros(SAMPLE_RATE, np.float32)
PATIENCE_S = 60

Make = Callable[..., RecognizerProcess]


@pytest.fixture
def opened() -> Iterator[Make]:
    """Opens recognisers that are closed in the end."""
    with contextlib.ExitStack() as stack:

        def make(what: Callable[[], Recognizer] = odd_recognizers.odd, at_once: int = 1) -> RecognizerProcess:
            return stack.enter_context(contextlib.closing(RecognizerProcess(what, at_once=at_once)))

        yield make


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes long is taken for hanging soon."""
    monkeypatch.setattr(process, "LOOK_S", 0.1)
    monkeypatch.setattr(process, "STALLED_LOOKS", 10)


def hear(recognizer: RecognizerProcess, language: str | Choose = "en", audio: Samples = AUDIO) -> Hypothesis:
    return recognizer.recognize(audio, language=language, beam_size=2, word_times=True)


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def recogniser_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name.startswith("recogniser")}


@contextlib.contextmanager
def in_flight(recognizer: RecognizerProcess, language: str, audio: Samples = AUDIO) -> Iterator[Future[Hypothesis]]:
    """A call that has reached the worker."""
    worker = psutil.Process(recognizer.pid)
    with ThreadPoolExecutor(1) as caller:
        before = worker.cpu_times().user
        call = caller.submit(hear, recognizer, language, audio)
        if language == "sleeps":
            until(lambda: not recognizer._places._value)
        else:
            until(lambda: worker.cpu_times().user > before)
        yield call


def test_the_language_is_chosen_here_in_the_middle_of_the_call(opened: Make) -> None:
    recognizer = opened()
    asked: list[Mapping[str, float]] = []

    def choose(probabilities: Mapping[str, float]) -> str:
        asked.append(probabilities)
        return "de"

    assert hear(recognizer, choose).language == "de"
    assert asked == [odd_recognizers.LIKELY]
    with pytest.raises(RecognitionError, match="it refuses"):
        hear(recognizer, lambda probabilities: min(probabilities, key=probabilities.__getitem__))
    assert hear(recognizer, "en").language == "en"


def test_a_choice_that_fails_leaves_no_question_unanswered(opened: Make) -> None:
    recognizer = opened()
    with pytest.raises(ZeroDivisionError):
        hear(recognizer, lambda probabilities: str(1 / 0))
    assert hear(recognizer, "en").language == "en"
    assert recognizer.health.restarts == 1


def test_it_hears_what_it_is_given_in_another_process(opened: Make) -> None:
    recognizer = opened()
    for seconds in (0, 1, 28):
        heard = hear(recognizer, audio=np.zeros(seconds * SAMPLE_RATE, np.float32))
        assert heard.text == f"{seconds * SAMPLE_RATE} {recognizer.pid} 2 True"
    assert recognizer.pid != os.getpid()
    assert recognizer.health.restarts == 0


def test_calls_side_by_side_do_not_wait_for_one_another_and_end_together(opened: Make) -> None:
    recognizer = opened(at_once=2)
    with ThreadPoolExecutor(1) as caller:
        slow = caller.submit(hear, recognizer, "sleeps")
        until(lambda: recognizer._places._value == 1)
        for seconds in (1, 2, 3):
            assert hear(recognizer, audio=np.zeros(seconds * SAMPLE_RATE, np.float32)).text.startswith(
                f"{seconds * SAMPLE_RATE} "
            )
        assert not slow.done()
        with pytest.raises(RecognitionError, match="SIGSEGV"):
            hear(recognizer, "dies")
        with pytest.raises(RecognitionError, match="SIGSEGV"):
            slow.result(PATIENCE_S)
    assert hear(recognizer).language == "en"
    assert recognizer.health.restarts == 1


@pytest.mark.usefixtures("impatient")
def test_one_call_that_hangs_is_found_while_others_are_answered_no_more(opened: Make) -> None:
    recognizer = opened(at_once=2)
    with ThreadPoolExecutor(1) as caller:
        slow = caller.submit(hear, recognizer, "sleeps")
        with pytest.raises(RecognitionError, match="hung and was killed"):
            slow.result(PATIENCE_S)
    assert {hear(recognizer).language for _ in range(4)} == {"en"}


@pytest.mark.parametrize(
    ("does", "message"), [("refuses", "it refuses"), ("breaks", "the recogniser failed: ValueError it is broken")]
)
def test_a_failure_in_it_is_a_failure_of_the_call_only(opened: Make, does: str, message: str) -> None:
    recognizer = opened()
    with pytest.raises(RecognitionError) as raised:
        hear(recognizer, does)
    assert raised.value.message == message
    assert hear(recognizer).language == "en"
    assert recognizer.health.restarts == 0


@pytest.mark.parametrize(
    ("does", "fate"),
    [("dies", "the recogniser was killed by SIGSEGV"), ("exits", "the recogniser ended with status 3")],
)
def test_one_that_dies_costs_the_call_and_is_replaced(opened: Make, does: str, fate: str) -> None:
    recognizer = opened()
    first = recognizer.pid
    with pytest.raises(RecognitionError) as raised:
        hear(recognizer, does)
    assert raised.value.message == fate
    assert hear(recognizer).text.split()[1] == str(recognizer.pid) != str(first)
    assert recognizer.health.restarts == 1


def test_one_that_dies_between_calls_is_replaced_before_the_next(opened: Make) -> None:
    recognizer = opened()
    hear(recognizer)
    os.kill(recognizer.pid, signal.SIGKILL)
    until(lambda: recognizer.health.restarts == 1)
    assert recognizer.health.ready
    hear(recognizer)


@pytest.mark.usefixtures("impatient")
def test_one_that_does_nothing_any_more_is_killed_and_replaced(opened: Make) -> None:
    recognizer = opened()
    for stop in (lambda: None, lambda: os.kill(recognizer.pid, signal.SIGSTOP)):
        stop()
        with pytest.raises(RecognitionError, match="hung and was killed"):
            hear(recognizer, "sleeps", np.zeros(28 * SAMPLE_RATE, np.float32))
        assert hear(recognizer).language == "en"
    assert recognizer.health.restarts == 2


@pytest.mark.usefixtures("impatient")
def test_one_that_runs_in_circles_is_killed_and_replaced(opened: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "CALL_LIMIT_S", 0.3)
    recognizer = opened()
    with pytest.raises(RecognitionError, match="hung and was killed"):
        hear(recognizer, "turns round")
    assert hear(recognizer).language == "en"


def test_while_it_cannot_be_started_again_calls_fail_and_it_is_tried_on(
    opened: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "PAUSES_S", (0.0, 0.05))
    monkeypatch.setattr(process, "PATIENCE_S", 0.5)
    model = tmp_path / "model"
    model.touch()
    recognizer = opened(partial(odd_recognizers.odd_while, model))
    model.unlink()
    os.kill(recognizer.pid, signal.SIGKILL)
    until(lambda: recognizer.health.error)
    assert (recognizer.health.ready, recognizer.health.error) == (False, "the model has gone")
    with pytest.raises(RecognitionError, match="does not start: the model has gone"):
        hear(recognizer)
    model.touch()
    until(lambda: recognizer.health.ready)
    assert (recognizer.health.error, recognizer.health.restarts) == ("", 1)
    hear(recognizer)


def test_one_that_is_of_no_use_is_replaced_ever_more_rarely(opened: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(process, "PAUSES_S", (0.0, 0.01, 0.02))
    restart = RecognizerProcess._restart
    monkeypatch.setattr(
        RecognizerProcess, "_restart", lambda self, pause_s: waited.append(pause_s) or restart(self, pause_s)
    )
    recognizer = opened()
    hear(recognizer)
    for _ in range(4):
        with pytest.raises(RecognitionError):
            hear(recognizer, "dies")
    hear(recognizer)
    with pytest.raises(RecognitionError):
        hear(recognizer, "dies")
    hear(recognizer)
    assert waited == [0.0, 0.01, 0.02, 0.02, 0.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(odd_recognizers.odd_while, Path("/nowhere")), "the model has gone"),
        (odd_recognizers.broken, "the recogniser does not start: ZeroDivisionError in the middle of loading"),
        (odd_recognizers.deadly, "the recogniser ended with status 7"),
    ],
)
def test_what_keeps_it_from_starting_at_all_is_told_at_once(make: Callable[[], Recognizer], message: str) -> None:
    before = psutil.Process().children()
    with pytest.raises(ModelError) as raised:
        RecognizerProcess(make)
    assert raised.value.message == message
    assert set(psutil.Process().children()) <= set(before)


@pytest.mark.usefixtures("impatient")
def test_one_that_hangs_while_it_loads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LOADING_LOOKS", 10)
    with pytest.raises(ModelError, match="hung and was killed"):
        RecognizerProcess(odd_recognizers.slow)


def test_closing_ends_the_call_in_flight_and_the_process(opened: Make) -> None:
    before = recogniser_threads()
    recognizer = opened()
    worker = psutil.Process(recognizer.pid)
    with in_flight(recognizer, "sleeps") as call:
        recognizer.close()
        with pytest.raises(RecognitionError):
            call.result(PATIENCE_S)
    assert not worker.is_running()
    recognizer.close()
    with pytest.raises(RecognitionError, match="closed"):
        hear(recognizer)
    until(lambda: recogniser_threads() <= before)


def test_closing_while_it_is_started_again_leaves_nothing_behind(opened: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    before = recogniser_threads()
    monkeypatch.setattr(process, "PAUSES_S", (PATIENCE_S,))
    recognizer = opened()
    os.kill(recognizer.pid, signal.SIGKILL)
    until(lambda: not recognizer.health.ready)
    with ThreadPoolExecutor(1) as caller:
        call = caller.submit(hear, recognizer)
        until(lambda: not recognizer._places._value)
        recognizer.close()
        with pytest.raises(RecognitionError, match="closed"):
            call.result(PATIENCE_S)
    until(lambda: recogniser_threads() <= before)


def test_signals_that_end_a_show_are_not_for_it(opened: Make) -> None:
    recognizer = opened()
    assert os.getpgid(recognizer.pid) != os.getpgid(os.getpid())
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(recognizer.pid, number)
        hear(recognizer)
    assert recognizer.health.restarts == 0


def test_what_it_prints_is_logged(opened: Make) -> None:
    with capture_logs() as logs:
        recognizer = opened()
        hear(recognizer, "prints")
        until(lambda: "stderr" in str(logs))
    printed = "\n".join(entry["output"] for entry in logs if entry["event"] == "recogniser says")
    assert printed.split("\n") == ["a word on stdout", "and one on stderr"]


PARENT = """
import sys, threading
import numpy as np
import odd_recognizers
from sidecar.speech.process import RecognizerProcess
recognizer = RecognizerProcess(odd_recognizers.odd)
def call():
    recognizer.recognize(np.zeros(9, np.float32), language=sys.argv[1], beam_size=1, word_times=False)
threading.Thread(target=call, daemon=True).start()
print(recognizer.pid, flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("does", ["en", "sleeps", "turns round"])
def test_it_does_not_outlive_its_parent(does: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, does], env=environment, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        assert worker.ppid() == parent.pid
        parent.kill()
    until(lambda: not worker.is_running())


@pytest.fixture(scope="module")
def whisper() -> Callable[[], Recognizer]:
    return partial(WhisperRecognizer, weights.ensure("whisper-base"), device="cpu", threads=1)


@pytest.fixture(scope="module")
def noise() -> Samples:
    """Whisper finds a great deal in it."""
    return np.random.default_rng(0).standard_normal(28 * SAMPLE_RATE).astype(np.float32) / 100


@pytest.mark.model
def test_whisper_hears_there_what_it_hears_here(
    opened: Make, whisper: Callable[[], Recognizer], noise: Samples
) -> None:
    there, here = opened(whisper), whisper()
    audio = noise[: 3 * SAMPLE_RATE]
    assert hear(there, audio=audio) == here.recognize(audio, language="en", beam_size=2, word_times=True)


@pytest.mark.model
def test_whisper_killed_in_the_middle_of_a_call_is_there_for_the_next(
    opened: Make, whisper: Callable[[], Recognizer], noise: Samples
) -> None:
    recognizer = opened(whisper)
    with in_flight(recognizer, "en", noise) as call:
        os.kill(recognizer.pid, signal.SIGKILL)
        with pytest.raises(RecognitionError, match="killed by SIGKILL"):
            call.result(PATIENCE_S)
    hear(recognizer, audio=noise[:SAMPLE_RATE])
    assert recognizer.health.restarts == 1


@pytest.mark.model
def test_whisper_stopped_in_the_middle_of_a_call_is_replaced(
    opened: Make, whisper: Callable[[], Recognizer], noise: Samples
) -> None:
    """With the patience that a show has."""
    recognizer = opened(whisper)
    with in_flight(recognizer, "en", noise) as call:
        os.kill(recognizer.pid, signal.SIGSTOP)
        with pytest.raises(RecognitionError, match="hung and was killed"):
            call.result(PATIENCE_S)
    hear(recognizer, audio=noise[:SAMPLE_RATE])
    assert recognizer.health.restarts == 1


@pytest.mark.model
def test_the_process_that_asks_loads_no_model_library(opened: Make, whisper: Callable[[], Recognizer]) -> None:
    code = (
        "import sys; from functools import partial; from pathlib import Path; from sidecar import engines, weights\n"
        "from sidecar.config import Settings\n"
        "engines.check_language(Settings())\n"
        "engines.open_recognizer(Settings(), weights.ensure('whisper-base')).close()\n"
        "print(sorted({'ctranslate2', 'faster_whisper', 'tokenizers', 'av'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def demo(seconds: int) -> AsyncGenerator[AudioChunk]:
    """The first words of the demo host."""
    source = open_source(AudioSettings(input="demo", pace="max"))
    async with contextlib.aclosing(source.chunks(lambda status: None)) as chunks:
        async for chunk in chunks:
            if chunk.end > seconds * SAMPLE_RATE:
                return
            yield chunk


class Doomed(RecognizerProcess):
    """Its worker is killed in the middle of the first call."""

    def __init__(self, make: Callable[[], Recognizer]) -> None:
        super().__init__(make)
        self._worker_is_doomed = True

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        if self._worker_is_doomed:
            self._worker_is_doomed = False
            worker = psutil.Process(self.pid)
            threading.Thread(target=self._kill_at_work, args=(worker, worker.cpu_times().user)).start()
        return super().recognize(audio, language=language, beam_size=beam_size, word_times=word_times)

    def _kill_at_work(self, worker: psutil.Process, idle_s: float) -> None:
        until(lambda: worker.cpu_times().user > idle_s)
        worker.kill()


@pytest.mark.model
async def test_what_was_being_recognised_when_it_died_is_recognised_again(whisper: Callable[[], Recognizer]) -> None:
    settings = Settings.model_validate({"speech": {"language": "en", "partials": False}})

    async def finals(recognizer: RecognizerProcess) -> list[Segment]:
        hears = engines.listener(settings, recognizer, can_wait=True)
        return [segment async for segment in hears.segments(demo(seconds=16))]

    with contextlib.closing(RecognizerProcess(whisper)) as sound, contextlib.closing(Doomed(whisper)) as doomed:
        undisturbed = await finals(sound)
        assert len(undisturbed) > 1
        assert await finals(doomed) == undisturbed
        assert doomed.health.restarts == 1
