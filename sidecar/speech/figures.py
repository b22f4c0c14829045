"""Numbers written with digits, as subtitles write them (inverse text normalisation). Pure.

Each language knows its own figures; here it is made sure that none is another number than the one that was said: what
`numbers.find` reads in the text before, it must read in the text after.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sidecar import language
from sidecar.speech import chinese_figures, edits, english_figures
from sidecar.speech.edits import Edit
from sidecar.translation import numbers

_FIGURES: dict[str, Callable[[str], list[Edit]]] = {
    "zh": chinese_figures.figures,
    "yue": chinese_figures.figures,
    "en": english_figures.figures,
}
_UNFINISHED: dict[str, Callable[[str], int]] = {
    "zh": chinese_figures.unfinished,
    "yue": chinese_figures.unfinished,
    "en": english_figures.unfinished,
}


def figures(text: str, tag: str) -> list[Edit]:
    """How to write the numbers of ``text`` with digits; none in a language without rules for it."""
    find = _FIGURES.get(language.base(tag))
    safe: list[Edit] = []
    for edit in find(text) if find else ():
        if _says(edits.apply(text, [*safe, edit]), tag, _values(text, tag)):
            safe.append(edit)
    return safe


def unfinished(text: str, tag: str) -> int:
    """Where a number begins that the end of ``text`` may have cut off; the length of ``text`` if there is none."""
    find = _UNFINISHED.get(language.base(tag))
    return find(text) if find else len(text)


def _says(text: str, tag: str, values: list[frozenset[Decimal]]) -> bool:
    now = _values(text, tag)
    return len(now) == len(values) and all(one & other for one, other in zip(now, values, strict=True))


def _values(text: str, tag: str) -> list[frozenset[Decimal]]:
    return [number.values for number in numbers.find(text, tag)]
