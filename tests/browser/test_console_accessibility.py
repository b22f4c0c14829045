"""axe finds nothing on the console and the prompter, whatever is open, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from scripted_desk import HOST_TOKEN, TOKEN, URGENT, ScriptedDesk, candidate, draft, group, question, scripted_desk

from sidecar.delivery import console_wire as wire

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture
def desk() -> Iterator[ScriptedDesk]:
    with scripted_desk() as desk:
        yield desk


def findings(page: Page) -> list[str]:
    results = Axe().run(page).response["violations"]
    return [f"{found['id']}: {node['html'][:200]}" for found in results for node in found["nodes"]]


def fill(desk: ScriptedDesk) -> None:
    asked = (question("a-1", "¿Pica?", name="Eva"), question("a-2", "هل هو آمن؟", "ar"))
    proposed = draft(
        candidate("safe", "Sí", "Yes", failed_checks=("numbers",)),
        alternatives=(candidate("other", "No", "No"),),
        cited=(wire.CitationView(start_ms=1000, end_ms=2000, text="这款很安全", lang="zh"),),
    )
    past = (wire.PastAnswer(question="¿Duele?", lang="es", text="No", who="Ana", at_ms=0),)
    desk.readings["a-1"] = "Does it sting?"
    desk.put(
        group("a", "", questions=asked, draft=proposed, concern=URGENT, past=past, escalated=True, products=("Cream",)),
        group("b", "¿Late?", age_s=300, held_by="Ana", held_until_ms=2**42),
        group("c", "¿Pronto?", age_s=80, products=("Lamp",)),
    )
    desk.here(wire.Person(name="Ana", role="moderator", group="a"))


@SCHEMES
def test_the_console(page: Page, desk: ScriptedDesk, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{desk.url}/console")
    expect(page.locator("#entrance")).to_be_visible()
    assert findings(page) == []
    fill(desk)
    page.goto(f"{desk.url}/console#token={TOKEN}")
    page.reload()
    expect(page.locator("#asked .read")).to_have_text("Does it sting?")
    assert findings(page) == []
    for key in ("r", "m", "x", "?"):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        assert findings(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("e")
    expect(page.get_by_label("Your answer")).to_be_focused()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("option", name="¿Pronto?").click()
    page.keyboard.press("a")
    expect(page.locator(".undo")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_be_visible()
    assert findings(page) == []


def test_the_console_on_a_phone(page: Page, desk: ScriptedDesk) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    fill(desk)
    page.goto(f"{desk.url}/console#token={TOKEN}")
    expect(page.locator("#rows li")).to_have_count(3)
    assert findings(page) == []
    page.locator("#rows li").first.click()
    expect(page.locator("#detail-title")).to_be_focused()
    assert findings(page) == []


def test_the_prompter(page: Page, desk: ScriptedDesk) -> None:
    page.goto(f"{desk.url}/prompter")
    expect(page.get_by_label("Token")).to_be_focused()
    assert findings(page) == []
    fill(desk)
    page.goto(f"{desk.url}/prompter#token={HOST_TOKEN}")
    page.reload()
    expect(page.locator("#topics li")).to_have_count(3)
    assert findings(page) == []
