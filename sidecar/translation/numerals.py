"""Reading one number: digits with separators, Chinese numerals, and number words of the languages we know. Pure."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator
from decimal import Context, Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import regex

ARABIC = r"(?<![\d.])\d(?:[\d.,'’]*\d)?"
NUMERAL = "零〇一二两兩俩倆三四五六七八九幺"
UNIT = "十百千万萬亿億"
CHINESE = rf"(?:{ARABIC}(?![{NUMERAL}])|[{NUMERAL}{UNIT}])(?:[{NUMERAL}{UNIT}]|(?<=[{UNIT}])\d)*"
"""Matches 99, 1.5万, 二百五十, 3千8: to be read with `read_chinese`."""

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "兩": 2, "俩": 2, "倆": 2, "幺": 1,
}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_BETWEEN_WORDS = regex.compile(r"[\s-]*(?:\b(?:and|y|e|et|und)\b)?[\s-]*", regex.IGNORECASE)
_UNIT_ONE = {"en": "one"}
"""A pronoun, and a number only behind tens, hundreds or thousands: twenty-one."""
_NO_SPACED_GROUPS = frozenset({"zh", "ja", "ko", "th", "en", "yue"})
_MYRIAD_LANGUAGES = frozenset({"zh", "ja", "ko", "yue", "th"})
LONGEST_IN_WORDS = 10**15
"""From here on a number is the code of something: nobody says thousands of it."""
_EXACT = Context(prec=1_000)


def fold(text: str) -> str:
    """``text`` with the digits of every script as 0–9, character for character."""
    return "".join(_fold_one(character) for character in text)


def split_digits(token: str) -> list[frozenset[Decimal]]:
    """What digits with separators may mean: ``1.299`` is 1299 or 1.299; ``3,2,1`` is three numbers."""
    token = regex.sub(r"[ \u00a0\u202f'’]", "", token)
    marks = [character for character in token if character in ".,"]
    parts = regex.split(r"[.,]", token)
    if not marks:
        return [frozenset({Decimal(token)})]
    grouped = all(len(part) == 3 for part in parts[1:-1])
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1 and grouped:
        return [frozenset({Decimal("".join(parts[:-1]) + "." + parts[-1])})]
    if len(marks) == 1:
        values = {Decimal(f"{parts[0]}.{parts[1]}")}
        if len(parts[1]) == 3 and len(parts[0]) <= 3 and parts[0] != "0":
            values.add(Decimal("".join(parts)))
        return [frozenset(values)]
    if len(set(marks)) == 1 and grouped and len(parts[-1]) == 3:
        return [frozenset({Decimal("".join(parts))})]
    return [frozenset({Decimal(part)}) for part in parts if part]


def read_chinese(text: str) -> Decimal:
    """二百五十 → 250, 一万二 → 12000, 1.5万 → 15000, 二零二四 → 2024, 3 → 3."""
    head = regex.match(ARABIC, text)
    rest = text[head.end() :] if head else text
    start = max(max(split_digits(head.group()), key=len)) if head else None
    if not any(character in UNIT for character in rest):
        return start if start is not None and not rest else Decimal(digits(text) or "0")
    total, section, current, unit = Decimal(0), Decimal(0), start, Decimal(1)
    for character in rest:
        if character in _MYRIADS:
            unit = Decimal(_MYRIADS[character])
            total = (total + section + (current or 0) or Decimal(1)) * unit
            section, current = Decimal(0), None
        elif character in _TENS:
            unit = Decimal(_TENS[character])
            section += (Decimal(1) if current is None else current) * unit
            current = None
        elif character in "零〇":
            unit, current = Decimal(1), None
        else:
            current = Decimal(digits(character) or "0")
    if current is not None:  # 一百二 is 120, but 一百零二 is 102
        section += current * unit / 10 if unit >= 100 else current
    return total + section


def read_point(text: str) -> Decimal:
    """三点五 → 3.5; 85 → 85."""
    whole, _, fraction = regex.sub("[点點]", ".", text).partition(".")
    return Decimal(f"{read_chinese(whole)}.{digits(fraction)}") if fraction else read_chinese(whole)


def digits(text: str) -> str:
    """Numerals said one by one, as digits: 二零二四 → 2024."""
    spelled = (str(_DIGITS[one]) if one in _DIGITS else one for one in text)
    return "".join(one for one in spelled if one.isdigit())


def is_count(text: str) -> bool:
    """三二一 and 两三: single digits one after the other, not a number."""
    if not 2 <= len(text) <= 4 or any(not _DIGITS.get(character) for character in text):
        return False
    return {_DIGITS[after] - _DIGITS[before] for before, after in pairwise(text)} in ({1}, {-1})


def plain(value: Decimal) -> str:
    """The value with as few digits as it has: 99.90 → 99.9."""
    return format(value.normalize(_EXACT), "f")


def spellings(value: Decimal, base: str) -> Iterator[str]:
    """Ways to write ``value`` with digits in a language: 1299.5, 1,299.50, 1.299,5; 10000 also as 10 (thousand)."""
    scales = (10**4, 10**8) if base in _MYRIAD_LANGUAGES else (10**3, 10**6)
    for scale in (1, *scales):
        if scale == 1 or (scale <= value < LONGEST_IN_WORDS and value * 10 % scale == 0):
            yield from (text for text in _written(value / scale) if " " not in text or groups_with_spaces(base))


def groups_with_spaces(base: str) -> bool:
    """Whether a language may write 1 299 for 1299."""
    return base not in _NO_SPACED_GROUPS


def read_words(text: str, base: str) -> Iterator[tuple[int, int, frozenset[Decimal]]]:
    """Start, end and possible values of every run of number words: two hundred, ninety-nine, noventa y nueve."""
    known = _table()["words"].get(base, {})
    run: list[regex.Match[str]] = []
    for match in _WORD.finditer(text.lower()) if known else ():
        joined = bool(run) and bool(_BETWEEN_WORDS.fullmatch(text, run[-1].end(), match.start()))
        is_unit = match.group() == _UNIT_ONE.get(base) and joined and known.get(run[-1].group(), 1) >= 20
        if match.group() not in known and not is_unit:
            continue
        if run and not joined:
            yield _run(run, known)
            run = []
        run.append(match)
    if run:
        yield _run(run, known)


def half_hours(text: str, base: str) -> Iterator[tuple[int, int]]:
    """Start and end of all that says thirty minutes in words: half past eight, las ocho y media."""
    pattern = _table()["half_hours"].get(base)
    for match in regex.finditer(pattern, text, regex.IGNORECASE) if pattern else ():
        yield match.span()


def multipliers(base: str) -> dict[str, int]:
    """Words that multiply the digits before them: 10 thousand."""
    table = _table()["multipliers"]
    return {**table["any"], **table.get(base, {})}


def _written(value: Decimal) -> Iterator[str]:
    whole, _, fraction = plain(value).partition(".")
    grouped = f"{int(whole):,}"
    dotted, spaced = grouped.replace(",", "."), grouped.replace(",", " ")
    if not fraction:
        yield from (whole, grouped, dotted, spaced)
    for tail in (fraction, fraction.ljust(2, "0")) if fraction else ():
        yield from (f"{whole}.{tail}", f"{whole},{tail}", f"{grouped}.{tail}", f"{dotted},{tail}", f"{spaced},{tail}")


def _fold_one(character: str) -> str:
    if character in "．٫":
        return "."
    if character == "٬":
        return ","
    return str(unicodedata.decimal(character, character))


def _run(run: list[regex.Match[str]], known: dict[str, int]) -> tuple[int, int, frozenset[Decimal]]:
    """The words together, one by one, and as prices are said: nineteen ninety-nine is 19.99 or 1999."""
    values = [known.get(match.group(), 1) for match in run]
    total = current = 0
    for value in values:
        if value in (100, 1000):
            current = max(current, 1) * value
            total, current = (total + current, 0) if value == 1000 else (total, current)
        else:
            current += value
    said: set[Decimal] = {Decimal(total + current), *map(Decimal, values)}
    for at in range(1, len(values)):
        head, tail = sum(values[:at]), sum(values[at:])
        if 10 <= head < 100 and 10 <= tail < 100:
            said |= {Decimal(f"{head}{tail}"), Decimal(f"{head}.{tail}")}
    return run[0].start(), run[-1].end(), frozenset(said)


@cache
def _table() -> dict[str, dict[str, Any]]:
    return tomllib.loads((files("sidecar.translation") / "numerals.toml").read_text(encoding="utf-8"))
