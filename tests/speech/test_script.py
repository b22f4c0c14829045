"""Chinese captions come in one script, whichever the recogniser wrote."""

from __future__ import annotations

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
