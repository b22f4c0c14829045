"""Numbers become digits where subtitles have them, and never another number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.bench import lines
from sidecar.speech import edits
from sidecar.speech.figures import figures, unfinished
from sidecar.translation import numbers

PRICES = Path(__file__).parents[1] / "translation" / "data" / "prices.jsonl"
CHINESE_DIGITS = "零一二三四五六七八九"
ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
WORDS = ["", *ONES.split(), "eighteen", "nineteen"]
TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ENGLISH = (
    "a one two five nine ten fifteen nineteen twenty twenty-one ninety-nine hundred thousand and to or point percent "
    "dollars size in only people Twenty 5 , . million half past"
)


def written(text: str, tag: str = "zh") -> str:
    return edits.apply(text, figures(text, tag))


def values(text: str, tag: str) -> list[frozenset[object]]:
    return [frozenset(number.values) for number in numbers.find(text, tag)]


def chinese(number: int) -> str:
    """A number below a hundred million as it is said in full."""
    myriads, rest = divmod(number, 10_000)
    said = below_myriad(myriads) + "万" if myriads else ""
    said += ("零" if myriads and 0 < rest < 1000 else "") + below_myriad(rest)
    return said.removeprefix("一") if said.startswith("一十") else said


def below_myriad(number: int) -> str:
    said, nought = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += ("零" if nought and said else "") + CHINESE_DIGITS[digit] + name
        nought = not digit
    return said


def english(number: int) -> str:
    if number >= 1000:
        return f"{english(number // 1000)} thousand {english(number % 1000)}".strip()
    if number >= 100:
        return f"{WORDS[number // 100]} hundred {english(number % 100)}".strip()
    if number >= 20:
        return f"{TENS[number // 10]}-{WORDS[number % 10]}".strip("-")
    return WORDS[number]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("今天只要九十九块九，平时要一百五十九。", "今天只要99块9，平时要159。"),
        ("九十九块九毛九", "99块9毛9"),
        ("一百二十八元", "128元"),
        ("三块五一斤", "3块5一斤"),
        ("五块钱三件", "5块钱三件"),
        ("九块九包邮", "9块9包邮"),
        ("十块三件", "10块三件"),
        ("這款九十九塊九，一萬兩千單", "這款99塊9，12000單"),
        ("原价两千八，今天一千二", "原价2800，今天1200"),
        ("满三百减五十，", "满300减50，"),
        ("百分之二十", "20%"),
        ("百分之九十九点九", "99.9%"),
        ("三十八码到四十二码", "38码到42码"),
        ("十到十五天", "10到15天"),
        ("身高一米六五，体重一百二十斤", "身高1米65，体重120斤"),
        ("三点五升", "3.5升"),
        ("一点五万人", "1.5万人"),
        ("粉丝有三百二十万", "粉丝有320万"),
        ("卖了三万单", "卖了3万单"),
        ("二零二六年十一月二十三号", "2026年11月23号"),
        ("二〇二六年六月", "2026年6月"),
        ("九二年", "92年"),
        ("五月一号", "5月1号"),
        ("今年五月份", "今年5月份"),
        ("今晚八点半开播", "今晚8点半开播"),
        ("晚上八点", "晚上8点"),
        ("八点三十分", "8点30分"),
        ("八点零五分", "8点05分"),
        ("下午两点一刻", "下午两点一刻"),
        ("四十八小时内发货", "48小时内发货"),
        ("前十分钟", "前10分钟"),
        ("一百二十分", "120分"),
        ("第二十三名", "第23名"),
        ("三十多岁", "30多岁"),
        ("电话是幺三八零零一三八零零零", "电话是13800138000"),
        ("只要九九八块", "只要998块"),
        ("二百五十克", "250克"),
        ("一百零一个", "101个"),
        ("三十一块钱", "31块钱"),
        ("三百六十度旋转", "360度旋转"),
        ("三点整开播", "3点整开播"),
    ],
)
def test_chinese_prices_sizes_quantities_and_dates_are_written_with_digits(said: str, shown: str) -> None:
    assert written(said) == shown


@pytest.mark.parametrize(
    "text",
    [
        "一个就够了，一下子卖完，我们一起来",
        "万一不合适可以退，十分好用",
        "三三两两的人，七七八八，乱七八糟",
        "不管三七二十一",
        "一心一意，五颜六色，十全十美",
        "千万别错过，成千上万",
        "百分之百纯棉",
        "十三香，三十六计，二十四节气",
        "双十一，十一黄金周，正月十五",
        "买二送一，第二件五折，打八五折",
        "三二一，上链接",
        "五四三二一",
        "六六六六六",
        "三五天，七八个，两三百，二十五六岁，十几块钱，一百来块",
        "三五年",
        "八点",
        "我说两点",
        "一块儿拍",
        "第一名",
        "三分之二",
        "零下五度",
        "一万个不愿意",
        "链接三五八",
        "他真是个二百五",
        "两件九十九一件",
        "三十一个，三十一斤，三十一块",
        "一百五件，满一百五块",
        "两块三天",
        "一米八五折，九块八折",
        "三点整体来看，有一点整齐",
        "十万八千里",
        "二十三四十五",
        "百分之二三十",
        "iPhone十五",
        "3千8，1.5万，99.9元",
        "",
    ],
)
def test_set_phrases_estimates_counts_and_what_is_ambiguous_stay_as_they_were_said(text: str) -> None:
    assert written(text) == text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("two hundred and fifty people", "250 people"),
        ("that's twenty-nine ninety-nine dollars", "that's $29.99"),
        ("one thousand two hundred dollars", "$1200"),
        ("a hundred dollars each", "$100 each"),
        ("five dollars off", "$5 off"),
        ("fifty percent off", "50% off"),
        ("a hundred percent cotton", "100% cotton"),
        ("sizes eight to fourteen", "sizes 8 to 14"),
        ("size ten", "size 10"),
        ("ten to fifteen minutes", "10 to 15 minutes"),
        ("twenty-one of them", "21 of them"),
        ("thirty-day returns", "30-day returns"),
        ("twelve thousand five hundred units", "12,500 units"),
        ("since nineteen ninety", "since 1990"),
        ("in twenty twenty-six", "in 2026"),
        ("one hundred and one", "101"),
    ],
)
def test_english_amounts_are_written_with_digits(said: str, shown: str) -> None:
    assert written(said, "en") == shown


@pytest.mark.parametrize(
    "text",
    [
        "this one is for you, one of the best, one by one",
        "buy two get one free",
        "three two one go",
        "ten nine eight",
        "the second one is half price",
        "twenty-four seven support",
        "fifty fifty",
        "it was nineteen ninety-nine",
        "only twenty-nine ninety-nine",
        "eight thirty tonight",
        "half past eleven",
        "eleven o'clock",
        "the twenty-first of May, twenty-something, thirty-odd",
        "hundreds of thousands, a hundred times, a couple hundred",
        "Twenty people. Forever Twenty-One",
        "nine one one",
        "call five five five one two three four",
        "one dollar",
        "it costs $29.99, 20% off, size 38",
        "",
    ],
)
def test_english_pronouns_idioms_and_what_is_ambiguous_stay_in_words(text: str) -> None:
    assert written(text, "en") == text


def test_other_languages_stay_as_they_were_said() -> None:
    assert written("veintinueve euros", "es") == "veintinueve euros"
    assert written("九十九円", "ja") == "九十九円"
    assert unfinished("veintinueve", "es") == len("veintinueve")


@given(st.integers(10, 99_999_999))
@example(10_010)
@example(18_461_000)
def test_a_chinese_number_said_in_full_is_written_as_that_number(number: int) -> None:
    shown = written(f"平时要{chinese(number)}，")
    digits = shown.removeprefix("平时要").removesuffix("，")
    if number == 10 or chinese(number) == "一万":
        assert digits == chinese(number)
    elif digits.endswith("万"):
        assert int(digits.removesuffix("万")) * 10_000 == number
    else:
        assert int(digits) == number


@given(st.integers(11, 999_999))
def test_an_english_number_said_in_full_is_written_as_that_number(number: int) -> None:
    shown = written(f"we have {english(number)} left", "en")
    assert int(shown.removeprefix("we have ").removesuffix(" left").replace(",", "")) == number


@given(st.integers(1, 9999), st.integers(1, 9))
def test_a_chinese_price_keeps_its_amount(whole: int, tenth: int) -> None:
    assert written(f"{chinese(whole)}块{chinese(tenth)}") == f"{whole}块{tenth}"


chinese_talk = st.text(
    alphabet="零一二两三四五六七八九十百千万亿块毛元折点半分米月年号件个包买送第几多的，。 0123456789.:%A"
)
english_talk = st.lists(st.sampled_from(ENGLISH.split())).map(" ".join)


@given(st.one_of(st.tuples(chinese_talk, st.just("zh")), st.tuples(english_talk, st.just("en"))))
def test_no_heap_of_numerals_changes_its_value_or_changes_twice(said: tuple[str, str]) -> None:
    text, tag = said
    shown = written(text, tag)
    assert written(shown, tag) == shown
    before, after = values(text, tag), values(shown, tag)
    assert len(before) == len(after)
    assert all(one & other for one, other in zip(before, after, strict=True))
    assert 0 <= unfinished(text, tag) <= len(text)


@given(st.text(max_size=60), st.sampled_from(["zh", "yue", "en", "th"]))
def test_any_text_is_written_without_failing(text: str, tag: str) -> None:
    assert written(written(text, tag), tag) == written(text, tag)


def live_lines() -> list[str]:
    prices = [str(json.loads(line)["zh"]) for line in PRICES.read_text(encoding="utf-8").splitlines()]
    return [*prices, *(line.text for line in lines.commerce())]


def test_lines_of_live_hosts_keep_their_numbers_and_have_no_large_one_left_in_characters() -> None:
    for text in live_lines():
        shown = written(text)
        assert not numbers.differ(numbers.find(text, "zh"), numbers.find(shown, "zh"))
        assert numbers.with_digits(shown, "zh") == numbers.with_digits(text, "zh")
        assert written(shown) == shown
        assert not any("百" in number or "千" in number for number in left(shown)), shown


def left(text: str) -> list[str]:
    return [text[number.start : number.end] for number in numbers.find(text, "zh") if number.required]


@pytest.mark.parametrize(
    ("text", "whole", "tag"),
    [
        ("今天只要九十九", "今天只要", "zh"),
        ("今天只要九十九块", "今天只要", "zh"),
        ("今天只要九十九块九。", "今天只要", "zh"),
        ("含棉百分之九", "含棉", "zh"),
        ("今天只要九十九块钱", "今天只要九十九块钱", "zh"),
        ("只要99块", "只要99块", "zh"),
        ("it costs twenty", "it costs ", "en"),
        ("it costs twenty-nine ninety.", "it costs ", "en"),
        ("two hundred and", "", "en"),
        ("it costs twenty-nine dollars", "it costs twenty-nine dollars", "en"),
        ("often", "often", "en"),
        ("", "", "zh"),
    ],
)
def test_where_a_number_begins_that_may_go_on(text: str, whole: str, tag: str) -> None:
    assert text[: unfinished(text, tag)] == whole
