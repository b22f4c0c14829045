"""How a GGUF translator is held to the shop's terms, with a scripted model."""

from __future__ import annotations

from typing import Any

import pytest

from sidecar.translation import prompts
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.llama import Completion, LlamaTranslator
from sidecar.translation.prompts import Family
from sidecar.translation.terms import Wanted
from sidecar.translation.translator import Line

BOTTLE = Wanted(said="小棕瓶", written="Little Brown Bottle", never=("small brown bottle",))
HELLO = Wanted(said="家人们", written="everyone", never=("family members",), firm=False)


class Scripted(LlamaTranslator):
    """Writes ``answers`` one after the other, and keeps what it was asked for."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def complete(self, text: str, **asked: Any) -> Completion:
        self.asked.append({"text": text, **asked})
        return Completion(text=self._answers.pop(0), prompt_tokens=0, written_tokens=0)


def line(text: str, *terms: Wanted) -> Line:
    return Line(text=text, source="zh", target="en", terms=terms)


def test_where_a_term_is_missing_the_retry_reads_its_form_in_the_line() -> None:
    model = Scripted("The bottle is 99 yuan", "The Little Brown Bottle is 99 yuan")
    written = model.translate_now(line("小棕瓶九十九块", BOTTLE))
    assert written == "The Little Brown Bottle is 99 yuan"
    assert [(one["all_required"], one["temperature"]) for one in model.asked] == [(False, 0.0), (True, 0.0)]
    assert [one["text"] for one in model.asked] == ["小棕瓶99元", "Little Brown Bottle99元"]


def test_a_forbidden_word_is_replaced_where_the_retry_writes_it_again() -> None:
    model = Scripted("Family members, it is 99 yuan", "Hello family members, 99 yuan")
    assert model.translate_now(line("家人们九十九块", HELLO)) == "Everyone, it is 99 yuan"


def test_a_term_that_is_missing_twice_fails_the_line() -> None:
    model = Scripted("It is 99 yuan", "The bottle is 99 yuan")
    with pytest.raises(CheckFailedError) as caught:
        model.translate_now(line("小棕瓶九十九块", BOTTLE))
    assert caught.value.failed == ("terms",)


def test_the_model_reads_a_name_with_a_number_as_it_is_said() -> None:
    squirrels = Wanted(said="三只松鼠", written="Three Squirrels")
    model = Scripted("Three Squirrels is 9.9 yuan")
    model.translate_now(line("三只松鼠九块九", squirrels))
    assert model.asked[0]["text"] == "三只松鼠9.9元"


@pytest.mark.parametrize("family", list(Family))
def test_terms_are_shown_after_what_is_the_same_for_every_line(family: Family) -> None:
    without = prompts.build(family, "小棕瓶", source="zh", target="en")
    shown = prompts.build(family, "小棕瓶", source="zh", target="en", terms=[("小棕瓶", "Little Brown Bottle")])
    if family is Family.BASE:
        kept = without.text.rsplit("Simplified Chinese:", 1)[0]
        assert shown.text.startswith(kept)
        assert "English: Little Brown Bottle" in shown.text
    else:
        assert shown.turns[: len(without.turns) - 1] == without.turns[:-1]
        assert [turn.text for turn in shown.turns[-3:]] == ["小棕瓶", "Little Brown Bottle", "小棕瓶"]
