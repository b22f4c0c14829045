"""The box on the viewer page that a viewer asks the shop in."""

from __future__ import annotations

import re

import pytest
from lossy_line import LossyLine
from playwright.sync_api import Browser, Page, expect
from question_desk import Refusal
from show_server import Show

from sidecar.assistant.question import Fate

ASKED = "#questions .asked"
FATES = "#questions .fate"
BOX = "#ask-text"
PROBLEM = "#ask-problem"


def opened(page: Page, show: Show, url: str = "") -> None:
    show.desk.open = True
    page.goto(f"{url or show.url}/viewer")
    expect(page.locator("#ask")).to_be_visible()
    expect(page.locator(".state")).to_have_text("Live")


def ask(page: Page, text: str) -> None:
    page.fill(BOX, text)
    page.press(BOX, "Enter")


def test_there_is_no_box_where_nobody_answers(page: Page, show: Show) -> None:
    with page.expect_response("**/v1/questions"):
        page.goto(f"{show.url}/viewer")
    expect(page.locator(".state")).to_have_text("Live")
    expect(page.locator("#side")).to_be_hidden()


def test_a_question_is_sent_with_enter_and_followed_to_its_answer(page: Page, show: Show) -> None:
    opened(page, show)
    page.fill("#ask-name", "Ana")
    ask(page, "Does it come in red?")
    expect(page.locator(ASKED)).to_have_text("Does it come in red?")
    expect(page.locator(FATES)).to_have_text("Received")
    expect(page.locator(BOX)).to_have_value("")
    asked = show.desk.asked[0]
    assert (asked["text"], asked["lang"], asked["name"]) == ("Does it come in red?", "en", "Ana")
    assert re.fullmatch(r"[A-Za-z0-9_-]{16,64}", asked["asker"])
    show.tell("q1", Fate.ANSWERED, "نعم، بالأحمر أيضًا.", "ar")
    expect(page.locator(FATES)).to_have_text("Answered")
    answer = page.locator("#questions .answer")
    expect(answer).to_have_text("نعم، بالأحمر أيضًا.")
    expect(answer).to_have_attribute("lang", "ar")
    expect(answer).to_have_attribute("dir", "rtl")
    show.tell("q1", Fate.RETRACTED)
    expect(page.locator(FATES)).to_have_text("The answer was taken back")
    expect(answer).to_have_count(0)


def test_every_end_of_a_question_has_words_of_its_own(page: Page, show: Show) -> None:
    opened(page, show)
    ask(page, "Really?")
    expect(page.locator(FATES)).to_have_text("Received")
    said = set[str]()
    for fate in (Fate.ON_AIR, Fate.CLOSED, Fate.EXPIRED):
        show.tell("q1", fate)
        expect(page.locator(f"#questions li[data-state={fate}]")).to_be_visible()
        said.add(page.locator(FATES).inner_text())
    assert len(said) == 3


def test_questions_are_there_again_after_a_reload_the_newest_first(page: Page, show: Show) -> None:
    opened(page, show)
    page.fill("#ask-name", "Ana")
    for text in ("First?", "Second?"):
        ask(page, text)
        expect(page.locator(ASKED).first).to_have_text(text)
    show.tell("q1", Fate.ON_AIR)
    page.reload()
    expect(page.locator(ASKED)).to_have_text(["Second?", "First?"])
    expect(page.locator(FATES)).to_have_text(["Received", "Answered by the host on air"])
    expect(page.locator("#ask-name")).to_have_value("Ana")
    show.tell("q2", Fate.CLOSED)
    expect(page.locator(FATES).first).to_have_text("Not answered this time")


def test_another_viewer_sees_none_of_it(browser: Browser, page: Page, show: Show) -> None:
    opened(page, show)
    ask(page, "Mine alone?")
    expect(page.locator(ASKED)).to_have_count(1)
    context = browser.new_context(locale="en-GB")
    other = context.new_page()
    opened(other, show)
    show.tell("q1", Fate.ANSWERED, "Yes.", "en")
    expect(page.locator("#questions .answer")).to_have_text("Yes.")
    expect(other.locator(ASKED)).to_have_count(0)
    context.close()


