"""``sidecar glossary``: the shop's names, checked before the show."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.errors import GlossaryError

if TYPE_CHECKING:
    from sidecar.glossary.read import Reading

app = typer.Typer(help="The shop's names: see docs/glossary.md.")


@app.callback()
def glossary() -> None:
    """The shop's names: see docs/glossary.md."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .toml or .xlsx file.")],
    json: Annotated[bool, typer.Option("--json", help="As a JSON object, for scripts.")] = False,
) -> None:
    """Name everything that is wrong in a glossary, by line, and count what can be used.

    Exit status 65 if there is an error; warnings alone are none.
    """
    from sidecar import logs
    from sidecar.glossary.read import read

    logs.configure("warning")
    reading = read(file)
    typer.echo(_record(reading) if json else _report(file, reading))
    if count := len(reading.errors):
        raise GlossaryError(
            f"{count} {'error' if count == 1 else 'errors'} in {file.name}",
            hint="the rest can be used as it is; what an error is about is left out",
        )


def _record(reading: Reading) -> str:
    fields = ("severity", "line", "message", "hint")
    record = {
        "terms": len(reading.glossary.terms),
        "languages": _counts(reading),
        "problems": [{field: getattr(problem, field) for field in fields} for problem in reading.problems],
    }
    return json_format.dumps(record, ensure_ascii=False, indent=2)


def _report(file: Path, reading: Reading) -> str:
    lines = [
        f"{file}:{problem.line}: {problem.severity}: {problem.message} ({problem.hint})" for problem in reading.problems
    ]
    terms = len(reading.glossary.terms)
    languages = ", ".join(f"{lang} {count}" for lang, count in _counts(reading).items())
    summary = (
        f"{terms} {'term' if terms == 1 else 'terms'} can be used: {languages}" if terms else "no term can be used"
    )
    return "\n".join([*lines, summary])


def _counts(reading: Reading) -> dict[str, int]:
    """Terms with a form, by language."""
    terms = reading.glossary.terms
    return {lang: sum(lang in term.forms for term in terms) for lang in reading.glossary.languages}
