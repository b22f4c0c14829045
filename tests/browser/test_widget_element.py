"""`<live-captions>` on the page of a shop."""

from __future__ import annotations

from typing import Any

from chromium import Shop
from lossy_line import LossyLine
from playwright.sync_api import Page, expect
from show_server import Show

from sidecar.delivery.wire import State

VIDEO = '<video id="v" controls muted style="width:800px;height:450px;display:block;background:#456"></video>'
"""No film: where it is and how large is all that matters."""


def widget(show_url: str, attributes: str = 'for="v"', around: str = VIDEO) -> str:
    return f'{around}<live-captions {attributes}></live-captions><script src="{show_url}/captions.js"></script>'


def box(page: Page, selector: str) -> dict[str, Any]:
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return dict(found)


def test_it_lies_over_the_lower_part_of_the_video_on_a_foreign_page(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url)))
    show.final(1, "Good evening, everyone.")
    expect(page.locator(".lc-caption")).to_have_text("Good evening, everyone.")
    video, rows = box(page, "video"), box(page, ".lc-window")
    assert video["x"] <= rows["x"]
    assert rows["x"] + rows["width"] <= video["x"] + video["width"]
    assert video["y"] + video["height"] / 2 < rows["y"]
    assert rows["y"] + rows["height"] < video["y"] + video["height"] - 40, "the player's controls stay free"


def test_it_stays_on_a_video_that_moves(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page('<div id="ad"></div>' + widget(show.url) + '<div style="height:2000px"></div>'))
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_count(1)
    page.evaluate("document.getElementById('v').style.width = '400px'; scrollTo(0, 120)")
    page.wait_for_function(
        "document.querySelector('live-captions').shadowRoot.querySelector('.stage').offsetWidth === 400"
    )
    video, stage = box(page, "video"), box(page, ".stage")
    assert abs(video["y"] - stage["y"]) < 1.5
    assert abs(video["x"] - stage["x"]) < 1.5


def test_it_works_around_a_video_and_without_one(page: Page, show: Show, shop: Shop) -> None:
    inside = f'<live-captions>{VIDEO}</live-captions><script src="{show.url}/captions.js"></script>'
    page.goto(shop.page(inside))
    expect(page.locator(".stage.over")).to_be_visible()
    page.goto(shop.page(widget(show.url, "", "")))
    expect(page.locator(".stage.flow")).to_be_visible()
    show.final(1, "Without a picture")
    expect(page.locator(".lc-caption")).to_have_text("Without a picture")


def test_it_works_under_a_strict_policy_of_the_shop(page: Page, show: Show, shop: Shop) -> None:
    socket = show.url.replace("http", "ws")
    policy = f"default-src 'none'; script-src {show.url}; connect-src {socket}"
    page.goto(shop.page(widget(show.url, around=""), policy=policy))
    show.final(1, "Allowed")
    expect(page.locator(".lc-caption")).to_have_text("Allowed")
    expect(page.locator(".stage.flow .bar")).to_have_css("display", "flex")


def test_c_toggles_the_last_language_but_not_while_typing(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url) + '<label>Search <input id="q"></label>'))
    button = page.get_by_role("button", name="Captions")
    expect(button).to_have_attribute("aria-pressed", "true")
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_count(1)
    page.keyboard.press("c")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".lc-caption")).to_have_count(0)
    page.locator("#q").press("c")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#q")).to_have_value("c")
    page.locator("#q").blur()
    page.keyboard.press("c")
    expect(button).to_have_attribute("aria-pressed", "true")


def test_the_language_is_switched_in_the_menu_without_reconnecting(
    page: Page, show: Show, shop: Shop, line: LossyLine
) -> None:
    page.goto(shop.page(widget(line.url)))
    show.final(1, "Good evening")
    show.final(1, "Buenas noches", lang="es")
    expect(page.locator(".lc-caption")).to_have_text("Good evening")
    before = line.accepted
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="Español").click()
    expect(page.locator(".lc-caption")).to_have_text("Buenas noches")
    expect(page.locator(".lc-caption")).to_have_attribute("lang", "es")
    assert line.accepted == before
    assert show.viewers()["es"] == 1
    assert show.viewers()["en"] == 0


