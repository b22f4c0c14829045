"""What nobody said is not shown, loops are said once, and text fits on one line."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.speech import cleanup
from sidecar.speech.recognizer import Hypothesis


def hypothesis(text: str, *, logprob: float = -0.2, no_speech: float = 0.0, compression: float = 1.0) -> Hypothesis:
    return Hypothesis(text=text, words=(), language="en", logprob=logprob, no_speech=no_speech, compression=compression)


@pytest.mark.parametrize("text", ["", " ", "...", "。", "♪ ♪", "-"])
def test_text_without_a_letter_or_digit_was_said_by_nobody(text: str) -> None:
    assert cleanup.is_nobody(hypothesis(text))


def test_doubtful_words_over_silence_were_said_by_nobody() -> None:
    assert cleanup.is_nobody(hypothesis("Thank you.", logprob=-1.4, no_speech=0.9))
    assert not cleanup.is_nobody(hypothesis("Thank you.", logprob=-0.3, no_speech=0.9))
    assert not cleanup.is_nobody(hypothesis("Thank you.", logprob=-1.4, no_speech=0.1))


@pytest.mark.parametrize("text", ["li" * 50, "la " * 40, "Ya " + "da da " * 30])
def test_humming_was_said_by_nobody(text: str) -> None:
    assert cleanup.is_nobody(hypothesis(text))


def test_short_humming_was_said_by_nobody_unless_it_sounds_like_speech() -> None:
    for text in ("轮轮轮轮轮轮轮", "la, la, la, la, la, la"):
        assert cleanup.is_nobody(hypothesis(text, no_speech=0.35))
        assert not cleanup.is_nobody(hypothesis(text, no_speech=0.1))
    assert not cleanup.is_nobody(hypothesis("对对对对对", no_speech=0.35))


def test_what_may_be_humming_is_one_syllable_again_and_again() -> None:
    for text in ("轮轮轮轮轮轮轮", "Yeah, yeah, yeah, yeah", "la la la la la"):
        assert cleanup.may_be_humming(text)
    for text in ("对对对", "yes yes yes, it is", "9999", "M1 M2 M3 M4", ""):
        assert not cleanup.may_be_humming(text)


def test_a_laugh_or_a_loop_after_words_was_said_by_somebody() -> None:
    assert not cleanup.is_nobody(hypothesis("哈哈哈哈哈哈哈哈"))
    assert not cleanup.is_nobody(hypothesis("This one is ninety nine yuan only, " + "yes " * 12))


@pytest.mark.parametrize("text", ["OK", "99", "谢谢", "ขอบคุณ", "é"])
def test_the_shortest_words_were_said_by_somebody(text: str) -> None:
    assert not cleanup.is_nobody(hypothesis(text))


@pytest.mark.parametrize(
    ("looping", "once"),
    [
        ("buy it now, " * 6 + "please", "buy it now, please"),
        ("I want it. " * 20, "I want it."),
        ("谢谢大家" * 5 + "再见", "谢谢大家再见"),
        ("It is the best of all. It is the best of all.", "It is the best of all."),
        ("这一款今天只要九十九，这一款今天只要九十九。", "这一款今天只要九十九。"),
    ],
)
def test_a_loop_is_said_once(looping: str, once: str) -> None:
    assert cleanup.tidy(cleanup.without_loops(looping)) == once


@pytest.mark.parametrize(
    "text",
    [
        "no, no, no, that is the wrong one",
        "very, very good",
        "很好很好，真的很好",
        "三二一上链接，三二一上链接",
        "I want it now, I want that now",
        "one two three four five six seven eight",
        "one two one two, testing",
    ],
)
def test_emphasis_is_no_loop(text: str) -> None:
    assert cleanup.without_loops(text) == text


@pytest.mark.parametrize("number", ["100000000", "1000000000", "1.000.000.000.000", "0.00000000"])
def test_a_number_is_no_loop_however_many_noughts_it_has(number: str) -> None:
    assert cleanup.without_loops(f"only {number} today") == f"only {number} today"


@given(st.text(alphabet="ab 不好,.", max_size=60))
def test_taking_loops_out_only_shortens_and_keeps_the_first_characters(text: str) -> None:
    kept = cleanup.without_loops(text)
    assert len(kept) <= len(text)
    assert kept[:2] == text[:2]
    assert set(kept) <= set(text)


@given(st.text(alphabet="abcdef 不好", min_size=2, max_size=40), st.integers(4, 30))
def test_however_often_a_phrase_is_repeated_little_is_left_of_it(phrase: str, times: int) -> None:
    assert len(cleanup.without_loops(phrase * times)) <= 2 * len(phrase)


@given(st.text(max_size=60))
@example("0\x1f0")
def test_tidy_text_is_one_line_that_can_be_seen_and_stays_as_it_is(text: str) -> None:
    tidied = cleanup.tidy(text)
    assert cleanup.tidy(tidied) == tidied
    assert tidied == " ".join(tidied.split())
    assert tidied.isprintable()
    assert "\ufffd" not in tidied


@given(st.text(alphabet=st.characters(categories=("L", "M", "N", "P", "S")), max_size=40))
def test_tidying_costs_no_letter_digit_or_sign(text: str) -> None:
    assert cleanup.tidy(text) == text.replace("\ufffd", "")


def test_tidying_joins_lines_and_drops_what_cannot_be_read() -> None:
    assert cleanup.tidy("  one\n two\t\x07three\ufffd  ") == "one two three"
