"""Screen: what a newcomer sees."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.delivery.mailbox import Kind, Parcel
from sidecar.delivery.screen import FINALS, PARTIALS, YOUNG_S, Screen


def parcel(id_: int, seq: int | None = None) -> Parcel:
    kind = Kind.TENTATIVE if seq is None else Kind.LASTING
    return Parcel(text=f"{id_}", kind=kind, name=(id_, "es"), seq=seq)


def test_the_last_finals_stay_while_they_are_young():
    screen = Screen()
    for id_ in range(1, 5):
        screen.show(parcel(id_, id_), float(id_), removed=False)
    assert [each.text for each in screen.finals(4.0)] == ["3", "4"]
    assert [each.text for each in screen.finals(3.5 + YOUNG_S)] == ["4"]
    assert screen.finals(4.5 + YOUNG_S) == []


def test_a_final_closes_its_partial_and_a_removal_takes_both_away():
    screen = Screen()
    screen.show(parcel(1), 0.0, removed=False)
    assert screen.is_open((1, "es"))
    screen.show(parcel(1, 1), 0.0, removed=False)
    assert screen.partials() == []
    screen.show(parcel(1, 2), 0.0, removed=True)
    assert screen.finals(0.0) == []


def test_a_revision_of_a_final_replaces_it():
    screen = Screen()
    screen.show(parcel(1, 1), 0.0, removed=False)
    screen.show(parcel(1, 2), 0.0, removed=False)
    assert [each.seq for each in screen.finals(0.0)] == [2]


@given(st.lists(st.tuples(st.integers(1, 30), st.booleans(), st.booleans()), max_size=100))
def test_it_never_grows(steps):
    screen = Screen()
    for number, (id_, final, removed) in enumerate(steps):
        screen.show(parcel(id_, number if final or removed else None), float(number), removed=removed)
        assert len(screen.finals(float(number))) <= FINALS
        assert len(screen.partials()) <= PARTIALS
