"""`sidecar glossary check`, and a glossary given to other commands."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from sidecar.cli import main
from sidecar.demo import GLOSSARY

WRONG = "zh,en\n燕之屋,Yan Palace\n燕之屋,Swallow\n"


def sidecar(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """The exit status."""
    monkeypatch.setattr(sys, "argv", ["sidecar", *map(str, arguments)])
    with pytest.raises(SystemExit) as over:
        main()
    return int(over.value.code or 0)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.csv"
    path.write_text(WRONG, encoding="utf-8")
    return path


def test_that_of_the_demo_has_no_problem(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert sidecar(monkeypatch, "glossary", "check", GLOSSARY) == 0
    assert capsys.readouterr().out == "5 terms can be used: en 5, es 4, zh 4\n"


def test_every_problem_is_named_with_its_line(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sidecar(monkeypatch, "glossary", "check", shop) == 65
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{shop}:3: error: '燕之屋' is 'Swallow' in en, but 'Yan Palace' in line 2 (keep one of the two lines)",
        "1 term can be used: zh 1, en 1",
    ]
    assert said.err.startswith("error: 1 error in shop.csv\nhint: ")


def test_as_json(shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert sidecar(monkeypatch, "glossary", "check", shop, "--json") == 65
    said = json.loads(capsys.readouterr().out)
    assert (said["terms"], said["languages"]) == (1, {"zh": 1, "en": 1})
    assert [(each["line"], each["severity"]) for each in said["problems"]] == [(3, "error")]


def test_warnings_alone_are_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "shop.csv"
    path.write_text("zh,en\n燕之屋,Yan Palace\n燕之屋,\n", encoding="utf-8")
    assert sidecar(monkeypatch, "glossary", "check", path) == 0
    assert ":3: warning: " in capsys.readouterr().out


@pytest.mark.parametrize("command", [("run", "--input", "demo"), ("transcribe", "talk.wav")])
def test_a_glossary_that_is_not_there_stops_before_anything_is_loaded(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sidecar(monkeypatch, *command, "--glossary", tmp_path / "none.csv") == 2
    assert capsys.readouterr().err.splitlines()[0] == f"error: no glossary {tmp_path / 'none.csv'}"
