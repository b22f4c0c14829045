"""Which language is a question written in? Short lines of chat, mostly in one of the languages that shops sell to."""

from __future__ import annotations

import regex

from sidecar import language
from sidecar.assistant.embedding import plain
from sidecar.translation import tongue

_SCRIPTS = {
    "ja": regex.compile(r"[\p{Script=Hiragana}\p{Script=Katakana}]"),
    "ko": regex.compile(r"\p{Script=Hangul}"),
    "zh": regex.compile(r"\p{Script=Han}"),
    "ar": regex.compile(r"\p{Script=Arabic}"),
    "th": regex.compile(r"\p{Script=Thai}"),
    "he": regex.compile(r"\p{Script=Hebrew}"),
    "hi": regex.compile(r"\p{Script=Devanagari}"),
    "ru": regex.compile(r"\p{Script=Cyrillic}"),
}
"""The first whose letters are there, unless the asker reads another language in those letters."""
_LIKE = {"ar": ("fa", "ur"), "ru": ("uk", "bg", "sr", "kk"), "hi": ("mr", "ne"), "zh": ("yue",)}
_IN_LATIN = ("en", "es", "pt", "id", "vi", "fr", "de", "it")
_READS_IT = 3.0
"""How much likelier the language that the asker reads is than another."""


def asked_in(text: str, reads: str | None = None) -> str:
    """The bare tag of the language of ``text``, whose writer ``reads`` a language, if that is known."""
    text, own = plain(text), language.base(reads) if reads else ""
    for lang, letters in _SCRIPTS.items():
        if letters.search(text):
            return own if own in _LIKE.get(lang, ()) else lang
    shares = tongue.shares(text) if regex.search(r"\p{L}", text) else {}
    weighed = {
        lang: shares.get(lang, 0.0) * (_READS_IT if lang == own else 1) for lang in dict.fromkeys((*_IN_LATIN, own))
    }
    best = max(weighed, key=lambda lang: weighed[lang])
    return best if weighed[best] > 0 else own or "en"
