"""``sidecar glossary``: the shop's names, checked before the show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.errors import GlossaryError

if TYPE_CHECKING:
    from sidecar.glossary.problem import Problem

app = typer.Typer(help="The shop's names: how they are written in each language, and how they are misheard.")


@app.callback()
def group() -> None:
    """The shop's names: how they are written in each language, and how they are misheard."""


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="Glossary: .csv, .toml or .xlsx.", show_default=False)]) -> None:
    """Name every problem of FILE with its line, and say what can be used."""
    from sidecar.glossary.read import read

    reading = read(file)
    for problem in reading.problems:
        typer.echo(_said(file, problem))
    known = reading.glossary
    languages = ", ".join(f"{len(known.known(tag))} in {tag}" for tag in known.languages)
    typer.echo(f"{len(known.terms)} terms: {languages}" if known.terms else "0 terms")
    if reading.errors:
        raise GlossaryError(
            f"{file.name} has {len(reading.errors)} error{'s' if len(reading.errors) > 1 else ''}",
            hint="the entries above are left out until they are put right",
        )


def _said(file: Path, problem: Problem) -> str:
    return f"{file.name}:{problem.line}: {problem.severity}: {problem.message} ({problem.hint})"
