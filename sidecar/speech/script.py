"""Chinese script of captions, by OpenCC (its only importer). Whisper writes either script, or both in one sentence.

Traditional characters are those of Taiwan (為, 裡), not the older forms that OpenCC has for its own (爲, 裏). They are
made from simplified text, whatever was heard: words written half in one script and half in the other are known to no
dictionary.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

_CONVERSIONS = {"simplified": ("t2s",), "traditional": ("t2s", "s2tw")}


def chinese_converter(script: str) -> Callable[[str], str]:
    """What turns Chinese text into ``script``: ``simplified``, ``traditional``, or anything else for no change."""
    if script not in _CONVERSIONS:
        return str
    import opencc

    library = cast("Any", opencc)
    converters = [library.OpenCC(name) for name in _CONVERSIONS[script]]

    def convert(text: str) -> str:
        for converter in converters:
            text = str(converter.convert(text))
        return text

    return convert


def chinese_tag(script: str) -> str:
    return "zh-Hant" if script == "traditional" else "zh"
