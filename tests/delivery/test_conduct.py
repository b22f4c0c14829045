"""Conduct: what is used, what gets an error, what is enough. Time is an argument."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.delivery.conduct import BURST, FORGIVEN_S, RATE_PER_S, STRIKES, Conduct
from sidecar.delivery.wire import CloseCode, ErrorMessage, Subscribe

GOOD = '{"type":"subscribe","lang":"es","second":"zh"}'


def test_a_subscription_is_understood():
    assert Conduct(0.0).judge(GOOD, 0.0) == Subscribe(type="subscribe", lang="es", second="zh")


def test_mistakes_that_are_far_apart_are_forgiven():
    conduct = Conduct(0.0)
    for number in range(STRIKES * 3):
        assert isinstance(conduct.judge("nonsense", number * FORGIVEN_S / 2), ErrorMessage)
    assert conduct.close_code is None


def test_mistakes_in_a_row_are_not():
    conduct = Conduct(0.0)
    for _ in range(STRIKES):
        conduct.judge("nonsense", 1.0)
    assert conduct.close_code is CloseCode.BAD_MESSAGES


def test_a_burst_is_fine_and_a_flood_is_not():
    conduct = Conduct(0.0)
    for _ in range(BURST):
        assert isinstance(conduct.judge(GOOD, 0.0), Subscribe)
    assert conduct.judge(GOOD, 0.0) == ErrorMessage(code="flood", message="more than 5 messages a second")
    for _ in range(STRIKES):
        conduct.judge(GOOD, 0.0)
    assert conduct.close_code is CloseCode.FLOOD


def test_the_rate_that_is_allowed_may_go_on_for_ever():
    conduct = Conduct(0.0)
    for number in range(1000):
        assert isinstance(conduct.judge(GOOD, number / RATE_PER_S), Subscribe)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_nothing_that_is_sent_raises(message):
    verdict = Conduct(0.0).judge(message, 0.0)
    assert isinstance(verdict, ErrorMessage | Subscribe)
    assert len(verdict.encode()) < 1000
