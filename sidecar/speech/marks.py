"""Marks and spaces as Chinese and Japanese captions have them. Pure.

Recognisers write half-width marks among Chinese characters, and in Chinese a space where the voice paused. Captions
have full-width marks and for that pause a comma, and no spaces between Chinese characters, nor between characters and
Latin letters or digits, where type setting provides for them. Decimal points, times, Latin phrases and addresses stay
as they are; so do spaces within Japanese, which subtitles have for commas.
"""

from __future__ import annotations

import regex

from sidecar import language
from sidecar.speech.edits import Edit

_WIDE = r"[\p{Han}\p{Hiragana}\p{Katakana}ー々〇]"
_CLOSING = "[”’」』）】》，。！？；：、]"
_ADDRESS = r"(?:https?://|www\.|[@#])"
_MARKS = {",": "，", ".": "。", "?": "？", "!": "！", ";": "；", ":": "："}
_COMMAS = {"zh": "，", "yue": "，", "ja": "、"}
"""The comma of the languages that are written so."""
_HALF_WIDTH = regex.compile(
    rf"(?<={_WIDE}|{_CLOSING}) *(?:[,?!;:](?!//) *|\.(?![.\w]) *)+|(?<=[^\s,?!;:]) *[,?!;:] *(?={_WIDE})|"
    rf"(?<=[A-Za-z])(?<!www)\. *(?={_WIDE})|(?<={_WIDE}.*[A-Za-z0-9%])[?!]$"
)
_PAUSE = regex.compile(rf"(?<={_WIDE}{{5}})(?<!{_ADDRESS}\S*) +(?={_WIDE})")
"""A space behind more characters than a word has; others only set words apart."""
_SPACE = regex.compile(
    rf"(?<={_WIDE}) +(?=(?!{_ADDRESS})[A-Za-z0-9$€£¥])|(?<=[A-Za-z0-9%])(?<!{_ADDRESS}\S*) +(?={_WIDE})|"
    r" +(?=[，。！？；：、])|(?<=[，。！？；：、]) +"
)
_BETWEEN = regex.compile(rf"(?<={_WIDE})(?<!{_ADDRESS}\S*) +(?={_WIDE})")


def marks(text: str, tag: str) -> list[Edit]:
    """Half-width marks and pauses of ``text`` that become full-width marks."""
    base = language.base(tag)
    if base not in _COMMAS:
        return []
    comma = _COMMAS[base]
    found = [Edit(*match.span(), _full(match.group(), comma)) for match in _HALF_WIDTH.finditer(text)]
    if base != "ja":
        found += [Edit(*match.span(), comma) for match in _PAUSE.finditer(text)]
    return sorted(found)


def spaces(text: str, tag: str) -> list[Edit]:
    """Spaces of ``text`` that go."""
    base = language.base(tag)
    patterns = (_SPACE,) if base == "ja" else (_SPACE, _BETWEEN) if base in _COMMAS else ()
    return sorted(Edit(*match.span(), "") for pattern in patterns for match in pattern.finditer(text))


def _full(half: str, comma: str) -> str:
    return "".join(comma if mark == "," else _MARKS[mark] for mark in half.replace(" ", ""))
