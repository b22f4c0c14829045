"""Language tags (BCP 47), normalised once at the edge.

Inside Sidecar a language is a short canonical tag: ``zh`` (simplified), ``zh-Hant``, ``pt``, ``pt-BR``, ``es`` …
"""

from __future__ import annotations

import re

import langcodes

from sidecar.errors import UsageError

AUTO = "auto"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_TRADITIONAL_REGIONS = frozenset({"TW", "HK", "MO"})
_NO_ONE_LANGUAGE = re.compile(r"und|mul|zxx|q[a-t][a-z]")  # unknown, several, none, or of local use: valid tags


def normalise(tag: str) -> str:
    """The canonical tag of ``tag``. Raises `UsageError` for what is no language.

    ``ZH_cn`` → ``zh``, ``zh-TW`` → ``zh-Hant``, ``en-US`` → ``en``, ``pt-br`` → ``pt-BR``.
    """
    cleaned = tag.strip().replace("_", "-")
    if not _is_known(cleaned):
        raise UsageError(
            f"'{tag}' is not a language code", hint="use BCP 47 codes such as zh, en, es, pt-BR, zh-Hant, ar, th"
        )
    language = langcodes.get(cleaned, normalize=True).prefer_macrolanguage()
    base = language.language or ""
    if base in ("zh", "cmn"):
        by_region = language.script is None and language.territory in _TRADITIONAL_REGIONS
        traditional = language.script == "Hant" or by_region
        return "zh-Hant" if traditional else "zh"
    if base == "no":  # Norwegian without saying which: nearly always Bokmål
        return "nb"
    if base == "pt" and language.territory:
        return f"pt-{language.territory}"
    return base


def normalise_list(tags: str | list[str]) -> tuple[str, ...]:
    """Canonical tags of a comma-separated list, in order, without repeats or blanks."""
    parts = tags.split(",") if isinstance(tags, str) else tags
    return tuple(dict.fromkeys(normalise(part) for part in parts if part.strip()))


def base(tag: str) -> str:
    """The bare language of a canonical tag: ``zh-Hant`` → ``zh``."""
    return tag.split("-", 1)[0]


def english_name(tag: str) -> str:
    """What English calls the language, for prompts and people: ``zh`` → ``Simplified Chinese``."""
    if tag == "zh":
        return "Simplified Chinese"
    return langcodes.get(tag).display_name("en")


def is_right_to_left(tag: str) -> bool:
    return base(tag) in RIGHT_TO_LEFT


def _is_known(tag: str) -> bool:
    language = langcodes.get(tag).language if tag and langcodes.tag_is_valid(tag) else None
    return language is not None and language.isalpha() and not _NO_ONE_LANGUAGE.fullmatch(language)
