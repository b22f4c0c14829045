"""The shop's terms in a line and in its translation: found, demanded, put right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.glossary.phrases import phrases
from sidecar.glossary.term import ANY, Glossary, Term
from sidecar.translation import checks, grammar, numbers, terms
from sidecar.translation.terms import Terminology, Wanted

BOTTLE = Term(
    forms={"zh": "小棕瓶", "en": "Little Brown Bottle", "ru": "Маленькая бутылка", "ko": "갈색병", "ar": "القارورة"},
    forbidden={"en": ("small brown bottle",)},
)
SERUM = Term(forms={"zh": "小棕瓶精华", "en": "Advanced Serum"})
SQUIRRELS = Term(forms={"zh": "三只松鼠", "en": "Three Squirrels"}, aliases={"zh": ("松鼠家",)})
SHIRT = Term(forms={"en": "cotton shirt", "es": "camisa de algodón", "zh": "棉衬衫"})
KEPT = Term(forms={"en": "NVIDIA"}, translate=False)
SHOP = Terminology(Glossary((BOTTLE, SERUM, SQUIRRELS, SHIRT, KEPT)))


def said(text: str, source: str = "zh", target: str = "en") -> list[str]:
    return [f"{term.said} = {term.written}" for term in SHOP.find(text, source, target)]


@pytest.mark.parametrize(
    ("text", "source", "target", "found"),
    [
        ("这款小棕瓶今天99元", "zh", "en", ["小棕瓶 = Little Brown Bottle"]),
        ("這款小棕瓶今天99元", "zh-Hant", "en", ["小棕瓶 = Little Brown Bottle"]),
        ("小棕瓶精华和小棕瓶", "zh", "en", ["小棕瓶精华 = Advanced Serum", "小棕瓶 = Little Brown Bottle"]),
        ("松鼠家的坚果", "zh", "en", ["松鼠家 = Three Squirrels"]),
        ("Two Cotton  Shirts, please", "en", "es", ["Cotton  Shirts = camisa de algodón"]),
        ("a cotton shirtwaist", "en", "es", []),
        ("cotton, shirt", "en", "es", []),
        ("ＮＶＩＤＩＡ显卡", "zh", "es", ["ＮＶＩＤＩＡ = NVIDIA"]),
        ("갈색병은 99위안", "ko", "en", ["갈색병은 = Little Brown Bottle"]),
        ("小棕瓶", "zh", "fr", []),
        ("", "zh", "en", []),
    ],
)
def test_what_a_line_says_is_found(text: str, source: str, target: str, found: list[str]) -> None:
    assert said(text, source, target) == found


def test_a_term_said_twice_is_wanted_once() -> None:
    assert said("小棕瓶就是小棕瓶") == ["小棕瓶 = Little Brown Bottle"]


def test_a_number_is_no_piece_of_a_longer_number() -> None:
    countdown = Terminology(Glossary((Term(forms={"zh": "三二一", "en": "here it is"}),)))
    assert countdown.find("准备三二一上", "zh", "en")
    assert not countdown.find("货号五三二一", "zh", "en")
    assert not countdown.find("货号三二一零", "zh", "en")


@pytest.mark.parametrize(
    ("form", "text", "lang", "there"),
    [
        ("Little Brown Bottle", "Our LITTLE brown bottles are here", "en", True),
        ("Little Brown Bottle", "a little bottle, brown", "en", False),
        ("camisa de algodón", "Dos camisas de algodón", "es", True),
        ("Маленькая бутылка", "Купите маленькую бутылку", "ru", True),
        ("القارورة", "سعر قارورة اليوم", "ar", True),
        ("갈색병", "갈색병을 보세요", "ko", True),
        ("小棕瓶", "這款小棕瓶", "zh-Hant", True),
        ("sữa", "sửa máy", "vi", False),
        ("Anna", "Annual sale", "en", False),
    ],
)
def test_a_form_is_found_whatever_its_ending(form: str, text: str, lang: str, there: bool) -> None:
    assert bool(terms.places(form, text, lang)) is there


def test_a_translation_without_a_firm_term_fails() -> None:
    wanted = SHOP.find("这款小棕瓶很好", "zh", "en")
    bad = checks.check("这款小棕瓶很好", "This bottle is great", source="zh", target="en", wanted=wanted)
    good = checks.check("这款小棕瓶很好", "This Little Brown Bottle is great", source="zh", target="en", wanted=wanted)
    assert bad.failed == ("terms",)
    assert good.ok


def test_a_forbidden_rendering_fails_unless_it_is_part_of_the_form() -> None:
    wanted = (Wanted(said="小棕瓶", written="Little Brown Bottle", never=("brown bottle",)),)
    text = "The Little Brown Bottle, the brown bottle"
    assert [(span.start, span.end) for _, span in terms.forbidden(wanted, text, "en")] == [(29, 41)]
    assert terms.repaired(wanted, text, "en") == "The Little Brown Bottle, the Little Brown Bottle"


def test_a_phrase_may_be_put_in_other_words_but_not_in_forbidden_ones() -> None:
    wanted = (Wanted(said="家人们", written="everyone", never=("family members",), firm=False),)
    assert checks.check("家人们晚上好", "Good evening, all", source="zh", target="en", wanted=wanted).ok
    said_badly = "Family members, good evening"
    assert checks.check("家人们晚上好", said_badly, source="zh", target="en", wanted=wanted).failed == ("forbidden",)
    assert terms.repaired(wanted, said_badly, "en") == "Everyone, good evening"


def test_a_term_left_as_it_was_said_is_put_right() -> None:
    wanted = SHOP.find("The cotton shirt is 20 euros", "en", "es")
    better = checks.rescued(
        "The cotton shirt is 20 euros",
        ["La cotton shirt cuesta 20 euros"],
        source="en",
        target="es",
        wanted=wanted,
    )
    assert better == "La camisa de algodón cuesta 20 euros"


def test_nothing_is_rescued_that_would_still_be_wrong() -> None:
    wanted = SHOP.find("The cotton shirt is 20 euros", "en", "es")
    tried = ["La cotton shirt cuesta 30 euros", "La prenda cuesta 20 euros"]
    assert checks.rescued("The cotton shirt is 20 euros", tried, source="en", target="es", wanted=wanted) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("This little brown bottle", "This Little Brown Bottle"),
        ("These little brown bottles", "These little brown bottles"),
        ("order 1 and get 2, everyone", "Order 1 and get 2, everyone"),
        ("“iphone case, everyone”", "“iPhone case, everyone”"),
    ],
)
def test_names_have_their_capitals_and_the_line_has_one(written: str, expected: str) -> None:
    wanted = (
        Wanted(said="小棕瓶", written="Little Brown Bottle"),
        Wanted(said="拍一发二", written="order 1 and get 2", firm=False),
        Wanted(said="家人们", written="everyone", firm=False),
        Wanted(said="苹果手机壳", written="iPhone case"),
    )
    assert terms.capitalised(wanted, written, "en") == expected


def test_a_number_within_a_name_is_no_number() -> None:
    line = "三只松鼠今天九块九"
    wanted = SHOP.find(line, "zh", "en")
    hidden = terms.hidden_in_source(wanted, line)
    assert numbers.with_digits(line, "zh", hidden=hidden) == "三只松鼠今天9.9元"
    assert checks.check(line, "Three Squirrels is 9.9 yuan", source="zh", target="en", wanted=wanted).ok


def test_a_name_may_stay_in_a_foreign_script_where_it_is_not_translated() -> None:
    wanted = (Wanted(said="燕之屋", written="燕之屋"),)
    assert checks.check("燕之屋很好", "燕之屋 is very good", source="zh", target="en", wanted=wanted).ok
    assert '"燕之屋"' in grammar.for_line((), "en", ["燕之屋"])


def test_a_name_with_a_number_of_its_own_may_be_written() -> None:
    rules = grammar.with_all(numbers.find("99元", "zh"), "en", ['No. 5 "X"', "Yan Palace"]).splitlines()
    assert r'n1 ::= "No. 5 \"X\""' in rules
    assert "root ::= left3" in rules
    assert not grammar.with_all((), "en", ["Yan Palace"])


def test_the_shop_decides_before_the_phrases_that_come_with_the_program() -> None:
    shop = Glossary((Term(forms={"zh": "家人们", "en": "dear guests"}),))
    both = Terminology(shop, phrases())
    assert [(term.written, term.firm) for term in both.find("家人们好", "zh", "en")] == [("dear guests", True)]
    assert [(term.written, term.firm) for term in both.find("家人们好", "zh", "es")] == [("a todos", False)]


def test_the_longest_phrase_counts() -> None:
    (found,) = Terminology(Glossary(), phrases()).find("三二一上链接", "zh", "en")
    assert found.written == "the link is now up"


LANGUAGES = ("zh", "en", "es", "pt", "fr", "de", "id", "vi", "th", "ms", "ja", "ko", "ar", "ru")


def test_every_phrase_has_a_form_in_every_language_and_none_of_them_is_forbidden() -> None:
    for term in phrases().terms:
        assert set(term.forms) == set(LANGUAGES)
        for lang in LANGUAGES[1:]:
            wanted = Wanted(said=term.forms["zh"], written=term.forms[lang], never=term.never(lang))
            assert terms.places(term.forms[lang], f"… {term.forms[lang]} …", lang)
            assert not terms.forbidden([wanted], term.forms[lang], lang)
    assert len(phrases().terms) >= 26


@given(text=st.text(max_size=60), name=st.text(min_size=1, max_size=8), form=st.text(min_size=1, max_size=8))
def test_any_text_can_be_searched_and_repaired(text: str, name: str, form: str) -> None:
    term = Term(forms={"zh": name, "en": form}, forbidden={ANY: ("bad",)})
    text = f"{text} {name} {text}"
    for wanted in Terminology(Glossary((term,))).find(text, "zh", "en"):
        assert wanted.said in text
        assert len(terms.hidden_in_source([wanted], text)) == len(text)
        assert len(terms.hidden_in_target([wanted], text, "en")) == len(text)
        terms.repaired([wanted], text, "en")
