"""What is recognised is written as captions show it, and a caption that grows does not flicker."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from fakes import ScriptedRecognizer, Talk, each, listener, talk
from hypothesis import given
from hypothesis import strategies as st

from sidecar.captions.caption import Segment
from sidecar.speech.writing import Writing


def segment(text: str, tag: str = "zh", *, final: bool = True, stable: int | None = None) -> Segment:
    return Segment(
        number=1,
        text=text,
        stable=len(text) if stable is None else stable,
        final=final,
        language=tag,
        start_ms=0,
        end_ms=1000,
    )


def test_script_marks_and_numbers_are_written_together() -> None:
    written = Writing().written(segment("這款 面膜,只要 九十九塊九."))
    assert (written.text, written.language) == ("这款面膜，只要99块9。", "zh")
    assert written.stable == len(written.text)
    assert Writing(chinese="traditional").written(segment("这款面膜,只要九十九块九")).text == "這款面膜，只要99塊9"


def test_numbers_stay_as_they_were_heard_when_asked() -> None:
    heard = segment("这款只要九十九", final=False)
    assert Writing(digits=False).written(heard).text == heard.text
    assert Writing(digits=False).written(segment("fifty percent", "en")).text == "fifty percent"


@pytest.mark.parametrize(
    ("chinese", "tag", "text"),
    [
        ("simplified", "zh", "头发后面的皇后，干净的干面，台风里"),
        ("traditional", "zh-Hant", "頭髮後面的皇后，乾淨的乾麵，颱風裡"),
        ("as-heard", "zh", "頭发后面的皇后，乾净的干麵，台風裡"),
    ],
)
def test_chinese_is_written_in_the_script_that_was_asked_for(chinese: str, tag: str, text: str) -> None:
    written = Writing(chinese=chinese).written(segment("頭发后面的皇后,乾净的干麵,台風裡"))
    assert (written.text, written.language) == (text, tag)


def test_a_number_that_the_end_may_have_cut_off_is_held_back_until_it_is_whole() -> None:
    writing = Writing()
    said = ["今天只要", "今天只要九", "今天只要九十", "今天只要九十九", "今天只要九十九块", "今天只要九十九块九"]
    assert {writing.written(segment(text, final=False)).text for text in said} == {"今天只要"}
    assert writing.written(segment("今天只要九十九块九包邮", final=False)).text == "今天只要99块9包邮"
    assert writing.written(segment("今天只要九十九块九")).text == "今天只要99块9"


def test_what_is_stable_stays_a_place_in_the_text() -> None:
    writing = Writing()
    text = "这件一百二十八元,好看"
    stable = [writing.written(segment(text, final=False, stable=at)).stable for at in range(len(text) + 1)]
    assert writing.written(segment(text, final=False)).text == "这件128元，好看"
    assert stable == [0, 1, 2, 2, 2, 2, 2, 5, 6, 7, 8, 9]


ENGLISH = "we have one five twenty twenty-nine hundred and dollars percent off , A"
heard = st.one_of(
    st.tuples(st.text(alphabet="这件只要零一二三五八九十百千万块毛元点分月号个送,. 。A1", max_size=24), st.just("zh")),
    st.tuples(st.lists(st.sampled_from(ENGLISH.split())).map(" ".join), st.just("en")),
    st.tuples(st.text(max_size=40), st.sampled_from(["zh", "ja", "en", "th"])),
)


@given(heard, st.booleans(), st.integers(0, 60))
def test_whatever_is_heard_is_written_with_its_stable_part_in_it(
    said: tuple[str, str], final: bool, stable: int
) -> None:
    text, tag = said
    written = Writing().written(segment(text, tag, final=final, stable=min(stable, len(text))))
    assert 0 <= written.stable <= len(written.text)
    assert Writing().written(written).text == written.text or not final


@given(heard)
def test_partials_show_nothing_that_the_final_takes_back(said: tuple[str, str]) -> None:
    text, tag = said
    text = " ".join(text.split())
    final = Writing().written(segment(text, tag)).text
    shown = Writing().written(segment(text, tag, final=False)).text
    assert final.startswith(shown.rstrip())


def grown(said: Talk, language: str, joiner: str) -> list[Segment]:
    async def show() -> list[Segment]:
        hears = listener(ScriptedRecognizer(said, joiner=joiner), language=language, writing=Writing(), can_wait=True)
        return [one async for one in hears.segments(each(said.chunks()))]

    return asyncio.run(show())


PRICES = "今天只要九十九块九包邮一共两千八百件"


@pytest.mark.parametrize(
    ("said", "language", "joiner", "shown"),
    [
        (talk(" ".join(PRICES), word_ms=250, language="zh"), "zh", "", "今天只要99块9包邮一共2800件"),
        (
            talk("we have two hundred and fifty left at twenty-nine ninety-nine dollars each", word_ms=300),
            "en",
            " ",
            "we have 250 left at $29.99 each",
        ),
    ],
)
def test_a_price_that_is_being_spoken_never_flickers(said: Talk, language: str, joiner: str, shown: str) -> None:
    segments = grown(said, language, joiner)
    texts = [one.text for one in segments]
    assert texts[-1] == shown
    assert len(set(texts)) > 5
    assert all(after.startswith(before) for before, after in pairwise(texts))
    assert all(one.stable <= len(one.text) for one in segments)
