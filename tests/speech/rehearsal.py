"""A transcript rehearsed against a clock that is the audio position; and what must hold of every transcript."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from fakes import ScriptedRecognizer, Spoken, Talk, activity
from hypothesis import strategies as st

from sidecar.audio.chunk import SAMPLE_RATE, to_ms, to_samples
from sidecar.captions.caption import Segment
from sidecar.speech.pressure import Effort, Pressure
from sidecar.speech.transcript import Job, Policy, Transcript

MS = SAMPLE_RATE // 1000
CARE = 3.0


def no_time(_: float) -> float:
    return 0.0


class Rehearsal:
    """Feeds a talk at real time to a transcript whose recogniser takes ``cost(seconds of audio)`` seconds a call.

    ``segments`` is what came out, ``jobs`` what was recognised, ``lags_s`` how late finals were. Under ``pressure`` it
    does what there is time for, as a listener does; a final that is decoded with care takes `CARE` times as long then.
    """

    def __init__(
        self,
        said: Talk,
        policy: Policy,
        *,
        recognizer: ScriptedRecognizer | None = None,
        cost: Callable[[float], float] = no_time,
        chunk_ms: int = 32,
        pressure: Pressure | None = None,
    ) -> None:
        self.transcript = Transcript(policy)
        self.lags_s: list[float] = []
        self.efforts: list[Effort] = []
        self.segments: list[Segment] = []
        self.jobs: list[Job] = []
        self._recognizer = recognizer or ScriptedRecognizer(said)
        self._cost = cost
        self._in_work: tuple[Job, float, float] | None = None
        self._pressure = pressure
        self._heard_s = 0.0
        self._run(said, chunk_ms)

    @property
    def finals(self) -> list[Segment]:
        return [segment for segment in self.segments if segment.final]

    @property
    def text(self) -> str:
        """All finals, in order of their numbers."""
        return " ".join(each.text for each in sorted(self.finals, key=lambda each: each.number) if each.text)

    def _run(self, said: Talk, chunk_ms: int) -> None:
        hears = activity()
        for chunk in said.chunks(chunk_ms):
            self.transcript.feed(chunk, hears.feed(chunk))
            self._heard_s = chunk.end / SAMPLE_RATE
            self._work(self._heard_s)
        self.transcript.flush(hears.flush())
        self._work(float("inf"))

    def _work(self, now_s: float) -> None:
        """Do what a worker has done by ``now_s``."""
        while True:
            self.segments += self.transcript.take_skipped()
            if self._in_work is None:
                effort = self._ease()
                if (job := self.transcript.next_job(busy=effort is not Effort.FULL)) is None:
                    return
                took_s = self._took_s(job)
                self._in_work = (job, took_s, min(now_s, self._heard_s) + took_s)
            job, took_s, done_s = self._in_work
            if done_s > now_s:
                return
            self._in_work = None
            self._count(job, took_s, done_s)
            self.jobs.append(job)
            heard = self._recognizer.recognize(
                self.transcript.audio(job), language="en", beam_size=1, word_times=job.word_times
            )
            self.segments += self.transcript.resolve(job, heard, took_s=took_s)

    def _ease(self) -> Effort:
        if self._pressure is None:
            return Effort.FULL
        self.transcript.skip(self._pressure.is_hopeless)
        self.segments += self.transcript.take_skipped()
        effort = self._pressure.effort
        self.transcript.hurried = effort is Effort.FINALS
        return effort

    def _took_s(self, job: Job) -> float:
        careful = job.final and self._pressure is not None and not self._pressure.is_greedy(self._waited_ms(job))
        return self._cost(job.seconds) * (CARE if careful else 1)

    def _waited_ms(self, job: Job) -> int:
        return round(1000 * self._heard_s) - to_ms(job.known)

    def _count(self, job: Job, took_s: float, done_s: float) -> None:
        late_s = done_s - job.known / SAMPLE_RATE
        if job.final or (job.word_times and self.transcript.hurried):
            self.lags_s.append(late_s)
        if self._pressure is None:
            return
        if job.final or job.word_times:
            greedy = took_s <= self._cost(job.seconds)
            self._pressure.final(round(1000 * late_s), greedy=greedy, audio_s=job.seconds, took_s=took_s)
        else:
            self._pressure.partial(round(1000 * late_s))
        self.efforts.append(self._pressure.effort)


def check(segments: Sequence[Segment], said: Talk) -> None:
    """What holds of the segments of any talk, however it was cut and whatever it was taken for."""
    check_numbers(segments)
    check_partials(segments)
    check_coverage(segments, said)


def check_numbers(segments: Sequence[Segment]) -> None:
    shown = [segment.number for segment in segments if not segment.final]
    assert shown == sorted(shown), "went back to an earlier segment"
    done: set[int] = set()
    for segment in segments:
        assert segment.number not in done, "something followed a final"
        if segment.final:
            done.add(segment.number)
    assert done == set(range(1, len(done) + 1)), "a segment never became final"
    told = [segment.number for segment in segments if segment.final and segment.text]
    assert told == sorted(told), "finals out of order"


def check_partials(segments: Sequence[Segment]) -> None:
    starts: dict[int, int] = {}
    for segment in segments:
        assert 0 <= segment.stable <= len(segment.text)
        assert segment.text == " ".join(segment.text.split())
        assert segment.text or segment.final
        assert starts.setdefault(segment.number, segment.start_ms) == segment.start_ms
        assert segment.end_ms > segment.start_ms
        if segment.final:
            assert segment.stable == len(segment.text)


def check_coverage(segments: Sequence[Segment], said: Talk) -> None:
    """Finals do not overlap, and every word lies in them."""
    spans = [(each.start_ms, each.end_ms) for each in sorted(segments, key=lambda each: each.number) if each.final]
    for (_, end), (start, _) in pairwise(spans):
        assert end <= start, "finals overlap"
    for word in said.words:
        at = to_ms(word.start)
        for start, end in spans:
            if start <= at < end:
                at = end
        assert at >= to_ms(word.end), f"{word} is in no final"


@st.composite
def talks(draw: st.DrawFn, max_utterances: int = 4, max_words: int = 24) -> Talk:
    """Utterances of words that are all different, spoken fast and slowly, with pauses of every length."""
    words: list[Spoken] = []
    at_ms = draw(st.integers(0, 1500))
    for _ in range(draw(st.integers(0, max_utterances))):
        word_ms = draw(st.sampled_from([200, 330, 500, 900]))
        for _ in range(draw(st.integers(1, max_words))):
            end_mark = draw(st.sampled_from(["", "", "", "", ",", "."]))
            text = f"word{len(words)}{end_mark}"
            words.append(Spoken(text=text, start=to_samples(at_ms), end=to_samples(at_ms + word_ms)))
            at_ms += word_ms + draw(st.sampled_from([0, 0, 0, 0, 100, 240, 400]))
        at_ms += draw(st.integers(700, 3000))
    return Talk(tuple(words), to_samples(at_ms))


policies = st.builds(
    Policy,
    partials=st.booleans(),
    tick_ms=st.sampled_from([100, 350, 1000]),
    soft_ms=st.sampled_from([1000, 4000]),
    max_ms=st.sampled_from([3000, 9000]),
    max_waiting_ms=st.sampled_from([4000, 20_000, 60_000]),
)
