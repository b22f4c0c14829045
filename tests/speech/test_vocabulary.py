"""Names that were heard nearly right are put right; everything else stays as it was heard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.glossary.term import ANY, Glossary, Term
from sidecar.speech.recognizer import Hypothesis, Word
from sidecar.speech.vocabulary import Vocabulary

NAMES = Vocabulary(
    Glossary(
        (
            Term(forms={"en": "HydraGlow", "zh": "水光精华"}, heard_as={ANY: ("high dra glow",)}),
            Term(forms={"en": "Lululemon", "zh": "露露乐蒙"}),
            Term(forms={"en": "salicylic acid", "zh": "水杨酸"}, aliases={"en": ("BHA",)}),
            Term(forms={"en": "Anker", "zh": "安克"}),
        )
    )
)


@pytest.mark.parametrize(
    ("lang", "heard", "written"),
    [
        ("en", "I love the hydra glow serum.", "I love the HydraGlow serum."),
        ("en", "High dra glow is back", "HydraGlow is back"),
        ("en", "Luludemon pants", "Lululemon pants"),
        ("zh", "这个水光金华特别好", "这个水光精华特别好"),
        ("zh", "水洋酸面膜", "水杨酸面膜"),
        ("zh", "鹭鹭乐盟的裤子", "露露乐蒙的裤子"),
    ],
)
def test_names_that_sound_alike_are_put_right(lang: str, heard: str, written: str) -> None:
    assert NAMES.corrected(heard, lang) == written


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "a banker dropped the anchor at the bank"),
        ("en", "one lemon, 99 yuan"),
        ("zh", "安全很重要"),
        ("zh", "我们今天去看看,一共99块钱"),
        ("ja", "これはいいですね"),
    ],
)
def test_other_words_stay(lang: str, said: str) -> None:
    assert NAMES.corrected(said, lang) == said


@given(st.text(max_size=60), st.sampled_from(["zh", "en", "es", "th"]))
def test_correcting_any_text_never_fails_and_changes_nothing_the_second_time(text: str, lang: str) -> None:
    once = NAMES.corrected(text, lang)
    assert NAMES.corrected(once, lang) == once


@given(st.text(alphabet="0123456789.,%¥$ ", max_size=30), st.sampled_from(["zh", "en"]))
def test_numbers_are_never_touched(text: str, lang: str) -> None:
    assert NAMES.corrected(text, lang) == text


def test_words_are_corrected_with_their_text() -> None:
    heard = ("I", " love", " hydra", " glow", " today")
    words = tuple(
        Word(text=text, start_s=number, end_s=number + 0.5, probability=0.9) for number, text in enumerate(heard)
    )
    hypothesis = Hypothesis(
        text="".join(heard), words=words, language="en", logprob=-0.1, no_speech=0.0, compression=1.0
    )
    corrected = NAMES.correct(hypothesis)
    assert corrected.text == "I love HydraGlow today"
    assert "".join(word.text for word in corrected.words) == corrected.text
    assert [word.start_s for word in corrected.words] == sorted(word.start_s for word in corrected.words)
    assert corrected.words[-1].end_s == words[-1].end_s


def test_without_names_a_hypothesis_stays_the_same_object() -> None:
    hypothesis = Hypothesis(text="hi", words=(), language="en", logprob=0.0, no_speech=0.0, compression=1.0)
    assert Vocabulary(Glossary()).correct(hypothesis) is hypothesis
