"""Chinese script of captions, by OpenCC (its only importer). Whisper writes either script, as it pleases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

_CONVERSIONS = {"simplified": "t2s", "traditional": "s2t"}


def chinese_converter(script: str) -> Callable[[str], str]:
    """What turns Chinese text into ``script``: ``simplified``, ``traditional``, or anything else for no change."""
    if script not in _CONVERSIONS:
        return str
    import opencc

    library = cast("Any", opencc)
    converter = library.OpenCC(_CONVERSIONS[script])
    return lambda text: str(converter.convert(text))


def chinese_tag(script: str) -> str:
    return "zh-Hant" if script == "traditional" else "zh"
