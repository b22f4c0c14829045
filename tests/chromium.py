"""Chromium, and pages of other people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from folder_server import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
TIMEOUT_MS = 20_000


def program() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import expect, sync_playwright

    found = program()
    if found is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile of an English reader; an error in a script of the profile's pages fails the test."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 720})
    context.set_default_timeout(TIMEOUT_MS)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert errors == []


class Shop:
    """A site of somebody else, on a port of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self.url = url

    def page(self, body: str, *, lang: str = "en", policy: str = "") -> str:
        """Put a page up; its address."""
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
        html = f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8">{meta}<title>Shop</title></head>'
        (self._folder / "index.html").write_text(f"{html}<body><main><h1>Shop</h1>{body}</main></body></html>")
        return f"{self.url}/index.html"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with serving(tmp_path) as url:
        yield Shop(tmp_path, url)
