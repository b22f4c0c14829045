"""Numbers are read in Chinese and in the scripts of the targets, and compared as values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sidecar.translation.numbers import differ, find, spellings, with_digits

PRICES = Path(__file__).parent / "data" / "prices.jsonl"


def required(text: str, tag: str) -> list[set[str]]:
    return [{format(v.normalize(), "f") for v in n.values} for n in find(text, tag) if n.required]


def lines() -> list[dict[str, object]]:
    return [json.loads(line) for line in PRICES.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("line", lines(), ids=lambda line: str(line["zh"])[:12])
def test_every_number_of_a_live_line_is_found_and_no_other(line: dict[str, object]) -> None:
    text, wanted = str(line["zh"]), line["numbers"]
    assert isinstance(wanted, list)
    firm = [set(str(one).split("|")) for one in wanted if not str(one).endswith("?") and one != "30"]
    found = [values for values in required(text, "zh") if values != {"30"}]
    assert len(found) == len(firm)
    assert all(values & expected for values, expected in zip(found, firm, strict=True))


def test_a_line_does_not_differ_from_itself() -> None:
    for line in lines():
        text = str(line["zh"])
        assert not differ(find(text, "zh"), find(text, "zh"))
        assert not differ(find(text, "zh"), find(with_digits(text, "zh"), "zh"))


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("今天只要九十九块九", "今天只要99.9元"),
        ("九十九块九毛九", "99.99元"),
        ("三块五一斤", "3.5元500克"),
        ("120斤", "60公斤"),
        ("十块钱三件", "10元3件"),
        ("10块3包", "10元3包"),
        ("二十九块九包邮", "29.9元包邮"),
        ("两千八的包", "2800的包"),
        ("一百零二厘米", "102厘米"),
        ("一万二", "12000"),
        ("1.5万人", "15000人"),
        ("打八五折", "优惠15%"),
        ("第二件五折", "第2件优惠50%"),
        ("百分之九十五的棉", "95%的棉"),
        ("身高一米六五", "身高1.65米"),
        ("七点三十分", "7点30分"),
        ("两点五升", "2.5升"),
        ("五毛一个", "0.5元一个"),
    ],
)
def test_spoken_chinese_numbers_are_written_with_digits(spoken: str, written: str) -> None:
    assert with_digits(spoken, "zh") == written


@pytest.mark.parametrize(
    "text",
    [
        "一起来看一下，一点都不贵",
        "十分好用，千万别错过",
        "万一不合适可以退",
        "二手的不卖",
        "五颜六色的都有",
        "三二一，上链接",
        "一块儿拍",
    ],
)
def test_words_that_only_look_like_numbers_ask_for_nothing(text: str) -> None:
    assert required(text, "zh") == []
    assert with_digits(text, "zh") == text


@pytest.mark.parametrize(
    ("text", "tag", "values"),
    [
        ("It is 1,299.50 yuan and 20% off", "en", ["1299.5", "20"]),
        ("Cuesta 1.299,50 yuanes, 10 mil personas", "es", ["1299.5", "10000"]),
        ("1 299,50 yuans", "fr", ["1299.5"]),
        ("٩٩٫٩ يوان", "ar", ["99.9"]),
        ("๙๙ บาท", "th", ["99"]),
        ("3万円、2割引", "ja", ["30000", "20"]),
        ("3만 위안", "ko", ["30000"]),
    ],
)
def test_digits_of_every_target_are_read(text: str, tag: str, values: list[str]) -> None:
    found = required(text, tag)
    assert len(found) == len(values)
    assert all(value in one for one, value in zip(found, values, strict=True))


@pytest.mark.parametrize(
    ("said", "written", "tag"),
    [
        ("九十九块九", "99.9 yuan", "en"),
        ("九十九块九", "99,90 yuanes", "es"),
        ("买二送一", "Buy two, get one free", "en"),
        ("体重一百二十斤", "a weight of 60 kg", "en"),
        ("第二份半价", "50% off the 2nd one", "en"),
        ("棉占百分之九十五", "95 percent cotton", "en"),
        ("买二送一", "Compra 2 y llévate 1 gratis", "es"),
        ("打八折", "20% off", "en"),
        ("晚上八点开始", "It starts at 20:00", "en"),
        ("晚上八点半开始", "It starts at half past 8 PM", "en"),
        ("晚上八点半开始", "Empieza a las ocho y media", "es"),
        ("晚上八点半开始", "ابتداءً من الساعة 8 ونصف", "ar"),
        ("晚上八点半开始", "저녁 8시 반에 시작해요", "ko"),
        ("一万两千单", "12 thousand orders", "en"),
        ("粉丝有三百万", "3 million followers", "en"),
        ("持续到11月15号", "until November 15", "en"),
        ("一个就够了", "One is enough", "en"),
        ("nineteen ninety-nine", "19,99 dólares", "es"),
        ("two hundred people", "200 personas", "es"),
    ],
)
def test_the_same_number_in_another_dress_is_no_difference(said: str, written: str, tag: str) -> None:
    source = "en" if said.isascii() else "zh"
    assert not differ(find(said, source), find(written, tag))


@pytest.mark.parametrize(
    ("said", "written", "tag"),
    [
        ("九十九块九", "99 yuan", "en"),
        ("九十九块九", "99.99 yuan", "en"),
        ("打八折", "80% off", "en"),
        ("打八折", "8% off", "en"),
        ("三件九十九", "99 yuan for 4", "en"),
        ("满三百减五十", "50 off", "en"),
        ("一万两千单", "1,200 orders", "en"),
        ("买二送二", "Buy 2, get some free", "en"),
        ("今天上新", "New today, 50% off", "en"),
        ("晚上八点开始", "It starts at 9 PM", "en"),
        ("满三百减五十", "50% off from 300 yuan", "en"),
        ("八点半开播，九点抽奖", "It starts at 8:30, with a draw at 9:30", "en"),
        ("晚上八点半开始", "It starts at 8 PM", "en"),
        ("晚上八点半开始", "Mulai setengah delapan malam", "id"),
        ("体重一百二十斤", "a weight of 120 kg", "en"),
    ],
)
def test_a_wrong_missing_or_added_number_is_a_difference(said: str, written: str, tag: str) -> None:
    assert differ(find(said, "zh"), find(written, tag))


@given(st.integers(min_value=13, max_value=10**7), st.sampled_from(["en", "es", "fr", "de", "th", "ar", "ru", "id"]))
def test_every_spelling_of_a_number_reads_as_that_number(value: int, tag: str) -> None:
    (number,) = find(str(value), "en")
    whole = [text for text in spellings(number, tag) if sum(map(str.isdigit, text)) == len(str(value))]
    assert whole
    assert not any(differ([number], find(text, tag)) for text in whole)


@given(st.text(max_size=60), st.sampled_from(["zh", "en", "ja", "ar", "ru", "th", "fr"]))
def test_any_text_is_read_without_failing(text: str, tag: str) -> None:
    found = find(text, tag)
    assert all(0 <= number.start <= number.end <= len(text) and number.values for number in found)
    with_digits(text, tag)


@given(st.text(alphabet="零一二两三四五六七八九十百千万亿块毛元折成点半分米月件个买送第0123456789.,:% ", max_size=24))
@example("0.0米0")
def test_any_heap_of_numerals_is_read_without_failing(text: str) -> None:
    find(text, "zh")
    with_digits(text, "zh")
