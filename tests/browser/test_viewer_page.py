"""The viewer page and the operator's panel."""

from __future__ import annotations

import re

from lossy_line import LossyLine
from playwright.sync_api import Page, expect
from show_server import Show, running_show

from sidecar.delivery.wire import State

LINES = "#transcript li p"


def test_the_transcript_grows_by_finals_and_loses_what_is_withdrawn(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/viewer")
    show.partial(1, "Good ev")
    expect(page.locator(".lc-caption")).to_have_text("Good ev")
    expect(page.locator(LINES)).to_have_count(0)
    show.final(1, "Good evening.")
    show.final(2, "Second.")
    expect(page.locator(LINES)).to_have_text(["Good evening.", "Second."])
    show.final(1, "Good evening, all.")
    expect(page.locator(LINES)).to_have_text(["Good evening, all.", "Second."])
    show.remove(2)
    expect(page.locator(LINES)).to_have_text(["Good evening, all."])


def test_a_late_comer_reads_what_was_said_before(page: Page, show: Show) -> None:
    show.finals(range(1, 41))
    page.goto(f"{show.url}/viewer")
    expect(page.locator(LINES)).to_have_count(40)
    show.final(41, "And now this")
    expect(page.locator(LINES).last).to_have_text("And now this")
    assert page.locator(LINES).first.inner_text() == "caption 1"


def test_the_language_of_the_widget_is_the_transcripts(page: Page, show: Show) -> None:
    show.final(1, "Good evening", lang="en")
    show.final(1, "مساء الخير", lang="ar")
    page.goto(f"{show.url}/viewer")
    expect(page.locator(LINES)).to_have_text(["Good evening"])
    expect(page.locator("#srt")).to_have_attribute("href", "/v1/captions.srt?lang=en")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="العربية").click()
    expect(page.locator(LINES)).to_have_text(["مساء الخير"])
    expect(page.locator(LINES)).to_have_attribute("dir", "rtl")
    expect(page.locator("#vtt")).to_have_attribute("href", "/v1/captions.vtt?lang=ar")


