"""A host changes language when it is heard clearly for long enough, and not for a borrowed word."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from sidecar.speech.languages import LEAST, SETTLE, SWITCH, Belief, Switching

CLEARLY = math.log(0.98 / LEAST)
"""Evidence of a second in which one language is all but certain."""

probabilities = st.fixed_dictionaries({tag: st.floats(0, 1) for tag in ("zh", "en", "es", "cy")})
utterances = st.lists(st.tuples(probabilities, st.floats(0, 12)), max_size=20)
beliefs = st.builds(
    Belief,
    allowed=st.sampled_from([(), ("zh", "en"), ("en", "es", "th")]),
    switching=st.sampled_from(Switching),
)


def clear(tag: str) -> dict[str, float]:
    return {"zh": 0.01, "en": 0.01, "es": 0.01} | {tag: 0.98}


def taken_for(belief: Belief, *said: tuple[str, float]) -> list[str]:
    """The language that each clear utterance of so many seconds is taken for."""
    languages: list[str] = []
    for tag, seconds in said:
        belief = belief.after(clear(tag), seconds)
        languages.append(belief.language)
    return languages


def test_the_only_language_that_is_allowed_is_never_doubted() -> None:
    belief = Belief(allowed=("zh",))
    assert belief.language == "zh"
    assert not belief.asks(final=True)
    assert taken_for(belief, ("en", 30.0), ("en", 30.0)) == ["zh", "zh"]


def test_before_anything_was_heard_there_is_no_language() -> None:
    assert Belief().language == ""
    assert Belief(allowed=("zh", "en")).language == ""
    assert Belief().asks(final=False)


def test_a_short_first_utterance_does_not_settle_the_language() -> None:
    belief = Belief(allowed=("zh", "en")).after(clear("en"), SETTLE / CLEARLY - 0.1)
    assert (belief.language, belief.current) == ("en", "")
    assert belief.asks(final=False)
    assert taken_for(belief, ("zh", 4.0)) == ["zh"]


def test_doubtful_utterances_settle_the_language_together() -> None:
    belief = Belief(allowed=("zh", "en", "ja"))
    for _ in range(12):
        assert belief.current == ""
        belief = belief.after({"zh": 0.4, "en": 0.3, "ja": 0.2}, 2.0)
    for _ in range(3):
        belief = belief.after({"zh": 0.4, "en": 0.3, "ja": 0.2}, 2.0)
    assert belief.current == "zh"
    assert not belief.asks(final=False)
    assert belief.asks(final=True)


def test_what_is_not_allowed_is_not_heard() -> None:
    belief = Belief(allowed=("zh", "en")).after({"cy": 0.7, "en": 0.05, "zh": 0.2}, 8.0)
    assert belief.language == "zh"
    assert taken_for(belief, ("es", 30.0), ("es", 30.0)) == ["zh", "zh"]


def test_languages_that_are_all_unlikely_are_not_told_apart() -> None:
    belief = Belief(current="zh", allowed=("zh", "en"))
    for _ in range(50):
        belief = belief.after({"cy": 0.99, "en": 0.009, "zh": 0.0001}, 8.0)
    assert belief.language == "zh"


def test_borrowed_words_change_nothing_however_often() -> None:
    belief = Belief(current="zh")
    show = [("zh", 5.0), ("en", 1.5), ("en", 1.5)] * 20
    assert set(taken_for(belief, *show)) == {"zh"}


def test_one_long_utterance_does_not_make_up_for_all_others() -> None:
    belief = Belief(current="zh").after(clear("en"), 1000.0)
    assert belief.language == "en"
    assert taken_for(belief, ("zh", 8.0)) == ["zh"]


def test_long_enough_in_another_language_is_a_change() -> None:
    part = SWITCH / CLEARLY / 2 + 0.1
    assert taken_for(Belief(current="zh"), ("en", part), ("en", part), ("zh", 1.0)) == ["zh", "en", "en"]


def test_two_other_languages_do_not_add_up() -> None:
    part = SWITCH / CLEARLY / 2 + 0.1
    assert taken_for(Belief(current="zh"), ("en", part), ("es", part)) == ["zh", "zh"]


def test_from_one_utterance_to_the_next_when_asked() -> None:
    belief = Belief(allowed=("zh", "en"), switching=Switching.UTTERANCE, current="zh")
    assert belief.asks(final=False)
    said = [("en", 1.0), ("zh", 2.0), ("en", 0.3), ("en", 0.3), ("en", 0.3), ("en", 3.0)]
    assert taken_for(belief, *said) == ["en", "zh", "zh", "zh", "zh", "en"]


def test_a_model_of_one_language_hears_that_language() -> None:
    assert Belief().after({"en": 1.0}, 0.5).language == "en"
    assert Belief(allowed=("zh", "en"), current="en").after({"en": 1.0}, 9.0).language == "en"


@given(beliefs, utterances)
def test_the_language_is_always_one_that_may_be_spoken(
    belief: Belief, said: list[tuple[dict[str, float], float]]
) -> None:
    for heard, seconds in said:
        belief = belief.after(heard, seconds)
        assert belief.language in (belief.allowed or heard)
        assert all(math.isfinite(one) for one in belief.evidence.values())


@given(beliefs, utterances)
def test_every_change_was_heard_since_the_last_for_as_long_as_it_takes(
    belief: Belief, said: list[tuple[dict[str, float], float]]
) -> None:
    heard_s, most = 0.0, SWITCH / math.log(1 / LEAST)
    for heard, seconds in said:
        before, belief = belief, belief.after(heard, seconds)
        heard_s += seconds
        if before.current and belief.current != before.current:
            assert belief.switching is Switching.UTTERANCE or heard_s > most - 1e-6
            heard_s = 0.0


@given(beliefs, utterances)
def test_no_time_at_all_is_no_evidence(belief: Belief, said: list[tuple[dict[str, float], float]]) -> None:
    for heard, seconds in said:
        belief = belief.after(heard, seconds)
        assert belief.after(heard, 0.0).current == belief.current
