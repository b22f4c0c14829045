"""Overlay, viewer page and a shop's own page in Chromium, while the built-in host speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from chromium import Shop
from e2e_process import PATIENCE_S, Run, Viewer, finals, transcript
from lossy_line import LossyLine, lossy_line
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PATIENCE_MS = PATIENCE_S * 1000
VIDEO = '<video id="v" controls muted style="width:800px;height:450px;display:block;background:#456"></video>'
CAPTION = ".lc-caption"
LINES = "#transcript li p"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A show that goes on and on."""
    options = ("--input", "demo", "--language", "en", "--to", "es")
    with Run(*options, folder=tmp_path_factory.mktemp("show")) as run:
        run.until(lambda: finals(run.events), "the first final caption")
        yield run


@pytest.fixture
def line(run: Run) -> Iterator[LossyLine]:
    with lossy_line(run.url) as line:
        yield line


def widget(url: str) -> str:
    return f'{VIDEO}<live-captions for="v"></live-captions><script src="{url}/captions.js"></script>'


def test_captions_appear_in_the_overlay_on_the_viewer_page_and_in_a_shop(page: Page, run: Run, shop: Shop) -> None:
    overlay, viewer = page.context.new_page(), page.context.new_page()
    page.goto(shop.page(widget(run.url)))
    overlay.goto(f"{run.url}/overlay?lang=es&second=en")
    viewer.goto(f"{run.url}/viewer")
    for each, lang in ((page, "en"), (overlay, "es"), (viewer, "en")):
        expect(each.locator(f"{CAPTION}[lang={lang}]").first).to_have_text(re.compile(r"\w"), timeout=PATIENCE_MS)
    expect(viewer.locator(LINES).first).to_have_text(finals(run.events, "en")[0]["text"])
    video, rows = page.locator("video").bounding_box(), page.locator(".lc-window").first.bounding_box()
    assert video
    assert rows
    assert video["y"] < rows["y"] < video["y"] + video["height"], "over the film"


def test_in_the_shop_the_language_is_switched_and_captions_are_toggled(page: Page, run: Run, shop: Shop) -> None:
    page.goto(shop.page(widget(run.url)))
    captions, button = page.locator(CAPTION), page.get_by_role("button", name="Captions")
    expect(captions.and_(page.locator("[lang=en]")).first).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Language").click()
    page.get_by_role("menuitemradio", name="Español").click()
    expect(captions.and_(page.locator("[lang=es]")).first).to_be_visible(timeout=PATIENCE_MS)
    page.keyboard.press("c")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(captions).to_have_count(0)
    page.keyboard.press("c")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(captions.and_(page.locator("[lang=es]")).first).to_be_visible(timeout=PATIENCE_MS)


def test_a_lost_line_leaves_neither_a_gap_nor_a_duplicate_in_the_transcript(
    page: Page, run: Run, line: LossyLine
) -> None:
    page.goto(f"{line.url}/viewer")
    state = page.locator(".state")
    expect(state).to_have_text("Live")
    for _ in range(2):
        line.cut()
        expect(state).to_have_text("Reconnecting")
        missed = len(finals(run.events, "en"))
        run.until(lambda missed=missed: len(finals(run.events, "en")) > missed, "a caption that the page misses")
        line.mend()
        expect(state).to_have_text("Live", timeout=PATIENCE_MS)
    said = [caption["text"] for caption in transcript(run.events, "en")]
    expect(page.locator(LINES).nth(len(said) - 1)).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator(LINES).all_inner_texts()[: len(said)] == said


def test_the_end_is_told_everywhere(page: Page, shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> None:
    options = ("--input", "demo", "--language", "en", "--to", "")
    with Run(*options, folder=tmp_path_factory.mktemp("short")) as run, Viewer(run.url, "lang=en") as reader:
        overlay, viewer = page.context.new_page(), page.context.new_page()
        page.goto(shop.page(widget(run.url)))
        overlay.goto(f"{run.url}/overlay")
        viewer.goto(f"{run.url}/viewer")
        for each in (page, overlay, viewer):
            expect(each.locator(CAPTION).first).to_be_visible(timeout=PATIENCE_MS)
        assert run.interrupted().returncode == 0
        for each in (page, viewer):
            expect(each.locator(".state")).to_have_text("The show has ended")
        expect(overlay.locator(CAPTION)).to_have_count(0)
        expect(viewer.locator(LINES)).to_have_text([caption["text"] for caption in reader.finals()])