def test_the_menu_is_worked_by_keys(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url)))
    expect(page.locator(".state")).to_have_text("Live")
    button = page.get_by_role("button", name="Language")
    button.focus()
    button.press("ArrowDown")
    expect(page.get_by_role("menuitemradio", name="English")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("menuitemradio", name="Off")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="Settings")).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_role("menuitemradio", name="Deutsch")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Captions")).to_have_attribute("aria-pressed", "false")


def test_choices_are_remembered_after_a_reload(page: Page, show: Show, shop: Shop) -> None:
    address = shop.page(widget(show.url))
    page.goto(address)
    expect(page.locator(".state")).to_have_text("Live")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="Deutsch").click()
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_role("dialog").locator("select[name=size]").select_option(label="200 %")
    page.get_by_role("dialog").locator("select[name=color]").select_option(label="Yellow")
    page.keyboard.press("Escape")
    page.goto(address)
    show.final(1, "Guten Abend", lang="de")
    expect(page.locator(".lc-caption")).to_have_text("Guten Abend")
    expect(page.locator(".lc-window").first).to_have_css("color", "rgb(255, 255, 0)")
    doubled = float(page.locator(".lc-window").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_role("button", name="Reset").click()
    plain = float(page.locator(".lc-window").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
    assert abs(doubled - 2 * plain) < 0.1
    expect(page.locator(".lc-caption")).to_have_attribute("lang", "de")


def test_states_are_told_in_words(page: Page, show: Show, shop: Shop, line: LossyLine) -> None:
    page.goto(shop.page(widget(line.url)))
    state = page.get_by_role("status")
    expect(state).to_have_text("Live")
    show.state(State.WAITING, "")
    expect(state).to_have_text("Waiting for the show")
    show.state(State.LIVE, "")
    line.cut()
    expect(state).to_have_text("Reconnecting")
    line.mend()
    expect(state).to_have_text("Live", timeout=15_000)
    show.end()
    expect(state).to_have_text("The show has ended")


def test_a_dead_line_that_says_nothing_is_noticed_when_the_viewer_comes_back(
    page: Page, show: Show, shop: Shop, line: LossyLine
) -> None:
    page.goto(shop.page(widget(line.url)))
    expect(page.locator(".state")).to_have_text("Live")
    line.freeze()
    show.final(1, "Nobody hears this yet")
    page.evaluate(
        "() => { const now = Date.now; Date.now = () => now() + 60_000; dispatchEvent(new Event('online')); }"
    )
    line.mend()
    expect(page.locator(".lc-caption")).to_have_text("Nobody hears this yet", timeout=15_000)


def test_delay_holds_captions_back(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url, 'for="v" delay="1.5"')))
    expect(page.locator(".state")).to_have_text("Live")
    page.wait_for_timeout(1600)
    page.evaluate("""() => {
      const root = document.querySelector("live-captions").shadowRoot;
      window.shownAt = 0;
      new MutationObserver(() => { window.shownAt ||= performance.now(); })
        .observe(root.querySelector(".lc-track"), { childList: true });
    }""")
    begun = page.evaluate("performance.now()")
    show.final(1, "Late as the picture")
    expect(page.locator(".lc-caption")).to_have_text("Late as the picture")
    waited = page.evaluate("window.shownAt") - begun
    assert 1400 < waited < 3500


def test_captions_follow_the_pictures_own_time(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url)))
    expect(page.locator(".state")).to_have_text("Live")
    page.evaluate("""() => {
      const captions = document.querySelector("live-captions");
      window.at = 0;
      captions.player = { get playingDate() { return new Date(captions.screen.epochMs + window.at); } };
    }""")
    for number in (10, 20, 30):
        show.final(number, f"Second {number}")
    page.evaluate("window.at = 20_500")
    expect(page.locator(".lc-caption")).to_have_text(["Second 20"])
    page.evaluate("window.at = 10_500")
    expect(page.locator(".lc-caption")).to_have_text(["Second 10"])


