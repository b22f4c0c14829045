"""The host's page: what is asked most, in the host's language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from scripted_desk import HOST_TOKEN, ScriptedDesk, candidate, draft, group, question, scripted_desk

from sidecar.assistant.approval import State

QUESTIONS = "#topics .question"


@pytest.fixture
def desk() -> Iterator[ScriptedDesk]:
    with scripted_desk() as desk:
        yield desk


def enter(page: Page, desk: ScriptedDesk) -> None:
    page.goto(f"{desk.url}/prompter#token={HOST_TOKEN}")
    expect(page.locator("#controls")).to_be_visible()


def asked(id: str, text: str, times: int, lang: str = "es") -> tuple[object, ...]:
    return tuple(question(f"{id}-{number}", text, lang) for number in range(times))


def test_escalated_ones_come_first_then_what_most_ask(page: Page, desk: ScriptedDesk) -> None:
    desk.readings["b-0"] = "How much is it?"
    desk.put(
        group("a", "", questions=asked("a", "¿Una?", 1)),
        group("b", "", questions=asked("b", "¿Cuánto?", 5)),
        group("c", "", "en", questions=asked("c", "Is it blue?", 2, "en")),
        group(
            "d",
            "",
            questions=asked("d", "¿Y esto?", 1),
            escalated=True,
            note="show the back",
            draft=draft(None, "abstain"),
        ),
    )
    enter(page, desk)
    expect(page.locator(QUESTIONS)).to_have_text(["¿Y esto?", "How much is it?", "Is it blue?", "About shipping?"])
    expect(page.locator("#topics li").first).to_contain_text("show the back")
    expect(page.locator("#topics li").first).to_contain_text("The FAQ has no answer")
    expect(page.locator("#topics .answer")).to_have_text(["Answer to b", "Respuesta a c", "Answer to a"])
    expect(page.locator("#topics .count").nth(1)).to_contain_text("5")
    expect(page.locator("#tally")).to_have_text("Open questions: 4")
    desk.change("b", state=State.SENT)
    expect(page.locator(QUESTIONS)).to_have_text(["¿Y esto?", "Is it blue?", "About shipping?"])


def test_language_and_size_are_remembered(page: Page, desk: ScriptedDesk) -> None:
    desk.put(group("a", "¿Una?"))
    enter(page, desk)
    before = page.locator(QUESTIONS).evaluate("element => getComputedStyle(element).fontSize")
    page.get_by_role("button", name="Larger text").click()
    page.get_by_label("Language").select_option("es")
    expect(page.get_by_role("heading")).to_have_text("Preguntan ahora")
    expect(page.locator(QUESTIONS)).to_have_text("¿Una?")
    expect(page.locator("#topics .answer")).to_have_text("Respuesta a a")
    page.reload()
    expect(page.locator(QUESTIONS)).to_have_text("¿Una?")
    after = page.locator(QUESTIONS).evaluate("element => getComputedStyle(element).fontSize")
    assert float(after.removesuffix("px")) > float(before.removesuffix("px"))


def test_hostile_text_stays_text(page: Page, desk: ScriptedDesk) -> None:
    text = "<img src=x onerror=\"document.title='owned'\">\u202egnp.exe"
    desk.readings["a-1"] = text
    desk.put(group("a", text, draft=draft(candidate(text, text, text)), note=text, products=(text,)))
    enter(page, desk)
    expect(page.locator(QUESTIONS)).to_have_text(text)
    expect(page.locator("#topics .answer")).to_have_text(text)
    assert page.locator("img").count() == 0
    assert page.title() == "Prompter"


def test_a_bad_token_is_said_and_a_lost_line_too(page: Page, desk: ScriptedDesk) -> None:
    page.goto(f"{desk.url}/prompter#token=nothing")
    expect(page.locator("#denied")).to_contain_text("not valid")
    page.get_by_label("Token").fill(HOST_TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("#empty")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()