def test_captions_off_hides_them_and_the_transcript_goes_on(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/viewer")
    expect(page.locator(".state")).to_have_text("Live")
    page.get_by_role("button", name="Captions").click()
    show.final(1, "Still written down")
    expect(page.locator(LINES)).to_have_text(["Still written down"])
    expect(page.locator(".lc-caption")).to_have_count(0)


def test_both_files_can_be_downloaded(page: Page, show: Show) -> None:
    show.final(1, "Good evening")
    page.goto(f"{show.url}/viewer")
    expect(page.locator("#srt")).to_have_attribute("href", "/v1/captions.srt?lang=en")
    for form in ("srt", "vtt"):
        with page.expect_download() as download:
            page.locator(f"#{form}").click()
        assert download.value.suggested_filename.endswith(f".{form}")
        assert "Good evening" in download.value.path().read_text(encoding="utf-8")


def test_the_page_follows_the_newest_unless_the_reader_looks_back(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/viewer")
    show.finals(range(1, 101))
    expect(page.locator(LINES)).to_have_count(100)
    at_end = """() => {
      const { scrollHeight, scrollTop, clientHeight } = document.getElementById("scroller");
      return scrollHeight - scrollTop - clientHeight < 5;
    }"""
    page.wait_for_function(at_end)
    page.evaluate("document.getElementById('scroller').scrollTop = 0")
    page.wait_for_timeout(100)
    show.final(101, "Newest of all")
    expect(page.locator("#newest")).to_be_visible()
    assert page.evaluate("document.getElementById('scroller').scrollTop") == 0
    page.locator("#newest").click()
    page.wait_for_function(at_end)
    expect(page.locator("#newest")).to_be_hidden()


def test_thousands_of_captions_leave_a_bounded_page_that_says_so(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/viewer")
    expect(page.locator(".state")).to_have_text("Live")
    for first in range(1, 5001, 100):
        show.finals(range(first, first + 100))
    expect(page.locator(LINES).last).to_have_text("caption 5000", timeout=30_000)
    assert page.locator(LINES).count() == 500
    expect(page.locator("#earlier")).to_be_visible()


def test_resuming_leaves_neither_gap_nor_duplicate(page: Page, show: Show, line: LossyLine) -> None:
    page.goto(f"{line.url}/viewer")
    expect(page.locator(".state")).to_have_text("Live")
    for number in range(1, 31):
        show.final(number, f"caption {number}")
        if number % 10 == 5:
            line.cut()
        if number % 10 == 9:
            line.mend()
            page.evaluate("dispatchEvent(new Event('online'))")
            page.wait_for_timeout(400)
    line.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator(LINES)).to_have_text([f"caption {n}" for n in range(1, 31)], timeout=20_000)


def test_hostile_text_stays_text(page: Page, show: Show) -> None:
    text = "<img src=x onerror=\"document.title='owned'\">"
    show.final(1, text, speaker="<script>document.title='owned'</script>")
    page.goto(f"{show.url}/viewer")
    expect(page.locator(LINES)).to_contain_text(text)
    assert page.locator("#transcript img, #transcript script").count() == 0
    assert page.title() == "Captions"


def test_it_fits_a_narrow_phone(page: Page, show: Show) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{show.url}/viewer")
    show.final(1, "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3)
    expect(page.locator(LINES)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.documentElement.scrollHeight") <= 640


def test_light_and_dark_are_remembered(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/viewer")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("button", name="Light or dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_panel_shows_how_it_goes(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/status")
    expect(page.locator("#state")).to_have_text("live")
    expect(page.locator("#speech")).to_have_text("Speech")
    expect(page.locator("#numbers")).to_contain_text("Characters a minute")
    expect(page.locator("#languages tr")).to_have_count(7)
    expect(page.get_by_role("link", name="/overlay?lang=en")).to_be_visible()
    expect(page.locator("#warnings")).to_be_hidden()
    show.warnings.append("The microphone is very quiet")
    expect(page.locator("#warnings")).to_contain_text("The microphone is very quiet")
    show.state(State.RECONNECTING, "the microphone was unplugged")
    expect(page.locator("#message")).to_have_text("the microphone was unplugged")


def test_languages_are_changed_while_the_show_is_on(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/status")
    field = page.get_by_label("Translate into")
    expect(field).to_have_value(re.compile("^en, "))
    field.fill("fr，th de")
    field.press("Enter")
    expect(page.locator("#changed")).to_have_text("Changed.")
    expect(page.locator("#languages tr")).to_have_count(4)
    expect(field).to_have_value("fr, th, de")
    expect(page.get_by_role("link", name="/overlay?lang=th")).to_be_visible()
    field.fill("fr, tlh")
    page.get_by_role("button", name="Change").click()
    expect(page.locator("#changed")).to_have_text("nobody translates into Klingon (take another language)")
    expect(page.locator("#languages tr")).to_have_count(4)


def test_an_address_is_copied(page: Page, show: Show) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{show.url}/status")
    page.get_by_role("button", name="Copy the address: Viewer page").click()
    expect(page.get_by_role("button", name="Copy the address: Viewer page")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{show.url}/viewer"


def test_the_panel_says_when_the_server_is_gone_and_when_it_is_back(page: Page) -> None:
    with running_show() as first:
        port = int(first.url.rsplit(":", 1)[1])
        page.goto(f"{first.url}/status")
        expect(page.locator("#state")).to_have_text("live")
    expect(page.locator("#alarm")).to_contain_text("has not answered")
    expect(page.locator("#state")).to_have_text("no answer")
    with running_show(port=port):
        expect(page.locator("#state")).to_have_text("live")
        expect(page.locator("#alarm")).to_be_hidden()
