"""`sidecar memory`: approved translations in and out."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.errors import UsageError
from sidecar.memory import library


def sidecar(*arguments: str) -> str:
    ended = CliRunner().invoke(app, ["memory", *arguments], catch_exceptions=False, standalone_mode=False)
    if ended.exception:
        raise ended.exception
    return ended.output


def test_lines_are_imported_and_exported_in_another_format(tmp_path: Path) -> None:
    lines, kept, out = tmp_path / "lines.csv", tmp_path / "kept.tmx", tmp_path / "out.csv"
    lines.write_text("zh,en\n谢谢,Thanks\n你好,Hello\n再见,\n", encoding="utf-8")
    said = sidecar("import", str(lines), "--memory", str(kept))
    assert f"2 of 2 lines are new or changed; 2 lines in {kept}" in said
    assert "lines.csv:4: error: there is only one language" in said
    assert "0 of 2" in sidecar("import", str(lines), "--memory", str(kept))
    assert "2 lines written" in sidecar("export", str(out), "--memory", str(kept))
    assert [dict(unit.texts) for unit in library.read(out).units] == [
        {"zh": "谢谢", "en": "Thanks"},
        {"zh": "你好", "en": "Hello"},
    ]


def test_the_memory_of_the_settings_is_the_default(tmp_path: Path) -> None:
    lines, config = tmp_path / "lines.csv", tmp_path / "sidecar.toml"
    lines.write_text("zh,en\n谢谢,Thanks\n", encoding="utf-8")
    config.write_text(f"[translation]\nmemory = '{tmp_path / 'shop.tmx'}'\n", encoding="utf-8")
    sidecar("import", str(lines), "--config", str(config))
    assert len(library.read(tmp_path / "shop.tmx").units) == 1


def test_without_a_memory_there_is_nothing_to_export(tmp_path: Path) -> None:
    config = tmp_path / "sidecar.toml"
    config.write_text("[translation]\nmemory = 'none'\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no translation memory"):
        sidecar("export", str(tmp_path / "out.csv"), "--config", str(config))
    with pytest.raises(UsageError, match="there is no translation memory"):
        sidecar("export", str(tmp_path / "out.csv"), "--memory", str(tmp_path / "none.tmx"))
