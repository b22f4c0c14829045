from hypothesis import given
from hypothesis import strategies as st

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.audio.pace import RealtimePace
from sidecar.audio.reconnect import Backoff


def test_a_chunk_is_due_when_the_clock_reaches_its_end() -> None:
    pace = RealtimePace()
    assert pace.wait_s(SAMPLE_RATE, now_s=100.0) == 1.0
    assert pace.wait_s(2 * SAMPLE_RATE, now_s=101.25) == 0.75


def test_overdue_audio_does_not_wait() -> None:
    pace = RealtimePace()
    pace.wait_s(0, now_s=0.0)
    assert pace.wait_s(SAMPLE_RATE, now_s=5.0) == 0


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=50))
def test_delays_do_not_add_up(delays: list[float]) -> None:
    pace = RealtimePace()
    now = start = 50.0
    for number, delay in enumerate(delays, start=1):
        now += pace.wait_s(number * SAMPLE_RATE, now_s=now) + delay
    assert now <= start + len(delays) + delays[-1] + 1e-6


def test_waits_double_up_to_the_longest_and_start_again_after_success() -> None:
    backoff = Backoff(first_s=0.5, maximum_s=3.0)
    assert [backoff.next_s() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    backoff.reset()
    assert backoff.next_s() == 0.5
