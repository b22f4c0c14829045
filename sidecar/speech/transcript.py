"""The streaming policy: which audio to recognise next, and what its hypotheses make of the transcript. Pure.

Audio and the starts and ends of utterances go in and `Job`s come out, one at a time; each hypothesis goes in and
`Segment`s come out. An utterance is one segment unless it grows long: then it is cut at the next short pause, or, for a
host who takes none, between two words, so that windows stay short and finals timely.

What hypotheses have agreed on for a while is committed: it stays as it was shown, and what later partials say is joined
to it. The final hypothesis, which knows the whole segment, replaces it all: to join that to what partials showed costs
more accuracy than it spares viewers corrections.

Jobs are finals first, the oldest first; a partial always takes the latest audio there is. One final and one partial may
be in work side by side. Time is the audio position.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from sidecar import language
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples, to_ms, to_samples
from sidecar.audio.endpoint import SpeechEnded, SpeechEvent, SpeechPaused, SpeechResumed, SpeechStarted
from sidecar.captions.caption import Segment
from sidecar.speech import cleanup
from sidecar.speech.agreement import CHARACTER_LANGUAGES, Unit, shared, splice, units
from sidecar.speech.recognizer import Hypothesis, Word

SENTENCE_END = frozenset("。！？!?.…")
CLAUSE_END = frozenset("，、；：,;:")
LONGEST_MS = 25_000
"""Audio of one segment at most, whatever the policy: recognisers hear less than 30 s at once."""
OMISSION = "[…]"
"""Stands for speech that was not recognised: understood in every language."""
SHORTEST_SHARE = 0.25
"""Of a segment that is cut, the first part is no shorter than this: a word or two alone are understood badly, and the
rest would have to be cut again at once."""
LOOKBACK_MS = 3_000
"""Audio kept while nobody speaks: an utterance begins up to this much before it is noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long things may take.

    ``tick_ms``: new audio between partials, and at least ``pause_per_cost`` times what the last one took, so that
    partials leave the machine time for the rest; ``busy_pause_per_cost`` times, while others wait.
    ``min_partial_ms``: audio of the first one. ``soft_ms``: from here a segment is cut at a pause; ``max_ms``: from
    here between two words. ``held_back_ms``: words that end later than this before the end of the audio may still
    change. ``commit_ms``: audio through which hypotheses agree on what is committed. ``max_waiting_ms``: audio that may
    wait for its final; beyond it the oldest is skipped.
    """

    partials: bool = True
    tick_ms: int = 350
    pause_per_cost: float = 1.2
    busy_pause_per_cost: float = 3.0
    min_partial_ms: int = 500
    soft_ms: int = 8_000
    max_ms: int = 12_000
    held_back_ms: int = 700
    commit_ms: int = 1_500
    max_waiting_ms: int = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Audio to recognise: samples ``start`` to ``end`` for segment ``number``. ``word_times`` are wanted for a cut.

    Of a final one, ``shown`` is what its last partial said. Since position ``known`` it could have been recognised.
    """

    number: int
    start: int
    end: int
    final: bool
    word_times: bool = False
    shown: str = ""
    known: int = 0

    @property
    def seconds(self) -> float:
        return (self.end - self.start) / SAMPLE_RATE


@dataclass(slots=True)
class _Open:
    """The segment that is being spoken."""

    number: int
    start: int
    text: str = ""
    committed: str = ""
    language: str = language.AUTO
    stable: int = 0  # characters of ``text`` that two hypotheses agree on
    heard: list[tuple[Unit, int]] = field(default_factory=list[tuple[Unit, int]])  # and since which position, unbroken
    decoded: int = 0  # position up to which the last partial heard
    paused: int | None = None  # position of the pause since which nothing is said


