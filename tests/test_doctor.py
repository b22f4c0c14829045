"""What the doctor says of a machine, of a missing model, and of a memory that is short."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from sidecar import doctor
from sidecar.cli import app
from sidecar.config import Settings
from sidecar.doctor import Finding, Verdict
from sidecar.speech import shapes


def about(findings: list[Finding], what: str) -> Finding:
    return next(finding for finding in findings if finding.about == what)


@pytest.mark.model
def test_it_times_the_models_and_says_how_many_languages_they_carry() -> None:
    found = list(doctor.examine(Settings()))
    assert [finding.about for finding in found] == [
        "machine",
        "microphone",
        "recognition",
        "translation",
        "larger recognisers",
    ]
    recognition, translation = about(found, "recognition"), about(found, "translation")
    assert recognition.figures["partial_s"] > 0
    assert 0 < recognition.figures["final_s"] / doctor.SPEECH_S < recognition.figures["cores"]
    assert "whisper-base" in recognition.text
    larger = about(found, "larger recognisers").models
    assert set(larger) == {"whisper-small", "whisper-medium", "whisper-large-v3-turbo", "whisper-large-v3"}
    for figures in larger.values():
        assert figures["final_s"] > recognition.figures["final_s"]
        assert figures["languages"] <= translation.figures["languages"]
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
        "models": {},
    }


def test_short_memory_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.weights.memory.available_mb", lambda: 900)
    machine = about(list(doctor.examine(Settings.model_validate(NO_MODELS))), "machine")
    assert machine.verdict is Verdict.POOR
    assert machine.hint
    assert machine.figures["free_mb"] == 900


NO_MODELS = {"speech": {"model": "/no/such/model"}, "translation": {"model": "none"}}


@pytest.mark.parametrize(
    ("partial_s", "carried"),
    [(0.035, {"whisper-small", "whisper-medium", "whisper-large-v3-turbo"}), (0.15, {"whisper-small"}), (0.5, set())],
)
def test_the_faster_the_machine_the_larger_the_models_it_carries(partial_s: float, carried: set[str]) -> None:
    measured = {"partial_s": partial_s, "final_s": 2 * partial_s}
    finding = doctor._larger(Settings(), shapes.larger("whisper-base"), measured, 0.5)
    assert {name for name, figures in finding.models.items() if figures["real_time"]} == carried
    assert all(name in finding.text for name in carried)
    assert carried or "none" in finding.text


def test_a_larger_model_leaves_fewer_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.machine.cores", lambda: 4)
    finding = doctor._larger(Settings(), shapes.larger("whisper-base"), {"partial_s": 0.02, "final_s": 0.04}, 0.2)
    languages = [figures["languages"] for figures in finding.models.values()]
    assert languages == sorted(languages, reverse=True)
    assert languages[0] > languages[-1]


def test_of_a_model_of_ones_own_nothing_is_said() -> None:
    assert shapes.larger("my-whisper") == {}
    assert list(shapes.larger("whisper-large-v3")) == []
