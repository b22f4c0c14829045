from __future__ import annotations

import os
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


@pytest.mark.parametrize(
    ("does", "free_mb"),
    [("echo 8000; echo 2048", 2_147), ("echo '[N/A]'", None), ("true", None), ("echo 8000; exit 9", None)],
)
def test_free_memory_of_gpus_is_what_their_driver_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, free_mb: int | None
) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert memory.gpu_available_mb() == free_mb


def test_without_a_driver_the_memory_of_gpus_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert memory.gpu_available_mb() is None
