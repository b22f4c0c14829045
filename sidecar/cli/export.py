"""``sidecar export``: the captions of a session as a file; without a session, what sessions there are."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.captions.form import Format
from sidecar.errors import StorageError, UsageError

if TYPE_CHECKING:
    from sidecar.storage.record import SessionRecord
    from sidecar.storage.store import Store

LAST = "last"


def export(
    session: Annotated[str, typer.Argument(help="Session, the start of its name, or 'last'; none lists them")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Language of the captions; without it, the host's")] = "",
    form: Annotated[Format, typer.Option("--format", help="What to write")] = Format.SRT,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write instead of stdout")] = None,
    speaker: Annotated[
        bool, typer.Option("--speaker/--no-speaker", help="Name who speaks, in a show of several voices")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="List sessions as JSON")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Settings file")] = None,
) -> None:
    """Write the captions of a session as a subtitle file."""
    from sidecar import config as configuration
    from sidecar import logs

    logs.configure("warning")
    url = configuration.load(config).storage.url
    if session:
        _write(asyncio.run(_captions(url, session, lang, form, speaker)), output)
    else:
        _write(asyncio.run(_list(url, as_json)), output)


async def _captions(url: str, session: str, lang: str, form: Format, speaker: bool) -> str:
    from sidecar.captions.formats import render
    from sidecar.storage.store import Store

    async with await Store.open(url, create=False) as store:
        record = choose(await store.sessions(), session)
        chosen = await _language(store, record, lang)
        return render(await store.captions(record.id, languages=(chosen,)), chosen, form, speaker=speaker)


async def _list(url: str, as_json: bool) -> str:
    from sidecar.storage.store import Store

    async with await Store.open(url, create=False) as store:
        found = [(record, await store.counts(record.id)) for record in await store.sessions()]
    if as_json:
        rows = [asdict(record) | {"captions": counts} for record, counts in found]
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    return _table(found)


def choose(records: Sequence[SessionRecord], name: str) -> SessionRecord:
    """The session called ``name``: its id, an unambiguous start of one, or ``last``. ``records``: newest first.

    Raises `UsageError` naming what there is.
    """
    if not records:
        raise UsageError("no session has been kept yet", hint="sidecar run keeps one")
    if name == LAST:
        return records[0]
    found = [record for record in records if record.id == name] or [
        record for record in records if record.id.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(record.id for record in (found or records)[:5])
    if found:
        raise UsageError(f"'{name}' begins the name of {len(found)} sessions", hint=f"give more of it: {listed}")
    raise UsageError(f"there is no session '{name}'", hint=f"the newest are {listed}; or use last")


async def _language(store: Store, record: SessionRecord, lang: str) -> str:
    """The language to write: ``lang``, or the host's. Raises `UsageError` naming those there are."""
    from sidecar import language

    counts = await store.counts(record.id)
    if not lang:
        return record.source if record.source != language.AUTO else await _spoken(store, record, list(counts))
    chosen = language.normalise(lang)
    if chosen not in counts and chosen not in record.languages:
        there = ", ".join(counts) or "none yet"
        raise UsageError(f"session {record.id} has no captions in '{chosen}'", hint=f"it has {there}")
    return chosen


async def _spoken(store: Store, record: SessionRecord, langs: Sequence[str]) -> str:
    """The language most captions were spoken in, for a session that died before it was written down."""
    spoken = dict.fromkeys(langs, 0)
    for lang in langs:
        spoken[lang] = sum(caption.source_lang == lang for caption in await store.transcript(record.id, lang))
    if not spoken:
        raise UsageError(f"session {record.id} has no captions", hint="choose another: sidecar export")
    return max(spoken, key=lambda lang: spoken[lang])


def _table(found: Sequence[tuple[SessionRecord, dict[str, int]]]) -> str:
    from rich.console import Console
    from rich.table import Table

    table = Table("session", "started", "minutes", "captions", "input", box=None, pad_edge=False)
    for record, counts in found:
        started = datetime.fromtimestamp(record.started_epoch_ms // 1000)
        ended = record.ended_epoch_ms
        minutes = "" if ended is None else str((ended - record.started_epoch_ms) // 60_000)
        captions = ", ".join(f"{lang} {count}" for lang, count in counts.items())
        table.add_row(record.id, f"{started:%Y-%m-%d %H:%M}", minutes, captions, record.title or record.input)
    console = Console(file=None, width=160)
    with console.capture() as capture:
        console.print(table)
    return "".join(line.rstrip() + "\n" for line in capture.get().splitlines())


def _write(text: str, output: Path | None) -> None:
    if output is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    try:
        output.write_bytes(text.encode())
    except OSError as exc:
        raise StorageError(f"cannot write {output}: {exc.strerror}", hint="choose another file with --output") from exc
