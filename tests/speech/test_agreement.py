"""Two hypotheses agree as far as their words do, whatever their punctuation."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sidecar.speech.agreement import CHARACTER_LANGUAGES, agreed, normal, splice

# Few words and marks, so that hypotheses often agree for a while.
words = st.sampled_from(["red", "Red", "shirt", "shirts", "for", "9.90", "I'm", "naïve", "ＲＥＤ"])
marks = st.sampled_from(["", "", "", ",", ".", "!", " –"])
sentences = st.lists(st.tuples(words, marks).map("".join), max_size=8).map(" ".join)
characters = st.text(alphabet="这款面膜只要九十，。！9 ", max_size=12)


@pytest.mark.parametrize(
    ("previous", "current", "lang", "expected"),
    [
        ("the red shirt", "the red skirt", "en", "the red"),
        ("the red shirt.", "The red shirt, which", "en", "The red shirt,"),
        ("the red", "the red shirt", "en", "the red"),
        ("the red shirt", "the red", "en", "the red"),
        ("the red shirts", "the red shirt", "en", "the red"),
        ("", "the red", "en", ""),
        ("the red", "", "en", ""),
        ("... the", "– the red", "en", "– the"),
        ("a shirt", "the shirt", "en", ""),
        ("다음 상품", "다음 상품은", "ko", "다음"),
        ("这款面膜", "这款面部", "zh", "这款面"),
        ("这款，面膜。", "这款面膜只要", "zh", "这款面膜"),
        ("这款面膜", "这款面膜。", "zh-Hant", "这款面膜。"),
        ("呢款面膜", "呢款面部", "yue", "呢款面"),
        ("今天only九十", "今天 only 九块", "zh", "今天 only 九"),
    ],
)
def test_examples(previous: str, current: str, lang: str, expected: str) -> None:
    assert current[: agreed(previous, current, lang)] == expected


@given(sentences, sentences)
def test_what_agrees_is_made_of_whole_words_that_both_have(previous: str, current: str) -> None:
    end = agreed(previous, current, "en")
    assert 0 <= end <= len(current)
    assert end == len(current) or end == 0 or current[end].isspace()
    assert normal(previous).startswith(normal(current[:end]))


@given(characters, characters)
def test_in_character_languages_it_is_the_longest_common_beginning(previous: str, current: str) -> None:
    end = agreed(previous, current, "zh")
    before, kept, left = normal(previous), normal(current[:end]), normal(current[end:])
    assert before.startswith(kept)
    assert not left or not before.startswith(kept + left[0])


@given(sentences, st.sampled_from(["en", "es", "ko"]))
def test_a_hypothesis_agrees_with_itself_altogether(text: str, lang: str) -> None:
    assume(normal(text))
    assert agreed(text, text, lang) == len(text.rstrip())


@given(characters, st.sampled_from(sorted(CHARACTER_LANGUAGES)))
def test_so_it_does_in_character_languages(text: str, lang: str) -> None:
    assume(normal(text))
    assert agreed(text, text, lang) == len(text)


@given(sentences, sentences)
def test_both_ways_agree_on_the_same_words(one: str, other: str) -> None:
    assert normal(other[: agreed(one, other, "en")]) == normal(one[: agreed(other, one, "en")])


@given(sentences, sentences)
def test_more_words_at_the_end_take_nothing_back(text: str, more: str) -> None:
    grown = f"{text} {more}".strip()
    assert normal(grown[: agreed(text, grown, "en")]) == normal(text)


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["en", "zh", "th"]))
def test_any_text_at_all_has_an_answer(previous: str, current: str, lang: str) -> None:
    end = agreed(previous, current, lang)
    assert 0 <= end <= len(current)
    assert normal(current[:end]) == normal(previous)[: len(normal(current[:end]))]


def test_thai_letters_keep_their_marks() -> None:
    assert agreed("กีฬา", "กัน", "th") == 0
    assert agreed("ราคา", "ราคานี้", "th") == len("ราคา")


@pytest.mark.parametrize(
    ("kept", "text", "lang", "expected"),
    [
        ("the red", "the red shirt is new", "en", "the red shirt is new"),
        ("the bread", "the red shirt is new", "en", "the bread shirt is new"),
        ("The red shirt,", "the red shirt is new", "en", "The red shirt, is new"),
        ("so the red", "the red shirt", "en", "so the red shirt"),
        ("the red", "well the red shirt", "en", "the red shirt"),
        ("the red shirt", "the red", "en", "the red shirt"),
        ("", "the red shirt", "en", "the red shirt"),
        ("这款面膜，", "这款面魔只要九十九", "zh", "这款面膜，只要九十九"),
        ("这款面膜", "这款面膜，只要", "zh", "这款面膜只要"),
    ],
)
def test_what_is_kept_goes_on_with_what_comes_after_it(kept: str, text: str, lang: str, expected: str) -> None:
    assert splice(kept, text, lang) == expected


@given(sentences, sentences)
def test_what_is_kept_stays_and_the_rest_is_an_end_of_the_text(kept: str, text: str) -> None:
    joined = splice(kept, text, "en")
    assert joined.startswith(kept)
    assert normal(text).endswith(normal(joined[len(kept) :]))


@given(sentences, st.integers(0, 8))
def test_a_start_of_the_text_is_completed(text: str, count: int) -> None:
    start = " ".join(text.split()[:count])
    assert normal(splice(start, text, "en")) == normal(text)
