"""``sidecar doctor``: what this machine carries."""

from __future__ import annotations

import json as json_format
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

MARKS = {"good": "ok  ", "poor": "poor", "bad": "BAD "}
FAILED = 1


def doctor(
    json: Annotated[bool, typer.Option("--json", help="As a JSON array, for scripts.")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="Settings file")] = None,
) -> None:
    """Look at this machine and time its models: which it carries, and how many languages in real time.

    Exit status 1 if a session would not start.
    """
    from sidecar import config as configuration
    from sidecar import doctor as doctors
    from sidecar import logs

    logs.configure("error")
    found: list[doctors.Finding] = []
    for finding in doctors.examine(configuration.load(config)):
        found.append(finding)
        if not json:
            typer.echo(f"{MARKS[finding.verdict]}  {finding.about}: {finding.text}")
            if finding.hint:
                typer.echo(f"      hint: {finding.hint}")
    if json:
        typer.echo(json_format.dumps([asdict(finding) for finding in found], ensure_ascii=False, indent=2))
    if any(finding.verdict is doctors.Verdict.BAD for finding in found):
        raise typer.Exit(FAILED)
