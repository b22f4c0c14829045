"""Words without their endings, so that *shirts* is found as *shirt*: the commonest endings only. Pure."""

from __future__ import annotations

from functools import lru_cache

from sidecar import language
from sidecar.glossary.check import folded

_PLURAL = "es e s"
_RUSSIAN = (
    "ыми ими ами ями ого его ому ему ой ей ом ем ам ям ах ях ов ев ый ий ая яя ое ее ые ие ую юю ым им ых их "
    "а я о е и ы у ю ь й"
)
_KOREAN = "에서 까지 부터 이랑 이나 으로 은 는 이 가 을 를 의 에 도 로 과 와 만 랑"
_ENDINGS = {
    base: tuple(sorted(endings.split(), key=len, reverse=True))
    for base, endings in {
        "en": _PLURAL,
        "es": _PLURAL,
        "pt": _PLURAL,
        "fr": f"{_PLURAL} x",
        "de": "ern en em er es e n s",
        "nl": "en e s",
        "it": "a e i o",
        "id": "nya",
        "ms": "nya",
        "ru": _RUSSIAN,
        "uk": _RUSSIAN,
        "ko": _KOREAN,
    }.items()
}
_BEGINNINGS = {"ar": ("وال", "فال", "بال", "كال", "ولل", "ال", "لل")}
_SHORTEST = {"ko": 2}
"""Letters that must be left of a word."""
_ACCENTS_MATTER = frozenset({"vi"})


@lru_cache(maxsize=50_000)
def stem(word: str, plain: str, lang: str) -> str:
    """What the forms of a word have in common: case, width, plural, some cases, articles and particles do not count.

    ``plain`` is the word without accents, which count in Vietnamese and outside Latin writing alone.
    """
    base = language.base(lang)
    bare = plain if plain.isascii() and base not in _ACCENTS_MATTER else folded(word)
    shortest = _SHORTEST.get(base, 3)
    for beginning in _BEGINNINGS.get(base, ()):
        if bare.startswith(beginning) and len(bare) - len(beginning) >= shortest:
            bare = bare.removeprefix(beginning)
            break
    if base == "en" and bare.endswith("ies") and len(bare) > shortest + 1:
        return f"{bare.removesuffix('ies')}y"
    for ending in _ENDINGS.get(base, ()):
        if bare.endswith(ending) and len(bare) - len(ending) >= shortest:
            return bare.removesuffix(ending)
    return bare
