"""``sidecar retranslate``: a session that was kept, into other languages or with another model."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidecar.config import Settings
    from sidecar.storage.record import SessionRecord
    from sidecar.storage.store import Store

STILL_ON_MS = 10 * 60_000
"""A session that has no end, and a caption younger than this, is not over."""


def retranslate(
    session: Annotated[str, typer.Argument(help="Session, the start of its name, or 'last'")],
    to: Annotated[str, typer.Option("--to", metavar="LANG,…", help="Languages to translate into.")],
    model: Annotated[
        str | None, typer.Option("--translator", help="Translator: name, .gguf file, folder, or auto.")
    ] = None,
    glossary: Annotated[
        str | None, typer.Option("--glossary", metavar="FILE", help="Names: .csv, .toml or .xlsx.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Anew what is translated already, too; else only what is missing.")
    ] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Settings file.")] = None,
) -> None:
    """Translate a session that was kept, and keep that with it.

    Stopped with Ctrl-C it goes on where it was when called again. Then: sidecar export SESSION --lang LANG
    """
    from sidecar import config as configuration
    from sidecar import language, logs

    logs.configure("warning")
    targets = language.normalise_list(to)
    if not targets:
        raise UsageError("no language to translate into", hint="for example --to en,es")
    settings = configuration.load(config)
    translation = settings.translation.model_copy(
        update={"to": targets, **({"model": model} if model is not None else {})}
    )
    update: dict[str, object] = {"translation": translation}
    if glossary is not None:
        update["glossary"] = settings.glossary.model_copy(update={"path": glossary})
    asyncio.run(_retranslate(settings.model_copy(update=update), session, targets, everything))


async def _retranslate(settings: Settings, name: str, targets: Sequence[str], everything: bool) -> None:
    from sidecar.cli.export import choose
    from sidecar.retranslation import said
    from sidecar.storage.store import Store

    async with await Store.open(settings.storage.url, create=False) as store:
        record = choose(await store.sessions(), name)
        segments = await said(store, record)
        if not segments:
            raise UsageError(f"session {record.id} has no captions", hint="choose another: sidecar export")
        latest_ms = record.started_epoch_ms + max(segment.end_ms for segment in segments)
        if record.ended_epoch_ms is None and time.time() * 1000 - latest_ms < STILL_ON_MS:
            raise UsageError(f"session {record.id} is still on", hint="wait for its end")
        await _all(settings, store, record, targets, everything, len(segments))


async def _all(
    settings: Settings, store: Store, record: SessionRecord, targets: Sequence[str], everything: bool, lines: int
) -> None:
    from sidecar import engines
    from sidecar.cli.bar import bar
    from sidecar.retranslation import retranslate
    from sidecar.translation import heard
    from sidecar.weights.progress import OnTerminal

    settings = settings.model_copy(
        update={"speech": settings.speech.model_copy(update={"language": record.source}), "voices": ()}
    )
    path = engines.translator_path(settings, OnTerminal())
    if path:
        heard.check_reads(path)
    preferred = engines.preferred_paths(settings, OnTerminal())
    opener = engines.translator_opener(
        settings, path, settings.translation.to, engines.glossary(settings), preferred, engines.library(settings)
    )
    if opener is None:
        raise UsageError("no translator is set", hint="--translator auto")
    translator = await opener()
    done = failed = 0
    try:
        with bar("translating", lines * len(targets)) as step:
            async for each in retranslate(store, record, translator, targets, everything=everything):
                done += each.translated
                failed += not each.translated
                step(done + failed)
    finally:
        await translator.aclose()
    typer.echo(f"{done} lines translated", err=True)
    if failed:
        typer.echo(f"{failed} not: what was kept of them stays; another --translator may do better", err=True)
