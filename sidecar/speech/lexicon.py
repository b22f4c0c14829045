"""Words that everybody uses: a recogniser that writes one has most likely heard it right.

Word frequencies are those of pyspellchecker (film subtitles) and, for Chinese, of jieba (its only importers).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from sidecar import language

COMMON = 2e-7
"""Share of all words from which one is common: *quitter* is, *sidecar* is not."""
COMMON_CHINESE = 30
"""The same in jieba's counts, of 60 million: 口红, 线下; 停制 is not."""
_COUNTED = frozenset({"ar", "de", "en", "es", "eu", "fa", "fr", "it", "lv", "nl", "pt", "ru"})
_BORROWED = "en"
"""English words are heard in every show."""
LONG = 8
"""Letters of a word that nothing else is taken for, however rare it is: *midfield*, *accession*."""
FUNCTION_CHARACTERS = frozenset(
    "的一是不了在人有我他这个们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学"
    "么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱"
    "老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理点吧吗呢啊哦呀嘛哈拿让买卖送再先每"
)
"""Single characters that are words or parts of so many that one says nothing about a name."""
_OF_THE_TRADE = (
    "主播",
    "包邮",
    "家人们",
    "宝宝们",
    "姐妹们",
    "上链接",
    "秒杀",
    "下单",
    "直播间",
    "粉底",
    "优惠券",
    "小黄车",
    "福利款",
)
"""What hosts say all the time, and jieba's newspapers do not."""


def has_counts(lang: str) -> bool:
    """Whether it is known which words of ``lang`` are common."""
    return language.base(lang) in _COUNTED


def is_common(word: str, lang: str) -> bool:
    """Whether ``word``, in lower case, is a common word of ``lang`` or of English."""
    tags = {_BORROWED, language.base(lang)} & _COUNTED
    return any(share(word, tag) >= COMMON for tag in tags)


def is_sure(word: str, lang: str) -> bool:
    """Whether ``word``, in lower case, was most likely heard right: common, a long one, or only an ending (*'s*)."""
    return len(word) == 1 or is_common(word, lang) or (len(word) >= LONG and share(word, _BORROWED) > 0)


def share(word: str, tag: str) -> float:
    """How many of all words in the language ``tag``, one of those that `has_counts` knows, are ``word``."""
    counts = _counts(tag)
    return int(counts[word]) / int(counts.total_words)


@lru_cache(maxsize=4)
def _counts(tag: str) -> Any:
    from spellchecker import SpellChecker

    return cast("Any", SpellChecker(language=tag, distance=1)).word_frequency


class ChineseWords:
    """Chinese text in words. ``names`` are words as well; all in simplified characters."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        import rjieba

        self._jieba = rjieba.Jieba()
        for word in (*_OF_THE_TRADE, *names):
            self._jieba.add_word(word, None, None)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Start and end of every word of ``text``."""
        return [(start, end) for _, start, end in self._jieba.tokenize(text, "default", hmm=False)]

    def is_common(self, word: str) -> bool:
        if len(word) == 1:
            return word in FUNCTION_CHARACTERS
        return word in _OF_THE_TRADE or (
            self._jieba.has_word(word) and self._jieba.suggest_freq(word) >= COMMON_CHINESE
        )
