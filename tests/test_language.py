"""Language tags: many spellings in, one short tag out, and nothing that is no language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar import language
from sidecar.errors import UsageError

KNOWN = ("zh", "zh-Hant", "yue", "en", "es", "pt", "pt-BR", "id", "vi", "ja", "ko", "th", "ar", "he", "hi", "fil", "sr")


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("zh", "zh"),
        ("ZH_cn", "zh"),
        ("zh-Hans", "zh"),
        ("cmn", "zh"),
        ("zho", "zh"),
        ("zh-Hant", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("zh_hk", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh-Hans-HK", "zh"),
        ("zh-yue", "yue"),
        ("en-US", "en"),
        ("eng", "en"),
        (" es ", "es"),
        ("es-419", "es"),
        ("pt-br", "pt-BR"),
        ("pt", "pt"),
        ("in", "id"),
        ("no", "nb"),
        ("nn-NO", "nn"),
        ("iw", "he"),
        ("sr-Latn", "sr"),
        ("de-CH-1996", "de"),
        ("zsm", "ms"),
        ("arb", "ar"),
        ("pes-IR", "fa"),
        ("id-ID", "id"),
        ("yue-Hant-HK", "yue"),
        ("cmn-Hant", "zh-Hant"),
        ("zh-cmn-Hans-CN", "zh"),
        ("zh-TW-u-co-stroke", "zh-Hant"),
        ("tl", "fil"),
        ("jw", "jv"),
    ],
)
def test_every_spelling_becomes_the_short_tag(written: str, tag: str) -> None:
    assert language.normalise(written) == tag


@pytest.mark.parametrize(
    "written", ["", " ", "xx", "english", "auto", "source", "und", "mul", "zxx", "x-foo", "e", "-"]
)
def test_what_is_no_language_is_refused_by_name(written: str) -> None:
    with pytest.raises(UsageError) as raised:
        language.normalise(written)
    assert f"'{written}'" in raised.value.message
    assert raised.value.hint


@given(st.sampled_from(KNOWN), st.booleans(), st.booleans())
def test_a_canonical_tag_stays_itself_however_it_is_typed(tag: str, upper: bool, underscore: bool) -> None:
    typed = tag.upper() if upper else tag.lower()
    assert language.normalise(typed.replace("-", "_") if underscore else typed) == tag


@given(st.text(max_size=12))
def test_whatever_is_typed_gives_a_tag_that_is_final_or_a_usage_error(typed: str) -> None:
    try:
        tag = language.normalise(typed)
    except UsageError:
        return
    assert language.normalise(tag) == tag
    assert tag
    assert tag.startswith(language.base(tag))


def test_a_list_keeps_its_order_and_loses_blanks_and_repeats() -> None:
    assert language.normalise_list("en, ES,,zh-TW , en-GB,") == ("en", "es", "zh-Hant")
    assert language.normalise_list(["pt-BR", "pt", " "]) == ("pt-BR", "pt")
    assert language.normalise_list("") == ()


def test_one_wrong_language_of_a_list_is_named() -> None:
    with pytest.raises(UsageError, match="'klingonese'"):
        language.normalise_list("en,klingonese")


def test_the_bare_language_of_a_tag() -> None:
    assert [language.base(tag) for tag in ("zh-Hant", "pt-BR", "en")] == ["zh", "pt", "en"]


def test_names_tell_the_two_ways_of_writing_chinese_apart() -> None:
    assert language.english_name("zh") == "Simplified Chinese"
    assert language.english_name("zh-Hant") == "Chinese (Traditional)"
    assert language.english_name("pt-BR") == "Portuguese (Brazil)"
    assert len({language.english_name(tag) for tag in KNOWN}) == len(KNOWN)


def test_arabic_and_hebrew_run_from_right_to_left_and_others_do_not() -> None:
    assert [tag for tag in KNOWN if language.is_right_to_left(tag)] == ["ar", "he"]
    assert language.is_right_to_left(language.normalise("fa-AF"))
