from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.weights import memory


def _group(folder: Path, limit: str) -> Path:
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text("700\n")
    (folder / "memory.stat").write_text("anon 100\ninactive_file 200\n")
    return folder


@pytest.mark.parametrize(("limit", "expected"), [("1000", 500), ("400", 0), ("max", None)])
def test_a_container_leaves_what_its_limit_does(tmp_path: Path, limit: str, expected: int | None) -> None:
    assert memory.headroom(_group(tmp_path, limit)) == expected


def test_without_control_groups_only_the_machine_counts(tmp_path: Path) -> None:
    assert memory.headroom(tmp_path) is None


def test_some_memory_is_available() -> None:
    assert memory.available_mb() > 0
