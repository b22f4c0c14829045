"""English numbers as subtitles write them. Pure.

By the custom of subtitle and newspaper guides: words up to ten, digits from eleven on, and digits with per cent,
dollars and sizes whatever the number. A number with a capital begins a sentence, or is a name, and stays in words. So
does what may be read in more than one way: twenty-four seven, eight thirty, and nineteen ninety-nine, which is a year,
$19.99 or $1,999.
"""

from __future__ import annotations

import regex

from sidecar.speech.edits import Edit

_ONES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_SMALL = {**_ONES, **_TEENS, **_TENS}
_SPELLED_TO = 10
_GROUPED_FROM = 10_000

_ONE, _TEEN, _TEN = ("|".join(words) for words in (_ONES, _TEENS, _TENS))
_UNDER_100 = rf"(?:(?:{_TEN})(?:[- ](?:{_ONE}))?|{_TEEN}|{_ONE})"
_HUNDREDS = rf"(?:(?:{_TEEN}|{_ONE}) hundred(?: (?:and )?{_UNDER_100})?|a hundred (?:and )?{_UNDER_100})"
_UNDER_1000 = rf"(?:{_HUNDREDS}|{_UNDER_100})"
_CARDINAL = rf"(?:{_UNDER_1000} thousand(?:,? (?:and )?{_UNDER_1000})?|{_UNDER_1000})"
_WORDS = "|".join(
    [*_SMALL, "hundred", "thousand", "million", "billion", "zero", "oh", "half", "dozen", "a hundred", "a thousand"]
)
_APART = rf"(?<!\b(?:{_WORDS}|past)[- ](?:and )?)(?<![\w'’-])"
_END = (
    rf"(?![\w'’])(?![- ](?:and )?(?:{_WORDS}|point|odd|something|ish|first|second|third|o'clock)\b)"
    r"(?!-(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|something|odd|ish|fold|\d))"
)
_PAIR = rf"(?P<whole>(?:{_TEN})(?:[- ](?:{_ONE}))?|{_TEEN}) (?P<rest>(?:{_TEN})(?:[- ](?:{_ONE}))?|{_TEEN})"
_PERCENT = regex.compile(rf"{_APART}(?P<number>{_CARDINAL}|a hundred) (?:percent|per cent)(?!\w)")
_PAIR_OF_DOLLARS = regex.compile(rf"{_APART}{_PAIR} dollars(?!\w)")
_DOLLARS = regex.compile(rf"{_APART}(?!one dollars)(?P<number>{_CARDINAL}|a (?:hundred|thousand)) dollars(?!\w)")
_YEAR = regex.compile(
    r"(?<=\b(?:in|since|until|year|spring|summer|autumn|fall|winter) )"
    rf"(?P<whole>nineteen|twenty) (?P<rest>(?:{_TEN})(?:[- ](?:{_ONE}))?|{_TEEN}){_END}"
)
_SIZE = regex.compile(rf"(?<=\bsizes? )(?P<number>{_CARDINAL}){_END}")
_COUNT = regex.compile(rf"{_APART}(?P<number>{_CARDINAL}){_END}")
_RANGE = regex.compile(rf"{_APART}(?P<number>{_CARDINAL})(?= (?:to|or) (?P<other>{_CARDINAL}){_END})")
_UNFINISHED = regex.compile(
    rf"\b(?:{_WORDS})\b(?:[- ,]+(?:(?:and|point)\b[- ]?)?(?:{_WORDS})\b)*(?: and| point)?[\s,.!?;:…]*$"
)


def figures(text: str) -> list[Edit]:
    """The numbers of ``text``, in order and apart from one another, as they are written with digits."""
    found: list[Edit] = []
    for pattern, form in (
        (_PERCENT, "{number}%"),
        (_PAIR_OF_DOLLARS, "${whole}.{rest}"),
        (_DOLLARS, "${number}"),
        (_YEAR, "{whole}{rest}"),
        (_SIZE, "{number}"),
        (_RANGE, "{number}"),
        (_COUNT, "{number}"),
    ):
        for match in pattern.finditer(text):
            if any(edit.start < match.end() and match.start() < edit.end for edit in found):
                continue
            numbers = {name: _value(words) for name, words in match.groupdict().items()}
            if pattern not in (_COUNT, _RANGE) or max(numbers.values()) > _SPELLED_TO:
                digits = {name: _grouped(value) for name, value in numbers.items()}
                found.append(Edit(match.start(), match.end(), form.format(**digits)))
    return sorted(found)


def unfinished(text: str) -> int:
    """Where a number begins that the end of ``text`` may have cut off; the length of ``text`` if there is none."""
    match = _UNFINISHED.search(text)
    return match.start() if match else len(text)


def _value(words: str) -> int:
    """two hundred and fifty → 250."""
    total = current = 0
    for word in regex.findall(r"[a-z]+", words):
        if word == "thousand":
            total, current = max(current, 1) * 1000, 0
        elif word == "hundred":
            current = max(current, 1) * 100
        else:
            current += _SMALL.get(word, 0)
    return total + current


def _grouped(value: int) -> str:
    return f"{value:,}" if value >= _GROUPED_FROM else str(value)