def test_right_to_left_and_cjk_are_set_as_such(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url, 'for="v" lang="ar" second="ja"')))
    show.final(1, "iPhone 15 متوفر الآن!", lang="ar")
    show.final(1, "こんばんは。", lang="ja")
    expect(page.locator(".lc-caption")).to_have_count(2)
    first = page.locator(".lc-caption").first
    expect(first).to_have_attribute("dir", "rtl")
    expect(first).to_have_attribute("lang", "ar")
    expect(page.locator(".second .lc-caption")).to_have_attribute("lang", "ja")
    expect(page.locator(".second .lc-caption")).to_have_css("line-break", "strict")


def test_the_words_are_the_viewers(page: Page, show: Show, shop: Shop) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'languages', { get: () => ['ar'] })")
    page.goto(shop.page(widget(show.url)))
    expect(page.locator(".state")).to_have_text("مباشر")
    expect(page.locator(".bar")).to_have_attribute("dir", "rtl")
    show.final(1, "مساء الخير", lang="ar")
    expect(page.locator(".lc-caption")).to_have_text("مساء الخير")


def test_captions_are_read_out_only_if_asked(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url)))
    log = page.locator(".log")
    expect(log).to_have_attribute("aria-live", "off")
    show.final(1, "Not read out")
    expect(page.locator(".lc-caption")).to_have_count(1)
    assert log.inner_text() == ""
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitem", name="Settings").click()
    page.get_by_label("Read out by screen readers").check()
    show.partial(2, "Read")
    show.final(2, "Read out")
    expect(log).to_have_text("Read out")
    expect(log).to_have_attribute("aria-live", "polite")


def test_captions_are_seen_above_a_video_that_fills_the_screen(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url) + '<button id="full" onclick="v.requestFullscreen()">Fill</button>'))
    page.locator("#full").click()
    page.wait_for_function("document.fullscreenElement !== null")
    show.final(1, "On the whole screen")
    expect(page.locator(".lc-caption")).to_have_text("On the whole screen")
    expect(page.locator(".stage")).to_have_class("stage over full")
    assert page.evaluate(
        "document.querySelector('live-captions').shadowRoot.querySelector('.stage').matches(':popover-open')"
    )
    assert box(page, ".lc-window")["y"] > 360
    page.evaluate("document.exitFullscreen()")
    page.wait_for_function("document.fullscreenElement === null")
    expect(page.locator(".stage")).to_have_class("stage over")
    assert abs(box(page, ".stage")["width"] - 800) < 2


def test_hostile_text_stays_text(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url)))
    text = "<img src=x onerror=\"document.title='owned'\"><style>*{display:none}</style>"
    show.final(1, text)
    expect(page.locator(".lc-caption .lc-firm")).to_have_text(text)
    assert page.title() == "Shop"
    assert page.locator("live-captions img, live-captions style").count() == 0


def test_a_site_without_storage_still_has_captions(page: Page, show: Show, shop: Shop) -> None:
    page.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } })")
    page.goto(shop.page(widget(show.url)))
    page.get_by_role("button", name="Captions").click()
    page.get_by_role("button", name="Captions").click()
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_text("Good evening")


def test_a_server_of_another_address_may_be_named(page: Page, show: Show, shop: Shop, line: LossyLine) -> None:
    page.goto(shop.page(widget(show.url, f'for="v" src="{line.url}"')))
    expect(page.locator(".state")).to_have_text("Live")
    line.cut()
    expect(page.locator(".state")).to_have_text("Reconnecting")


def test_a_removed_widget_leaves_the_show(page: Page, show: Show, shop: Shop) -> None:
    page.goto(shop.page(widget(show.url)))
    expect(page.locator(".state")).to_have_text("Live")
    assert show.viewers()["en"] == 1
    page.evaluate("document.querySelector('live-captions').remove()")
    for _ in range(50):
        if show.viewers()["en"] == 0:
            break
        page.wait_for_timeout(50)
    assert show.viewers()["en"] == 0
