from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import ModelError, TranslationError
from sidecar.weights import fit, manifest
from sidecar.weights.library import Library
from sidecar.weights.progress import Progress

BIG, MIDDLE, SMALL = fit.TRANSLATORS
ALL = manifest.catalogue()


class Shelf(Library):
    """Has some models and can get no others."""

    def __init__(self, root: Path, has: tuple[str, ...] = fit.TRANSLATORS) -> None:
        super().__init__(root=root, catalogue=ALL)
        self.has = has

    def ensure(self, name: str, progress: Progress | None = None) -> Path:
        if name not in self.has:
            raise ModelError(f"cannot fetch {name}", hint="check the network")
        return self.root / name


def _choose(
    measure: Callable[[Path], float], *, library: Library, available_mb: int, others: float = 0.0
) -> fit.Choice:
    return fit.choose_translator(measure, library=library, available_mb=available_mb, watch=lambda: lambda: others)


def _speed(seconds: dict[str, float]) -> Callable[[Path], float]:
    return lambda path: seconds[path.name]


def test_a_machine_that_carries_the_best_model_gets_it(tmp_path: Path) -> None:
    choice = _choose(_speed({BIG: 1.2}), library=Shelf(tmp_path), available_mb=20_000)
    assert choice == fit.Choice(name=BIG, reason=f"translating with {BIG}: 1.2 s a line on this machine")


def test_too_little_memory_means_a_smaller_model_and_is_said(tmp_path: Path) -> None:
    choice = _choose(_speed({MIDDLE: 0.6}), library=Shelf(tmp_path), available_mb=3_000)
    assert choice.name == MIDDLE
    assert f"{BIG} wants 4.0 GB of memory and 3.0 GB are free" in choice.reason


def test_too_slow_means_a_smaller_model_and_is_said(tmp_path: Path) -> None:
    choice = _choose(_speed({BIG: 4, MIDDLE: 1.5}), library=Shelf(tmp_path), available_mb=20_000)
    assert choice.name == MIDDLE
    assert f"{BIG} takes 4.0 s a line here" in choice.reason


def test_where_all_are_slow_the_fastest_is_taken_with_a_warning(tmp_path: Path) -> None:
    speed = _speed({BIG: 9, MIDDLE: 6, SMALL: 3})
    choice = _choose(speed, library=Shelf(tmp_path), available_mb=20_000)
    assert choice.name == SMALL
    assert "may come late" in choice.reason


def test_a_slow_model_that_is_here_is_better_than_none(tmp_path: Path) -> None:
    choice = _choose(_speed({BIG: 4}), library=Shelf(tmp_path, (BIG,)), available_mb=20_000)
    assert choice.name == BIG


def test_a_model_that_cannot_be_had_or_loaded_is_passed_over(tmp_path: Path) -> None:
    def measure(path: Path) -> float:
        if path.name == MIDDLE:
            raise TranslationError("it does not load")
        return 1.0

    choice = _choose(measure, library=Shelf(tmp_path, (MIDDLE, SMALL)), available_mb=20_000)
    assert choice.name == SMALL
    assert "it does not load" in choice.reason


def test_no_model_at_all_is_the_failure_of_the_best(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"cannot fetch {BIG}"):
        _choose(_speed({}), library=Shelf(tmp_path, ()), available_mb=20_000)


def test_speed_is_measured_once_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []

    def measure(path: Path) -> float:
        measured.append(path.name)
        return 1.0

    for _ in range(3):
        _choose(measure, library=Shelf(tmp_path), available_mb=20_000)
    assert measured == [BIG]
    monkeypatch.setattr(fit, "this_machine", lambda: "another one")
    _choose(measure, library=Shelf(tmp_path), available_mb=20_000)
    assert measured == [BIG, BIG]


def test_what_other_programs_took_is_allowed_for(tmp_path: Path) -> None:
    choice = _choose(_speed({BIG: 8.0}), library=Shelf(tmp_path), available_mb=20_000, others=0.75)
    assert choice.name == BIG
    assert "2.0 s a line" in choice.reason


def test_too_slow_on_a_busy_machine_is_measured_again_next_time(tmp_path: Path) -> None:
    busy = _choose(_speed({BIG: 8.0, MIDDLE: 2.0}), library=Shelf(tmp_path), available_mb=20_000, others=0.5)
    quiet = _choose(_speed({BIG: 1.0}), library=Shelf(tmp_path), available_mb=20_000)
    assert (busy.name, quiet.name) == (MIDDLE, BIG)


def test_too_slow_on_a_quiet_machine_is_remembered(tmp_path: Path) -> None:
    _choose(_speed({BIG: 8.0, MIDDLE: 2.0}), library=Shelf(tmp_path), available_mb=20_000, others=0.1)
    assert _choose(_speed({}), library=Shelf(tmp_path), available_mb=20_000).name == MIDDLE


@pytest.mark.parametrize("content", [b"", b"{", b'{"machine": 1}'])
def test_a_damaged_memory_is_measured_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".speed.json").write_bytes(content)
    assert _choose(_speed({BIG: 1}), library=Shelf(tmp_path), available_mb=20_000).name == BIG


@given(st.integers(0, 100_000), st.integers(0, 100_000))
def test_more_memory_never_means_a_smaller_model(one: int, other: int) -> None:
    models = [ALL[name] for name in fit.TRANSLATORS]
    less, more = sorted((one, other))
    assert models.index(fit.by_memory(models, more)) <= models.index(fit.by_memory(models, less))


def test_set_up_fetches_the_recogniser_and_what_fits(tmp_path: Path) -> None:
    assert fit.embedded(Shelf(tmp_path), 20_000) == ("whisper-base", BIG)
    assert fit.embedded(Shelf(tmp_path), 500) == ("whisper-base", SMALL)


def test_this_machine_is_described_the_same_every_time() -> None:
    assert fit.this_machine() == fit.this_machine()


def _recognizer(library: Library, gpus: int, gpu_mb: int | None) -> fit.Choice:
    return fit.choose_recognizer(gpus, gpu_mb, library=library)


@pytest.mark.parametrize("gpu_mb", [None, 2_500, 80_000])
def test_a_gpu_with_room_gets_the_larger_recogniser(tmp_path: Path, gpu_mb: int | None) -> None:
    choice = _recognizer(Shelf(tmp_path, (fit.GPU_RECOGNISER,)), 1, gpu_mb)
    assert choice == fit.Choice(
        name="whisper-large-v3-turbo", reason="recognising with whisper-large-v3-turbo on the GPU"
    )


def test_without_a_gpu_the_recogniser_is_small_even_where_the_larger_one_is_here(tmp_path: Path) -> None:
    choice = _recognizer(Shelf(tmp_path, (fit.GPU_RECOGNISER,)), 0, None)
    assert choice.name == "whisper-base"
    assert "no GPU" in choice.reason


def test_a_gpu_without_room_gets_the_small_recogniser_and_that_is_said(tmp_path: Path) -> None:
    choice = _recognizer(Shelf(tmp_path, (fit.GPU_RECOGNISER,)), 2, 1_900)
    assert choice.name == "whisper-base"
    assert "whisper-large-v3-turbo wants 2.5 GB of memory and 1.9 GB are free on the GPU" in choice.reason


def test_a_larger_recogniser_that_cannot_be_had_is_given_up_and_that_is_said(tmp_path: Path) -> None:
    choice = _recognizer(Shelf(tmp_path, ()), 1, None)
    assert choice.name == "whisper-base"
    assert "cannot fetch whisper-large-v3-turbo" in choice.reason
