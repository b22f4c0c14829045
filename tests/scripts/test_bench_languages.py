"""What scripts/bench/languages makes of what a recogniser says about languages."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from sidecar import engines
from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.audio.endpoint import WINDOW_SAMPLES

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench" / "languages"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    loader = SourceFileLoader("bench_languages", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, loader.name, module)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    return module


class Loud:
    """Loud windows of 32 ms are speech."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.float32)

    def reset(self) -> None:
        self._rest = self._rest[:0]

    def feed(self, samples: Samples) -> list[float]:
        audio = np.concatenate([self._rest, samples])
        whole = len(audio) - len(audio) % WINDOW_SAMPLES
        self._rest = audio[whole:]
        windows = audio[:whole].reshape(-1, WINDOW_SAMPLES)
        return [1.0 if np.abs(window).max() > 0.1 else 0.0 for window in windows]


async def test_a_clip_is_split_as_a_live_session_splits_it(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "SpeechProbability", Loud)
    tone = 0.5 * np.sin(np.arange(2 * SAMPLE_RATE) * 0.1).astype(np.float32)
    silence = np.zeros(2 * SAMPLE_RATE, np.float32)
    soundfile.write(tmp_path / "two.wav", np.concatenate([silence, tone, silence, tone, silence]), SAMPLE_RATE)
    parts = await script.split(tmp_path / "two.wav")
    assert len(parts) == 2
    assert all(1.8 < len(part) / SAMPLE_RATE < 3.0 for part in parts)


def test_rates_are_of_all_languages_and_of_those_listed(script: ModuleType) -> None:
    doubtful, clear = {"cy": 0.6, "en": 0.3, "zh": 0.1}, {"cy": 0.01, "en": 0.98, "zh": 0.01}
    said = [script.Utterance("en", 3.0, {0.5: doubtful, None: clear}), script.Utterance("en", 0.3, {None: doubtful})]
    assert list(script.by_length(said, ("en", "zh"))) == [
        {"seconds": 0.5, "utterances": 1, "any_pct": 0.0, "listed_pct": 100.0},
        {"seconds": "all", "utterances": 2, "any_pct": 50.0, "listed_pct": 100.0},
    ]


def test_a_show_is_judged_by_the_time_that_is_taken_for_its_language(script: ModuleType) -> None:
    english = script.Utterance("en", 6.0, {None: {"en": 0.98, "zh": 0.01}})
    chinese = script.Utterance("zh", 2.0, {None: {"en": 0.01, "zh": 0.98}})
    said = [*([english] * 3), *([chinese] * 3)]
    rows = {row["show"]: row for row in script.over_shows(said, ("en", "zh"))}
    assert set(rows) == {"one language", "guests", "turns"}
    assert rows["one language"] == {
        "show": "one language",
        "shows": 2,
        "any_pct": 100.0,
        "listed_pct": 100.0,
        "sticky_pct": 100.0,
        "utterance_pct": 100.0,
    }
    assert rows["guests"]["sticky_pct"] == 100.0
    assert rows["turns"]["sticky_pct"] == 83.3  # all but 2 of the 6 seconds in Chinese, of 24
    assert rows["turns"]["utterance_pct"] == 100.0


def test_a_show_for_which_too_little_was_said_is_left_out(script: ModuleType) -> None:
    english = script.Utterance("en", 6.0, {None: {"en": 0.98, "zh": 0.01}})
    chinese = script.Utterance("zh", 6.0, {None: {"en": 0.01, "zh": 0.98}})
    rows = script.over_shows([english, english, chinese], ("en", "zh"))
    assert [row["show"] for row in rows] == ["one language"]
