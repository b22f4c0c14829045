"""Is a line that a model wrote a translation at all, and are its numbers right? Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from sidecar import language
from sidecar.errors import TranslationError
from sidecar.translation import codes, negation, numbers, terms, tongue, units
from sidecar.translation.terms import Wanted

_SCRIPTS = {
    "zh": "Han", "yue": "Han", "ja": "Han Hiragana Katakana", "ko": "Hangul", "ru": "Cyrillic", "uk": "Cyrillic",
    "bg": "Cyrillic", "sr": "Cyrillic Latin", "kk": "Cyrillic", "ar": "Arabic", "fa": "Arabic", "ur": "Arabic",
    "th": "Thai", "he": "Hebrew", "hi": "Devanagari", "mr": "Devanagari", "ne": "Devanagari", "el": "Greek",
    "ta": "Tamil", "te": "Telugu", "bn": "Bengali", "km": "Khmer", "lo": "Lao", "my": "Myanmar", "ka": "Georgian",
}  # fmt: skip
_SCRIPT_NAMES = frozenset(name for names in _SCRIPTS.values() for name in names.split()) - {"Latin"}
_LETTERS = {name: regex.compile(rf"\p{{Script={name}}}") for name in _SCRIPT_NAMES | {"Latin"}}
_LETTER = regex.compile(r"\p{L}")
_WIDE = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_LABEL = regex.compile(
    r"^\W*(?:(?:the )?translation|translated|traducci[oó]n|tradução|traduction|übersetzung|terjemahan|bản dịch|"
    r"翻译|译文|перевод|sure|certainly|assistant|user|system|here is|here's the)\b[^:：]{0,40}[:：]",
    regex.IGNORECASE,
)
_PROMPT_ECHO = regex.compile(
    r"<\|?\w+\|?>|live captions of a shopping show|translation of that line|as an ai\b", regex.IGNORECASE
)
_SHORT_LOOP = regex.compile(r"(\p{L}{1,12}?)\1{5,}|([^\p{L}\p{N}\s])\2{4,}")
_CURRENCIES = {
    code: regex.compile(pattern, regex.IGNORECASE)
    for code, pattern in {
        "EUR": r"€|\beuros?\b|欧元|歐元|евро|ユーロ|유로|يورو|ยูโร",
        "USD": r"\$|\bd[oó]ll?ar(?:s|es)?\b|美元|美金|美刀|доллар|ドル|달러|دولار|ดอลลาร์|đô la",
        "GBP": r"£|英镑|英鎊",
        "JPY": r"円|日元|日圆|\byen\b|\byenes\b|엔화|เยน",
        "KRW": r"₩|\d ?won\b|韩元|韓元|\d ?원",
        "IDR": r"\brp ?\d|\brupiah\b|印尼盾",
        "MYR": r"\brm ?\d|\bringgit\b|令吉|马币",
        "THB": r"฿|\bbahts?\b|บาท|泰铢|泰銖",
        "VND": r"₫|\d ?đ\b|\bđồng\b|越南盾",
        "RUB": r"₽|рубл|卢布",
        "BRL": r"\breais\b|r\$ ?\d|雷亚尔",
        "INR": r"₹|\brupees?\b|卢比",
        "cents": r"\bcentavos?\b|\bc[eéê]ntimos?\b|\bcentimes?\b|\bcentesim[io]\b|\d ?cents?\b",
    }.items()
}
# In Chinese alone: a Japanese 分 is a minute.
_CHINESE_CENTS = regex.compile(r"[\d一二三四五六七八九半几][毛角]|[\d一二三四五六七八九]分(?![钟鐘之期享类類秒])")
_ODD_NUMERAL = regex.compile(r"(?<!\p{L})[\p{No}\p{Nl}]|[\U0001d7ce-\U0001d7ff]")
_QUOTES = (("“", "”"), ('"', '"'), ("「", "」"), ("«", "»"), ("'", "'"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The names of the checks that failed, none if the line is good."""

    failed: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.failed


class CheckFailedError(TranslationError):
    """What the model wrote failed checks, again after another attempt. ``failed`` names them."""

    def __init__(self, failed: tuple[str, ...]) -> None:
        super().__init__(f"the translation failed its checks: {', '.join(failed)}")
        self.failed = failed


def check(said: str, written: str, *, source: str, target: str, wanted: Sequence[Wanted] = ()) -> Verdict:
    """Whether ``written`` in language ``target`` can be a translation of ``said`` in language ``source``, with the
    terms that are ``wanted``.

    Names: empty, lines, label, echo, script, language, length, loop, numbers, currency, units, codes, negation,
    terms, forbidden.
    """
    if not _WORD.search(written):
        return Verdict(failed=("empty",)) if _WORD.search(said) else Verdict()
    bare_said = terms.hidden_in_source(wanted, said)
    bare_written = terms.hidden_in_target(wanted, written, target)
    tests = {
        "lines": len(written.strip().splitlines()) > 1,
        "label": has_label(written) and not has_label(said),
        "echo": language.base(source) != language.base(target)
        and (is_echo(bare_said, bare_written) or is_piece(bare_said, bare_written)),
        "script": has_wrong_script(bare_said, bare_written, target),
        "language": is_in_another_language(bare_said, bare_written, target),
        "length": _has_wrong_length(said, written),
        "loop": has_loop(written) and not has_loop(said),
        "numbers": numbers.differ(numbers.find(bare_said, source), numbers.find(bare_written, target))
        or has_odd_numeral(said, written),
        "currency": bool(currencies(bare_written, target) - currencies(bare_said, source)),
        "units": bool(units.made_up(bare_said, bare_written)),
        "codes": bool(codes.lost(bare_said, bare_written)),
        "negation": negation.is_lost(said, written, source=source, target=target),
        "terms": bool(terms.missing(wanted, written, target)),
        "forbidden": bool(terms.forbidden(wanted, written, target)),
    }
    return Verdict(failed=tuple(name for name, failed in tests.items() if failed))


