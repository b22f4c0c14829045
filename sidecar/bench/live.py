"""Recordings through the pipeline of a show, whole or with a part of it left out."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from sidecar import engines
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples
from sidecar.audio.open import open_source
from sidecar.bench.captions import Event, transcript
from sidecar.bench.cost import Cost, Meter
from sidecar.config import AudioSettings, Settings, SpeechSettings
from sidecar.speech.recognizer import LiveRecognizer
from sidecar.speech.transcript import LONGEST_MS, Policy

Pace = Literal["realtime", "max"]
Step = Callable[[float], None]
"""Told how many more seconds of audio are done."""
WHOLE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the pipeline that can be left out: how captions are without it, and what has to be set for that."""

    without: str
    speech: Mapping[str, object] = field(default_factory=dict[str, object])
    policy: Callable[[Policy], Policy] = lambda policy: policy


PARTS = {
    "partials": Part(without="only finals are shown", speech={"partials": False}),
    "commit": Part(
        without="partials may rewrite the whole segment", policy=lambda policy: replace(policy, commit_ms=LONGEST_MS)
    ),
    "held-back": Part(
        without="the last words heard are as good as others", policy=lambda policy: replace(policy, held_back_ms=0)
    ),
    "pause-cut": Part(without="short pauses end nothing", policy=lambda policy: replace(policy, soft_ms=LONGEST_MS)),
    "easy-pace": Part(
        without="partials follow one another whatever they cost",
        policy=lambda policy: replace(policy, pause_per_cost=0.0, busy_pause_per_cost=0.0),
    ),
    "short-endpoint": Part(
        without="the same silence ends short utterances and long ones", speech={"short_endpoint_ms": 0}
    ),
    "numerals": Part(without="numbers are written as they were heard", speech={"numerals": "as-heard"}),
    "final-beam": Part(without="finals are decoded greedily", speech={"beam_size": 1}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The pipeline as set, or without one of its `PARTS`."""

    name: str
    settings: Settings
    policy: Policy

    def hearing(self, spoken: str) -> System:
        """The same for a host who speaks the language ``spoken``."""
        speech = self.settings.speech.model_copy(update={"language": spoken})
        return replace(self, settings=self.settings.model_copy(update={"speech": speech}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of ``seconds`` of audio.

    ``final_lags_s``: from the end of a final caption's audio to its being shown. ``language``: that of most finals,
    empty where there is none. ``skipped_s`` seconds were not recognised at all.
    """

    events: tuple[Event, ...]
    final_lags_s: tuple[float, ...]
    language: str
    seconds: float
    skipped_s: float
    cost: Cost

    @property
    def text(self) -> str:
        return transcript(self.events)


def system(settings: Settings, without: str = "") -> System:
    """The pipeline of ``settings``, without that one of `PARTS`."""
    if not without:
        return System(name=WHOLE, settings=settings, policy=engines.policy_for(settings))
    part = PARTS[without]
    speech = SpeechSettings.model_validate({**settings.speech.model_dump(), **part.speech})
    changed = settings.model_copy(update={"speech": speech})
    return System(name=f"without {without}", settings=changed, policy=part.policy(engines.policy_for(changed)))


async def hear(
    recording: Path,
    system: System,
    recognizer: LiveRecognizer,
    *,
    pace: Pace = "realtime",
    step: Step = lambda seconds: None,
    now: Callable[[], float] = time.monotonic,
) -> Heard:
    """Play ``recording`` to the pipeline. At pace ``max`` it waits for recognition, and times mean nothing.

    Raises `InputError`.
    """
    source = open_source(AudioSettings(input=str(recording), pace=pace))
    listener = engines.listener(system.settings, recognizer, can_wait=pace == "max", policy=system.policy)
    clock = _AudioClock(now, step)
    events, lags = list[Event](), list[float]()
    languages: Counter[str] = Counter()
    with Meter() as meter:
        async for segment in listener.segments(clock.follow(source.chunks(lambda status: None))):
            t_s, text = clock.seconds(), segment.text or None
            events.append(Event(t_s=t_s, id=segment.number, text=text, final=segment.final))
            if segment.final and text:
                lags.append(t_s - segment.end_ms / 1000)
                languages[segment.language] += 1
    return Heard(
        events=tuple(events),
        final_lags_s=tuple(lags),
        language=languages.most_common(1)[0][0] if languages else "",
        seconds=clock.heard / SAMPLE_RATE,
        skipped_s=listener.transcript.skipped_samples / SAMPLE_RATE,
        cost=meter.cost,
    )


async def read(recording: Path) -> Samples:
    """All audio of ``recording``. Raises `InputError`."""
    source = open_source(AudioSettings(input=str(recording), pace="max"))
    async with contextlib.aclosing(source.chunks(lambda status: None)) as chunks:
        heard = [chunk.samples async for chunk in chunks]
    return np.concatenate([np.zeros(0, np.float32), *heard])


class _AudioClock:
    """Seconds since the first sample was heard; the first chunk came when its last sample was heard."""

    def __init__(self, now: Callable[[], float], step: Step) -> None:
        self.heard = 0
        self._now = now
        self._step = step
        self._epoch_s = now()

    def seconds(self) -> float:
        return self._now() - self._epoch_s

    async def follow(self, chunks: AsyncGenerator[AudioChunk]) -> AsyncGenerator[AudioChunk]:
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                if not self.heard:
                    self._epoch_s = self._now() - chunk.end / SAMPLE_RATE
                self._step((chunk.end - self.heard) / SAMPLE_RATE)
                self.heard = chunk.end
                yield chunk