class Transcript:
    """One speaker's transcript. Segments take their number as they begin; other speakers may share ``numbers``."""

    def __init__(self, policy: Policy, *, numbers: Iterator[int] | None = None, speaker: str | None = None) -> None:
        self._policy = policy
        self._speaker = speaker
        self._numbers = count(1) if numbers is None else numbers
        self._audio: deque[AudioChunk] = deque()
        self._end = 0
        self._open: _Open | None = None
        self._waiting: deque[Job] = deque()
        self._skipped: list[Job] = []
        self._language = language.AUTO
        self._cost_samples = 0
        self.skipped_samples = 0
        self.hurried = False
        """Time is short: no partials, segments half as long, and no second look at what one is cut by."""

    @property
    def waiting_ms(self) -> int:
        """Audio of finished segments that still has to be recognised."""
        return to_ms(sum(job.end - job.start for job in self._waiting))

    @property
    def speaking(self) -> bool:
        return self._open is not None

    def feed(self, chunk: AudioChunk, events: Sequence[SpeechEvent]) -> None:
        """Take ``chunk`` and the events that it settled."""
        self._audio.append(chunk)
        self._end = chunk.end
        for event in events:
            match event:
                case SpeechStarted(position=position):
                    self._begin(position)
                case SpeechPaused(position=position):
                    if self._open:
                        self._open.paused = position
                        if position - self._open.start >= self._samples(self._policy.soft_ms):
                            self._close(position)
                case SpeechResumed(position=position):
                    if self._open is None:
                        self._begin(position)
                    else:
                        self._open.paused = None
                case SpeechEnded(position=position):
                    self._close(position)
        self._bound()
        self._trim()

    def flush(self, events: Sequence[SpeechEvent] = ()) -> None:
        """The audio is over: what is open becomes final."""
        for event in events:
            if isinstance(event, SpeechEnded):
                self._close(event.position)
        if self._open:
            self._close(self._end)

    def next_job(self, *, busy: bool = False) -> Job | None:
        """What to recognise now; None while there is nothing worth it. ``busy``: others wait for the processor."""
        return self.next_final() or self.next_partial(busy=busy)

    def next_final(self) -> Job | None:
        """The segment that has waited longest."""
        return self._waiting[0] if self._waiting else None

    def next_partial(self, *, busy: bool = False) -> Job | None:
        """The open segment, if there is news; while another waits for its final, it is not cut."""
        current, policy = self._open, self._policy
        if current is None:
            return None
        if current.paused is not None and current.decoded >= current.paused:
            return None  # silence says nothing new
        length, heard = self._end - current.start, self._end - current.decoded
        long = length >= self._samples(policy.max_ms) and not self._waiting
        pause_per_cost = policy.busy_pause_per_cost if busy else policy.pause_per_cost
        tick = max(to_samples(policy.tick_ms), int(pause_per_cost * self._cost_samples))
        partials = policy.partials and not self.hurried
        if not (partials or long) or length < to_samples(policy.min_partial_ms) or heard < tick:
            return None
        return Job(
            number=current.number, start=current.start, end=self._end, final=False, word_times=long, known=self._end
        )

    def audio(self, job: Job) -> Samples:
        """The samples of ``job``; gaps are silence. Shape ``(job.end - job.start,)``."""
        out = np.zeros(job.end - job.start, np.float32)
        for chunk in self._audio:
            start, end = max(chunk.position, job.start), min(chunk.end, job.end)
            if start < end:
                out[start - job.start : end - job.start] = chunk.samples[start - chunk.position : end - chunk.position]
        return out

    def resolve(self, job: Job, hypothesis: Hypothesis, *, took_s: float = 0.0) -> list[Segment]:
        """What ``hypothesis`` of ``job`` says; the job is done and ``took_s`` seconds were spent on it."""
        self._language = hypothesis.language
        if not job.final:
            self._cost_samples = int(took_s * SAMPLE_RATE)
        text = "" if cleanup.is_nobody(hypothesis) else cleanup.tidy(cleanup.without_loops(hypothesis.text))
        if job.final:
            english = cleanup.tidy(cleanup.without_loops(hypothesis.in_english)) if text else ""
            return self._finish(job, text, english)
        current = self._open
        if current is None or current.number != job.number or current.start != job.start:
            return []  # it was closed or cut meanwhile
        if cleanup.may_be_humming(text):
            text = ""
        self._agree(current, text, job.end)
        cut = self._cut(job, hypothesis, current) if job.word_times and text else None
        segments = self._divide(current, hypothesis, cut) if cut is not None else [self._partial(current)]
        return [segment for segment in segments if segment.text]

    def _agree(self, current: _Open, text: str, position: int) -> None:
        """Take the hypothesis ``text`` of the audio up to ``position``."""
        if current.language != self._language:
            current.language, current.committed, current.heard = self._language, "", []
        text = splice(current.committed, text, current.language)
        now = units(text, self._language)
        count = shared([unit for unit, _ in current.heard], now)
        since = [since for _, since in current.heard[:count]] + [position] * (len(now) - count)
        current.heard = list(zip(now, since, strict=True))
        settled = [unit for unit, since in current.heard if since <= position - to_samples(self._policy.commit_ms)]
        if settled and settled[-1].end > len(current.committed):
            current.committed = text[: settled[-1].end]
        current.stable = max(now[count - 1].end if count else 0, len(current.committed))
        current.text = text
        current.decoded = position

    def give_up(self, job: Job) -> list[Segment]:
        """``job`` could not be recognised: a final one keeps what its partials showed."""
        if not job.final:
            if self._open and self._open.number == job.number:
                self._open.decoded = job.end
            return []
        if not job.shown:
            self.skipped_samples += job.end - job.start
        return self._finish(job, job.shown or self._omission())

    def skip(self, is_hopeless: Callable[[int, float], bool]) -> None:
        """Give up the oldest finals that are hopeless, told how many milliseconds each has waited and how many seconds
        of audio it is; never the newest. None is in work."""
        while len(self._waiting) > 1 and is_hopeless(
            to_ms(self._end - self._waiting[0].known), self._waiting[0].seconds
        ):
            self._skip(0)

    def take_skipped(self) -> list[Segment]:
        """Segments whose audio was skipped for want of time: what was shown of them, with a mark that more was said."""
        until = self._waiting[0].number if self._waiting else None
        told = [job for job in self._skipped if until is None or job.number < until]
        self._skipped = [job for job in self._skipped if job not in told]
        return [self._abridged(job) for job in told]

    def _begin(self, position: int) -> None:
        self._open = _Open(number=next(self._numbers), start=position, decoded=position)

    def _close(self, position: int) -> None:
        if (current := self._open) is None:
            return
        self._open = None
        end = max(position, current.start + 1)
        self._waiting.append(
            Job(
                number=current.number,
                start=current.start,
                end=end,
                final=True,
                shown=current.text,
                known=self._end,
            )
        )

    def _finish(self, job: Job, text: str, in_english: str = "") -> list[Segment]:
        if self._waiting and self._waiting[0] == job:
            self._waiting.popleft()
        self._trim()
        segment = self._segment(job.number, text, len(text), job.start, job.end, final=True)
        return [replace(segment, in_english=in_english)]

    def _bound(self) -> None:
        """Keep what waits, and the open segment, within bounds."""
        current = self._open
        longest = self._samples(min(2 * self._policy.max_ms, LONGEST_MS))
        if current and self._end - current.start > longest:
            self._close(self._end)  # no hypothesis came to cut it by
            self._begin(self._end)
        while self.waiting_ms > self._policy.max_waiting_ms and len(self._waiting) > 1:
            self._skip(1)  # the first may be in work

    def _skip(self, index: int) -> None:
        job = self._waiting[index]
        del self._waiting[index]
        self._skipped.append(job)
        self.skipped_samples += job.end - job.start
        self._audio = deque(chunk for chunk in self._audio if self._is_needed(chunk))

    def _abridged(self, job: Job) -> Segment:
        text = f"{job.shown}…" if job.shown else self._omission()
        return self._segment(job.number, text, len(text), job.start, job.end, final=True)

    def _omission(self) -> str:
        """The mark for speech that was not recognised; nothing before it is known in which language captions are."""
        return "" if self._language == language.AUTO else OMISSION

    def _samples(self, longest_ms: int) -> int:
        """Length of a segment that is cut, in samples."""
        return to_samples(longest_ms) // (2 if self.hurried else 1)

    def _trim(self) -> None:
        """Forget audio that no job will ask for."""
        needed = self._end - to_samples(LOOKBACK_MS)
        if self._open:
            needed = min(needed, self._open.start)
        if self._waiting:
            needed = min(needed, self._waiting[0].start)
        while self._audio and self._audio[0].end <= needed:
            self._audio.popleft()

    def _is_needed(self, chunk: AudioChunk) -> bool:
        recent = self._end - to_samples(LOOKBACK_MS) if self._open is None else self._open.start
        waits = any(job.start < chunk.end and chunk.position < job.end for job in self._waiting)
        return waits or chunk.end > recent

    def _cut(self, job: Job, hypothesis: Hypothesis, current: _Open) -> int | None:
        """Index of the first word of the next segment, or None to go on."""
        before_s = job.seconds - self._policy.held_back_ms / 1000
        after_s = SHORTEST_SHARE * job.seconds
        return best_cut(hypothesis.words, stable=max(current.stable, 1), after_s=after_s, before_s=before_s)

    def _divide(self, current: _Open, hypothesis: Hypothesis, cut: int) -> list[Segment]:
        """Close the segment before word ``cut`` and go on behind it; what is on screen stays."""
        words = hypothesis.words
        middle_s = (words[cut - 1].end_s + max(words[cut].start_s, words[cut - 1].end_s)) / 2
        position = current.start + int(middle_s * SAMPLE_RATE)
        decoded = current.decoded
        current.text = self._before(current, cleanup.tidy("".join(word.text for word in words[:cut])))
        current.stable = len(current.text)
        first = self._partial(replace_end(current, position))
        if self.hurried:
            first = replace(first, final=True)
        else:
            self._close(position)
        self._begin(position)
        assert self._open is not None
        self._open.text = cleanup.tidy("".join(word.text for word in words[cut:]))
        self._open.decoded = decoded
        return [first, self._partial(self._open)]

    def _before(self, current: _Open, text: str) -> str:
        """The part of ``current`` that a hypothesis puts into ``text``, with what is committed of it kept."""
        kept = units(current.committed, current.language)
        count = len(units(text, current.language))
        if 0 < count < len(kept):
            current.committed = current.committed[: kept[count - 1].end]
        return splice(current.committed, text, current.language)

    def _partial(self, current: _Open) -> Segment:
        end = max(current.decoded, current.start + 1)
        return self._segment(current.number, current.text, current.stable, current.start, end, final=False)

    def _segment(self, number: int, text: str, stable: int, start: int, end: int, *, final: bool) -> Segment:
        return Segment(
            number=number,
            text=text,
            stable=stable,
            final=final,
            language=self._language,
            start_ms=to_ms(start),
            end_ms=max(to_ms(end), to_ms(start) + 1),
            speaker=self._speaker,
        )


