"""``sidecar faq``: what the shop knows, checked and asked before the show."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.cli.faq_ask import ask
from sidecar.errors import KnowledgeError

if TYPE_CHECKING:
    from sidecar.assistant.read import Reading

app = typer.Typer(help="What the shop knows: see docs/faq.md.")


@app.callback()
def faq() -> None:
    """What the shop knows: see docs/faq.md."""


app.command()(ask)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .xlsx, .yaml, .toml or .md file, or a folder.")],
    json: Annotated[bool, typer.Option("--json", help="As a JSON object, for scripts.")] = False,
) -> None:
    """Name everything that is wrong in a shop's FAQ, by file and line, and count what can be used.

    Exit status 65 if there is an error; warnings alone are none.
    """
    from sidecar import logs
    from sidecar.assistant.read import read

    logs.configure("warning")
    reading = read(file)
    typer.echo(_record(reading) if json else _report(reading))
    if count := len(reading.errors):
        raise KnowledgeError(
            f"{count} {'error' if count == 1 else 'errors'} in {file.name}",
            hint="the rest can be used as it is; what an error is about is left out",
        )


def _record(reading: Reading) -> str:
    fields = ("severity", "file", "line", "message", "hint")
    record = {
        "entries": len(reading.knowledge.entries),
        "products": len(reading.knowledge.products),
        "languages": _answers(reading),
        "problems": [{field: getattr(problem, field) for field in fields} for problem in reading.problems],
    }
    return json_format.dumps(record, ensure_ascii=False, indent=2)


def _report(reading: Reading) -> str:
    lines = [f"{each.file}:{each.line}: {each.severity}: {each.message} ({each.hint})" for each in reading.problems]
    entries = len(reading.knowledge.entries)
    languages = ", ".join(f"{lang} {count}" for lang, count in _answers(reading).items())
    count = f"{entries} {'entry' if entries == 1 else 'entries'}"
    return "\n".join([*lines, f"{count} can be used, with answers: {languages}" if entries else "no entry can be used"])


def _answers(reading: Reading) -> dict[str, int]:
    """Entries with an answer of their own, by language."""
    entries = reading.knowledge.entries
    wordings = [[tag for tag, each in entry.wordings.items() if each.answer] for entry in entries]
    return {lang: sum(lang in each for each in wordings) for lang in reading.knowledge.languages}
