from __future__ import annotations

import time

from sidecar.weights.bystanders import Bystanders


def test_ones_own_work_is_not_that_of_others() -> None:
    watch = Bystanders()
    began = time.process_time()
    while time.process_time() - began < 0.2:
        pass
    assert 0.0 <= watch.share() <= 1.0


def test_before_any_time_has_passed_nobody_took_any() -> None:
    assert Bystanders().share() <= 1.0
