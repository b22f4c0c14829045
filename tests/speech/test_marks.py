"""Chinese and Japanese captions have full-width marks and no spaces between characters; the rest is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.speech import edits
from sidecar.speech.agreement import normal
from sidecar.speech.marks import marks, spaces


def written(text: str, tag: str = "zh") -> str:
    text = edits.apply(text, marks(text, tag))
    return edits.apply(text, spaces(text, tag))


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        ("你好,世界.", "你好，世界。"),
        ("您好, 就是这个; 谢谢啊!", "您好，就是这个；谢谢啊！"),
        ("好吗?好", "好吗？好"),
        ("你说:好", "你说：好"),
        ("你好， 世界", "你好，世界"),
        ("现在99元,今天", "现在99元，今天"),
        ("支持 iPhone 15 和 iPad, 安卓都行", "支持iPhone 15和iPad，安卓都行"),
        ("打 8 折, 只要 99 块", "打8折，只要99块"),
        ("你用iPhone?", "你用iPhone？"),
        ("OK.我们开始", "OK。我们开始"),
        ("How are you?今天怎么样?", "How are you？今天怎么样？"),
        ("首先说一下这个问题 现在说商场", "首先说一下这个问题，现在说商场"),
        ("这款 面膜 只要 九十九", "这款面膜只要九十九"),
        ("你 好 吗", "你好吗"),
        ("網址:https://a.com/x?y=1,好嗎?", "網址：https://a.com/x?y=1，好嗎？"),
    ],
)
def test_marks_among_chinese_characters_are_full_width(heard: str, shown: str) -> None:
    assert written(heard) == shown
    assert written(heard, "yue") == shown


@pytest.mark.parametrize(
    "text",
    [
        "价格3.5元，9,000元，8:30，1:1",
        "3.第一款",
        "他说Hello, how are you",
        "Hello, how are you?",
        "看 www.a.com 网站",
        "www.淘宝.com",
        "快来 @张三 和 #新品",
        "等等...然后",
        "XL, L, M",
        "",
    ],
)
def test_decimals_times_latin_phrases_and_addresses_stay(text: str) -> None:
    assert written(text) == text


def test_japanese_has_its_own_comma_and_keeps_its_spaces() -> None:
    assert written("はい,最近では. 音声認識?", "ja") == "はい、最近では。音声認識？"
    assert written("これは Test です", "ja") == "これはTestです"
    assert written("復興努力に対する 批判では", "ja") == "復興努力に対する 批判では"


def test_other_languages_are_left_alone() -> None:
    for tag in ("en", "ko", "th", "es"):
        assert written("Hello , 你好, 世界 .", tag) == "Hello , 你好, 世界 ."


heard = st.text(alphabet="你好世界今天のカaB19 ,.?!;:，。@#/%", max_size=30)


@given(heard, st.sampled_from(["zh", "ja"]))
def test_no_letter_or_digit_changes_and_nothing_changes_twice(text: str, tag: str) -> None:
    shown = written(text, tag)
    assert normal(shown) == normal(text)
    assert written(shown, tag) == shown


@given(st.text(max_size=60), st.sampled_from(["zh", "ja", "en"]))
def test_any_text_is_written_without_failing(text: str, tag: str) -> None:
    assert normal(written(text, tag)) == normal(text)
