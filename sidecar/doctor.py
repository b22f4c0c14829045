"""What this machine carries: its parts looked at, its models timed, each finding in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np

from sidecar import engines, machine, weights
from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.audio.open import open_source
from sidecar.config import AudioSettings, Settings
from sidecar.errors import SidecarError
from sidecar.weights import memory
from sidecar.weights.fit import Choice

SPEECH_S = 5.0
"""Length of the sentence that recognition is timed on, in seconds."""
LINE_EVERY_S = 4.0
"""A host who does not stop for breath finishes a line so often."""
ENOUGH_MB = 2_600
"""Free memory for both embedded models and the rest."""


class Verdict(StrEnum):
    GOOD = "good"
    POOR = "poor"  # it works, with something missing or late
    BAD = "bad"  # a session would not start


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. ``figures`` are for scripts; times in seconds."""

    about: str
    verdict: Verdict
    text: str
    hint: str = ""
    figures: dict[str, float]


def examine(settings: Settings) -> Iterator[Finding]:
    """Findings, one by one, as they are made; the slow ones last."""
    yield _memory()
    yield _microphone()
    recognition = _recognition(settings)
    yield recognition
    yield _translation(settings, recognition.figures.get("cores", 0.0))


def _memory() -> Finding:
    free_mb, cores = memory.available_mb(), machine.cores()
    enough = free_mb >= ENOUGH_MB
    return Finding(
        about="machine",
        verdict=Verdict.GOOD if enough and cores > 1 else Verdict.POOR,
        text=f"{cores} cores, {free_mb / 1000:.1f} GB of memory free",
        hint="" if enough else "close other programs: a smaller translation model is taken where memory is short",
        figures={"cores": cores, "free_mb": free_mb},
    )


def _microphone() -> Finding:
    from sidecar.audio.device import list_devices

    found = len(list_devices())
    return Finding(
        about="microphone",
        verdict=Verdict.GOOD if found else Verdict.POOR,
        text=f"{found} capture devices" if found else "no capture device",
        hint="" if found else "plug one in, or play a file or a stream with --input",
        figures={"devices": found},
    )


def _recognition(settings: Settings) -> Finding:
    audio = asyncio.run(_sentence())
    try:
        choice = _choice(settings)
        with contextlib.closing(engines.open_recognizer(settings, weights.ensure(choice.name))) as recognizer:
            model = recognizer.health.model

            def decode(beam_size: int) -> Callable[[], object]:
                return lambda: recognizer.recognize(audio, language="en", beam_size=beam_size, word_times=False)

            partial_s, final_s = _quickest(decode(1)), _quickest(decode(settings.speech.beam_size))
    except SidecarError as exc:
        return _broken("recognition", exc)
    tick_s = max(settings.speech.tick_ms / 1000, 1.2 * partial_s)
    share = final_s / SPEECH_S + (partial_s / tick_s if settings.speech.partials else 0.0)
    verdict = Verdict.GOOD if partial_s < 1.0 else Verdict.POOR if final_s < SPEECH_S else Verdict.BAD
    why = choice.reason if model == Path(choice.name).name else f"{choice.reason}, which did not load: {model} instead"
    text = f"{why}: {SPEECH_S:.0f} s of speech take {partial_s:.2f} s while it is spoken, {final_s:.2f} s when final"
    return Finding(
        about="recognition",
        verdict=verdict,
        text=text,
        hint="" if verdict is Verdict.GOOD else "take a smaller model, or a faster computer",
        figures={"partial_s": partial_s, "final_s": final_s, "cores": share},
    )


def _choice(settings: Settings) -> Choice:
    """Of the recogniser. Raises `ModelError`."""
    if settings.speech.model == engines.AUTO:
        return engines.choose_recognizer(settings)
    return Choice(name=settings.speech.model, reason=f"recognising with {settings.speech.model}, as it is set")


def _translation(settings: Settings, recognition_cores: float) -> Finding:
    from sidecar.translation.opening import measure

    try:
        path = engines.translator_path(settings)
        if path is None:
            return Finding(about="translation", verdict=Verdict.GOOD, text="none is wanted", figures={})
        line_s = measure(path, threads=settings.translation.threads)
    except SidecarError as exc:
        return _broken("translation", exc)
    left = max(0.0, 1 - recognition_cores / machine.cores())
    languages = int(LINE_EVERY_S * left / line_s)
    wanted = len(settings.translation.to)
    hint = "put the important ones first in --to: the last ones are shown untranslated where time is short"
    return Finding(
        about="translation",
        verdict=Verdict.GOOD if languages >= wanted else Verdict.POOR,
        text=f"{path.stem}: {line_s:.1f} s a line: {languages} languages beside recognition in real time",
        hint="" if languages >= wanted else hint,
        figures={"line_s": line_s, "languages": languages},
    )


def _broken(about: str, error: SidecarError) -> Finding:
    return Finding(about=about, verdict=Verdict.BAD, text=error.message, hint=error.hint, figures={})


async def _sentence() -> Samples:
    """The first words of the demo host."""
    heard: list[Samples] = []
    source = open_source(AudioSettings(input="demo", pace="max"))
    async with contextlib.aclosing(source.chunks(lambda status: None)) as chunks:
        async for chunk in chunks:
            heard.append(chunk.samples)
            if chunk.end >= SPEECH_S * SAMPLE_RATE:
                break
    return np.concatenate(heard)[: int(SPEECH_S * SAMPLE_RATE)]


def _quickest(work: Callable[[], object], times: int = 3) -> float:
    taken: list[float] = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)
