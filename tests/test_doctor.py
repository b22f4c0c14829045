"""What the doctor says of a machine, of a missing model, and of a memory that is short."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from sidecar import doctor
from sidecar.cli import app
from sidecar.config import Settings
from sidecar.doctor import Finding, Verdict


def about(findings: list[Finding], what: str) -> Finding:
    return next(finding for finding in findings if finding.about == what)


@pytest.mark.model
def test_it_times_the_models_and_says_how_many_languages_they_carry() -> None:
    found = list(doctor.examine(Settings()))
    assert [finding.about for finding in found] == ["machine", "microphone", "recognition", "translation"]
    recognition, translation = about(found, "recognition"), about(found, "translation")
    assert recognition.figures["partial_s"] > 0
    assert 0 < recognition.figures["final_s"] / doctor.SPEECH_S < recognition.figures["cores"]
    assert translation.figures["line_s"] > 0
    assert (translation.verdict is Verdict.GOOD) == (translation.figures["languages"] >= 3)
    assert all(finding.hint for finding in found if finding.verdict is not Verdict.GOOD)


def test_a_missing_model_is_bad_and_so_is_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDECAR_SPEECH__MODEL", "/no/such/model")
    monkeypatch.setenv("SIDECAR_TRANSLATION__MODEL", "none")
    result = CliRunner().invoke(app, ["doctor", "--json"])
    assert result.exit_code == 1
    found = {finding["about"]: finding for finding in json.loads(result.stdout)}
    assert found["recognition"]["verdict"] == "bad"
    assert found["recognition"]["hint"]
    assert found["translation"] == {
        "about": "translation",
        "verdict": "good",
        "text": "none is wanted",
        "hint": "",
        "figures": {},
    }


def test_short_memory_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.weights.memory.available_mb", lambda: 900)
    machine = about(list(doctor.examine(Settings.model_validate(NO_MODELS))), "machine")
    assert machine.verdict is Verdict.POOR
    assert machine.hint
    assert machine.figures["free_mb"] == 900


NO_MODELS = {"speech": {"model": "/no/such/model"}, "translation": {"model": "none"}}
