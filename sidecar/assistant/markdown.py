"""A shop's FAQ as Markdown: a heading is the question, what is below it the answer (markdown-it).

A heading may hold several wordings, with ``|`` between them, and an id at its end: ``# How long? | When? {#shipping}``.
A heading with nothing but other headings below it is a title. Above all may stand, between lines of ``---``, what holds
for the whole file: ``lang``, ``products``, ``valid_from``, ``valid_until``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import regex
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sidecar.assistant import columns
from sidecar.assistant.columns import Column, Kind
from sidecar.assistant.record import Found, Record
from sidecar.assistant.tree import parse_yaml

_FRONT = regex.compile(r"\A---[ \t]*\r?\n(?P<matter>.*?)^(?:---|\.\.\.)[ \t]*\r?$", regex.DOTALL | regex.MULTILINE)
_ID = regex.compile(r"\s*\{#(?P<id>[^}\s]+)\}\s*$")
_FOR_ALL = frozenset({Kind.PRODUCTS, Kind.FROM, Kind.UNTIL})


def read_markdown(text: str, file: str, lang: str | None, found: Found) -> None:
    """Add what is in the Markdown ``text`` to ``found``. Raises `Unreadable` for what is above it."""
    front = _FRONT.match(text)
    common, lang = _matter(front["matter"], file, lang, found) if front else ({}, lang)
    body = text[front.end() :] if front else text
    above = text.count("\n", 0, front.end()) if front else 0
    sections = list(_sections(MarkdownIt("commonmark").parse(body)))
    if not sections:
        found.problem(file, 1, "has no heading", "write each question as a heading (# …), its answer below it")
    for number, (line, level, heading, answer) in enumerate(sections):
        if not answer and number + 1 < len(sections) and sections[number + 1][1] > level:
            continue
        named = _ID.search(heading)
        texts = {**common, Column(Kind.QUESTION): (heading[: named.start()] if named else heading,)}
        if answer:
            texts[Column(Kind.ANSWER)] = (answer,)
        if named:
            texts[Column(Kind.ID)] = (named["id"],)
        found.records.append(Record(file=file, line=above + line, texts=texts, lang=lang))


def _matter(text: str, file: str, lang: str | None, found: Found) -> tuple[dict[Column, tuple[str, ...]], str | None]:
    matter = parse_yaml(text)
    texts: dict[Column, tuple[str, ...]] = {}
    for key, value in cast("dict[str, Any]", matter).items() if isinstance(matter, dict) else ():
        column = columns.column(key)
        values = tuple(str(each) for each in cast("list[object]", value if isinstance(value, list) else [value]))
        if column and column.kind is Kind.LANG:
            lang = columns.tag(values[0]) if values else lang
            if lang is None:
                found.problem(file, 1, f"'{values[0]}' is not a language", "use codes such as zh, en, es, pt-BR")
        elif column and column.kind in _FOR_ALL:
            texts[column] = values
    return texts, lang


def _sections(tokens: Sequence[Token]) -> Iterator[tuple[int, int, str, str]]:
    """Line, level and text of each heading, and what is below it up to the next, as plain text."""
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open" and token.level == 0]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        line = (tokens[start].map or [0])[0] + 1
        yield line, int(tokens[start].tag[1:]), tokens[start + 1].content, _plain(tokens[start + 3 : end])


def _plain(tokens: Sequence[Token]) -> str:
    """Blocks as lines; items of lists begin with a dash or their number. Remarks in HTML are left out."""
    lines: list[str] = []
    mark, lists = "", cast("list[int | None]", [])
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                mark = "- " if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "inline":
                lines.append(mark + _inline(token.children or []))
                mark = ""
            case "fence" | "code_block" | "html_block" if not token.content.lstrip().startswith("<!--"):
                lines.append(token.content.strip())
            case _:
                pass
    return "\n".join(lines)


def _inline(tokens: Sequence[Token]) -> str:
    """Text without marks; a link is its text and, unless that is the same, its address."""
    text, address, begin = "", "", 0
    for token in tokens:
        match token.type:
            case "softbreak":
                text += " "
            case "hardbreak":
                text += "\n"
            case "link_open":
                address, begin = str(token.attrs.get("href", "")), len(text)
            case "link_close":
                text += "" if address.removeprefix("mailto:") == text[begin:] else f" {address}"
            case "html_inline" if token.content.startswith("<!--"):
                pass
            case _:
                text += token.content
    return text
