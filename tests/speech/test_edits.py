"""A place in a text is found again after the text was edited."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.speech.edits import Edit, apply, place


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(max_size=30))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Edit(start, end, draw(st.text(max_size=4))) for start, end in pairs if start < end]


def test_what_lies_between_edits_stays() -> None:
    text = "只要九十九块，平时一百"
    edits = [Edit(2, 5, "99"), Edit(9, 11, "100")]
    assert apply(text, edits) == "只要99块，平时100"
    assert [place(at, edits) for at in (0, 2, 3, 5, 6, 9, 10, 11)] == [0, 2, 2, 4, 5, 8, 8, 11]


@given(edited())
def test_a_place_stays_between_the_same_characters(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    result = apply(text, edits)
    for at in range(len(text) + 1):
        here = place(at, edits)
        whole = [edit for edit in edits if edit.end <= at]
        assert 0 <= here <= len(result)
        if not any(edit.start < at < edit.end for edit in edits):
            assert result[:here] == apply(text[:at], whole)


@given(edited())
def test_places_keep_their_order(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    places = [place(at, edits) for at in range(len(text) + 1)]
    assert places == sorted(places)
    assert places[-1] == len(apply(text, edits))
