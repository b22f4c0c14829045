"""Two voices on the pages: a place and a name each, and nobody's words are touched by the other's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect
from show_server import Show, running_show

SIZES = [(1920, 1080), (1080, 1920)]
HOST, GUEST = "主播", "Anna"
HOST_ZH = "大家晚上好，欢迎来到直播间！今晚第一件外套打八折，这个尺码只剩三十五件了，想要的朋友请抓紧时间。"
HOST_EN = "Good evening and welcome! Tonight's first coat is 20% off, and there are only 35 left in this size."
GUEST_EN = "Thank you for having me. I have worn this coat for a whole winter, and it still looks like new."
GUEST_ZH = "谢谢邀请。这件外套我穿了整整一个冬天，看上去还是像新的一样。"


@pytest.fixture
def two() -> Iterator[Show]:
    with running_show(speakers=(HOST, GUEST)) as show:
        yield show


def lane(page: Page, speaker: str, lang: str) -> Locator:
    """The window of a speaker in a language."""
    within = page.locator(".lc-lanes.second" if lang == "zh" else ".lc-lanes:not(.second)")
    return within.locator(".lc-window", has=page.locator(".lc-speaker", has_text=speaker))


def text_box(page: Page, speaker: str, lang: str) -> FloatRect:
    box = lane(page, speaker, lang).bounding_box()
    assert box is not None
    return box


def lines(text: str, chars: int) -> tuple[str, ...]:
    """``text`` in two lines, as the server breaks it."""
    return (text[:chars].strip(), text[chars : 2 * chars].strip())


@pytest.mark.parametrize("size", SIZES)
def test_each_speaker_has_a_place_a_name_and_two_languages_at_once(
    page: Page, two: Show, size: tuple[int, int]
) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{two.url}/overlay?lang=en&second=zh&font_size=44&settings=0&showtime=60")
    two.final(
        1, HOST_EN, speaker=HOST, lines=("Good evening and welcome! Tonight's first", "coat is 20% off, 35 left.")
    )
    two.final(1, HOST_ZH, lang="zh", speaker=HOST, lines=lines(HOST_ZH, 16))
    two.final(
        2, GUEST_EN, speaker=GUEST, lines=("Thank you for having me. I have worn this", "coat for a whole winter.")
    )
    two.final(2, GUEST_ZH, lang="zh", speaker=GUEST, lines=lines(GUEST_ZH, 16))
    expect(page.locator(".lc-caption")).to_have_count(4)
    boxes = [text_box(page, *place) for place in ((GUEST, "en"), (GUEST, "zh"), (HOST, "en"), (HOST, "zh"))]
    for upper, lower in pairwise(boxes):
        assert upper["y"] + upper["height"] <= lower["y"], "a speaker's two languages together, the host at the edge"
    assert boxes[-1]["y"] + boxes[-1]["height"] <= height
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    rows = [page.locator(".lc-view").nth(n).bounding_box() for n in range(4)]
    assert all(row is not None and row["height"] <= 2 * 44 * 1.6 + 2 for row in rows)


def test_while_one_speaks_not_a_word_of_the_other_moves_or_changes(page: Page, two: Show) -> None:
    page.goto(f"{two.url}/overlay?lang=en&showtime=60")
    two.partial(2, "Thank you", speaker=GUEST)
    expect(lane(page, GUEST, "en")).to_contain_text("Thank you")
    guest = text_box(page, GUEST, "en")
    for length in range(10, len(HOST_EN), 12):
        two.partial(1, HOST_EN[:length], speaker=HOST, lines=(HOST_EN[:length][-42:],))
        expect(lane(page, HOST, "en").locator(".lc-caption")).to_contain_text(HOST_EN[:length][-5:].strip())
        assert text_box(page, GUEST, "en") == guest
        assert lane(page, GUEST, "en").locator(".lc-caption").inner_text() == "Thank you"
    host = text_box(page, HOST, "en")
    two.partial(
        2, GUEST_EN, speaker=GUEST, lines=("Thank you for having me. I have worn", "this coat for a whole winter.")
    )
    two.final(
        2, GUEST_EN, speaker=GUEST, lines=("Thank you for having me. I have worn", "this coat for a whole winter.")
    )
    two.final(4, "And it is warm.", speaker=GUEST)
    expect(lane(page, GUEST, "en")).to_contain_text("And it is warm.")
    assert text_box(page, HOST, "en") == host
    two.remove(2)
    two.remove(4)
    expect(lane(page, GUEST, "en")).to_have_count(1)
    expect(lane(page, GUEST, "en")).to_be_hidden()
    assert text_box(page, HOST, "en") == host


def test_at_the_top_the_host_is_the_first(page: Page, two: Show) -> None:
    page.goto(f"{two.url}/overlay?lang=en&valign=top&showtime=60")
    two.final(1, "Good evening", speaker=HOST)
    two.final(2, "Thank you", speaker=GUEST)
    expect(page.locator(".lc-caption")).to_have_count(2)
    assert text_box(page, HOST, "en")["y"] < text_box(page, GUEST, "en")["y"]
    assert text_box(page, HOST, "en")["y"] < 100


def test_names_can_be_left_out(page: Page, two: Show) -> None:
    page.goto(f"{two.url}/overlay?lang=en&speakers=0&showtime=60")
    two.final(1, "Good evening", speaker=HOST)
    two.final(2, "Thank you", speaker=GUEST)
    expect(page.locator(".lc-caption")).to_have_text(["Good evening", "Thank you"])
    assert page.locator(".lc-speaker:visible").count() == 0
    page.goto(f"{two.url}/overlay?lang=en&showtime=60")
    expect(page.locator(".lc-speaker:visible")).to_have_text([HOST, GUEST])
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Names of speakers").uncheck()
    expect(page).to_have_url(f"{two.url}/overlay?lang=en&speakers=0&showtime=60")
    expect(page.locator(".lc-speaker:visible")).to_have_count(0)


def test_one_voice_alone_has_no_name_and_no_place_kept(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&second=zh&showtime=60")
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_text("Good evening")
    assert page.locator(".lc-speaker:visible").count() == 0
    assert page.locator(".lc-several").count() == 0
    box = page.locator(".lc-window").first.bounding_box()
    assert box is not None
    viewport = page.viewport_size
    assert viewport is not None
    assert abs(box["y"] + box["height"] - 0.95 * viewport["height"]) < 2


def test_the_widget_names_speakers_unless_the_page_does_not_want_it(page: Page, two: Show) -> None:
    page.goto(f"{two.url}/viewer")
    two.final(1, "Good evening", speaker=HOST)
    two.final(2, "Thank you", speaker=GUEST)
    expect(page.locator("live-captions .lc-speaker:visible")).to_have_text([HOST, GUEST])
    expect(page.locator("live-captions .lc-caption")).to_have_text(["Good evening", "Thank you"])
    page.evaluate("document.querySelector('live-captions').setAttribute('speakers', 'off')")
    two.final(3, "Once more", speaker=HOST)
    expect(page.locator("live-captions .lc-speaker:visible")).to_have_count(0)


def test_the_transcript_is_in_order_of_time_with_names(page: Page, two: Show) -> None:
    page.goto(f"{two.url}/viewer")
    two.final(2, "Yes?", speaker=GUEST, start_ms=4000, end_ms=4500)
    two.final(3, "and blue.", speaker=HOST, start_ms=3000, end_ms=5000)
    two.final(1, "Red, green,", speaker=HOST, start_ms=1000, end_ms=3000)
    page.reload()
    lines = page.locator("#transcript li p")
    expect(lines).to_have_text([f"{HOST}: Red, green,", f"{HOST}: and blue.", f"{GUEST}: Yes?"])
    two.final(4, "Or white.", speaker=GUEST, start_ms=3500, end_ms=3900)
    expect(lines.nth(2)).to_have_text(f"{GUEST}: Or white.")


@pytest.mark.parametrize("size", [(844, 390), (360, 640)])
def test_on_a_small_screen_the_transcript_lies_below_the_captions(page: Page, two: Show, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{two.url}/viewer")
    for number in range(1, 9):
        two.final(number, GUEST_EN, speaker=(HOST, GUEST)[number % 2])
    expect(page.locator("#transcript li")).to_have_count(8)
    captions, transcript = page.locator("live-captions").bounding_box(), page.locator("#scroller").bounding_box()
    assert captions is not None
    assert transcript is not None
    assert captions["y"] + captions["height"] <= transcript["y"]
    assert 140 <= transcript["height"] < size[1]
    links = page.locator("footer").bounding_box()
    assert links is not None
    assert transcript["y"] + transcript["height"] <= links["y"]


def test_a_screen_reader_is_told_who_said_what_in_whatever_order_it_ends(page: Page, two: Show) -> None:
    page.goto(f"{two.url}/viewer")
    expect(page.locator(".state")).to_have_text("Live")
    page.evaluate("document.querySelector('live-captions').prefer({ announce: true })")
    two.final(2, "Yes?", speaker=GUEST)
    two.final(1, "Red, green, and blue.", speaker=HOST)
    expect(page.locator("live-captions .log p")).to_have_text([f"{GUEST}: Yes?", f"{HOST}: Red, green, and blue."])


def test_the_panel_has_a_row_for_each_voice(page: Page, two: Show, show: Show) -> None:
    page.goto(f"{two.url}/status")
    expect(page.locator("#voices tr")).to_have_count(2)
    expect(page.locator("#voices tr").nth(1)).to_have_text(re.compile(f"^{GUEST}.*push.*live.*-30 dB.*Silence"))
    page.goto(f"{show.url}/status")
    expect(page.locator("#state")).to_have_text("live")
    expect(page.locator("#voices")).to_be_hidden()
