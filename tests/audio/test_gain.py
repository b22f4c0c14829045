"""How loud a quiet voice is made."""

from __future__ import annotations

from math import log10

import pytest

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.audio.gain import MAX_DB, TARGET_DBFS, Gain


def decibels(factor: float) -> float:
    return 20 * log10(factor)


def test_a_loud_voice_is_left_alone() -> None:
    assert Gain().factor(-10.0, 512) == 1.0


def test_a_quiet_one_is_raised_at_once_and_digital_silence_no_further_than_the_limit() -> None:
    gain = Gain()
    assert decibels(gain.factor(-120.0, 512)) == pytest.approx(MAX_DB)
    assert decibels(gain.factor(-50.0, 512)) == pytest.approx(TARGET_DBFS + 50.0)


def test_the_pause_after_a_loud_voice_is_not_raised_at_once() -> None:
    gain = Gain()
    gain.factor(-20.0, 512)
    assert decibels(gain.factor(-60.0, SAMPLE_RATE)) == pytest.approx(3.0)
    assert decibels(gain.factor(-60.0, SAMPLE_RATE)) == pytest.approx(6.0)
