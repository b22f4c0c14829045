"""The command line itself: help that is there at once, and wrong options told as every error is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.main

from sidecar.cli import app, main

HEAVY = {
    "av",
    "ctranslate2",
    "fastapi",
    "faster_whisper",
    "huggingface_hub",
    "langcodes",
    "numpy",
    "onnxruntime",
    "opencc",
    "pydantic_settings",
    "requests",
    "sounddevice",
    "sqlalchemy",
    "uvicorn",
    "xllamacpp",
}
"""What takes long to load, and no help needs."""

LOADED = """
import json, sys
from sidecar.cli import main
sys.argv = ["sidecar", *sys.argv[1:]]
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def commands(command: object = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group of commands, by the words that call it."""
    command = command or typer.main.get_command(app)
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from commands(each, (*path, name))


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_help_loads_nothing_heavy(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *command, "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: {' '.join(('sidecar', *command))}")
    loaded = {name.partition(".")[0] for name in json.loads(done.stderr)}
    assert "typer" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        ("run --bogus", "no such option: --bogus", "sidecar run --help"),
        ("run --port 99999", "'--port'", "sidecar run --help"),
        ("run --pace fast", "'fast' is not one of 'realtime', 'max'", "sidecar run --help"),
        ("export --format avi", "'avi' is not one of", "sidecar export --help"),
        ("transcribe", "missing argument 'files'", "sidecar transcribe --help"),
        ("models", "missing command", "sidecar models --help"),
        ("sing", "no such command 'sing'", "sidecar --help"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_a_hint(
    arguments: str, error: str, hint: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["sidecar", *arguments.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    first, second = said.err.splitlines()
    assert first.startswith("error: ")
    assert error in first
    assert second == f"hint: see {hint}"


def test_without_a_command_it_shows_which_there_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["sidecar"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    shown = capsys.readouterr().out
    for name, *_ in list(commands())[1:]:
        assert name in shown
