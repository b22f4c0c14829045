"""``sidecar translate``: lines of text in, the same lines in other languages out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from sidecar.errors import TranslationError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress

    from sidecar.memory.memory import Memory
    from sidecar.translation.terms import Terminology
    from sidecar.translation.translator import Line, Translator

LINE_TIMEOUT_S = 120.0

Record = dict[str, object]
"""One line of output, as docs of the command line show it."""


def translate(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="One sentence a line; default: stdin.")] = None,
    source: Annotated[str, typer.Option("--from", metavar="LANG", help="Language of the lines.")] = "zh",
    to: Annotated[str, typer.Option("--to", metavar="LANG,…", help="Languages to translate into.")] = "en",
    model: Annotated[str, typer.Option("--model", help="Translator: name, .gguf file, folder, or auto.")] = "auto",
    threads: Annotated[int, typer.Option("--threads", min=0, help="CPU threads; 0: chosen for this machine.")] = 0,
    glossary: Annotated[
        Path | None, typer.Option("--glossary", metavar="FILE", help="Names: .csv, .toml or .xlsx.")
    ] = None,
    memory: Annotated[
        Path | None, typer.Option("--memory", metavar="FILE", help="Approved lines: .tmx or .csv.")
    ] = None,
    phrases: Annotated[bool, typer.Option(help="Put phrases of live rooms in sober words.")] = True,
) -> None:
    """Translate lines; print one JSON object a line.

    A language whose translation failed carries the source line, and "checks" says which checks failed.
    """
    from sidecar import language, logs
    from sidecar.translation import heard

    logs.configure("warning")
    spoken, targets = language.normalise(source), language.normalise_list(to)
    if not targets:
        raise UsageError("no language to translate into", hint="for example --to en,es")
    terminology, approved = _terminology(glossary, phrases), _memory(memory)
    with _opened(file) as lines, _bar(file) as step:
        path = _model_path(model)
        heard.check_reads(path)
        asyncio.run(_translate_all(lines, path, spoken, targets, threads, terminology, approved, step))


def _terminology(glossary: Path | None, with_phrases: bool) -> Terminology:
    from sidecar.glossary.phrases import phrases
    from sidecar.glossary.read import read
    from sidecar.glossary.term import Glossary
    from sidecar.translation.terms import Terminology

    reading = read(glossary) if glossary else None
    if reading and reading.errors:
        typer.echo(f"warning: {glossary} has errors: sidecar glossary check shows them", err=True)
    return Terminology(reading.glossary if reading else Glossary(), phrases() if with_phrases else None)


def _memory(path: Path | None) -> Memory | None:
    from sidecar.memory.library import read
    from sidecar.memory.memory import Memory

    return Memory(read(path).units) if path else None


async def _translate_all(
    lines: Iterator[str],
    path: Path,
    source: str,
    targets: Sequence[str],
    threads: int,
    terminology: Terminology,
    approved: Memory | None,
    step: _Step,
) -> None:
    from sidecar.translation import opening
    from sidecar.translation.informed import InformedTranslator

    opening.check_languages(path, source, targets)
    engine = await opening.open_translator(path, threads=threads, targets=targets)
    translator = InformedTranslator(engine, terminology, approved)
    try:
        async for record in records(lines, translator, source, targets):
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            step()
    finally:
        await translator.aclose()


async def records(
    lines: Iterator[str], translator: Translator, source: str, targets: Sequence[str]
) -> AsyncIterator[Record]:
    """What is printed for each of ``lines``."""
    from sidecar.translation.translator import Line

    for text in lines:
        record: Record = {"source": text}
        checks: dict[str, Record] = {}
        for target in targets:
            record[target], checks[target] = await _one(translator, Line(text=text, source=source, target=target))
        yield record | {"checks": checks}


async def _one(translator: Translator, line: Line) -> tuple[str, Record]:
    from sidecar.translation.backlog import same_language
    from sidecar.translation.checks import CheckFailedError

    if not line.text.strip() or same_language(line.source, line.target):
        return line.text, {"ok": True}
    try:
        async with asyncio.timeout(LINE_TIMEOUT_S):
            return await translator.translate(line), {"ok": True}
    except CheckFailedError as exc:
        failed = list(exc.failed)
    except TimeoutError:
        failed = ["timeout"]
    except TranslationError:
        failed = ["error"]
    return line.text, {"ok": False, "failed": failed, "marked": True}


def _model_path(model: str) -> Path:
    from sidecar import weights
    from sidecar.weights.progress import OnTerminal

    if model != "auto":
        return weights.ensure(model, OnTerminal())
    from sidecar.translation.opening import measure
    from sidecar.weights import fit

    return weights.ensure(fit.choose_translator(measure, progress=OnTerminal()).name, OnTerminal())


@contextlib.contextmanager
def _opened(file: Path | None) -> Generator[Iterator[str]]:
    """The lines of ``file`` or of stdin, without their ends. Raises `UsageError`."""
    if file is None or str(file) == "-":
        yield _lines(sys.stdin, "standard input")
        return
    try:
        with file.open(encoding="utf-8-sig") as opened:
            yield _lines(opened, str(file))
    except OSError as exc:
        raise UsageError(f"cannot read {file}: {exc.strerror}", hint="give a text file, one sentence a line") from exc


def _lines(file: TextIO, name: str) -> Iterator[str]:
    try:
        for line in file:
            yield line.rstrip("\r\n")
    except UnicodeDecodeError as exc:
        raise UsageError(f"{name} is not UTF-8 text", hint="convert it with iconv -t UTF-8") from exc


class _Step:
    """Moves the bar on by one line, if there is one."""

    def __init__(self, bars: Progress | None, total: int | None) -> None:
        self._bars = bars
        self._task = bars.add_task("translating", total=total) if bars else None

    def __call__(self) -> None:
        if self._bars and self._task is not None:
            self._bars.advance(self._task)


@contextlib.contextmanager
def _bar(file: Path | None) -> Generator[_Step]:
    """A bar on stderr where that is a terminal and the lines do not come from one."""
    if not sys.stderr.isatty() or (file is None and sys.stdin.isatty()):
        yield _Step(None, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Step(bars, _count(file))


def _count(file: Path | None) -> int | None:
    if file is None or not file.is_file():
        return None
    with file.open("rb") as opened:
        return sum(1 for _ in opened)
