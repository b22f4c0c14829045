"""Which approved line is found for what was said, and which is not."""

from __future__ import annotations

import pytest

from sidecar.memory.memory import Match, Memory
from sidecar.memory.unit import Unit


def unit(said: str, written: str, source: str = "zh", target: str = "en") -> Unit:
    return Unit(texts={source: said, target: written}, source=source)


SAID = "这款面膜今天九十九块九，平时卖一百三十五。"
MEMORY = Memory([unit(SAID, "This face mask is 99.9 yuan today, 135 on other days.")])
FOUND = "This face mask is 99.9 yuan today, 135 on other days."


def found(said: str, memory: Memory = MEMORY, source: str = "zh", target: str = "en") -> str:
    match = memory.find(said, source, target)
    return "" if match is None else f"{'exact' if match.exact else 'near'}: {match.text}"


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        "这款面膜今天99.9元，平时卖135",
        "這款面膜今天九十九塊九,平時賣一百三十五！",
        " 这款 面膜今天99块9，平时卖135。 ",
    ],
)
def test_the_same_words_are_an_exact_match_however_they_are_written(said: str) -> None:
    assert found(said) == f"exact: {FOUND}"


@pytest.mark.parametrize(
    "said",
    ["嗯这款面膜啊今天九十九块九，平时卖一百三十五呢。", "这款面膜今天九十九块九啦，平时卖了一百三十五吧"],
)
def test_words_that_carry_nothing_make_a_near_match(said: str) -> None:
    assert found(said) == f"near: {FOUND}"


@pytest.mark.parametrize(
    "said",
    [
        "这款面膜今天九十九块八，平时卖一百三十五。",  # a number
        "这款面膜今天一百三十五，平时卖九十九块九。",  # their order
        "这款面膜今天九十九块九，平时卖百分之一百三十五。",  # a percentage
        "这款面膜今天99.9美元，平时卖135。",  # the currency
        "这款面霜今天九十九块九，平时卖一百三十五。",  # the product
        "这款面膜明天九十九块九，平时卖一百三十五。",  # the day
        "这款面膜今天不是九十九块九，平时卖一百三十五。",  # denied
        "这款面膜今天九十九块九，平时卖一百三十五？",  # asked
        "面膜",
        "",
    ],
)
def test_what_differs_by_anything_that_matters_is_not_found(said: str) -> None:
    assert found(said) == ""


def test_a_character_of_the_same_sound_is_a_near_match_in_a_line_of_some_length() -> None:
    memory = Memory([unit("她做的蛋糕很好吃", "Her cakes are delicious"), unit("他做", "He does")])
    assert found("他作的蛋糕很好吃", memory) == "near: Her cakes are delicious"
    assert found("她做", memory) == ""
    assert found("他做的蛋糕很好看", memory) == ""


def test_buying_is_not_selling() -> None:
    assert found("我们明天开始买这款新包", Memory([unit("我们明天开始卖这款新包", "We sell it tomorrow")])) == ""


def test_a_line_of_little_else_than_fillers_is_not_near() -> None:
    memory = Memory([unit("欢迎", "Welcome")])
    assert found("嗯啊欢迎呢", memory) == ""


def test_other_languages_are_compared_word_by_word() -> None:
    memory = Memory([unit("Well, two cotton shirts are 20 euros.", "2 camisas por 20 euros", "en", "es")])
    assert found("Two cotton shirts are 20 euros", memory, "en", "es") == "near: 2 camisas por 20 euros"
    assert found("Two cotton skirts are 20 euros", memory, "en", "es") == ""


def test_a_pair_counts_in_both_directions_and_for_varieties_of_a_language() -> None:
    memory = Memory([Unit(texts={"zh": "谢谢", "pt-BR": "Obrigado", "zh-Hant": "謝謝"}, source="zh")])
    assert found("Obrigado!", memory, "pt-BR", "zh") == "exact: 谢谢"
    assert found("Obrigado", memory, "pt", "zh-Hant") == "exact: 謝謝"
    assert found("谢谢", memory, "zh", "pt") == "exact: Obrigado"
    assert Memory([Unit(texts={"zh": "谢谢", "en": "Thanks"}, source="zh")]).find("Thanks", "en", "zh-Hant") is None


def test_the_newer_translation_counts_and_other_languages_stay() -> None:
    memory = Memory([Unit(texts={"zh": "谢谢", "en": "Thx", "es": "Gracias"}, source="zh")])
    assert found("谢谢", memory) == "exact: Thx"
    assert memory.add(unit("谢谢", "Thank you"))
    assert not memory.add(unit("谢谢", "Thank you"))
    assert found("谢谢", memory) == "exact: Thank you"
    assert found("谢谢", memory, target="es") == "exact: Gracias"
    assert len(memory) == 1


def test_an_exact_match_goes_before_a_newer_near_one() -> None:
    memory = Memory([unit("今天发货", "We ship today"), unit("今天发货了", "Shipped today")])
    assert memory.find("今天发货", "zh", "en") == Match("We ship today", exact=True)
