"""``sidecar run``: captions of a live show, until it ends or is interrupted."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sidecar.errors import StorageError, UsageError

if TYPE_CHECKING:
    import socket

    from sidecar.chat.webhook import SignedWebhook
    from sidecar.cli.assist import Assist
    from sidecar.config import Settings
    from sidecar.delivery.access import Access
    from sidecar.delivery.server import Running
    from sidecar.glossary.term import Glossary
    from sidecar.session import Engines, Session
    from sidecar.status import StatusReport
    from sidecar.storage.store import Store
    from sidecar.voice import Voice

DEMO_LANGUAGE = "en"
DEMO_TARGETS = ("es", "zh")


class Pace(StrEnum):
    REALTIME = "realtime"
    MAX = "max"


class LogFormat(StrEnum):
    AUTO = "auto"
    HUMAN = "human"
    JSON = "json"


def run(
    input: Annotated[
        str | None,
        typer.Option("--input", "-i", metavar="mic|loopback|push|demo|FILE|URL", help="Where the host's voice is."),
    ] = None,
    spoken: Annotated[
        str | None, typer.Option("--language", metavar="LANG", help="What the host speaks, or auto.")
    ] = None,
    languages: Annotated[
        str | None, typer.Option("--languages", metavar="LANG,…", help="What auto chooses from; default: any.")
    ] = None,
    voice: Annotated[
        list[str] | None,
        typer.Option("--voice", metavar="LABEL[:LANG]=INPUT", help="Another voice, such as a guest; repeatable."),
    ] = None,
    label: Annotated[
        str | None, typer.Option("--label", help="What the host is called, where there are other voices.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="LANG,…", help='Languages to translate into; "" for none.')
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Port of everything; 0: a free one.")
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on; 0.0.0.0 for all.")] = None,
    device: Annotated[str | None, typer.Option("--device", help="Capture device: number or part of its name.")] = None,
    pace: Annotated[Pace | None, typer.Option("--pace", help="How fast a file is played.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="Recogniser: name or folder.")] = None,
    translator: Annotated[
        str | None, typer.Option("--translator", help="Translator: name, .gguf file, folder, auto or none.")
    ] = None,
    glossary: Annotated[
        str | None, typer.Option("--glossary", metavar="FILE", help="The shop's names: .csv, .toml or .xlsx.")
    ] = None,
    faq: Annotated[
        str | None,
        typer.Option("--faq", metavar="FILE", help="What the shop knows, a file or folder: viewers can ask."),
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", help="Database URL; default: SQLite in your data folder.")
    ] = None,
    events: Annotated[Path | None, typer.Option("--events", help="Also write every message to this file.")] = None,
    exit_at_end: Annotated[bool, typer.Option("--exit-at-end", help="Stop when the file is over.")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Settings file; default: sidecar.toml here.")] = None,
    log_level: Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")] = "warning",
    log_format: Annotated[LogFormat, typer.Option("--log-format", help="How logs look.")] = LogFormat.AUTO,
) -> None:
    """Caption a show: listen, recognise, translate, and serve overlay and viewer page.

    Without --input: the microphone, or a demo host where there is none.
    """
    from sidecar import config as configuration
    from sidecar import logs

    logs.configure(log_level, log_format.value)
    overrides: dict[str, dict[str, Any]] = {
        "audio": {"input": input, "label": label, "device": device, "pace": pace.value if pace else None},
        "speech": speech(spoken, languages, model),
        "translation": {"to": to, "model": translator},
        "glossary": {"path": glossary},
        "assistant": {"faq": faq},
        "server": {"port": port, "host": host},
        "storage": {"url": store},
    }
    loaded = configuration.load(config, given(overrides), voices=voice or ())
    settings = choose_input(loaded, spoken=spoken or languages, to=to)
    _start(settings, events, exit_at_end)


def speech(spoken: str | None, languages: str | None, model: str | None) -> dict[str, Any]:
    """Settings of recognition; several languages alone are there to be told apart."""
    return {"language": spoken or ("auto" if languages else None), "languages": languages, "model": model}


def given(overrides: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Only what was given on the command line."""
    return {
        table: {name: value for name, value in values.items() if value is not None}
        for table, values in overrides.items()
    }


