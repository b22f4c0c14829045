"""``sidecar transcribe``: files to subtitle files, offline."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.captions.caption import Caption, Removal, Segment
from sidecar.captions.form import Format
from sidecar.cli.bar import Step, bar
from sidecar.cli.run import given, speech
from sidecar.errors import InputError, SidecarError, StorageError, TranslationError, UsageError

if TYPE_CHECKING:
    from sidecar.config import Settings
    from sidecar.speech.recognizer import LiveRecognizer
    from sidecar.speech.vocabulary import Vocabulary
    from sidecar.translation.translator import Translator

Items = list[Caption | Removal]
CONTEXT_LINES = 2


def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Audio or video files.")],
    spoken: Annotated[str | None, typer.Option("--language", metavar="LANG", help="What is spoken, or auto.")] = None,
    languages: Annotated[
        str | None, typer.Option("--languages", metavar="LANG,…", help="What auto chooses from; default: any.")
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="LANG,…", help="Languages to translate into as well.")] = "",
    formats: Annotated[str, typer.Option("--format", metavar="srt,vtt,json,txt", help="What to write.")] = "srt",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder; default: next to each file.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Recogniser: name or folder.")] = None,
    translator: Annotated[str | None, typer.Option("--translator", help="Translator: name, file or folder.")] = None,
    glossary: Annotated[
        str | None, typer.Option("--glossary", metavar="FILE", help="Names: .csv, .toml or .xlsx.")
    ] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Settings file; default: sidecar.toml here.")] = None,
) -> None:
    """Write subtitle files for FILES, as fast as the machine goes: NAME.LANG.FORMAT, a file per language.

    Prints the path of every file written. A file that cannot be read is named, and the others are done.
    """
    from sidecar import config as configuration
    from sidecar import logs

    logs.configure("warning")
    wanted = _formats(formats)
    overrides = {"speech": speech(spoken, languages, model), "translation": {"to": to, "model": translator}}
    overrides["glossary"] = {"path": glossary}
    settings = configuration.load(config, given(overrides)).model_copy(update={"voices": ()})
    failed = _start(files, settings, wanted, output)
    if failed:
        raise (
            failed[0]
            if len(files) == 1
            else InputError(f"{len(failed)} of {len(files)} files failed", hint="see above")
        )


def _formats(names: str) -> tuple[Format, ...]:
    try:
        return tuple(dict.fromkeys(Format(name.strip()) for name in names.split(",") if name.strip()))
    except ValueError as exc:
        raise UsageError(f"unknown format in '{names}'", hint=f"formats are {', '.join(Format)}") from exc


def _start(
    files: Sequence[Path], settings: Settings, formats: Sequence[Format], output: Path | None
) -> list[SidecarError]:
    """Fetches models, for minutes perhaps: outside the event loop, where Ctrl-C ends it at once."""
    from sidecar import engines
    from sidecar.weights.progress import OnTerminal

    engines.check_language(settings)
    _check_names(files, output)
    _make_folder(output)
    known, library = engines.glossary(settings), engines.library(settings)
    names = engines.vocabulary(settings, known)
    recognizer_path = engines.recognizer_path(settings, OnTerminal())
    translator_path = engines.translator_path(settings, OnTerminal())
    preferred = engines.preferred_paths(settings, OnTerminal())
    open_translator = engines.translator_opener(
        settings, translator_path, settings.translation.to, known, preferred, library
    )
    with contextlib.closing(engines.open_recognizer(settings, recognizer_path)) as recognizer:
        return asyncio.run(_transcribe_all(files, settings, recognizer, names, open_translator, formats, output))


async def _transcribe_all(
    files: Sequence[Path],
    settings: Settings,
    recognizer: LiveRecognizer,
    names: Vocabulary,
    open_translator: Callable[[], Awaitable[Translator]] | None,
    formats: Sequence[Format],
    output: Path | None,
) -> list[SidecarError]:
    translator = await open_translator() if open_translator else None
    failed: list[SidecarError] = []
    try:
        for path in files:
            try:
                await _one(path, settings, recognizer, names, translator, formats, output)
            except InputError as exc:
                failed.append(exc)
                if len(files) > 1:
                    typer.echo(f"error: {exc.message}\nhint: {exc.hint}", err=True)
    finally:
        if translator:
            await translator.aclose()
    return failed


async def _one(
    path: Path,
    settings: Settings,
    recognizer: LiveRecognizer,
    names: Vocabulary,
    translator: Translator | None,
    formats: Sequence[Format],
    output: Path | None,
) -> None:
    from sidecar.captions.formats import render

    targets = settings.translation.to
    with bar(path.name, 1 + len(targets) if translator else 1) as step:
        segments = await _recognize(path, settings, recognizer, names, step)
        items = await _caption(segments, translator, targets, step)
    spoken = list(dict.fromkeys(segment.language for segment in segments)) or [settings.speech.language]
    for lang in dict.fromkeys((*spoken, *targets) if translator else spoken):
        for form in formats:
            _write(_target(path, lang, form, output), render([each for each in items if each.lang == lang], lang, form))


async def _recognize(
    path: Path, settings: Settings, recognizer: LiveRecognizer, names: Vocabulary, step: Step
) -> list[Segment]:
    """Final segments of ``path``. Raises `InputError`."""
    from sidecar import engines
    from sidecar.audio.open import open_source
    from sidecar.config import AudioSettings

    source = open_source(AudioSettings(input=str(path), pace="max"))
    offline = settings.model_copy(update={"speech": settings.speech.model_copy(update={"partials": False})})
    listener = engines.listener(offline, recognizer, can_wait=True, names=names)
    total_ms = _duration_ms(path)
    finals: list[Segment] = []
    async for segment in listener.segments(source.chunks(lambda status: None)):
        if segment.final and segment.text:
            finals.append(segment)
        step(min(1.0, segment.end_ms / total_ms) if total_ms else 0.0)
    step(1.0)
    return finals


def _duration_ms(path: Path) -> int:
    """Length of ``path`` for the progress bar, 0 if it does not say."""
    from sidecar.audio.ffmpeg import duration_ms

    return duration_ms(str(path))


async def _caption(
    segments: Sequence[Segment], translator: Translator | None, targets: Sequence[str], step: Step
) -> Items:
    from sidecar.captions.board import Board

    board, items = Board(), Items()
    for index, segment in enumerate(segments):
        items += board.source(segment)
        if translator is None:
            continue
        context = tuple(each.text for each in segments[max(0, index - CONTEXT_LINES) : index])
        for number, target in enumerate(targets):
            text, translated = await _translate(segment, target, translator, context)
            items += board.translation(segment.number, target, text, translated=translated)
            step(1 + index / len(segments) * len(targets) + number / len(segments))
    step(1 + len(targets))
    return items


async def _translate(segment: Segment, target: str, translator: Translator, context: Sequence[str]) -> tuple[str, bool]:
    from sidecar import language
    from sidecar.translation.translator import Line

    line = Line(
        text=segment.text,
        source=segment.language,
        target=target,
        context=context,
        heard_in_english=segment.in_english,
    )
    if language.base(segment.language) == language.base(target):
        return segment.text, True
    try:
        return await translator.translate(line), True
    except TranslationError:
        return segment.text, False


def _target(path: Path, lang: str, form: Format, output: Path | None) -> Path:
    return (output or path.parent) / f"{path.stem}.{lang}.{form.value}"


def _check_names(files: Sequence[Path], output: Path | None) -> None:
    """Raises `UsageError` where the subtitles of two files would be written to the same file."""
    written: dict[Path, Path] = {}
    for path in files:
        other = written.setdefault((output or path.parent) / path.stem, path)
        if other != path:
            raise UsageError(
                f"{other} and {path} would be written to the same files", hint="do one of them with another --output"
            )


def _make_folder(output: Path | None) -> None:
    if output:
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StorageError(f"cannot make {output}: {exc.strerror}", hint="give another --output folder") from exc


def _write(path: Path, text: str) -> None:
    """Whole or not at all. Raises `StorageError`."""
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
            file.write(text)
        Path(file.name).chmod(0o666 & ~_umask())
        Path(file.name).replace(path)
    except OSError as exc:
        raise StorageError(
            f"cannot write {path}: {exc.strerror}", hint="make room, or give an --output folder"
        ) from exc
    typer.echo(str(path))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
