"""A host changes language when it is heard for long enough, and not for a borrowed word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.speech.languages import MIN_S, SWITCH_S, LanguageTracker

utterances = st.lists(st.tuples(st.sampled_from(["zh", "en", "es"]), st.floats(0.1, 12)), max_size=30)


def test_a_language_that_was_set_is_never_doubted() -> None:
    tracker = LanguageTracker("zh")
    assert not tracker.detecting
    assert [tracker.observe("en", 30.0) for _ in range(3)] == ["zh", "zh", "zh"]
    assert tracker.current == "zh"


def test_the_first_utterance_long_enough_to_tell_decides() -> None:
    tracker = LanguageTracker()
    assert tracker.detecting
    assert tracker.observe("en", MIN_S / 2) == "en"
    assert tracker.current is None
    assert tracker.observe("zh", MIN_S) == "zh"
    assert tracker.current == "zh"
    assert tracker.detecting


def test_a_borrowed_word_or_a_jingle_changes_nothing() -> None:
    tracker = LanguageTracker()
    tracker.observe("zh", 5.0)
    assert tracker.observe("en", 1.0) == "zh"
    assert tracker.observe("en", SWITCH_S - 0.5) == "zh"
    assert tracker.observe("zh", 3.0) == "zh"
    assert tracker.observe("en", SWITCH_S - 0.5) == "zh"


def test_long_enough_in_another_language_is_a_change() -> None:
    tracker = LanguageTracker()
    tracker.observe("zh", 5.0)
    assert tracker.observe("en", SWITCH_S / 2) == "zh"
    assert tracker.observe("en", SWITCH_S / 2) == "en"
    assert tracker.current == "en"
    assert tracker.observe("zh", 2.0) == "en"


def test_a_short_word_does_not_undo_what_was_heard_of_another_language() -> None:
    tracker = LanguageTracker()
    tracker.observe("zh", 5.0)
    assert tracker.observe("en", SWITCH_S - 1) == "zh"
    assert tracker.observe("en", MIN_S / 2) == "zh"
    assert tracker.observe("en", SWITCH_S - 1) == "en"


def test_two_other_languages_do_not_add_up() -> None:
    tracker = LanguageTracker()
    tracker.observe("zh", 5.0)
    for _ in range(4):
        assert tracker.observe("en", SWITCH_S / 2) == "zh"
        assert tracker.observe("es", SWITCH_S / 2) == "zh"


@given(utterances)
def test_the_answer_is_the_language_of_the_show_or_what_was_heard(said: list[tuple[str, float]]) -> None:
    tracker = LanguageTracker()
    for heard, seconds in said:
        answer = tracker.observe(heard, seconds)
        assert answer == (heard if tracker.current is None else tracker.current)


@given(utterances)
def test_every_change_was_heard_for_as_long_as_it_takes(said: list[tuple[str, float]]) -> None:
    tracker = LanguageTracker()
    since: dict[str, float] = {}
    for heard, seconds in said:
        before = tracker.current
        tracker.observe(heard, seconds)
        since[heard] = since.get(heard, 0.0) + seconds
        if before is not None and tracker.current != before:
            assert tracker.current == heard
            assert since[heard] >= SWITCH_S
        if heard == before:
            since.clear()


@given(utterances)
def test_a_host_who_stays_with_one_language_is_never_taken_for_another(said: list[tuple[str, float]]) -> None:
    tracker = LanguageTracker()
    tracker.observe("zh", MIN_S)
    for heard, seconds in said:
        assert tracker.observe(heard, min(seconds, SWITCH_S / 2 - 0.1)) == "zh"
        assert tracker.observe("zh", seconds) == "zh"
