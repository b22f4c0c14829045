from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from stand_in_servers import CONFIG, WEIGHTS, Origin, offer_on_hub, small_model
from typer.testing import CliRunner, Result

from sidecar.cli.models import app
from sidecar.errors import CorruptModelError, ModelError

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command, with the small model beside the shipped ones and models in a folder of the test."""
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    text = small_model(sources="hub").model_dump(exclude_none=True)
    (manifests / "small.toml").write_text(_toml(text), encoding="utf-8")
    monkeypatch.setenv("SIDECAR_MANIFESTS", str(manifests))
    monkeypatch.setenv("SIDECAR_MODELS", str(tmp_path / "models"))
    return lambda *arguments: CliRunner().invoke(app, arguments)


def _toml(table: dict[str, object]) -> str:
    lines: list[str] = []
    for key, value in table.items():
        lines.append(f"{key} = {_value(value)}")
    return "\n".join(lines)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return json.dumps(value)


def test_the_list_names_every_model_with_licence_and_size(run: Run) -> None:
    out = run("list").stdout
    for told in ("whisper-base", "qwen2.5-coder-1.5b", "1.1 GB", "Apache-2.0", "Gemma Terms of Use"):
        assert told in out


def test_the_list_is_json_on_demand(run: Run) -> None:
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)}
    assert rows["whisper-base"]["here"] is False
    assert rows["whisper-base"]["sources"] == ["hub", "packages"]
    assert rows["small"]["size"] == len(WEIGHTS) + len(CONFIG)


@pytest.mark.network
def test_pull_then_path_verify_and_list_agree(run: Run, tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    place = tmp_path / "models" / "small"
    pulled = run("pull", "small")
    assert pulled.stdout.strip() == str(place)
    assert "licence MIT" in pulled.stderr
    assert run("path", "small").stdout.strip() == str(place)
    assert run("verify").stdout == "small\tok\n"
    assert {row["name"] for row in json.loads(run("list", "--json").stdout) if row["here"]} == {"small"}


@pytest.mark.network
def test_verify_finds_a_tampered_file(run: Run, tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    run("pull", "small")
    (tmp_path / "models" / "small" / "model.bin").write_bytes(b"t" * len(WEIGHTS))
    result = run("verify")
    assert result.stdout == "small\tcorrupt\n"
    assert isinstance(result.exception, CorruptModelError)


@pytest.mark.parametrize("command", ["path", "verify"])
def test_a_model_that_is_not_here_is_an_error_with_a_hint(run: Run, command: str) -> None:
    result = run(command, "small")
    assert isinstance(result.exception, ModelError)
    assert result.exception.hint == "sidecar models pull small"
    assert result.stdout == ""
