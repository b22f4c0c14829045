"""The overlay, as OBS shows it."""

from __future__ import annotations

from lossy_line import LossyLine
from playwright.sync_api import Page, expect
from show_server import Show, running_show

OFFSET = "document.querySelector('.lc-track').style.getPropertyValue('--lc-offset')"


def shown(page: Page) -> str:
    return page.locator("#stage").inner_text()


def test_words_appear_are_revised_and_become_final(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en")
    show.partial(1, "Good even", stable=5)
    expect(page.locator(".lc-caption")).to_have_text("Good even")
    expect(page.locator(".lc-tentative")).to_have_text("even")
    show.partial(1, "Good evening every", stable=13)
    expect(page.locator(".lc-caption")).to_have_text("Good evening every")
    show.final(1, "Good evening, everyone.")
    expect(page.locator(".lc-caption")).to_have_text("Good evening, everyone.")
    expect(page.locator(".lc-tentative")).to_have_count(0)


def test_the_hosts_own_language_is_shown_by_default_and_for_one_there_is_not(page: Page, show: Show) -> None:
    for query in ("", "?lang=fr", "?lang=%00%3Cimg%3E"):
        page.goto(f"{show.url}/overlay{query}")
        show.final(1, "大家好", lang="zh")
        expect(page.locator(".lc-caption")).to_have_text("大家好")
        expect(page.locator(".lc-caption")).to_have_attribute("lang", "zh")


def test_two_languages_stand_one_above_the_other(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&second=ar")
    show.final(1, "Good evening", lang="en")
    show.final(1, "مساء الخير", lang="ar")
    expect(page.locator(".lc-caption")).to_have_text(["Good evening", "مساء الخير"])
    expect(page.locator(".second .lc-caption")).to_have_attribute("dir", "rtl")


def test_rows_roll_up_and_no_more_than_asked_are_seen(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&lines=2")
    for number in range(1, 6):
        show.final(number, f"Sentence number {number}")
    expect(page.locator(".lc-caption").first).to_have_text("Sentence number 4", timeout=10_000)
    view = page.locator(".lc-view").first.bounding_box()
    row = page.locator(".lc-caption").first.bounding_box()
    assert view is not None
    assert row is not None
    assert abs(view["height"] - 2 * row["height"]) < 2


def test_a_long_caption_rolls_to_its_end(page: Page, show: Show) -> None:
    page.set_viewport_size({"width": 800, "height": 600})
    page.goto(f"{show.url}/overlay?lang=de&font_size=48&lines=2")
    show.final(1, "Donaudampfschifffahrtsgesellschaftskapitän " * 4 + "ENDE", lang="de")
    expect(page.locator(".lc-caption")).to_have_count(1)
    assert page.evaluate(OFFSET) == "0"
    page.wait_for_function(
        """() => {
          const view = document.querySelector(".lc-view").getBoundingClientRect();
          const text = document.querySelector(".lc-track").getBoundingClientRect();
          return text.height > view.height + 10 && Math.abs(text.bottom - view.bottom) < 2;
        }""",
        timeout=25_000,
    )


def test_a_finished_caption_goes_after_its_time(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&showtime=1")
    show.final(1, "Gone soon")
    expect(page.locator(".lc-caption")).to_have_text("Gone soon")
    expect(page.locator(".lc-caption")).to_have_count(0, timeout=3_000)
    expect(page.locator(".lc-window").first).to_be_hidden()


def test_a_withdrawn_caption_goes_at_once(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&showtime=60")
    show.final(1, "Never said")
    expect(page.locator(".lc-caption")).to_have_count(1)
    show.remove(1)
    expect(page.locator(".lc-caption")).to_have_count(0)


def test_the_end_blanks_the_screen(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&showtime=60")
    show.final(1, "Good bye")
    expect(page.locator(".lc-caption")).to_have_count(1)
    show.end()
    expect(page.locator(".lc-caption")).to_have_count(0)


def test_a_reload_shows_the_current_screen_and_nothing_old(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&lines=1")
    for number in range(1, 4):
        show.final(number, f"Sentence {number}")
    page.reload()
    expect(page.locator(".lc-caption").last).to_have_text("Sentence 3", timeout=2_000)
    assert "Sentence 1" not in shown(page)


def test_a_lost_line_freezes_nothing_and_resumes_without_gap_or_duplicate(
    page: Page, show: Show, line: LossyLine
) -> None:
    page.goto(f"{line.url}/overlay?lang=en&showtime=2&lines=10")
    show.partial(1, "Half a sent")
    expect(page.locator(".lc-caption")).to_have_text("Half a sent")
    line.cut()
    expect(page.locator(".lc-caption")).to_have_count(0, timeout=4_000)
    show.final(1, "Half a sentence, finished unseen.")
    for number in (2, 3, 4):
        show.final(number, f"Missed {number}", start_ms=2000, end_ms=2000)
    line.mend()
    expect(page.locator(".lc-caption")).to_have_text(
        ["Half a sentence, finished unseen.", "Missed 2", "Missed 3", "Missed 4"], timeout=15_000
    )
    show.final(5, "Live again", start_ms=2000, end_ms=2000)
    expect(page.locator(".lc-caption").last).to_have_text("Live again")


def test_a_new_show_on_the_same_address_starts_afresh(page: Page) -> None:
    with running_show(session="first") as first:
        address, port = first.url, int(first.url.rsplit(":", 1)[1])
        page.goto(f"{address}/overlay?lang=en&showtime=60")
        first.finals(range(1, 30))
        expect(page.locator(".lc-caption").last).to_have_text("caption 29")
    with running_show(session="second", port=port) as second:
        page.wait_for_timeout(100)
        page.evaluate("() => globalThis.dispatchEvent(new Event('online'))")
        page.wait_for_function("() => document.querySelectorAll('.lc-caption').length === 0", timeout=15_000)
        second.final(1, "Another evening")
        expect(page.locator(".lc-caption")).to_have_text("Another evening")


def test_hostile_text_stays_text(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en")
    text = '<img src=x onerror="document.title=\'owned\'"> & <script>document.title="owned"</script>'
    show.final(1, text, speaker="<b>host</b>")
    expect(page.locator(".lc-caption .lc-firm")).to_have_text(text)
    assert page.locator("#stage img, #stage script, #stage b").count() == 0
    assert page.title() == "Caption overlay"


def test_an_untranslated_line_says_so(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=es")
    show.final(1, "大家好", lang="es", translated=False)
    expect(page.locator(".lc-label")).to_contain_text("中文")
    expect(page.locator(".lc-caption")).to_have_attribute("lang", "zh")


def test_thousands_of_captions_leave_a_small_page(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en")
    for first in range(1, 5001, 200):
        show.finals(range(first, first + 200))
    expect(page.locator(".lc-caption").last).to_have_text("caption 5000", timeout=20_000)
    assert page.locator("#stage *").count() < 120


def test_the_page_is_transparent_and_nothing_moves_by_itself(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en")
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
    costly = """() => [...document.querySelectorAll("*")].map((e) => getComputedStyle(e)).filter((s) =>
      s.animationName !== "none" || s.transitionDuration !== "0s" || s.filter !== "none" || s.backdropFilter !== "none"
    ).length"""
    assert page.evaluate(costly) == 0
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_the_gear_rewrites_the_address_and_the_looks(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en")
    page.get_by_role("button", name="Settings").click()
    expect(page.locator(".lc-caption").first).to_contain_text("Good evening")
    page.get_by_label("Text size").fill("60")
    page.locator("select[name=lang]").select_option("de")
    expect(page.locator(".lc-caption").first).to_contain_text("Guten Abend")
    expect(page).to_have_url(f"{show.url}/overlay?lang=de&font_size=60")
    expect(page.locator(".lc-window").first).to_have_css("font-size", "60px")
    page.get_by_label("Text size").fill("9999")
    expect(page).to_have_url(f"{show.url}/overlay?lang=de&font_size=120")
    page.get_by_role("button", name="Reset").click()
    expect(page).to_have_url(f"{show.url}/overlay?lang=de")


def test_no_gear_in_obs_nor_where_it_is_not_wanted(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?settings=0")
    expect(page.locator("#tools")).to_be_hidden()
    page.add_init_script("window.obsstudio = {}")
    page.goto(f"{show.url}/overlay")
    show.final(1, "大家好", lang="zh")
    expect(page.locator(".lc-caption")).to_have_count(1)
    expect(page.locator("#tools")).to_be_hidden()
