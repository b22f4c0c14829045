"""From a source to segments: activity, policy and recogniser, with one final and one partial in flight at most."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum

import structlog

from sidecar.audio.activity import SpeechActivity
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples, level_dbfs, to_ms
from sidecar.captions.caption import Segment
from sidecar.errors import RecognitionError
from sidecar.speech.cleanup import is_nobody
from sidecar.speech.languages import Belief
from sidecar.speech.pressure import Effort, Pressure
from sidecar.speech.recognizer import Health, Hypothesis, LiveRecognizer
from sidecar.speech.transcript import Job, Transcript
from sidecar.speech.turns import Turns
from sidecar.speech.writing import Writing

log = structlog.get_logger()

MAX_WAITING_MS = 20_000
"""With a source that can wait, reading stops while so much audio waits for its final."""
ATTEMPTS = 2
PARTIAL_BEAM = 1
_LEVEL_SAMPLES = SAMPLE_RATE
_LAGS = 50


class _Kind(Enum):
    """What is in flight, by what it is called."""

    FINAL = "recognise a final"
    PARTIAL = "recognise a partial"


@dataclass(slots=True)
class Hearing:
    """What the listener knows of itself, for the status panel."""

    position: int = 0
    level_dbfs: float = -120.0
    speech: bool = False
    language: str = ""
    failures: int = 0
    recognizer: Health = field(default_factory=Health)
    pressure: Pressure = field(default_factory=Pressure)
    final_lags_ms: deque[int] = field(default_factory=lambda: deque(maxlen=_LAGS))
    partial_lags_ms: deque[int] = field(default_factory=lambda: deque(maxlen=_LAGS))


class Listener:
    """Drives a `Transcript`. ``can_wait`` says that the source may be read slowly (a file as fast as possible).

    ``now`` is a steady clock in seconds, for lags only. ``language`` is the host's, or what is believed of it at first.
    Listeners of one recogniser share ``turns``. ``correct`` puts right what was recognised, partial or final, before
    anything is made of it; it is called on the recogniser's thread.
    """

    def __init__(
        self,
        recognizer: LiveRecognizer,
        activity: SpeechActivity,
        transcript: Transcript,
        *,
        language: str | Belief,
        beam_size: int,
        writing: Writing | None = None,
        can_wait: bool = False,
        correct: Callable[[Hypothesis], Hypothesis] | None = None,
        turns: Turns | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        spoken = language if isinstance(language, str) else language.language
        self.hearing = Hearing(language=spoken, recognizer=recognizer.health)
        self.transcript = transcript
        self._recognizer = recognizer
        self._activity = activity
        self._belief = language if isinstance(language, Belief) else Belief(allowed=(language,))
        self._beam_size = beam_size
        self._writing = writing or Writing()
        self._can_wait = can_wait
        self._correct = correct
        self._turns = turns or Turns()
        self._pressure = self.hearing.pressure = self._turns.pressure
        self._now = now
        self._arrived_s = 0.0
        self._changed = asyncio.Event()
        self._progress = asyncio.Event()
        self._over = False
        self._recent: deque[AudioChunk] = deque()

    async def segments(
        self, chunks: AsyncGenerator[AudioChunk], busy: Callable[[], bool] = lambda: False
    ) -> AsyncGenerator[Segment]:
        """Partial and final segments, until the audio is over and everything said is final.

        ``busy`` says that translation waits for the processor: partials are rarer then. Raises what ``chunks`` raises,
        after the finals of what came before.
        """
        worker = ThreadPoolExecutor(max_workers=self._turns.at_once, thread_name_prefix="whisper")
        reader = asyncio.create_task(self._read(chunks), name="listen")
        work: dict[_Kind, asyncio.Task[list[Segment]]] = {}
        try:
            while True:
                self._changed.clear()
                for kind in [kind for kind, task in work.items() if task.done()]:
                    for segment in work.pop(kind).result():
                        yield self._writing.written(segment)
                    self._progress.set()
                if not self._can_wait and _Kind.FINAL not in work:
                    self.transcript.skip(self._pressure.is_hopeless)
                for segment in self.transcript.take_skipped():
                    yield self._writing.written(segment)
                for kind in self._wanted(work, busy()):
                    work[kind] = asyncio.create_task(self._take_turn(worker, kind), name=kind.value)
                    work[kind].add_done_callback(lambda _: self._changed.set())
                if self._over and not work and self.transcript.next_job() is None:
                    break
                await self._changed.wait()
            await reader
        finally:
            for task in (reader, *work.values()):
                task.cancel()
            await asyncio.gather(reader, *work.values(), return_exceptions=True)
            worker.shutdown(wait=False, cancel_futures=True)

    def _wanted(self, work: Container[_Kind], busy: bool) -> Iterator[_Kind]:
        """What to begin beside what is in ``work``: one thing at a time, unless there is a processor to spare."""
        effort = self._pressure.effort
        self.transcript.hurried = effort is Effort.FINALS
        spare = self._turns.at_once > 1 and not (self._can_wait or busy) and effort is Effort.FULL
        alone = not work
        if _Kind.FINAL not in work and (alone or spare) and self.transcript.next_final():
            yield _Kind.FINAL
            alone = False
        others_wait = busy or self._turns.busy or effort is Effort.LESS
        if _Kind.PARTIAL not in work and (alone or spare) and self.transcript.next_partial(busy=others_wait):
            yield _Kind.PARTIAL

    def interrupt(self) -> None:
        """The source is lost for a while: what was said last becomes final now, not when it is back."""
        self.transcript.flush(self._activity.flush())
        self._changed.set()

    def close(self) -> None:
        """The show is over: give the recogniser's memory back."""
        self._recognizer.close()

    async def _read(self, chunks: AsyncGenerator[AudioChunk]) -> None:
        try:
            async with contextlib.aclosing(chunks):
                async for chunk in chunks:
                    self._hear(chunk)
                    self._changed.set()
                    while self._can_wait and self._is_full():
                        self._progress.clear()
                        await self._progress.wait()
        finally:
            self.transcript.flush(self._activity.flush())
            self.hearing.speech = False
            self._over = True
            self._changed.set()

    def _hear(self, chunk: AudioChunk) -> None:
        self.transcript.feed(chunk, self._activity.feed(chunk))
        self._arrived_s = self._now()
        self.hearing.position = chunk.end
        self.hearing.speech = self._activity.speaking
        self._recent.append(chunk)
        while self._recent and self._recent[0].end < chunk.end - _LEVEL_SAMPLES:
            self._recent.popleft()
        self.hearing.level_dbfs = max(level_dbfs(each.samples) for each in self._recent)

    def _is_full(self) -> bool:
        """Enough waits, or the open utterance has more news than one partial needs."""
        job = self.transcript.next_job()
        return self.transcript.waiting_ms > MAX_WAITING_MS or (job is not None and not job.final)

    async def _take_turn(self, worker: ThreadPoolExecutor, kind: _Kind) -> list[Segment]:
        """Wait for the recogniser, and have it hear what is wanted by then."""
        async with self._turns.turn(lambda: self._waited_s(kind)):
            job = self.transcript.next_final() if kind is _Kind.FINAL else self.transcript.next_partial()
            return await self._recognize(worker, job) if job is not None else []

    def _waited_s(self, kind: _Kind) -> float | None:
        job = self.transcript.next_final() if kind is _Kind.FINAL else None
        return self._behind_ms(job) / 1000 if job is not None else None

    async def _recognize(self, worker: ThreadPoolExecutor, job: Job) -> list[Segment]:
        loop = asyncio.get_running_loop()
        audio = self.transcript.audio(job)
        attempts = ATTEMPTS if job.final else 1
        for attempt in range(1, attempts + 1):
            began_s = self._now()
            beam_size = self._beam_size_for(job)
            try:
                hypothesis = await loop.run_in_executor(worker, self._decode, job, audio, beam_size)
            except Exception as exc:  # whatever a recogniser raises, the show goes on
                self.hearing.failures += 1
                error = exc.message if isinstance(exc, RecognitionError) else type(exc).__name__
                log.warning("recognition failed", error=error, final=job.final, attempt=attempt)
                continue
            self.hearing.language = self._writing.tag(hypothesis.language)
            took_s = self._now() - began_s
            self._count_lag(job, took_s, greedy=beam_size == PARTIAL_BEAM)
            return self.transcript.resolve(job, hypothesis, took_s=took_s)
        return self.transcript.give_up(job)

    def _beam_size_for(self, job: Job) -> int:
        greedy = not job.final or self._pressure.is_greedy(self._late_ms(job))
        return PARTIAL_BEAM if greedy else self._beam_size

    def _decode(self, job: Job, audio: Samples, beam_size: int) -> Hypothesis:
        """Runs on the worker thread."""
        before = after = self._belief

        def choose(probabilities: Mapping[str, float]) -> str:
            nonlocal after
            after = before.after(probabilities, job.seconds)
            return after.language

        heard = self._recognizer.recognize(
            audio,
            language=choose if before.asks(final=job.final) else before.language,
            beam_size=beam_size,
            word_times=job.word_times,
        )
        if job.final and not is_nobody(heard):
            self._belief = after
        return self._correct(heard) if self._correct else heard

    def _count_lag(self, job: Job, took_s: float, *, greedy: bool) -> None:
        (self.hearing.final_lags_ms if job.final else self.hearing.partial_lags_ms).append(self._behind_ms(job))
        late_ms = self._late_ms(job)
        if job.final or job.word_times:
            self._pressure.final(late_ms, greedy=greedy, audio_s=job.seconds, took_s=took_s)
        else:
            self._pressure.partial(late_ms)

    def _late_ms(self, job: Job) -> int:
        """How long it has been wanted; what is recognised of a source that can wait is never late."""
        return 0 if self._can_wait else self._since_ms(job.known)

    def _behind_ms(self, job: Job) -> int:
        """Time from the end of the audio of ``job`` arriving to now."""
        return self._since_ms(job.end)

    def _since_ms(self, position: int) -> int:
        return to_ms(self.hearing.position - position) + round((self._now() - self._arrived_s) * 1000)
