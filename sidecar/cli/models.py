"""``sidecar models``: the models there are, fetching and checking them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sidecar.weights.library import Library

app = typer.Typer(help="List, fetch and check models.")


@app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False) -> None:
    """All models, and which are here."""
    library = _library()
    rows: list[dict[str, object]] = [
        {
            "name": model.name,
            "here": library.is_here(model.name),
            "kind": model.kind,
            "engine": model.engine,
            "size": model.size,
            "memory_mb": model.memory_mb,
            "license": model.license,
            "license_url": model.license_url,
            "restriction": model.restriction,
            "languages": list(model.languages),
            "sources": [source.type for source in model.sources],
            "description": model.description,
        }
        for model in library.catalogue.values()
    ]
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=2) if as_json else _table(rows))


@app.command()
def pull(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="None: those that are embedded.")
    ] = None,
) -> None:
    """Fetch models, with what is missing only; an interrupted download goes on where it stopped."""
    from sidecar.weights import fit
    from sidecar.weights.progress import OnTerminal

    library = _library()
    for name in names or fit.embedded(library):
        typer.echo(library.pull(name, OnTerminal()))


@app.command()
def convert(
    name: Annotated[str, typer.Argument(help="Name of a model.")],
    python: Annotated[
        str | None,
        typer.Option("--python", metavar="PYTHON", help="One with torch and transformers; default: this one."),
    ] = None,
) -> None:
    """Fetch the original weights of a model, and make of them what CTranslate2 opens."""
    from sidecar.weights.progress import OnTerminal

    typer.echo(_library(python or sys.executable).pull(name, OnTerminal()))


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="None: all that are here.")] = None,
) -> None:
    """Hash every file of the models again."""
    from sidecar.errors import CorruptModelError, ModelError

    library = _library()
    corrupt: CorruptModelError | None = None
    for name in names or library.catalogue:
        try:
            whole = library.verify(name)
        except CorruptModelError as exc:
            corrupt = corrupt or exc
            typer.echo(f"{name}\tcorrupt")
            continue
        if whole:
            typer.echo(f"{name}\tok")
        elif names:
            raise ModelError(f"model {name} is not here", hint=f"sidecar models pull {name}")
    if corrupt:
        raise corrupt


@app.command()
def path(name: Annotated[str, typer.Argument(help="Name of a model.")]) -> None:
    """Where a model is: the folder or file that its engine opens."""
    typer.echo(_library().locate(name))


def _library(python: str = sys.executable) -> Library:
    from sidecar import logs
    from sidecar.weights.library import Library

    logs.configure("warning")
    return Library(python=python)


def _table(rows: list[dict[str, object]]) -> str:
    """Plain columns, so that a pipe and a terminal get the same."""
    from sidecar.weights.progress import megabytes

    head = ("NAME", "HERE", "SIZE", "LICENCE", "WHAT")
    lines = [head] + [
        (
            str(row["name"]),
            "yes" if row["here"] else "no",
            "?" if row["size"] is None else megabytes(int(str(row["size"]))),
            str(row["license"]),
            str(row["description"]),
        )
        for row in rows
    ]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[-1]]) for line in lines
    )
