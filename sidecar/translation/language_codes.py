"""What translation models call languages, and which of their codes stands for a tag of ours. Pure.

NLLB says ``zho_Hans``, M2M100 ``zh``, Opus-MT ``cmn_Hans``, ``spa`` or ``pt_BR``, always in the model's vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import langcodes

from sidecar import language
from sidecar.errors import UsageError

_STANDS_FOR = {
    "als": "sq", "arb": "ar", "azj": "az", "cmn": "zh", "ekk": "et", "fuv": "ff", "gaz": "om", "khk": "mn",
    "kmr": "ku", "knc": "kr", "lvs": "lv", "npi": "ne", "ory": "or", "pbt": "ps", "pes": "fa", "plt": "mg",
    "quy": "qu", "swh": "sw", "uzn": "uz", "ydd": "yi", "zlm": "ms", "zsm": "ms",
}  # fmt: skip
"""The single language that models have for a group of languages which has a tag of its own."""
_READ_AS_WELL = {"yue": ("zh-Hant", "zh"), "zh-Hant": ("zh",), "zh": ("zh-Hant",)}
"""What else readers of a language read."""
_PART_OF = {"Hang": "Kore"}
"""A script that is part of what a language is written in."""


def by_tag(codes: Iterable[str]) -> dict[str, str]:
    """The code of each language, by canonical tag. Codes that name no language are left out."""
    found: dict[str, str] = {}
    for code in codes:
        tag = tag_of(code)
        if tag and (tag not in found or _rank(code) < _rank(found[tag])):
            found[tag] = code
    return found


def tag_of(code: str) -> str | None:
    """The canonical tag of a model's code, None for what is no language."""
    base, _, rest = code.replace("-", "_").partition("_")
    base = _STANDS_FOR.get(base, base)
    try:
        return language.normalise(f"{base}-{rest}" if rest else base)
    except UsageError:
        return None


def find(tag: str, codes: Mapping[str, str]) -> str | None:
    """The code for canonical ``tag`` among ``codes`` (`by_tag`), or for the nearest that its readers read."""
    wanted = (tag, *_READ_AS_WELL.get(tag, ()), language.base(tag))
    near = (other for other in codes if language.base(other) == tag)
    return next((codes[one] for one in (*wanted, *near) if one in codes), None)


def _rank(code: str) -> int:
    """The usual script named, no script, another script, a country: the lower, the more likely what is meant."""
    base, _, rest = code.partition("_")
    if len(rest) != 4:
        return 3 if rest else 1
    usual = langcodes.get(_STANDS_FOR.get(base, base)).maximize().script
    return 0 if usual in (rest, _PART_OF.get(rest)) else 2
