"""Chromium, a show, and pages of other people."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from lossy_line import LossyLine, lossy_line
from playwright.sync_api import Browser, Page, expect, sync_playwright
from show_server import Show, running_show

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install the package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh profile of an English reader; an error in its scripts fails the test."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 720})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(20_000)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def show() -> Iterator[Show]:
    with running_show() as show:
        yield show


@pytest.fixture
def line(show: Show) -> Iterator[LossyLine]:
    with lossy_line(show.url) as line:
        yield line


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


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Shop(tmp_path, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()
    thread.join()
