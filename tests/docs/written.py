"""The pages as they are written: links, headings, tables, commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_GENERATED = re.compile(r"^<!-- (\w+) -->\n.*?^<!-- /\1 -->$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def by_hand(text: str) -> str:
    """``text`` without what is generated."""
    return _GENERATED.sub("", text)


def prose(text: str) -> str:
    """``text`` without code blocks."""
    return _FENCED.sub("", text)


def links(text: str) -> list[str]:
    return _LINK.findall(re.sub(r"`[^`\n]+`", "", prose(text)))


def anchors(text: str) -> set[str]:
    """What a link to a heading may name, as GitHub makes it."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(text: str) -> list[list[str]]:
    """The cells of every row of every table; a bar inside a cell is written ``\\|``."""
    lines = [
        line for line in prose(text).splitlines() if re.match(r"\|.*\|$", line) and not re.match(r"[|\- ]+$", line)
    ]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def table_after(text: str, mark: str) -> list[list[str]]:
    """The rows, without the head, of the first table behind ``mark``."""
    _, found, behind = text.partition(mark)
    assert found, f"no {mark!r}"
    table = re.search(r"(?:^\|.*\|\n)+", behind, re.MULTILINE)
    assert table
    return rows(table[0])[1:]


def codes(cell: str) -> list[str]:
    """What is marked as code."""
    return re.findall(r"`([^`]+)`", cell)


def commands(text: str) -> Iterator[str]:
    """Every command of ours that a reader may copy."""
    own = by_hand(text)
    for language, block in _FENCED.findall(own):
        if language == "sh":
            yield from (line for line in block.splitlines() if line)
    yield from (code for code in codes(prose(own)) if re.match(r"(sidecar|\./scripts/\w+) ", code))
