"""What comes in: cleaned, masked, judged, and not too often."""

from __future__ import annotations

import pytest

from sidecar.assistant.intake import BURST, PER_MINUTE, Intake, NotTaken
from sidecar.assistant.question import Concern


class Clock:
    now_ms = 1_000_000

    def __call__(self) -> int:
        return self.now_ms


def ask(intake: Intake, text: str, key: str = "key", reads: str | None = None, **more: str):
    return intake.take(text, key=key, reads=reads, channel="page", **more)


def test_a_question_is_clean_and_says_nothing_of_its_asker() -> None:
    question = ask(Intake(Clock()), "  is it\u202e safe? mail me: ann@example.com ", reads="en", name="Ann <b>")
    assert question.text == "is it safe? mail me: [e-mail]"
    assert "key" not in question.asker
    assert len(question.asker) == 32
    assert question.asker.isalnum()
    assert (question.lang, question.at_ms, question.name) == ("en", 1_000_000, "Ann <b>")


def test_the_language_is_what_the_asker_reads_or_else_what_is_written() -> None:
    intake = Intake(Clock())
    assert ask(intake, "size?", reads="vi").lang == "vi"
    assert ask(intake, "cái này bao nhiêu tiền vậy shop").lang == "vi"


def test_what_should_not_wait_is_known() -> None:
    assert ask(Intake(Clock()), "I got a rash from it", reads="en").concern is Concern.HEALTH


@pytest.mark.parametrize(("text", "code"), [("", "empty"), ("\u200b\n", "empty"), ("🎉🎉", "no_question")])
def test_what_is_no_question_is_not_taken(text: str, code: str) -> None:
    with pytest.raises(NotTaken) as caught:
        ask(Intake(Clock()), text)
    assert caught.value.code == code


def test_one_asker_has_to_wait_and_then_may_again() -> None:
    clock = Clock()
    intake = Intake(clock)
    for number in range(BURST):
        ask(intake, f"do you have {number}?")
    with pytest.raises(NotTaken) as caught:
        ask(intake, "and this?")
    assert 0 < caught.value.retry_after_s <= 60 / PER_MINUTE + 1
    assert ask(intake, "and this?", key="another").text == "and this?"
    clock.now_ms += caught.value.retry_after_s * 1_000
    ask(intake, "and this?")


def test_chat_is_for_the_shop_only_where_it_asks() -> None:
    intake = Intake(Clock())
    assert intake.is_for_the_shop("do you have it in blue")
    assert not intake.is_for_the_shop("hello from Brazil")
    assert not intake.is_for_the_shop("want followers? https://spam.example")


def test_what_could_not_be_kept_may_be_sent_again_at_once() -> None:
    intake = Intake(Clock())
    for _ in range(BURST + 1):
        intake.release(ask(intake, "do you have it?"))
    ask(intake, "do you have it?")