def replace_end(current: _Open, position: int) -> _Open:
    """``current`` as if it had been heard up to ``position`` only."""
    return replace(current, decoded=position)


def best_cut(words: Sequence[Word], *, stable: int, before_s: float, after_s: float = 0.0) -> int | None:
    """The best word to begin a new segment with, None if there is only one word.

    Behind the last sentence end, else the last clause end, else at the longest pause of the later half, of the words
    that end from ``after_s`` to ``before_s`` and lie in the first ``stable`` characters of the joined words, if there
    are such.
    """
    spoken, settled, early = 0, list[int](), list[int]()
    for index, word in enumerate(words[:-1], 1):
        spoken += len(word.text)
        if after_s <= word.end_s <= before_s:
            early.append(index)
            if spoken <= stable + 1:
                settled.append(index)
    candidates = settled or early
    for ends in (SENTENCE_END, CLAUSE_END):
        found = [index for index in candidates if words[index - 1].text.strip()[-1:] in ends]
        if found:
            return found[-1]

    def pause_s(index: int) -> float:
        return words[index].start_s - words[index - 1].end_s

    if not candidates:
        return len(words) - 1 if len(words) > 1 else None
    return max(candidates[len(candidates) // 2 :], key=pause_s)


def counts_characters(lang: str) -> bool:
    """Whether speech of ``lang`` is counted in characters rather than words."""
    return language.base(lang) in CHARACTER_LANGUAGES | {"ko"}
