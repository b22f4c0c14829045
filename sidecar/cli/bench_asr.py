"""``sidecar bench asr``: recognition as viewers see it, measured on this machine."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.bench.half import Half
from sidecar.cli.bar import bar
from sidecar.cli.run import given, speech
from sidecar.cli.table import aligned
from sidecar.errors import StorageError, UsageError

if TYPE_CHECKING:
    from sidecar.bench.asr import ClipsResult, FileResult, GoldFile, Plan, Report
    from sidecar.bench.live import Heard, Step, System
    from sidecar.speech.recognizer import LiveRecognizer

FILE_COLUMNS = (
    "file",
    "system",
    "error %",
    "first p50 / p90 s",
    "stable p50 / p90 s",
    "erasure",
    "events/s",
    "final p50 / max s",
    "skipped s",
    "CPU",
    "MB",
)
CLIPS_COLUMNS = ("language", "system", "clips", "seconds", "error %", "CPU", "MB")
MUCH_OTHERS = 0.1


def asr(
    files: Annotated[list[Path] | None, typer.Argument(help="Recordings, played at real-time pace.")] = None,
    gold: Annotated[
        list[Path] | None,
        typer.Option(
            "--gold", help="What is said, a text or JSON with word times, one a FILE; default: NAME.gold.json."
        ),
    ] = None,
    spoken: Annotated[
        list[str] | None,
        typer.Option(
            "--language", metavar="LANG", help="What is spoken, or auto; one, or one a FILE. Of clips only these."
        ),
    ] = None,
    choice: Annotated[
        str | None, typer.Option("--languages", metavar="LANG,…", help="What auto chooses from; default: any.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Recogniser: name or folder.")] = None,
    clips: Annotated[
        Path | None, typer.Option("--clips", metavar="LIST", help="Short clips with text, a JSON object a line.")
    ] = None,
    half: Annotated[Half, typer.Option("--half", help="Which clips of a language: every other line.")] = Half.ALL,
    nonspeech: Annotated[
        Path | None, typer.Option("--nonspeech", metavar="LIST", help="Recordings in which nobody speaks.")
    ] = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Clips at real-time pace too, not as fast as they are recognised.")
    ] = False,
    without: Annotated[
        list[str] | None, typer.Option("--without", metavar="PART", help="Measure again without PART; repeatable.")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Compare with offline faster-whisper.")] = False,
    events: Annotated[
        Path | None, typer.Option("--events", metavar="FOLDER", help="Keep what was shown of each FILE, and when.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Settings file; default: sidecar.toml here.")] = None,
) -> None:
    """Measure recognition: error, seconds until words are shown and stable, erasure, processor and memory.

    FILES take as long as they play. docs/benchmarks.md explains the figures and the PARTs that can be left out.
    """
    from sidecar import config as configuration
    from sidecar import engines, language, logs
    from sidecar.bench.asr import Plan
    from sidecar.bench.live import system
    from sidecar.bench.references import read_clips, read_nonspeech
    from sidecar.weights.progress import OnTerminal

    logs.configure("warning")
    settings = configuration.load(config, given({"speech": speech(None, choice, model)}))
    _check_parts(without or [])
    languages = _languages(spoken or [settings.speech.language], len(files or []))
    plan = Plan(
        systems=tuple(system(settings, part) for part in ("", *(without or []))),
        files=_files(files or [], gold or [], languages),
        clips=read_clips(clips, half, set(languages) - {language.AUTO}) if clips else (),
        nonspeech=read_nonspeech(nonspeech) if nonspeech else (),
        languages=tuple(dict.fromkeys(languages)),
        pace="realtime" if realtime else "max",
    )
    _check(plan)
    _make_folder(events)
    path = engines.recognizer_path(settings, OnTerminal())
    with contextlib.closing(engines.open_recognizer(settings, path)) as recognizer:
        report = asyncio.run(_measure(plan, recognizer, path if offline else None, events))
    typer.echo(json.dumps(dataclasses.asdict(report), indent=2, ensure_ascii=False) if as_json else _text(report))


def _check_parts(parts: Iterable[str]) -> None:
    from sidecar.bench.live import PARTS

    if unknown := [part for part in parts if part not in PARTS]:
        raise UsageError(f"no part is called {unknown[0]}", hint=f"parts are {', '.join(PARTS)}")


def _languages(spoken: Sequence[str], files: int) -> tuple[str, ...]:
    """One for each file; one if there is none."""
    from sidecar import language

    named = [tag if tag == language.AUTO else language.normalise(tag) for tag in spoken]
    if len(named) == 1:
        return tuple(named * max(files, 1))
    if files and len(named) != files:
        raise UsageError(f"{len(named)} languages for {files} files", hint="give one --language, or one a file")
    return tuple(named)


def _files(files: Sequence[Path], gold: Sequence[Path], languages: Sequence[str]) -> tuple[GoldFile, ...]:
    from sidecar.bench.asr import GoldFile
    from sidecar.bench.references import gold_beside, read_gold

    if gold and len(gold) != len(files):
        raise UsageError(f"{len(gold)} gold transcripts for {len(files)} files", hint="give one --gold a file")
    transcripts = gold or [gold_beside(path) for path in files]
    return tuple(
        GoldFile(path=path, gold=read_gold(text), language=tag)
        for path, text, tag in zip(files, transcripts, languages, strict=False)
    )


def _check(plan: Plan) -> None:
    """Find what would end a long run in the middle."""
    from sidecar import engines

    if not plan.recordings:
        raise UsageError("nothing to measure", hint="give FILES, --clips or --nonspeech")
    if missing := [path for path in plan.recordings if not path.is_file()]:
        raise UsageError(f"no file {missing[0]}", hint="a list names recordings by their path from itself")
    for spoken in {*plan.languages, *(clip.language for clip in plan.clips)}:
        engines.check_language(plan.systems[0].hearing(spoken).settings)


async def _measure(plan: Plan, recognizer: LiveRecognizer, offline_model: Path | None, events: Path | None) -> Report:
    from sidecar.bench import asr
    from sidecar.bench.offline import Offline

    def keep(file: GoldFile, system: System, heard: Heard) -> None:
        if events:
            _write_events(events / f"{file.path.stem}.{system.name.replace(' ', '-')}.jsonl", heard)

    with contextlib.ExitStack() as stack:
        step = stack.enter_context(_progress(plan, offline=offline_model is not None))
        offline = stack.enter_context(contextlib.closing(Offline(offline_model))) if offline_model else None
        return await asr.measure(plan, recognizer, offline, step=step, keep=keep)


@contextlib.contextmanager
def _progress(plan: Plan, *, offline: bool) -> Generator[Step]:
    """A bar over the audio of all systems; offline decoding of files comes on top."""
    systems = len(plan.systems)
    files = systems * _seconds(file.path for file in plan.files)
    clips = (systems + offline) * _seconds(clip.path for clip in plan.clips)
    nonspeech = systems * len(plan.languages) * _seconds(plan.nonspeech)
    done = 0.0
    with bar("measuring", files + clips + nonspeech) as show:

        def step(seconds: float) -> None:
            nonlocal done
            done += seconds
            show(done)

        yield step


def _seconds(recordings: Iterable[Path]) -> float:
    from sidecar.audio.ffmpeg import duration_ms

    return sum(duration_ms(str(path)) for path in recordings) / 1000


def _make_folder(folder: Path | None) -> None:
    if folder:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StorageError(f"cannot make {folder}: {exc.strerror}", hint="give another --events folder") from exc


def _write_events(path: Path, heard: Heard) -> None:
    """``{"t": seconds, "id", "text", "final"}`` a line; ``"delete": true`` in place of a text removes a caption."""
    lines = [
        {"t": round(event.t_s, 3), "id": event.id}
        | ({"delete": True} if event.text is None else {"text": event.text, "final": event.final})
        for event in heard.events
    ]
    try:
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    except OSError as exc:
        raise StorageError(f"cannot write {path}: {exc.strerror}", hint="make room, or give another --events") from exc


def _text(report: Report) -> str:
    """The report for people."""
    tables: list[str] = []
    if report.files:
        tables += [*aligned([FILE_COLUMNS, *map(_file_row, report.files)]), ""]
    if report.clips:
        tables += [*aligned([CLIPS_COLUMNS, *map(_clips_row, report.clips)]), ""]
    for result in report.nonspeech:
        count = f"{len(result.captioned)} of {result.recordings} recordings without speech captioned"
        tables.append(f"{result.system}, {result.language}: {count}")
        for invented in result.captioned:
            stayed = "final" if invented.final else "for a moment"
            tables.append(f"  {invented.recording}, {stayed}: {invented.text}")
    versions = ", ".join(f"{name} {number}" for name, number in report.versions.items())
    others = max((result.others_cores for result in report.files), default=0.0)
    busy = f"; others used up to {others} cores meanwhile" if others >= MUCH_OTHERS else ""
    return "\n".join([*tables, f"{report.model} on {report.cores} cores{busy}; {versions}"])


def _file_row(result: FileResult) -> tuple[str, ...]:
    score = result.score
    return (
        result.file,
        result.system,
        f"{result.error_percent:.1f}",
        _pair(score.first_p50_s, score.first_p90_s) if score else "-",
        _pair(score.stable_p50_s, score.stable_p90_s) if score else "-",
        f"{score.erasure:.2f}" if score else "-",
        f"{score.events_per_s:.1f}" if score else "-",
        _pair(result.final_p50_s, result.final_max_s),
        "-" if result.skipped_s is None else f"{result.skipped_s:.1f}",
        f"{result.cpu:.2f}",
        f"{result.memory_mb:,}",
    )


def _clips_row(result: ClipsResult) -> tuple[str, ...]:
    figures = (f"{result.error_percent:.1f}", f"{result.cpu:.2f}", f"{result.memory_mb:,}")
    return (result.language, result.system, str(result.clips), f"{result.seconds:.0f}", *figures)


def _pair(one: float | None, other: float | None) -> str:
    return "-" if one is None or other is None else f"{one:.2f} / {other:.2f}"
