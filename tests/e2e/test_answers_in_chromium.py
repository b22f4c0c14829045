"""The whole way in Chromium: three viewers ask in three languages, two moderators look on, one approves, all read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e_process import PATIENCE_S, Run, sidecar
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.model]

PATIENCE_MS = PATIENCE_S * 1000
ASKED = {
    "en-GB": ("how long is shipping", "Most parcels arrive"),
    "es-ES": ("cuanto tarda el envio", "La mayoría de los paquetes"),
    "zh-CN": ("多久能到货", "包裹从仓库发出后"),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("show")
    arguments = ("--input", "push", "--language", "zh", "--to", "en,es", "--translator", "none", "--faq", "demo")
    with Run(*arguments, folder=folder) as run:
        run.said(r"(Ctrl-C)")
        yield run


@contextmanager
def profile(browser: Browser, locale: str) -> Iterator[Page]:
    """Somebody else's browser; an error in a script of its pages fails the test."""
    context = browser.new_context(locale=locale, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert errors == []


def test_one_approval_is_read_by_three_viewers_each_in_their_language(
    browser: Browser, run: Run, tmp_path: Path
) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    token = sidecar("token", "create", "--role", "moderator", "--name", "Ana", folder=run.folder).stdout.strip()
    operator = run.said(r"/console#token=(\S+)")
    with (
        profile(browser, "en-GB") as ann,
        profile(browser, "es-ES") as luz,
        profile(browser, "zh-CN") as mei,
        profile(browser, "en-GB") as first,
        profile(browser, "es-ES") as second,
        profile(browser, "es-ES") as overlay,
    ):
        first.goto(f"{run.url}/console#token={operator}")
        second.goto(f"{run.url}/console#token={token}")
        overlay.goto(f"{run.url}/overlay?lang=es")
        assert "token" not in first.url, "out of the address bar"
        viewers = dict(zip(ASKED, (ann, luz, mei), strict=True))
        for locale, page in viewers.items():
            page.goto(f"{run.url}/viewer")
            page.fill("#ask-text", ASKED[locale][0])
            page.press("#ask-text", "Enter")
            expect(page.locator("#questions li")).to_have_attribute("data-state", "received")
        for console in (first, second):
            row = console.locator("#rows [role=option]").first
            expect(row).to_contain_text("3 askers")
            row.click()
        expect(first.locator("#people")).to_contain_text("Ana")
        first.keyboard.press("Shift+A")
        for locale, page in viewers.items():
            expect(page.locator("#questions li")).to_have_attribute("data-state", "answered")
            expect(page.locator("#questions .answer")).to_contain_text(ASKED[locale][1])
        expect(overlay.locator("body")).to_contain_text("La mayoría de los paquetes")
        for console in (first, second):
            expect(console.locator("#rows [role=option]")).to_have_count(0)
        first.screenshot(path=tmp_path / "console.png")
    lines = sidecar("token", "list", folder=run.folder).stdout
    assert "Ana" in lines
    assert token not in lines
