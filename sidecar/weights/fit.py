"""Which models this machine carries: the recogniser by whether there is a GPU with room for it, the translator by free
memory, and by a speed that is measured once.

What was measured is kept beside the models, for this processor and memory; free memory is looked at every time.
Other programs that are busy meanwhile are allowed for, and a model is never given up for good because of them.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from sidecar.errors import ModelError, SidecarError
from sidecar.weights import memory
from sidecar.weights.bystanders import Bystanders
from sidecar.weights.library import Library
from sidecar.weights.manifest import Manifest
from sidecar.weights.progress import Progress

TRANSLATORS = ("qwen2.5-coder-1.5b", "qwen2.5-coder-0.5b", "gemma-3-270m")
"""Best first; the last is taken where nothing else fits."""
RECOGNISER = "whisper-base"
"""For the processor, and wherever the larger one cannot be had."""
GPU_RECOGNISER = "whisper-large-v3-turbo"
SLOWEST_S = 2.5
"""Seconds a line may take so that captions in a few languages keep up with a host."""
BUSY = 0.2
"""Share of the processor that others may take while a speed is measured that is to be remembered as too slow."""
_FILE = ".speed.json"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A model, and why, in one sentence for the operator."""

    name: str
    reason: str


class Speeds(BaseModel):
    """Seconds a line took, by model, on one machine."""

    model_config = ConfigDict(frozen=True)

    machine: str
    seconds: dict[str, float] = {}


def this_machine() -> str:
    """Enough to tell another processor or another amount of memory from this one."""
    return f"{os.cpu_count()} x {platform.machine()}, {psutil.virtual_memory().total >> 30} GiB"


def by_memory(models: Sequence[Manifest], available_mb: int) -> Manifest:
    """The first of ``models`` whose memory is free; the last if there is none."""
    return next((model for model in models if model.memory_mb <= available_mb), models[-1])


def embedded(library: Library, available_mb: int | None = None) -> tuple[str, ...]:
    """The models to fetch at set-up: the recogniser, and the translator that fits into memory."""
    available_mb = memory.available_mb() if available_mb is None else available_mb
    return RECOGNISER, by_memory([library.manifest(name) for name in TRANSLATORS], available_mb).name


def choose_recognizer(
    gpus: int, gpu_mb: int | None, *, library: Library | None = None, progress: Progress | None = None
) -> Choice:
    """The recognition model for a machine with ``gpus`` that may be used and ``gpu_mb`` of free memory on them, None if
    that is not known. The larger one is fetched if need be, and given up if it cannot be had."""
    if not gpus:
        return Choice(name=RECOGNISER, reason=f"recognising with {RECOGNISER} on the processor, for no GPU is used")
    library = library or Library()
    larger = library.manifest(GPU_RECOGNISER)
    if gpu_mb is not None and gpu_mb < larger.memory_mb:
        return _smaller_recognizer(_too_big(larger, gpu_mb) + " on the GPU")
    try:
        library.ensure(GPU_RECOGNISER, progress)
    except ModelError as exc:
        return _smaller_recognizer(f"{GPU_RECOGNISER} cannot be had ({exc.message})")
    return Choice(name=GPU_RECOGNISER, reason=f"recognising with {GPU_RECOGNISER} on the GPU")


def _smaller_recognizer(why: str) -> Choice:
    return Choice(name=RECOGNISER, reason=f"recognising with {RECOGNISER} on the GPU: {why}")


def choose_translator(
    measure: Callable[[Path], float],
    *,
    library: Library | None = None,
    progress: Progress | None = None,
    available_mb: int | None = None,
    slowest_s: float = SLOWEST_S,
    watch: Callable[[], Callable[[], float]] = lambda: Bystanders().share,
) -> Choice:
    """The best translation model that this machine carries, fetched if need be.

    ``measure`` takes the path of a model and returns the seconds that it needs for a line; it is called at most once
    a model and machine, or again at another start if the machine was busy and the model seemed too slow. ``watch``
    begins to look at other programs and returns what tells the share of the processor that they took since.
    Raises `ModelError` if no model can be had.
    """
    search = _Search(measure, library or Library(), progress, slowest_s, watch)
    return search.run(memory.available_mb() if available_mb is None else available_mb)


class _Search:
    def __init__(
        self,
        measure: Callable[[Path], float],
        library: Library,
        progress: Progress | None,
        slowest_s: float,
        watch: Callable[[], Callable[[], float]],
    ) -> None:
        self._measure = measure
        self._library = library
        self._progress = progress
        self._slowest_s = slowest_s
        self._watch = watch
        self._speeds = _read(library.root / _FILE)

    def run(self, available_mb: int) -> Choice:
        """Go through the models from the best on; a slow one is better than none."""
        models = [self._library.manifest(name) for name in TRANSLATORS]
        start = models.index(by_memory(models, available_mb))
        against = [_too_big(model, available_mb) for model in models[:start]]
        slow: dict[str, float] = {}
        failure: SidecarError | None = None
        for model in models[start:]:
            try:
                seconds = self._seconds(model)
            except SidecarError as exc:
                failure = failure or exc
                against.append(f"{model.name} cannot be used ({exc.message})")
                continue
            if seconds <= self._slowest_s:
                return _choice(model.name, seconds, against)
            slow[model.name] = seconds
            against.append(f"{model.name} takes {seconds:.1f} s a line here, more than {self._slowest_s:g} s")
        if slow:
            fastest = min(slow, key=lambda name: slow[name])
            return _choice(fastest, slow[fastest], against[:-1], late=True)
        raise failure or ModelError("there is no translation model", hint="sidecar models pull " + TRANSLATORS[0])

    def _seconds(self, model: Manifest) -> float:
        path = self._library.ensure(model.name, self._progress)
        if (known := self._speeds.seconds.get(model.name)) is not None:
            return known
        if self._progress:
            self._progress.note(f"measuring how fast {model.name} is on this machine, once")
        others = self._watch()
        measured = self._measure(path)
        busy = others()
        seconds = measured * (1 - busy)
        log.debug("translator measured", model=model.name, seconds=measured, others=busy)
        if busy < BUSY or seconds <= self._slowest_s:
            self._remember(model.name, seconds)
        return seconds

    def _remember(self, name: str, seconds: float) -> None:
        self._speeds = Speeds(machine=self._speeds.machine, seconds={**self._speeds.seconds, name: seconds})
        _write(self._library.root / _FILE, self._speeds)


def _choice(name: str, seconds: float, against: Sequence[str], *, late: bool = False) -> Choice:
    reason = f"translating with {name}: {seconds:.1f} s a line on this machine"
    if late:
        reason += ", so translations may come late"
    if against:
        reason += f"; {', '.join(against)}"
    return Choice(name=name, reason=reason)


def _too_big(model: Manifest, available_mb: int) -> str:
    return f"{model.name} wants {model.memory_mb / 1000:.1f} GB of memory and {available_mb / 1000:.1f} GB are free"


def _read(path: Path) -> Speeds:
    """What was measured on this machine; nothing if it was measured on another one."""
    fresh = Speeds(machine=this_machine())
    try:
        kept = Speeds.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return fresh
    return kept if kept.machine == fresh.machine else fresh


def _write(path: Path, speeds: Speeds) -> None:
    try:
        path.write_text(speeds.model_dump_json(indent=1), encoding="utf-8")
    except OSError as exc:
        log.debug("speed not remembered", reason=exc.strerror)
