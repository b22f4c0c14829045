"""Chinese captions come in one script, whichever the recogniser wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.speech.script import chinese_converter, chinese_tag

SIMPLIFIED, TRADITIONAL = "这件衣服只要九十九块钱", "這件衣服只要九十九塊錢"


def test_either_script_becomes_simplified() -> None:
    convert = chinese_converter("simplified")
    assert convert(TRADITIONAL) == SIMPLIFIED
    assert convert(SIMPLIFIED) == SIMPLIFIED


def test_either_script_becomes_traditional() -> None:
    convert = chinese_converter("traditional")
    assert convert(SIMPLIFIED) == TRADITIONAL
    assert convert(TRADITIONAL) == TRADITIONAL


@pytest.mark.parametrize(
    ("heard", "simplified", "traditional"),
    [
        ("迪卡儂运动專业超市", "迪卡侬运动专业超市", "迪卡儂運動專業超市"),
        ("头發後面,干净的麵条", "头发后面,干净的面条", "頭髮後面,乾淨的麵條"),
        ("發貨只要一只", "发货只要一只", "發貨只要一隻"),
        ("他為什么在里面", "他为什么在里面", "他為什麼在裡面"),
        ("皇后餅干,能干的台風", "皇后饼干,能干的台风", "皇后餅乾,能幹的颱風"),
        ("iPhone 15的范圍", "iPhone 15的范围", "iPhone 15的範圍"),
    ],
)
def test_words_in_both_scripts_at_once_come_out_in_one(heard: str, simplified: str, traditional: str) -> None:
    assert chinese_converter("simplified")(heard) == simplified
    assert chinese_converter("traditional")(heard) == traditional


@given(st.text(alphabet=SIMPLIFIED + TRADITIONAL + "abc 1,。", max_size=30))
def test_as_heard_stays_as_heard(text: str) -> None:
    assert chinese_converter("as-heard")(text) == text


SIMPLIFY = chinese_converter("simplified")


@given(st.text(alphabet=TRADITIONAL + "OK 123 %。！", max_size=30))
def test_simplified_stays_simplified_and_nothing_else_changes(text: str) -> None:
    converted = SIMPLIFY(text)
    assert SIMPLIFY(converted) == converted
    assert [char for char in converted if char.isascii()] == [char for char in text if char.isascii()]


def test_the_tag_says_which_script_it_is() -> None:
    assert [chinese_tag(script) for script in ("simplified", "traditional", "as-heard")] == ["zh", "zh-Hant", "zh"]
