"""What the grammars let a model write. They have no recursion, so each is read here as one regular expression."""

from __future__ import annotations

import pytest
import regex

from sidecar.translation.grammar import MAX_NUMBERS, for_line, with_all
from sidecar.translation.numbers import find

_TOKEN = regex.compile(r'"(?P<text>[^"]*)"|(?P<set>\[(?:\\.|[^\]\\])*\])|(?P<rule>[a-z]+\d*)|(?P<mark>[|()?*+])|\s+')


def expression(grammar: str) -> str:
    """The regular expression of a grammar's root."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.splitlines())
    known: dict[str, str] = {}

    def of_rule(name: str) -> str:
        if name not in known:
            known[name] = f"(?:{''.join(map(of_token, _TOKEN.finditer(rules[name])))})"
        return known[name]

    def of_token(match: regex.Match[str]) -> str:
        if match["text"] is not None:
            return f"(?:{regex.escape(match['text'])})"
        return match["set"] or (of_rule(match["rule"]) if match["rule"] else match["mark"] or "")

    return of_rule("root")


def allows(grammar: str, written: str) -> bool:
    return regex.fullmatch(expression(grammar), written) is not None


@pytest.mark.parametrize(
    ("said", "written", "target"),
    [
        ("三件九十九", "3 pieces are 99 yuan.", "en"),
        ("三件九十九", "99 yuan for 3", "en"),
        ("三件九十九", "99 yuanes por 3", "es"),
        ("一箱二十四瓶，一瓶才两块五", "1 box has 24 bottles, 2.5 yuan each", "en"),
        ("一箱二十四瓶，一瓶才两块五", "24 bottles a box, 2.50 yuan each", "en"),
        ("第二件五折", "The 2nd is 50% off", "en"),
        ("八点半开播，九点抽奖", "We start at 8:30, and draw at 21.", "en"),
        ("八折", "20%オフ", "ja"),
    ],
)
def test_a_line_with_all_its_numbers_can_be_written(said: str, written: str, target: str) -> None:
    assert allows(with_all(find(said, "zh"), target), written)
    assert allows(for_line(find(said, "zh"), target), written)


@pytest.mark.parametrize(
    ("said", "written", "why"),
    [
        ("三件九十九", "99 yuan.", "a number is missing"),
        ("三件九十九", "3 pieces are 99 yuan, 3.", "a number comes twice"),
        ("三件九十九", "3 pieces are 99 yuan, 10 left", "a number is invented"),
        ("八点半开播，九点抽奖", "It starts at 8:30, and the draw is at 9:30", "a half hour comes twice"),
        ("八点半开播，九点抽奖", "It starts at 8:30, and the draw is at 9: soon", "a minute is missing"),
        ("三件九十九", "399", "two numbers run together"),
        ("三件九十九", "3 pieces are 99%", "a price becomes a percentage"),
        ("第二件五折", "The 2nd is 50 off", "a percentage becomes a price"),
    ],
)
def test_a_line_without_them_cannot(said: str, written: str, why: str) -> None:
    assert not allows(with_all(find(said, "zh"), "en"), written), why


def test_a_line_of_one_sentence_does_not_end_before_its_last_number() -> None:
    said = find("满三百减五十，可以和店铺券一起用。", "zh")
    invented = "Full 300 off with the coupon. If you order, you get 50."
    assert allows(with_all(said, "en"), invented)
    one = with_all(said, "en", one_sentence=True)
    assert not allows(one, invented)
    assert allows(one, "Spend 300 and get 50 off, and use the coupon. It works!")


def test_no_number_is_written_with_other_than_plain_digits_and_nothing_that_is_not_shown() -> None:
    said = find("三件九十九", "zh")
    for grammar in (for_line(said, "en"), with_all(said, "en")):
        for written in ("3 for 99, ½ each", "3 for 99²", "3 for 99 𝟐", "3 for 99<|fim_pad|>"):
            assert not allows(grammar, written)


def test_foreign_scripts_and_second_lines_cannot_be_written() -> None:
    grammar = with_all(find("三件九十九", "zh"), "en")
    assert not allows(grammar, "3件 are 99 yuan")
    assert not allows(grammar, "3 pieces are\n99 yuan")
    assert allows(grammar, "3 pieces are 99 yuan\n")


def test_nothing_is_asked_where_no_number_is_required_or_too_many_are() -> None:
    assert with_all(find("一个就够了", "zh"), "en") == ""
    many = "、".join(f"{number}块" for number in range(20, 20 + MAX_NUMBERS + 1))
    assert with_all(find(many, "zh"), "en") == ""
    assert with_all(find(many[:-4], "zh"), "en") != ""
