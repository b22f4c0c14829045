"""``sidecar memory``: translations that the shop approved, in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sidecar.errors import UsageError

app = typer.Typer(help="Approved translations: see docs/memory.md.")

Chosen = Annotated[
    Path | None, typer.Option("--memory", metavar="FILE", help="The memory; default: that of the settings.")
]
Config = Annotated[Path | None, typer.Option("--config", help="Settings file; default: sidecar.toml here.")]


@app.callback()
def memory() -> None:
    """Approved translations: see docs/memory.md."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tmx or .csv file.")],
    memory: Chosen = None,
    config: Config = None,
) -> None:
    """Put the lines of FILE into the translation memory; a line that is there already gets the translations of FILE."""
    from sidecar.memory import library

    reading = library.read(file)
    for problem in reading.problems:
        typer.echo(f"{file}:{problem.line}: {problem.severity}: {problem.message} ({problem.hint})", err=True)
    path = _path(memory, config)
    merged = library.merge(path, reading.units)
    typer.echo(f"{merged.changed} of {len(reading.units)} lines are new or changed; {merged.total} lines in {path}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tmx or .csv file to write.")],
    memory: Chosen = None,
    config: Config = None,
) -> None:
    """Write the translation memory to FILE."""
    from sidecar.memory import library

    path = _path(memory, config)
    if not path.exists():
        raise UsageError(f"there is no translation memory {path}", hint="sidecar memory import FILE makes one")
    units = library.read(path).units
    library.write(file, units)
    typer.echo(f"{len(units)} lines written to {file}")


def _path(given: Path | None, config: Path | None) -> Path:
    from sidecar import config as configuration
    from sidecar import engines, logs

    logs.configure("warning")
    if given:
        return given
    path = engines.memory_path(configuration.load(config))
    if path is None:
        raise UsageError("no translation memory is set", hint="give --memory FILE, or set [translation] memory")
    return path
