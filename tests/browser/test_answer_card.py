"""The card with an answer of the shop, on the overlay and in the widget."""

from __future__ import annotations

import pytest
from chromium import Shop
from playwright.sync_api import Page, expect
from show_server import Show

CARD = ".lc-answer"
TEXT = ".lc-answer-text"
LONG = "Jeder Jacke liegen zwei Ersatzknöpfe bei, weitere gibt es beim Kundendienst. " * 24
LONG_ARABIC = "نعم، يمكن الإرجاع مجانًا خلال 30 يومًا من تاريخ الاستلام مع بطاقة XXL الأصلية. " * 24
VIDEO = '<video id="v" controls muted style="width:800px;height:450px;display:block;background:#456"></video>'


def live(page: Page, show: Show, query: str = "lang=en", size: tuple[int, int] = (1280, 720)) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    with page.expect_websocket(lambda socket: socket.wait_for_event("framereceived") is not None):
        page.goto(f"{show.url}/overlay?{query}")


def box(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def test_question_and_answer_are_shown_in_their_language_then_gone(page: Page, show: Show) -> None:
    page.clock.install()
    live(page, show, "lang=ar")
    show.answer("g1", "ar", "نعم، بالأحمر أيضًا.", "هل يوجد لون آخر؟")
    expect(page.locator(TEXT)).to_have_text("نعم، بالأحمر أيضًا.")
    expect(page.locator(TEXT)).to_have_attribute("lang", "ar")
    expect(page.locator(CARD)).to_have_attribute("dir", "rtl")
    asked, answer = box(page, ".lc-asked"), box(page, TEXT)
    assert asked[3] <= answer[1]
    page.clock.run_for(11_000)
    expect(page.locator(CARD)).to_be_visible()
    page.clock.run_for(1_500)
    expect(page.locator(CARD)).to_be_hidden()


def test_answers_come_one_after_another_and_a_retracted_one_goes_at_once(page: Page, show: Show) -> None:
    live(page, show)
    for number in (1, 2, 3):
        show.answer(f"g{number}", "en", f"Answer {number}")
    expect(page.locator(TEXT)).to_have_text("Answer 1")
    show.retract("g2")
    show.retract("g1")
    expect(page.locator(TEXT)).to_have_text("Answer 3")
    show.retract("g3")
    expect(page.locator(CARD)).to_be_hidden()


@pytest.mark.parametrize("valign", ["bottom", "middle", "top"])
@pytest.mark.parametrize(("size", "font"), [((1920, 1080), 52), ((1080, 1920), 56), ((640, 360), 24)])
def test_a_card_never_covers_captions_nor_moves_them(
    page: Page, show: Show, valign: str, size: tuple[int, int], font: int
) -> None:
    live(page, show, f"lang=de&dual=1&font_size={font}&valign={valign}", size)
    show.final(1, "Guten Abend und herzlich willkommen", lang="de")
    show.final(1, "大家晚上好", lang="zh")
    expect(page.locator(".lc-caption")).to_have_count(2)
    before = box(page, ".lc-window")
    show.answer("g1", "de", LONG, "Gibt es Ersatzknöpfe?")
    expect(page.locator(CARD)).to_be_visible()
    card = box(page, CARD)
    windows = [window.bounding_box() for window in page.locator(".lc-window:visible").all()]
    assert box(page, ".lc-window") == before
    for window in windows:
        assert window is not None
        assert card[3] <= window["y"] or card[1] >= window["y"] + window["height"]
    assert card[0] >= 0
    assert card[1] >= 0
    assert card[2] <= size[0]
    assert card[3] <= size[1]
    assert card[3] - card[1] <= size[1] / 2, "the picture is seen beside it"


def test_a_card_stands_still_while_captions_come_and_go(page: Page, show: Show) -> None:
    live(page, show)
    show.answer("g1", "en", "Yes, in red.", "Is there another colour?")
    expect(page.locator(CARD)).to_be_visible()
    page.wait_for_timeout(400)
    before = box(page, CARD)
    show.partial(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_count(1)
    show.final(1, "Good evening everyone, and welcome to the show of tonight, it is good that you are here")
    expect(page.locator(".lc-caption")).to_contain_text("you are here")
    assert box(page, CARD) == before


@pytest.mark.parametrize(("lang", "text"), [("de", LONG), ("ar", LONG_ARABIC)])
def test_a_long_answer_is_read_in_parts_and_none_of_it_is_lost(page: Page, show: Show, lang: str, text: str) -> None:
    page.clock.install()
    live(page, show, f"lang={lang}&font_size=60")
    show.answer("g1", lang, text, "Gibt es Ersatzknöpfe?")
    expect(page.locator(CARD)).to_be_visible()
    reach = """() => {
      const { scrollLeft, scrollWidth, clientWidth } = document.querySelector(".lc-answer-text");
      return [Math.abs(scrollLeft), scrollWidth - clientWidth];
    }"""
    at, end = page.evaluate(reach)
    assert at == 0
    assert end > 0
    seen = {at}
    for _ in range(130):
        page.clock.run_for(1_000)
        if not page.locator(CARD).is_visible():
            break
        seen.add(page.evaluate(reach)[0])
    assert len(seen) > 2
    assert max(seen) == pytest.approx(end, abs=2)
    expect(page.locator(CARD)).to_be_hidden()


def test_answers_can_be_switched_off(page: Page, show: Show) -> None:
    live(page, show, "lang=en&answers=0")
    show.answer("g1", "en", "Yes, in red.")
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_text("Good evening")
    expect(page.locator(CARD)).to_be_hidden()


def test_the_gear_shows_a_sample_and_switches_answers_off(page: Page, show: Show) -> None:
    live(page, show)
    page.get_by_role("button", name="Settings").click()
    expect(page.locator(TEXT)).to_contain_text("up to XXL")
    page.get_by_label("Answers to viewers").uncheck()
    expect(page.locator(CARD)).to_be_hidden()
    assert "answers=0" in page.url


def test_the_end_of_the_show_takes_the_card_away(page: Page, show: Show) -> None:
    live(page, show)
    show.answer("g1", "en", "Yes, in red.")
    expect(page.locator(CARD)).to_be_visible()
    show.end()
    expect(page.locator(CARD)).to_be_hidden()


def test_nothing_moves_for_those_who_want_it_still(page: Page, show: Show) -> None:
    for motion, moves in (("no-preference", 1), ("reduce", 0)):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        live(page, show)
        show.answer("g1", "en", "Yes, in red.")
        expect(page.locator(CARD)).to_be_visible()
        name = page.evaluate("getComputedStyle(document.querySelector('.lc-answer')).animationName")
        assert (name != "none") == bool(moves)


def test_all_but_the_card_is_transparent_and_its_text_is_text(page: Page, show: Show) -> None:
    live(page, show)
    show.answer("g1", "en", "<img src=x onerror=\"document.title='owned'\">", "<script>document.title='owned'</script>")
    expect(page.locator(TEXT)).to_contain_text("<img src=x")
    assert page.locator("#stage img, #stage script").count() == 0
    assert page.title() == "Caption overlay"
    for element in ("html", "body", "#stage", ".lc-answers"):
        background = page.evaluate(f"getComputedStyle(document.querySelector('{element}')).backgroundColor")
        assert background == "rgba(0, 0, 0, 0)", element


@pytest.mark.parametrize("attributes", ['for="v"', 'for="v" answers'])
def test_the_widget_shows_cards_only_where_the_page_wants_them(
    page: Page, show: Show, shop: Shop, attributes: str
) -> None:
    page.goto(
        shop.page(f'{VIDEO}<live-captions {attributes}></live-captions><script src="{show.url}/captions.js"></script>')
    )
    expect(page.locator(".state")).to_have_text("Live")
    show.answer("g1", "en", "Yes, in red.", "Is there another colour?")
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_text("Good evening")
    if "answers" not in attributes:
        expect(page.locator(CARD)).to_be_hidden()
        return
    expect(page.locator(TEXT)).to_have_text("Yes, in red.")
    card, caption, video = box(page, CARD), box(page, ".lc-window"), box(page, "video")
    assert video[1] <= card[1]
    assert card[3] <= caption[1]
    page.get_by_role("button", name="Captions").click()
    expect(page.locator(CARD)).to_be_hidden()
