"""Is a line that a model wrote a translation at all, and are its numbers right? Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import regex

from sidecar import language
from sidecar.translation import numbers

_SCRIPTS = {
    "zh": "Han", "yue": "Han", "ja": "Han Hiragana Katakana", "ko": "Hangul", "ru": "Cyrillic", "uk": "Cyrillic",
    "bg": "Cyrillic", "sr": "Cyrillic Latin", "kk": "Cyrillic", "ar": "Arabic", "fa": "Arabic", "ur": "Arabic",
    "th": "Thai", "he": "Hebrew", "hi": "Devanagari", "mr": "Devanagari", "ne": "Devanagari", "el": "Greek",
    "ta": "Tamil", "te": "Telugu", "bn": "Bengali", "km": "Khmer", "lo": "Lao", "my": "Myanmar", "ka": "Georgian",
}  # fmt: skip
_FOREIGN = {name: regex.compile(rf"\p{{Script={name}}}") for name in {one for value in _SCRIPTS.values() for one in value.split()}}
_LETTER = regex.compile(r"\p{L}")
_LATIN = regex.compile(r"\p{Script=Latin}")
_WIDE = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]")
_WORDS = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_LABEL = regex.compile(
    r"^\W*(?:translation|translated|traducci[oó]n|tradução|traduction|übersetzung|terjemahan|bản dịch|翻译|译文|перевод|"
    r"sure|certainly|assistant|user|system|note|as an ai|here is|here's the|i'm sorry|i cannot)\b[^:：]{0,40}[:：]", regex.IGNORECASE
)
_PROMPT_ECHO = regex.compile(r"<\|?\w+\|?>|live captions of a shopping show|translation of that line", regex.IGNORECASE)
_QUOTES = (("“", "”"), ('"', '"'), ("「", "」"), ("«", "»"), ("'", "'"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A text and its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The names of the checks that failed, none if the line is good."""

    failed: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed


def check(source: Spoken, target: Spoken) -> Verdict:
    """Whether ``target`` can be a translation of ``source``.

    Names: empty, lines, label, echo, script, length, loop, numbers.
    """
    if not _WORDS.search(target.text):
        return Verdict(failed=("empty",)) if _WORDS.search(source.text) else Verdict()
    tests = {
        "lines": len(target.text.strip().splitlines()) > 1,
        "label": bool(_PROMPT_ECHO.search(target.text)) or bool(_LABEL.match(target.text) and not _LABEL.match(source.text)),
        "echo": _is_echo(source, target),
        "script": _wrong_script(target),
        "length": _runaway(source, target),
        "loop": has_loop(target.text) and not has_loop(source.text),
        "numbers": numbers.differ(
            numbers.find(source.text, source.language), numbers.find(target.text, target.language)
        ),
    }
    return Verdict(failed=tuple(name for name, failed in tests.items() if failed))


def tidy(text: str, *, target: str) -> str:
    """What a model wrote without blanks around it, quotes that it put around the whole line, and line breaks at the end."""
    text = text.strip()
    for opening, closing in _QUOTES:
        if len(text) > 2 and text[0] == opening and text[-1] == closing and opening not in text[1:-1]:
            text = text[1:-1].strip()
    return regex.sub(r"[ \t\u00a0]+", " ", text) if language.base(target) not in ("fr",) else text


def has_loop(text: str) -> bool:
    """The same words, or the same few characters, over and over."""
    words = _WORDS.findall(text.lower())
    for size in (1, 2, 3, 4):
        grams = [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
        run = 1
        for at in range(size, len(grams)):
            run = run + 1 if grams[at] == grams[at - size] else 1
            if run > 3 * size:
                return True
    if words and len(words) >= 12 and Counter(words).most_common(1)[0][1] > len(words) / 2:
        return True
    return bool(regex.search(r"(\p{L}{1,12}?)\1{5,}", text))


def _is_echo(source: Spoken, target: Spoken) -> bool:
    """The source line again. A name or a brand alone may stay as it is, and so may what one script cannot tell apart."""
    if not _LETTER.search(source.text) or language.base(source.language) == language.base(target.language):
        return False
    if "".join(_WORDS.findall(source.text.lower())) != "".join(_WORDS.findall(target.text.lower())):
        return False
    wide = bool(_WIDE.search(source.text))
    return len(_WIDE.findall(source.text)) > 4 if wide else len(_WORDS.findall(source.text)) > 3


def _wrong_script(target: Spoken) -> bool:
    """Letters of a script that the language is not written in, or too few of its own."""
    own = _SCRIPTS.get(language.base(target.language), "Latin").split()
    letters = len(_LETTER.findall(target.text))
    foreign = sum(len(pattern.findall(target.text)) for name, pattern in _FOREIGN.items() if name not in own)
    if foreign:
        return True
    if own == ["Latin"] or letters < 8:
        return False
    return len(_LATIN.findall(target.text)) > 0.7 * letters


def _runaway(source: Spoken, target: Spoken) -> bool:
    """Much longer than a translation can be, or much shorter. A wide character counts as three."""
    said, written = _width(source.text), _width(target.text)
    return written > 30 + 3.5 * said or (said > 40 and written < said / 6)


def _width(text: str) -> int:
    return len(text) + 2 * len(_WIDE.findall(text))
