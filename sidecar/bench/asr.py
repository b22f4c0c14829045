"""Recognition measured: files, clips and noises, live with and without parts of the policy, and offline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from sidecar import language, machine
from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.bench import captions, live
from sidecar.bench.captions import ErrorCount, Score
from sidecar.bench.cost import Cost, total
from sidecar.bench.live import Heard, Pace, Step, System
from sidecar.bench.offline import Offline
from sidecar.bench.references import Clip, Gold
from sidecar.speech.recognizer import LiveRecognizer
from sidecar.speech.whisper import whisper_code

OFFLINE, OFFLINE_PARTS = "offline", "offline, part by part"
PACKAGES = ("sidecar-live", "faster-whisper", "ctranslate2")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldFile:
    """A recording, what is said in it, and the language, perhaps ``auto``."""

    path: Path
    gold: Gold
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure, by each of ``systems``: ``files`` at real-time pace, ``clips`` and ``nonspeech`` (that in each
    of ``languages``) at ``pace``."""

    systems: tuple[System, ...]
    files: tuple[GoldFile, ...] = ()
    clips: tuple[Clip, ...] = ()
    nonspeech: tuple[Path, ...] = ()
    languages: tuple[str, ...] = (language.AUTO,)
    pace: Pace = "max"

    @property
    def recordings(self) -> tuple[Path, ...]:
        return (*(file.path for file in self.files), *(clip.path for clip in self.clips), *self.nonspeech)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileResult:
    """A file by one system; what offline decoding does not have is None.

    ``final_*_s``: from the end of a final caption's audio to its being shown. ``cpu``: processor seconds a second of
    audio. ``memory_mb``: the most that was held at once. ``others_cores``: cores that others used meanwhile.
    """

    file: str
    system: str
    language: str
    seconds: float
    error_percent: float
    score: Score | None
    final_p50_s: float | None
    final_max_s: float | None
    skipped_s: float | None
    cpu: float
    memory_mb: int
    others_cores: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipsResult:
    """The clips of a language by one system, their errors counted together."""

    language: str
    system: str
    clips: int
    seconds: float
    error_percent: float
    cpu: float
    memory_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """The longest caption shown in a ``recording`` without speech; ``final``, or gone after a moment."""

    recording: str
    text: str
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NonspeechResult:
    """Recordings without speech by one system, and those of them that were captioned, if only for a moment."""

    language: str
    system: str
    recordings: int
    captioned: tuple[Invented, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything measured in a run, and with what."""

    model: str
    cores: int
    versions: dict[str, str]
    files: tuple[FileResult, ...]
    clips: tuple[ClipsResult, ...]
    nonspeech: tuple[NonspeechResult, ...]


Keep = Callable[[GoldFile, System, Heard], None]
"""Given what was heard of each file, before the next one."""


async def measure(
    plan: Plan,
    recognizer: LiveRecognizer,
    offline: Offline | None = None,
    *,
    step: Step = lambda seconds: None,
    keep: Keep = lambda file, system, heard: None,
) -> Report:
    """Do what ``plan`` says, one after the other, and all but the noises offline too, if that is given.

    Raises `InputError`.
    """
    files = [await _hear_file(file, plan, recognizer, step, keep) for file in plan.files]
    clips, nonspeech = list[ClipsResult](), list[NonspeechResult]()
    for system in plan.systems:
        clips += await _hear_clips(plan, system, recognizer, step)
    for spoken in plan.languages if plan.nonspeech else ():
        for system in plan.systems:
            nonspeech.append(await _hear_nonspeech(plan, system.hearing(spoken), recognizer, step))
    if offline:  # last, for it keeps its process, which would count as memory of the pipeline
        for file, results in zip(plan.files, files, strict=True):
            results += await _offline_results(file, results[-1].language, offline)
        clips += await _decode_clips(plan.clips, offline, step)
    return Report(
        model=recognizer.health.model,
        cores=machine.cores(),
        versions={name: version(name) for name in PACKAGES},
        files=tuple(chain.from_iterable(files)),
        clips=tuple(clips),
        nonspeech=tuple(nonspeech),
    )


async def _hear_file(
    file: GoldFile, plan: Plan, recognizer: LiveRecognizer, step: Step, keep: Keep
) -> list[FileResult]:
    """By each system, in turn."""
    results: list[FileResult] = []
    for system in plan.systems:
        heard = await live.hear(file.path, system.hearing(file.language), recognizer, step=step)
        keep(file, system, heard)
        results.append(live_result(file, system, heard))
    return results


def live_result(file: GoldFile, system: System, heard: Heard) -> FileResult:
    """The figures of a file that was played at real-time pace."""
    spoken = heard.language or file.language if file.language == language.AUTO else file.language
    score = captions.score(heard.events, file.gold.text, file.gold.words, spoken)
    return FileResult(
        file=file.path.name,
        system=system.name,
        language=spoken,
        seconds=round(heard.seconds, 1),
        error_percent=score.error_percent,
        score=score,
        final_p50_s=captions.percentile(heard.final_lags_s, 0.5),
        final_max_s=captions.percentile(heard.final_lags_s, 1.0),
        skipped_s=round(heard.skipped_s, 1),
        cpu=_per_second(heard.cost, heard.seconds),
        memory_mb=heard.cost.peak_mb,
        others_cores=heard.cost.others_cores,
    )


async def _offline_results(file: GoldFile, spoken: str, offline: Offline) -> list[FileResult]:
    """The file as one, and, where the gold transcript knows its parts, each by itself."""
    audio = await live.read(file.path)
    results = [await _offline_result(file, OFFLINE, [audio], spoken, offline)]
    if file.gold.parts:
        cuts = [(int(start * SAMPLE_RATE), int(end * SAMPLE_RATE)) for start, end in file.gold.parts]
        parts = [audio[start:end] for start, end in cuts]
        results.append(await _offline_result(file, OFFLINE_PARTS, parts, spoken, offline))
    return results


async def _offline_result(
    file: GoldFile, name: str, pieces: Sequence[Samples], spoken: str, offline: Offline
) -> FileResult:
    decoded = [await offline.decode(piece, _code(spoken)) for piece in pieces]
    seconds, cost = sum(map(len, pieces)) / SAMPLE_RATE, total(each.cost for each in decoded)
    return FileResult(
        file=file.path.name,
        system=name,
        language=spoken,
        seconds=round(seconds, 1),
        error_percent=captions.count_errors(file.gold.text, " ".join(each.text for each in decoded), spoken).percent,
        score=None,
        final_p50_s=None,
        final_max_s=None,
        skipped_s=None,
        cpu=_per_second(cost, seconds),
        memory_mb=cost.peak_mb,
        others_cores=cost.others_cores,
    )


@dataclass(frozen=True, slots=True)
class _Done:
    """A clip, and what was made of it."""

    clip: Clip
    text: str
    seconds: float
    cost: Cost


async def _hear_clips(plan: Plan, system: System, recognizer: LiveRecognizer, step: Step) -> list[ClipsResult]:
    done: list[_Done] = []
    for clip in plan.clips:
        heard = await live.hear(clip.path, system.hearing(clip.language), recognizer, pace=plan.pace, step=step)
        done.append(_Done(clip, heard.text, heard.seconds, heard.cost))
    return _by_language(system.name, done)


async def _decode_clips(clips: Iterable[Clip], offline: Offline, step: Step) -> list[ClipsResult]:
    done: list[_Done] = []
    for clip in clips:
        audio = await live.read(clip.path)
        decoded, seconds = await offline.decode(audio, _code(clip.language)), len(audio) / SAMPLE_RATE
        done.append(_Done(clip, decoded.text, seconds, decoded.cost))
        step(seconds)
    return _by_language(OFFLINE, done)


def _by_language(name: str, done: Iterable[_Done]) -> list[ClipsResult]:
    groups: dict[str, list[_Done]] = {}
    for each in done:
        groups.setdefault(each.clip.language, []).append(each)
    return [_clips_result(name, spoken, group) for spoken, group in groups.items()]


def _clips_result(name: str, spoken: str, group: Sequence[_Done]) -> ClipsResult:
    errors = ErrorCount(errors=0, length=0)
    for each in group:
        errors += captions.count_errors(each.clip.text, each.text, spoken)
    seconds, cost = sum(each.seconds for each in group), total(each.cost for each in group)
    return ClipsResult(
        language=spoken,
        system=name,
        clips=len(group),
        seconds=round(seconds, 1),
        error_percent=errors.percent,
        cpu=_per_second(cost, seconds),
        memory_mb=cost.peak_mb,
    )


async def _hear_nonspeech(plan: Plan, system: System, recognizer: LiveRecognizer, step: Step) -> NonspeechResult:
    captioned: list[Invented] = []
    for recording in plan.nonspeech:
        heard = await live.hear(recording, system, recognizer, pace=plan.pace, step=step)
        if shown := [event.text for event in heard.events if event.text]:
            longest = max(shown, key=len)
            captioned.append(Invented(recording=recording.name, text=longest, final=bool(heard.text)))
    return NonspeechResult(
        language=system.settings.speech.language,
        system=system.name,
        recordings=len(plan.nonspeech),
        captioned=tuple(captioned),
    )


def _code(tag: str) -> str | None:
    return None if tag == language.AUTO else whisper_code(language.base(tag))


def _per_second(cost: Cost, seconds: float) -> float:
    return round(cost.cpu_s / max(seconds, 1e-3), 2)
