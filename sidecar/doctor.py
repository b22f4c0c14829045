"""What this machine carries: its parts looked at, its models timed, each finding in a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from sidecar import engines, machine, weights
from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.audio.open import open_source
from sidecar.config import AudioSettings, Settings
from sidecar.errors import SidecarError
from sidecar.speech import shapes
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
    """One thing looked at. ``figures`` are for scripts; times in seconds; ``models`` are such figures by model."""

    about: str
    verdict: Verdict
    text: str
    hint: str = ""
    figures: dict[str, float]
    models: dict[str, dict[str, float]] = field(default_factory=dict[str, dict[str, float]])


def examine(settings: Settings) -> Iterator[Finding]:
    """Findings, one by one, as they are made; the slow ones last."""
    yield _memory()
    yield _microphone()
    recognition, model = _recognition(settings)
    yield recognition
    translation = _translation(settings, recognition.figures.get("cores", 0.0))
    yield translation
    if larger := shapes.larger(model):
        yield _larger(settings, larger, recognition.figures, translation.figures.get("line_s"))


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


def _recognition(settings: Settings) -> tuple[Finding, str]:
    """And the model that was timed, empty if none was."""
    audio = asyncio.run(_sentence())
    try:
        choice = _choice(settings)
        with contextlib.closing(engines.open_recognizer(settings, weights.ensure(choice.name))) as recognizer:
            model = recognizer.health.model

            def decode(beam_size: int) -> Callable[[], object]:
                return lambda: recognizer.recognize(audio, language="en", beam_size=beam_size, word_times=False)

            partial_s, final_s = _quickest(decode(1)), _quickest(decode(settings.speech.beam_size))
    except SidecarError as exc:
        return _broken("recognition", exc), ""
    share = _share(settings, partial_s, final_s)
    verdict = _speed(partial_s, final_s)
    why = choice.reason if model == Path(choice.name).name else f"{choice.reason}, which did not load: {model} instead"
    text = f"{why}: {SPEECH_S:.0f} s of speech take {partial_s:.2f} s while it is spoken, {final_s:.2f} s when final"
    finding = Finding(
        about="recognition",
        verdict=verdict,
        text=text,
        hint="" if verdict is Verdict.GOOD else "take a smaller model, or a faster computer",
        figures={"partial_s": partial_s, "final_s": final_s, "cores": share},
    )
    return finding, model


def _speed(partial_s: float, final_s: float) -> Verdict:
    """Of a recogniser that takes so long for `SPEECH_S` of speech."""
    if partial_s < 1.0 and final_s < SPEECH_S / 2:
        return Verdict.GOOD
    return Verdict.POOR if final_s < SPEECH_S else Verdict.BAD


def _share(settings: Settings, partial_s: float, final_s: float) -> float:
    """Of a core, while somebody speaks."""
    tick_s = max(settings.speech.tick_ms / 1000, 1.2 * partial_s)
    return final_s / SPEECH_S + (partial_s / tick_s if settings.speech.partials else 0.0)


def _larger(
    settings: Settings, times: Mapping[str, float], measured: Mapping[str, float], line_s: float | None
) -> Finding:
    """Which models this machine would carry that are so many ``times`` the work of the one measured."""
    models: dict[str, dict[str, float]] = {}
    for name, factor in times.items():
        partial_s, final_s = factor * measured["partial_s"], factor * measured["final_s"]
        cores = _share(settings, partial_s, final_s)
        models[name] = {
            "partial_s": partial_s,
            "final_s": final_s,
            "cores": cores,
            "real_time": float(_speed(partial_s, final_s) is Verdict.GOOD),
        }
        if line_s:
            models[name]["languages"] = _languages(cores, line_s)
    carried = [
        f"{name} with {figures['languages']:.0f} languages beside it" if line_s else name
        for name, figures in models.items()
        if figures["real_time"]
    ]
    return Finding(
        about="larger recognisers",
        verdict=Verdict.GOOD,
        text=f"estimated from the speed of this one: {', '.join(carried) or 'none in real time'}",
        figures={},
        models=models,
    )


def _languages(recognition_cores: float, line_s: float) -> int:
    """That can be translated into in real time with what recognition leaves."""
    left = max(0.0, 1 - recognition_cores / machine.cores())
    return int(LINE_EVERY_S * left / line_s)


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
    languages = _languages(recognition_cores, line_s)
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