def test_news_that_came_while_the_line_was_cut_is_fetched(page: Page, show: Show, line: LossyLine) -> None:
    opened(page, show, line.url)
    ask(page, "Still there?")
    expect(page.locator(FATES)).to_have_text("Received")
    line.cut()
    expect(page.locator("#ask-offline")).to_be_visible()
    ask(page, "Lost on the way?")
    expect(page.locator(PROBLEM)).to_have_text("The question was not sent. Your text is still here.")
    expect(page.locator(BOX)).to_have_value("Lost on the way?")
    show.tell("q1", Fate.ANSWERED, "Yes.", "en")
    line.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#questions .answer")).to_have_text("Yes.")
    expect(page.locator("#ask-offline")).to_be_hidden()
    page.press(BOX, "Enter")
    expect(page.locator(ASKED)).to_have_text(["Lost on the way?", "Still there?"])


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (Refusal(400, "spam"), "no links and no repeated text"),
        (Refusal(400, "no_question"), "does not look like a question"),
        (Refusal(413, "too_big"), "too long"),
        (Refusal(400, "malformed"), "was not sent"),
        (Refusal(500, "odd"), "was not sent"),
    ],
    ids=lambda value: value.code if isinstance(value, Refusal) else "",
)
def test_a_refusal_is_explained_and_the_text_stays(page: Page, show: Show, refusal: Refusal, words: str) -> None:
    opened(page, show)
    show.desk.refusals.append(refusal)
    ask(page, "Kept?")
    expect(page.locator(PROBLEM)).to_contain_text(words)
    expect(page.locator(BOX)).to_have_value("Kept?")
    expect(page.locator(BOX)).to_be_focused()
    page.get_by_role("button", name="Send").click()
    expect(page.locator(ASKED)).to_have_text("Kept?")
    expect(page.locator(PROBLEM)).to_have_text("")


@pytest.mark.parametrize("refusal", [Refusal(429, "too_many", 2), Refusal(503, "not_kept", 2)], ids=lambda r: r.code)
def test_a_wait_is_shown_and_nothing_is_sent_before_it_is_over(page: Page, show: Show, refusal: Refusal) -> None:
    opened(page, show)
    show.desk.refusals.append(refusal)
    ask(page, "Now?")
    expect(page.locator(PROBLEM)).to_contain_text("2 sec")
    expect(page.locator("#ask-send")).to_have_text(re.compile(r"^[12] sec$"))
    page.press(BOX, "Enter")
    assert show.desk.asked == []
    expect(page.locator("#ask-send")).to_have_text("Send")
    page.press(BOX, "Enter")
    expect(page.locator(ASKED)).to_have_text("Now?")


def test_nothing_but_blanks_is_not_sent(page: Page, show: Show) -> None:
    opened(page, show)
    ask(page, "   ")
    expect(page.locator(PROBLEM)).to_have_text("Please write your question first.")
    assert show.desk.asked == []


def test_enter_that_ends_a_word_of_an_input_method_does_not_send(page: Page, show: Show) -> None:
    opened(page, show)
    page.fill(BOX, "起球")
    page.evaluate(
        """() => document.getElementById("ask-text").dispatchEvent(
          new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    page.press(BOX, "Shift+Enter")
    expect(page.locator(BOX)).to_have_value("起球\n")
    assert show.desk.asked == []
    page.press(BOX, "Enter")
    expect(page.locator(ASKED)).to_have_text("起球")


def test_no_more_than_500_characters_go_in_and_the_last_are_counted(page: Page, show: Show) -> None:
    opened(page, show)
    expect(page.locator("#ask-left")).to_have_text("")
    page.locator(BOX).press_sequentially("x" * 3)
    page.fill(BOX, "x" * 450)
    expect(page.locator("#ask-left")).to_have_text("Characters left: 50")
    page.locator(BOX).focus()
    page.keyboard.insert_text("y" * 80)
    assert len(page.locator(BOX).input_value()) == 500


def test_answers_for_everyone_are_listed_and_taken_back(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/viewer")
    expect(page.locator(".state")).to_have_text("Live")
    show.answer("g1", "en", "Yes, in red.", "Is there another colour?")
    show.answer("g2", "ar", "التوصيل مجاني.")
    expect(page.locator("#answer-list .answer")).to_have_text(["التوصيل مجاني.", "Yes, in red."])
    expect(page.locator("#answer-list .answer").first).to_have_attribute("dir", "rtl")
    expect(page.locator("#answer-list .asked")).to_have_text("Is there another colour?")
    expect(page.locator("#ask")).to_be_hidden()
    show.answer("g1", "en", "Yes, in red and blue.", "Is there another colour?")
    expect(page.locator("#answer-list .answer").last).to_have_text("Yes, in red and blue.")
    show.retract("g1")
    show.retract("g2")
    expect(page.locator("#answers")).to_be_hidden()


def test_hostile_text_stays_text_here_too(page: Page, show: Show) -> None:
    text = "<img src=x onerror=\"document.title='owned'\"> \u202e<script>"
    opened(page, show)
    ask(page, text)
    expect(page.locator(FATES)).to_have_text("Received")
    show.tell("q1", Fate.ANSWERED, text, "en")
    show.answer("g1", "en", text, text)
    for each in ("#questions .answer", "#answer-list .answer", "#answer-list .asked"):
        expect(page.locator(each)).to_contain_text("<img src=x onerror=")
    assert page.locator("aside img, aside script").count() == 0
    assert page.title() == "Captions"


def test_it_speaks_the_viewers_language_and_fits_a_phone(browser: Browser, show: Show) -> None:
    show.desk.open = True
    context = browser.new_context(locale="ar", viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{show.url}/viewer")
    expect(page.get_by_role("heading", name="اسأل المتجر")).to_be_visible()
    ask(page, "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 3)
    expect(page.locator(FATES)).to_have_text("تم الاستلام")
    assert show.desk.asked[0]["lang"] == "ar"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
