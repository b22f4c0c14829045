from __future__ import annotations

from pathlib import Path

import pytest
import written

LARGEST_IMAGE = 300_000


@pytest.mark.parametrize("page", written.PAGES, ids=written.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in written.links(page.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(written.ROOT), link
        assert target.exists(), link
        if anchor:
            assert anchor in written.anchors(target.read_text(encoding="utf-8")), link


def test_every_page_and_image_is_linked_to() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in written.PAGES
        for link in written.links(page.read_text(encoding="utf-8"))
    }
    images = (written.ROOT / "docs" / "images").iterdir()
    assert {*written.PAGES, *images} - linked <= {written.ROOT / "README.md"}
    index = written.links(written.read("docs/README.md"))
    pages = {path.name for path in (written.ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages <= set(index)


def test_images_are_small() -> None:
    for image in (written.ROOT / "docs" / "images").iterdir():
        assert image.stat().st_size <= LARGEST_IMAGE, image.name