def choose_input(settings: Settings, *, spoken: str | None, to: str | None) -> Settings:
    """With input ``auto``, the microphone, or else the demo host in its own language."""
    if settings.audio.input != "auto":
        return settings
    from sidecar.audio.device import has_microphone

    if has_microphone():
        return settings.model_copy(update={"audio": settings.audio.model_copy(update={"input": "mic"})})
    typer.echo("no microphone found: playing the built-in demo host (see --input)", err=True)
    update: dict[str, Any] = {"audio": settings.audio.model_copy(update={"input": "demo"})}
    if spoken is None:
        update["speech"] = settings.speech.model_copy(update={"language": DEMO_LANGUAGE})
    if to is None:
        update["translation"] = settings.translation.model_copy(update={"to": DEMO_TARGETS})
    return settings.model_copy(update=update)


def _start(settings: Settings, events: Path | None, exit_at_end: bool) -> None:
    """What can be told at once is told before any model is fetched or loaded."""
    from sidecar import engines
    from sidecar.delivery.server import listen

    if settings.voices and settings.audio.pace == Pace.MAX:
        raise UsageError("several voices can only be heard in real time", hint="leave out --pace max")
    for each in settings.of_each_voice():
        engines.check_language(each)
    known = engines.glossary(settings)
    engines.faq_path(settings)
    voices = _open_voices(settings, repeat_demo=not exit_at_end)
    with closing(listen(settings.server)) as listener:
        opened = _engines(settings, voices, known)
        asyncio.run(_run(settings, voices, opened, listener, events, exit_at_end))


def _open_voices(settings: Settings, *, repeat_demo: bool) -> list[Voice]:
    """The host, and every other voice; a guest's stream may come when the show is on. Raises `InputError`."""
    from sidecar.audio.open import open_guest, open_source
    from sidecar.voice import Voice

    host, *guests = settings.of_each_voice()
    sources = [open_source(host.audio, repeat_demo=repeat_demo), *(open_guest(guest.audio) for guest in guests)]
    return [
        Voice(source, spoken=each.speech.language, label=label)
        for source, each, label in zip(sources, (host, *guests), settings.speakers(), strict=True)
    ]


def _engines(settings: Settings, voices: Sequence[Voice], known: Glossary) -> Engines:
    """Fetches models, for minutes perhaps: outside the event loop, where Ctrl-C ends it at once."""
    from sidecar import engines
    from sidecar.session import Engines
    from sidecar.voice import translation_targets
    from sidecar.weights.progress import OnTerminal

    progress = OnTerminal()
    library = engines.library(settings)
    recognizer = engines.recognizer_path(settings, progress)
    translator = engines.translator_path(settings, progress)
    preferred = engines.preferred_paths(settings, progress)
    targets = translation_targets([voice.spoken for voice in voices], settings.translation.to)
    return Engines(
        open_listeners=engines.listeners_opener(settings, recognizer, known, can_wait=not voices[0].source.realtime),
        open_translator=engines.translator_opener(settings, translator, targets, known, preferred, library),
        check_target=engines.target_checker(translator, [voice.spoken for voice in voices], preferred),
        library=library,
    )


async def _run(
    settings: Settings,
    voices: Sequence[Voice],
    engines: Engines,
    listener: socket.socket,
    events: Path | None,
    exit_at_end: bool,
) -> None:
    from sidecar.storage.store import Store

    async with await Store.open(settings.storage.url) as store:
        await _serve(settings, voices, engines, store, listener, events, exit_at_end)


