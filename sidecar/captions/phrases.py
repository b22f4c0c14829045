"""Where a line may end in writing that puts no spaces between words (BudouX; its only importer)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from budoux import Parser

_CHINESE_OR_JAPANESE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
_THAI = regex.compile(r"\p{Thai}+")


def boundaries(text: str, lang: str) -> set[int]:
    """Offsets in ``text`` between two phrases; none where no part of it is Chinese, Japanese or Thai.

    The script decides, not the caption's language alone, so a Chinese name in an English caption is kept whole too.
    """
    found: set[int] = set()
    if _CHINESE_OR_JAPANESE.search(text):
        found |= _ends(_parser(_east_asian(text, lang)), text, 0)
    for run in _THAI.finditer(text):
        found |= _ends(_parser("th"), run.group(), run.start())
    return found


def _east_asian(text: str, lang: str) -> str:
    if lang == "zh-Hant":
        return lang
    return "ja" if lang == "ja" or (lang != "zh" and _KANA.search(text)) else "zh"


def _ends(parser: Parser, text: str, offset: int) -> set[int]:
    ends: set[int] = set()
    for phrase in parser.parse(text):
        offset += len(phrase)
        ends.add(offset)
    return ends


@cache
def _parser(name: str) -> Parser:
    import budoux

    loaders = {
        "zh": budoux.load_default_simplified_chinese_parser,
        "zh-Hant": budoux.load_default_traditional_chinese_parser,
        "ja": budoux.load_default_japanese_parser,
        "th": budoux.load_default_thai_parser,
    }
    return loaders[name]()
