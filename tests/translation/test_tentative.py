"""What of a line that is still being said is translated, and what viewers see of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.captions.caption import Segment
from sidecar.translation.tentative import LINES_KEPT, Tentative


def said(text: str, *, number: int = 1, stable: int | None = None, final: bool = False, lang: str = "zh") -> Segment:
    return Segment(
        number=number,
        text=text,
        stable=len(text) if stable is None else stable,
        final=final,
        language=lang,
        start_ms=0,
        end_ms=1000,
    )


def test_a_line_is_translated_as_far_as_it_is_agreed_on():
    tentative = Tentative()
    tentative.hear(said("大家好欢迎来到直播间", stable=7))
    found = tentative.next(["en"])
    assert found is not None
    assert (found[0].text, found[1]) == ("大家好欢迎来到", "en")
    assert tentative.next(["en"]) is None
    tentative.hear(said("大家好欢迎来到我的直播间", stable=12))
    assert tentative.next(["en"]) is None, "five characters more are not enough"
    tentative.hear(said("大家好欢迎来到我的直播间啊"))
    found = tentative.next(["en"])
    assert found is not None
    assert found[0].text == "大家好欢迎来到我的直播间啊"


def test_each_language_has_its_turn_in_order_and_its_own_is_left_out():
    tentative = Tentative()
    tentative.hear(said("大家好欢迎来到直播间"))
    found = [tentative.next(["zh", "es", "en"]) for _ in range(3)]
    assert [each and each[1] for each in found] == ["es", "en", None]


def test_a_number_at_the_end_waits_for_its_other_half():
    tentative = Tentative()
    tentative.hear(said("这件外套今天只要一百"))
    found = tentative.next(["en"])
    assert found is not None
    assert found[0].text == "这件外套今天只要"
    english = Tentative()
    english.hear(said("this coat today costs only 99", lang="en"))
    found = english.next(["es"])
    assert found is not None
    assert found[0].text == "this coat today costs only"


def test_the_last_words_are_held_back_and_what_was_seen_only_grows():
    tentative = Tentative()
    tentative.hear(said("这件外套今天真的很好看"))
    assert tentative.written(1, "en", "This coat is really good") == "This coat is"
    assert tentative.written(1, "en", "Today this coat looks good on you") == ""
    assert tentative.written(1, "en", "This coat is really good today") == "This coat is really"
    assert tentative.written(1, "en", "This coat is") == ""
    assert tentative.written(1, "ja", "このコートは本当に素敵です") == "このコートは本当に"
    assert tentative.written(2, "en", "No such line was said here") == ""


def test_a_line_that_is_final_or_long_gone_is_over():
    tentative = Tentative()
    tentative.hear(said("这件外套今天真的很好看"))
    tentative.hear(said("这件外套今天真的很好看。", final=True))
    assert tentative.next(["en"]) is None
    assert tentative.written(1, "en", "This coat is really good today") == ""
    for number in range(2, 4 + LINES_KEPT):
        tentative.hear(said("这件外套今天真的很好看", number=number))
    assert tentative.written(2, "en", "This coat is really good today") == ""
    assert tentative.written(3 + LINES_KEPT, "en", "This coat is really good today")


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), max_size=9).map(" ".join), max_size=8))
def test_whatever_is_translated_viewers_see_one_text_that_grows(translations: list[str]):
    tentative = Tentative()
    tentative.hear(said("这件外套今天真的很好看"))
    seen = ""
    for text in translations:
        if shown := tentative.written(1, "en", text):
            assert shown.startswith(seen)
            assert len(shown) > len(seen)
            assert text.startswith(shown)
            assert len(shown.split()) <= len(text.split()) - 2
            seen = shown
