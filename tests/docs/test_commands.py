from __future__ import annotations

import os
import re
import shlex
from typing import Any

import pytest
import typer.main
import written

from sidecar.cli import app

QUOTED = sorted(
    {(written.name(page), command) for page in written.PAGES for command in written.commands(page.read_text())}
)


def parse(command: Any, words: list[str]) -> None:
    """As the command line would, without doing anything. Raises what it would print."""
    if not hasattr(command, "commands") or words[0].startswith("-"):
        command.make_context("sidecar", words)
        return
    _, inner, rest = command.resolve_command(command.context_class(command), words)
    parse(inner, rest)


@pytest.mark.parametrize(("page", "quoted"), QUOTED, ids=lambda value: value)
def test_a_command_in_the_docs_is_one(page: str, quoted: str) -> None:
    words = shlex.split(quoted)
    while re.match(r"[A-Z_]+=", words[0]):
        words.pop(0)
    program, *arguments = words
    if program == "sidecar":
        if len(arguments) > 1 or arguments[0].startswith("-"):
            parse(typer.main.get_command(app), arguments)
        else:  # the mere name of a command
            assert arguments[0] in typer.main.get_command(app).commands  # type: ignore[attr-defined]
        return
    assert re.match(r"\./scripts/\w+$", program), "a command of another program belongs into a block of text"
    assert os.access(written.ROOT / program, os.X_OK), f"{page}: {program}"
    if program == "./scripts/run":
        parse(typer.main.get_command(app), ["run", *arguments])


def test_a_wrong_command_would_be_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(typer.main.get_command(app), ["run", "--too", "en"])
    with pytest.raises(Exception, match="No such command"):
        parse(typer.main.get_command(app), ["models", "fetch"])
