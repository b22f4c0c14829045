"""axe finds nothing on any page, whatever is open."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from chromium import Shop
from playwright.sync_api import Page, expect
from show_server import Show

from sidecar.assistant.question import Fate

VIDEO = '<video id="v" controls muted aria-label="The show" style="width:640px;height:360px"></video>'


def findings(page: Page) -> list[str]:
    results = Axe().run(page).response["violations"]
    return [f"{found['id']}: {node['html'][:200]}" for found in results for node in found["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["viewer", "status"])
def test_the_pages(page: Page, show: Show, path: str, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{show.url}/{path}")
    show.final(1, "Good evening")
    show.final(2, "大家好", translated=False)
    show.warnings.append("The microphone is very quiet")
    expect(page.locator(".state, #state").first).to_have_text("Live" if path == "viewer" else "live")
    page.wait_for_timeout(1_200)
    assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_asking_and_answers(page: Page, show: Show, scheme: str) -> None:
    show.desk.open = True
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{show.url}/viewer")
    expect(page.locator(".state")).to_have_text("Live")
    for text in ("Does it come in red?", "And in blue?"):
        page.fill("#ask-text", text)
        page.press("#ask-text", "Enter")
        expect(page.locator("#questions .asked").first).to_have_text(text)
    show.tell("q1", Fate.ANSWERED, "نعم، بالأحمر أيضًا.", "ar")
    show.answer("g1", "en", "Yes, in red.", "Does it come in red?")
    expect(page.locator("#questions .answer")).to_be_visible()
    page.press("#ask-text", "Enter")
    expect(page.locator("#ask-problem")).to_be_visible()
    assert findings(page) == []


def test_the_overlay_with_its_gear_open(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/overlay?lang=en&second=de")
    page.get_by_role("button", name="Settings").click()
    expect(page.locator(".lc-caption")).to_have_count(2)
    assert findings(page) == []


def test_a_shop_with_the_widget(page: Page, show: Show, shop: Shop) -> None:
    page.goto(
        shop.page(f'{VIDEO}<live-captions for="v"></live-captions><script src="{show.url}/captions.js"></script>')
    )
    show.final(1, "Good evening")
    expect(page.locator(".lc-caption")).to_have_count(1)
    assert findings(page) == []
    page.get_by_role("button", name="Language").click()
    assert findings(page) == []
    page.get_by_role("menuitem", name="Settings").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == []
