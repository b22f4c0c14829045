"""``sidecar glossary check`` names every mistake, and its exit status says whether there was one."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.demo import GLOSSARY
from sidecar.errors import GlossaryError


def test_a_good_glossary_is_counted() -> None:
    result = CliRunner().invoke(app, ["glossary", "check", str(GLOSSARY)])
    assert result.exit_code == 0
    assert result.output == "5 terms: 5 in en, 5 in es, 5 in zh\n"


def test_mistakes_are_named_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("en,zh,translate\nSerum,精华,\nSerum,乳液,\nCream,面霜,maybe\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["glossary", "check", str(file)])
    assert isinstance(result.exception, GlossaryError)
    assert result.exception.exit_status == 65
    errors = result.output.splitlines()[:-1]
    assert [line.split(" ")[0] for line in errors] == ["names.csv:3:", "names.csv:4:"]


@pytest.mark.parametrize("arguments", [["run", "--input", "demo"], ["transcribe", "x.wav"]])
def test_a_glossary_that_is_not_there_is_told_before_anything_is_loaded(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"")
    if arguments[1] == "x.wav":
        arguments = ["transcribe", str(tmp_path / "x.wav")]
    result = CliRunner().invoke(app, [*arguments, "--glossary", str(tmp_path / "gone.csv")])
    assert "no glossary" in str(result.exception)