async def _serve(
    settings: Settings,
    voices: Sequence[Voice],
    engines: Engines,
    store: Store,
    listener: socket.socket,
    events: Path | None,
    exit_at_end: bool,
) -> None:
    from sidecar.audio.push import PushSource
    from sidecar.cli.assist import at_work, open_assistant
    from sidecar.delivery.access import Access
    from sidecar.delivery.server import create_app, serve
    from sidecar.eventlog import EventLog
    from sidecar.session import Session
    from sidecar.storage.transcripts import StoredTranscripts

    session = await Session.create(settings, voices, engines, store, wait_for_translator=_can_be_held_back(settings))
    access = Access(store.database)
    assist = await open_assistant(settings, session, store)
    app = create_app(
        hub=session.hub,
        report=_report(session, assist),
        transcripts=StoredTranscripts(store),
        ingest={voice.label or "": voice.source for voice in voices if isinstance(voice.source, PushSource)},
        metrics=session.metrics,
        settings=settings.server,
        translate_into=session.translate_into,
        assistant=assist.assistant if assist else None,
        access=access,
        webhook=_webhook(settings),
    )
    with EventLog(events) as log:
        async with serve(app, settings.server, listener) as running, at_work(assist):
            await _announce(running, session, settings, access if assist else None)
            log.follow(session)
            await _until_over(session, running, stay=not exit_at_end)
    if session.unsaved:
        raise StorageError(
            f"{session.unsaved} final captions could not be saved: the store did not take them",
            hint="make room on the disk; what viewers saw is in the --events file, if one was written",
        )


def _report(session: Session, assist: Assist | None) -> Callable[[], StatusReport]:
    """What the technician sees: the show, and the assistant beside it."""
    if assist is None:
        return session.monitor.report
    return lambda: session.monitor.report().model_copy(update={"assistant": assist.report()})


def _webhook(settings: Settings) -> SignedWebhook | None:
    """What lets other programs ask. Raises `UsageError` for a secret that is none."""
    from sidecar.chat.webhook import SignedWebhook

    return SignedWebhook(settings.chat.webhook_secret) if settings.chat.webhook_secret else None


def _can_be_held_back(settings: Settings) -> bool:
    """Whether the host's input is there to be played from its beginning whenever we are ready."""
    return settings.audio.input == "demo" or Path(settings.audio.input).is_file()


async def _until_over(session: Session, running: Running, *, stay: bool) -> None:
    """Run the session; the first interrupt ends it in order, a second one at once."""
    loop = asyncio.get_running_loop()
    interrupted = asyncio.Event()
    work = asyncio.create_task(session.run(), name="session")

    def interrupt() -> None:
        if interrupted.is_set():
            work.cancel()
        else:
            typer.echo("\nfinishing the last captions; once more to stop at once", err=True)
            session.stop()
        interrupted.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    try:
        await work
        if stay and not interrupted.is_set():
            typer.echo(f"the show is over; transcripts stay at {running.url}/viewer until you press Ctrl-C", err=True)
            await interrupted.wait()
    except asyncio.CancelledError:
        if not interrupted.is_set():
            raise


async def _announce(running: Running, session: Session, settings: Settings, access: Access | None) -> None:
    """Say where everything is. ``access``: to the console, where viewers can ask."""
    from sidecar import language

    spoken = settings.speech.language
    languages = ", ".join(session.hub.languages) or "as heard"
    voices = [f"{voice.label} ({voice.source.name})" for voice in session.voices if voice.label]
    lines = [
        f"Sidecar · session {session.id} · {'language detected' if spoken == language.AUTO else spoken} → {languages}",
        *([f"  Voices            {', '.join(voices)}"] if voices else []),
        f"  Overlay for OBS   {running.url}/overlay",
        f"  Viewer page       {running.url}/viewer",
        f"  Status            {running.url}/status",
        *(await _console_lines(running, access) if access else []),
        "Ctrl-C ends the show.",
    ]
    typer.echo("\n".join(lines), err=True)


async def _console_lines(running: Running, access: Access) -> list[str]:
    """Whoever starts Sidecar is its operator for a day."""
    from sidecar.delivery.access import Role

    token, _ = await access.create(Role.OPERATOR, "operator", days=1)
    return [
        f"  Console           {running.url}/console#token={token}",
        f"  Prompter          {running.url}/prompter#token={token}",
        "  For moderators    sidecar token create --role moderator --name NAME",
    ]
