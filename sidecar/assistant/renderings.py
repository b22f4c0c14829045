"""An entry's answer for somebody who reads a language: as the shop wrote it, translated ahead, or as it is. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from sidecar import language
from sidecar.assistant.ahead import Translated, Wanted
from sidecar.assistant.entry import Entry, Knowledge, Wording
from sidecar.assistant.placeholders import fill
from sidecar.speech.script import chinese_converter, chinese_tag

UNTRANSLATED = "untranslated"
"""The check that an answer fails that is not in the asker's language."""
UNFILLED = "unfilled"
"""The check that an answer fails in which a placeholder is left."""
UNANSWERED = "unanswered"
"""The check that an entry without any answer fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """``text`` in ``lang``; ``failed_checks`` names what is wrong with it for the one who asked."""

    text: str
    lang: str
    failed_checks: tuple[str, ...] = ()


def rendering(
    entry: Entry, lang: str, knowledge: Knowledge, translated: Callable[[Wanted], Translated | None]
) -> Rendering:
    """The answer of ``entry`` for somebody who reads ``lang``. ``translated`` knows what was translated ahead."""
    if own := entry.wording(lang):
        return _in_script(_filled(entry, own, own.lang, knowledge), lang)
    original = _original(entry)
    if original is None:
        return Rendering(text="", lang=lang, failed_checks=(UNANSWERED,))
    asked_for = wanted(entry, original, lang, knowledge)
    if asked_for and (made := translated(asked_for)):
        return Rendering(text=made.text, lang=lang, failed_checks=made.failed_checks)
    source = _filled(entry, original, lang, knowledge)
    return Rendering(text=source.text, lang=original.lang, failed_checks=(UNTRANSLATED, *source.failed_checks))


def all_wanted(knowledge: Knowledge, langs: Sequence[str]) -> Iterator[Wanted]:
    """What has to be translated so that every entry has an answer in each of ``langs``."""
    for entry in knowledge.entries:
        original = _original(entry)
        for lang in langs:
            if original and not entry.wording(lang) and (one := wanted(entry, original, lang, knowledge)):
                yield one


def wanted(entry: Entry, original: Wording, lang: str, knowledge: Knowledge) -> Wanted | None:
    """The filled answer ``original`` in ``lang``; None while something in it is not filled."""
    source = fill(original.answer, entry, knowledge, lang)
    return None if source.missing else Wanted(text=source.text, source=original.lang, target=lang)


def wanted_of(entry: Entry, lang: str, knowledge: Knowledge) -> Wanted | None:
    """What a translation of ``entry`` for a reader of ``lang`` is made of, None if there is nothing to translate."""
    original = _original(entry)
    return None if original is None or entry.wording(lang) else wanted(entry, original, lang, knowledge)


def _filled(entry: Entry, wording: Wording, lang: str, knowledge: Knowledge) -> Rendering:
    filled = fill(wording.answer, entry, knowledge, lang)
    return Rendering(text=filled.text, lang=wording.lang, failed_checks=(UNFILLED,) if filled.missing else ())


def _in_script(made: Rendering, lang: str) -> Rendering:
    """``made`` in the Chinese characters that a reader of ``lang`` reads."""
    if language.base(lang) != "zh" or made.lang == lang:
        return made
    return replace(made, text=_converter(lang)(made.text), lang=lang)


@lru_cache(maxsize=2)
def _converter(lang: str) -> Callable[[str], str]:
    return chinese_converter("traditional" if lang == chinese_tag("traditional") else "simplified")


def _original(entry: Entry) -> Wording | None:
    return next((wording for wording in entry.wordings.values() if wording.answer), None)
