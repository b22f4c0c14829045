from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")
SCRIPTS = [
    path
    for path in sorted((ROOT / "scripts").rglob("*"))
    if path.is_file() and (path.suffix == ".sh" or path.read_bytes().startswith(b"#!/usr/bin/env bash"))
]


def _locked(name: str) -> dict[str, list[str]]:
    """Lines of each requirement by its name."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (ROOT / name).read_text().splitlines():
        if match := re.match(r"([a-z0-9][a-z0-9.-]*)==", line):
            current = found.setdefault(match[1], [])
        current.append(line)
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_server_and_no_path(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(^|\s)(--index|--extra|--find|/|\.\./)", text)


@pytest.mark.parametrize("name", LOCKS)
def test_everything_locked_has_checksums(name: str) -> None:
    for requirement, lines in _locked(name).items():
        assert any("--hash=sha256:" in line for line in lines), requirement


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_locked(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["build"]]
    if "dev" in name:
        wanted += project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=!~; ]", line)[0].replace("_", "-") for line in wanted}
    assert names <= set(_locked(name)), "run scripts/lock"


def test_tests_run_with_the_versions_that_users_get() -> None:
    users, developers = _locked("requirements.lock"), _locked("requirements-dev.lock")
    for name, lines in users.items():
        assert lines[0].split()[0] == developers[name][0].split()[0]  # where they are installed may differ


def test_the_npm_lock_names_no_server() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not any("resolved" in package for package in packages.values())
    assert all("integrity" in package for path, package in packages.items() if path)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_correct_bash(script: Path) -> None:
    subprocess.run(["bash", "-n", script], check=True)
