from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.translation import sentences


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("大家好！今天只要99.9元。买二送一", ["大家好！", "今天只要99.9元。", "买二送一"]),
        ("他说：“好吗？”然后走了。", ["他说：“好吗？”", "然后走了。"]),
        ("好！！！好", ["好！！！", "好"]),
        ("Only 5.99 today. Size No. 5 is left! Buy now", ["Only 5.99 today.", "Size No. 5 is left!", "Buy now"]),
        ("¿Qué tal? ¡Hola!", ["¿Qué tal?", "¡Hola!"]),
        ("Visit shop.com now", ["Visit shop.com now"]),
        ("没有标点的一句话", ["没有标点的一句话"]),
        ("", []),
    ],
)
def test_a_line_is_cut_where_a_sentence_ends(line: str, expected: list[str]) -> None:
    assert sentences.split(line) == expected


def test_chinese_is_joined_without_spaces() -> None:
    assert sentences.join(["大家好！", "谢谢。"], "zh-Hant") == "大家好！谢谢。"
    assert sentences.join(["Hello!", "Thanks."], "en") == "Hello! Thanks."


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])))
def test_nothing_but_blanks_is_lost(line: str) -> None:
    assert "".join("".join(sentences.split(line)).split()) == "".join(line.split())
