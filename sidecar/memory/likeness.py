"""What makes two lines the same line for a translation memory. Pure.

Lines of one meaning and lines that differ by the word that matters are equally alike by their characters: with one to
three particles more or fewer a line keeps 75 to 97 % of them, with 黑色 for 白色 in it 89 to 98 %. So all words have to
be the same, apart from some that carry nothing, and the likeness only bounds how many of those there may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import regex
from rapidfuzz import fuzz

from sidecar import language
from sidecar.speech import names, pinyin
from sidecar.speech.names import Token
from sidecar.translation import checks, numbers
from sidecar.translation.numbers import Number
from sidecar.translation.word_forms import stem

NEAR = 75.0
"""Per cent of the characters that a near match has in common at least (rapidfuzz)."""
_SHORTEST = 6
"""Chinese characters from which on a line of the same sound is the same line."""
_EMPTY = {
    base: frozenset(words.split())
    for base, words in {
        "zh": "啊 呢 呀 哦 嗯 哈 啦 嘛 呃 哎 诶 喔 噢 哟 吧 的 了",
        "ja": "ね よ",
        "en": "uh um er erm hmm well okay ok so and please the a an",
        "es": "eh pues bueno y",
        "pt": "é né então e",
        "fr": "euh ben bon alors et",
        "de": "äh ähm und",
        "id": "eh ya nah",
        "ru": "э ну вот и",
    }.items()
}
"""Words that a line means the same without."""
_NUMERALS = frozenset("零〇一二两三四五六七八九十百千万亿")
_QUESTION = regex.compile(r"[?？؟]\s*$")

Figures = tuple[tuple[tuple[str, ...], bool], ...]


@dataclass(frozen=True, slots=True)
class Features:
    """A line as it is compared: all its words, those that carry something, and what must not differ at all."""

    words: str
    core: tuple[str, ...]
    exact: tuple[Figures, frozenset[str], bool]


def features(text: str, lang: str) -> Features:
    """``text`` in ``lang``: numbers, currencies and whether it is a question count apart from the words."""
    written = numbers.with_digits(text, lang)
    said = numbers.find(written, lang)
    tokens = [each for each in names.tokens(written) if not _is_figure(each, said)]
    words = [
        token.plain if token.han else stem(written[token.start : token.end], token.plain, lang) for token in tokens
    ]
    empty = _EMPTY.get(language.base(lang), frozenset())
    plain = [token.plain for token in tokens]
    core = [word for word, bare in zip(words, plain, strict=True) if bare not in empty]
    return Features(
        words=" ".join(words),
        core=_sounds(core) if language.base(lang) == "zh" else tuple(core),
        exact=(_figures(said), checks.currencies(text, lang), bool(_QUESTION.search(text))),
    )


def is_near(one: Features, other: Features) -> bool:
    """Whether lines of the same core and figures have enough in common."""
    return fuzz.ratio(one.words, other.words) >= NEAR


def _figures(said: Sequence[Number]) -> Figures:
    """Every number in order: its values, and whether it is a percentage."""
    return tuple((tuple(sorted(map(str, each.values))), each.percent) for each in said)


def _is_figure(token: Token, said: Sequence[Number]) -> bool:
    """Whether ``token`` is digits, or a Chinese numeral that is one of the numbers ``said``."""
    if token.plain.isdecimal():
        return True
    return token.plain in _NUMERALS and any(each.start <= token.start < each.end for each in said)


def _sounds(core: list[str]) -> tuple[str, ...]:
    """How a Chinese line of some length sounds, tones included: what a recogniser cannot tell apart."""
    if len(core) < _SHORTEST or not all(names.tokens(word)[0].han for word in core):
        return tuple(core)
    return tuple("".join(syllable) for syllable in pinyin.syllables("".join(core)))