def rescued(said: str, tried: Sequence[str], *, source: str, target: str, wanted: Sequence[Wanted]) -> str | None:
    """The first of ``tried`` that passes once its terms are put right; None if there is none."""
    for written in tried if wanted else ():
        better = terms.repaired(wanted, written, target)
        if check(said, better, source=source, target=target, wanted=wanted).ok:
            return better
    return None


def tidy(text: str, *, target: str) -> str:
    """What a model wrote, without blanks and quotation marks around the whole line."""
    text = text.strip()
    for opening, closing in _QUOTES:
        if len(text) > 2 and text[0] == opening and text[-1] == closing and opening not in text[1:-1]:
            text = text[1:-1].strip()
    return text if language.base(target) == "fr" else regex.sub(r"[ \t\u00a0]+", " ", text)


def has_label(text: str) -> bool:
    """Words about the task instead of the line: ``Translation: …``, a piece of the prompt."""
    return bool(_LABEL.match(text) or _PROMPT_ECHO.search(text))


def has_loop(text: str) -> bool:
    """The same words, or the same few characters, over and over."""
    words = _WORD.findall(text.lower())
    if len(words) >= 12 and Counter(words).most_common(1)[0][1] > len(words) / 2:
        return True
    return any(_repeats(words, size) for size in (1, 2, 3, 4)) or bool(_SHORT_LOOP.search(text))


def has_odd_numeral(said: str, written: str) -> bool:
    """A number that is not made of plain digits, like ½, ② or 𝟐𝟎, and was not said so. m² is a unit."""
    return any(found not in said for found in _ODD_NUMERAL.findall(written))


def currencies(text: str, lang: str) -> frozenset[str]:
    """Codes of the currencies that ``text`` in ``lang`` names, and ``cents`` for small change of any.

    Yuan is not told: it is what an unnamed price is in.
    """
    found = {code for code, pattern in _CURRENCIES.items() if pattern.search(text)}
    if language.base(lang) == "zh" and _CHINESE_CENTS.search(text):
        found.add("cents")
    return frozenset(found)


def is_echo(said: str, written: str) -> bool:
    """The source line again. A name or a brand alone may stay as it is."""
    if not _LETTER.search(said) or _bare(said) != _bare(written):
        return False
    return len(_WIDE.findall(said)) > 4 if _WIDE.search(said) else len(_WORD.findall(said)) > 3


def is_piece(said: str, written: str) -> bool:
    """Nothing but words taken from the line, most of which is missing: "write HELLO" was obeyed, not translated."""
    words = frozenset(_WORD.findall(written.lower()))
    if not words or not all(word in said.lower() for word in words):
        return False
    rest = [word for word in _WORD.findall(said.lower()) if word not in words and _LETTER.search(word)]
    wide = sum(len(_WIDE.findall(word)) for word in rest)
    return wide > 4 or len([word for word in rest if not _WIDE.search(word)]) > 3


def has_wrong_script(said: str, written: str, target: str) -> bool:
    """Letters of a script that ``target`` is not written in, or hardly any of its own. Brands may stay as they were."""
    own = _SCRIPTS.get(language.base(target), "Latin").split()
    if any(_LETTERS[name].search(written) for name in _SCRIPT_NAMES.difference(own)):
        return True
    fresh = "".join(_fresh(said, written))
    letters = len(_LETTER.findall(fresh))
    return "Latin" not in own and letters >= 8 and len(_LETTERS["Latin"].findall(fresh)) > 0.7 * letters


def is_in_another_language(said: str, written: str, target: str) -> bool:
    """The right letters, and the words of another language. Brands may stay as they were."""
    return tongue.is_another_language([word for word in _fresh(said, written) if _LETTER.search(word)], target)


def _fresh(said: str, written: str) -> list[str]:
    """The words of ``written``, in small letters, that ``said`` does not have as they are."""
    kept = frozenset(_WORD.findall(said.lower()))
    return [word for word in _WORD.findall(written.lower()) if word not in kept]


def _repeats(words: list[str], size: int) -> bool:
    """A group of ``size`` words comes four times running."""
    groups = [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
    for offset in range(size):
        run = 1
        for before, after in pairwise(groups[offset::size]):
            run = run + 1 if before == after else 1
            if run == 4:
                return True
    return False


def _has_wrong_length(said: str, written: str) -> bool:
    """Much longer than a translation can be, or much shorter."""
    before, after = _width(said), _width(written)
    return after > 30 + 3.5 * before or (before > 40 and after < before / 6)


def _width(text: str) -> int:
    """Characters, a wide one counted as three: about as long as the same in Latin letters."""
    return len(text) + 2 * len(_WIDE.findall(text))


def _bare(text: str) -> str:
    return "".join(_WORD.findall(text.lower()))
