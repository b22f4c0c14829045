"""Numbers in a spoken or translated line: found, compared, and written with digits. Pure.

The same number has many faces: 九十九块九, 99.9元, 99,90 yuanes; 八折, 20 % off; 一万, 10 mil, 10K. Each is read as the
set of values that it may stand for, and two numbers are the same where the sets meet.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

import regex

from sidecar import language

_CHINESE_WRITING = frozenset({"zh", "ja", "yue"})
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "兩": 2, "俩": 2, "倆": 2, "幺": 1,
}  # fmt: skip
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NUMERAL = "零〇一二两兩俩倆三四五六七八九幺"
_UNIT = "十百千万萬亿億"
_MEASURE = "件个個盒包瓶条條双雙支斤袋箱套片张張只隻款色码碼号號位名人天年月周週小时時分秒次杯罐对對份组組米公厘毫克升层層寸岁歲倍折成级級"
_COUNTED = "件个個盒瓶条條双雙支斤袋箱套片张張只隻罐份组組位"
_NOT_NUMBERS = regex.compile(
    "十分(?!钟|鐘|之)|百分百|百分之百|千万(?=别|不|要|记|莫|注)|千萬(?=別|不|要|記)|万一|萬一|万能|萬能|万物|万分|百搭|百货|百貨|百变|百變|"
    "三八节|五一(?=节|節|假|劳|勞|黄金|大促|促销)|十一黄金|双十一|雙十一|双十二|雙十二|双11|双12|四季|四周|五官|五香|七夕|八卦|九牛|七七八八|乱七八糟|十全|一心一意|"
    "三三两两|三心二意|四面八方|五颜六色|五顏六色|五花八门|一清二楚|独一无二|獨一無二|第一|一一|二手|二维码|二維碼|三明治|三文鱼|"
    "四川|三亚|九江|三星|七匹狼|六神|百雀羚|千元机|百元"
)
_ARABIC = r"(?<![\d.])\d(?:[\d.,'’٬]*\d)?"
_SPACED = r"(?<![\d.])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)"
_CJK = rf"(?:{_ARABIC}|[{_NUMERAL}{_UNIT}])(?:[{_NUMERAL}{_UNIT}]|(?<=[{_UNIT}])\d)*"
_PRICE = regex.compile(
    rf"(?P<whole>{_CJK})(?:块|塊|元|圆|圓)(?:钱|錢|(?P<tenth>[{_NUMERAL}\d](?![{_NUMERAL}{_UNIT}\d.]|包(?!邮|郵)|[{_COUNTED}])|"
    rf"[一二两三四五六七八九](?=一[{_COUNTED}包]))(?:(?:毛|角)(?:(?P<cent>[{_NUMERAL}\d])分?)?)?)?"
)
_METRES = regex.compile(rf"(?P<whole>{_CJK})米(?P<part>[{_NUMERAL}\d]{{1,2}})(?![{_NUMERAL}{_UNIT}\d{_COUNTED}])")
_DISCOUNT = regex.compile(rf"打?(?P<number>[{_NUMERAL}\d](?:[.点點]?[{_NUMERAL}\d])?)(?P<kind>折|成|割)(?!叠|疊|扣|痕|纸|紙|功|为|員|熟)")
_PERCENT = regex.compile(rf"百分之(?P<number>{_CJK}(?:[点點][{_NUMERAL}]+)?)")
_DIME = regex.compile(rf"(?P<number>{_CJK})(?:毛|角)(?!巾|衣|孔|线|線|绒|絨|笔|筆|利|病|呢|毯|质|質|色)")
_CLOCK = regex.compile(rf"(?P<hour>{_CJK})(?:点|點|時)(?:(?P<half>半)|(?P<minute>{_CJK})分?|钟|鐘|整)?")
_POINT = regex.compile(rf"(?P<whole>{_CJK})[点點](?P<fraction>[{_NUMERAL}]+)(?![{_NUMERAL}{_UNIT}]|分)")
_PLAIN = regex.compile(rf"(?P<number>{_CJK})")
_TIME = regex.compile(r"(?<![\d.,:])(?P<hour>[012]?\d) ?[:：h] ?(?P<minute>[0-5]\d)(?![\d:])")
_WORD = regex.compile(r"[\p{L}\p{M}]+(?:[-'’][\p{L}\p{M}]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Characters ``start:end`` of a text and the values they may stand for.

    ``required``: a translation must say it. ``written`` is how to write it with digits, "" to leave it as it is.
    """

    start: int
    end: int
    values: frozenset[Decimal]
    required: bool = True
    written: str = ""


def find(text: str, tag: str) -> tuple[Number, ...]:
    """Every number of ``text`` in language ``tag``, in order."""
    folded = _fold(text)
    reader = _Reader(folded, tag)
    if language.base(tag) in _CHINESE_WRITING:
        reader.read_chinese()
    reader.read_digits()
    reader.read_words()
    return tuple(sorted(reader.found, key=lambda number: number.start))


def with_digits(text: str, tag: str) -> str:
    """``text`` with its spoken numbers as digits: 九十九块九 → 99.9元, 打八折 → 优惠20%. Other languages stay as they are."""
    if language.base(tag) not in ("zh", "yue"):
        return text
    for number in reversed(find(text, tag)):
        if number.written:
            text = text[: number.start] + number.written + text[number.end :]
    return text


def differ(source: Sequence[Number], target: Sequence[Number]) -> bool:
    """Whether ``target`` lacks a required number of ``source``, or has digits that ``source`` does not have."""
    said = [number.values for number in target]
    for number in source:
        if not number.required:
            continue
        match = next((values for values in said if values & number.values), None)
        if match is None:
            return True
        said.remove(match)
    known = {value for number in source for value in number.values}
    return any(number.required and not number.values & known for number in target)


def spellings(number: Number, tag: str) -> tuple[str, ...]:
    """Ways to write ``number`` with digits in language ``tag``."""
    forms: dict[str, None] = {}
    for value in sorted(number.values):
        for scale in _scales(value, tag):
            forms |= dict.fromkeys(_written(scale))
    return tuple(forms)


class _Reader:
    """Collects numbers from a text, the longest readings first; what one reading took, no other takes."""

    def __init__(self, text: str, tag: str) -> None:
        self._text = text
        self._taken = [False] * len(text)
        self._tag = tag
        self.found: list[Number] = []

    def read_chinese(self) -> None:
        for match in _NOT_NUMBERS.finditer(self._text):
            self._take(match)
        self._read(_PERCENT, self._percent)
        self._read(_DISCOUNT, self._discount)
        self._read(_PRICE, self._price)
        self._read(_DIME, self._dime)
        self._read(_METRES, self._metres)
        self._read(_POINT, self._point)
        self._read(_CLOCK, self._clock)
        self._read(_PLAIN, self._plain)
        for match in regex.finditer("半价|半價|一半|双倍|雙倍", self._text):
            self._add(match, {Decimal(50), Decimal("0.5"), Decimal(2)}, required=False)
        for match in regex.finditer("[一双雙对對半两兩]", self._text):
            values = {"一": {1}, "半": {30, 50, "0.5"}}.get(match.group(), {2})
            self._add(match, map(Decimal, values), required=False)

    def read_digits(self) -> None:
        for match in _TIME.finditer(self._text):
            hour, minute = int(match["hour"]), int(match["minute"])
            self._add(match, _hours(hour), required=True)
            if minute:
                self.found.append(Number(start=match.end() - 2, end=match.end(), values=frozenset({Decimal(minute)})))
        spaced = language.base(self._tag) not in ("zh", "ja", "ko", "th", "en")
        for pattern in (_SPACED, _ARABIC) if spaced else (_ARABIC,):
            for match in regex.finditer(pattern, self._text):
                self._digits(match)

    def read_words(self) -> None:
        words = _words(language.base(self._tag))
        if not words:
            return
        for match in _WORD.finditer(self._text.lower()):
            value = words.get(match.group()) or sum(map(Decimal, filter(None, (words.get(part) for part in match.group().split("-"))))) or None
            if value is not None:
                self._add(match, {Decimal(value)}, required=False)

    def _digits(self, match: regex.Match[str]) -> None:
        token = match.group()
        parts = _split(token)
        multiplier, end = self._multiplier(match.end()) if len(parts) == 1 else (Decimal(1), match.end())
        if not self._free(match.start(), end):
            return
        self._mark(match.start(), end)
        for values in parts:
            scaled = frozenset(value * multiplier for value in values)
            self.found.append(
                Number(start=match.start(), end=end, values=scaled, required=scaled != {Decimal(1)})
            )

    def _multiplier(self, end: int) -> tuple[Decimal, int]:
        match = regex.compile(r"\s?([\p{L}\p{M}]+)\.?").match(self._text, end)
        if match:
            value = _multipliers(language.base(self._tag)).get(match.group(1).lower())
            if value:
                return Decimal(value), match.end(1)
        return Decimal(1), end

    def _read(self, pattern: regex.Pattern[str], handle: object) -> None:
        for match in pattern.finditer(self._text):
            if self._free(match.start(), match.end()):
                handle(match)  # type: ignore[operator]

    def _percent(self, match: regex.Match[str]) -> None:
        value = _read_point(match["number"])
        self._add(match, {value}, written=f"{_plain(value)}%")

    def _discount(self, match: regex.Match[str]) -> None:
        value = _read_point(match["number"])
        tenths = value / 10 if value >= 10 and value == value.to_integral_value() else value
        if match["kind"] in "成割":
            self._add(match, {tenths * 10}, written=f"{_plain(tenths * 10)}%")
            return
        off = 100 - tenths * 10
        self._add(match, {off}, written=f"优惠{_plain(off)}%")

    def _price(self, match: regex.Match[str]) -> None:
        whole = _read_chinese(match["whole"])
        if match["tenth"] is None and whole == 1:
            self._add(match, {Decimal(1)}, required=False)
            return
        if match["tenth"] is not None:
            whole += _read_chinese(match["tenth"]) / 10
            if match["cent"] is not None:
                whole += _read_chinese(match["cent"]) / 100
        self._add(match, {whole}, written=f"{_plain(whole)}元")

    def _dime(self, match: regex.Match[str]) -> None:
        value = _read_chinese(match["number"])
        self._add(match, {value, value / 10, value * 10}, written=f"{_plain(value / 10)}元")

    def _metres(self, match: regex.Match[str]) -> None:
        part = "".join(str(_DIGITS.get(one, one)) for one in match["part"])
        value = Decimal(f"{_read_chinese(match['whole'])}.{part}")
        self._add(match, {value, value * 100}, written=f"{_plain(value)}米")

    def _point(self, match: regex.Match[str]) -> None:
        value = _read_point(match.group())
        self._add(match, {value}, written=_plain(value))

    def _clock(self, match: regex.Match[str]) -> None:
        hour = _read_chinese(match["hour"])
        if match["hour"] == "一" or hour > 24 or hour != hour.to_integral_value():
            return
        minute = Decimal(30) if match["half"] else _read_chinese(match["minute"]) if match["minute"] else None
        text = f"{_plain(hour)}点" + ("半" if match["half"] else f"{_plain(minute)}分" if minute is not None else "")
        self._add(match, _hours(int(hour)), written=text)
        if minute:
            self.found.append(Number(start=match.end(), end=match.end(), values=frozenset({minute}), required=not match["half"]))

    def _plain(self, match: regex.Match[str]) -> None:
        text = match.group()
        if not regex.search(rf"[{_NUMERAL}{_UNIT}]", text):
            return
        if all(character in "百千万萬亿億" for character in text) or text == "一":
            return
        if len(text) <= 4 and _is_count(text):
            self._mark(match.start(), match.end())
            self.found += [
                Number(start=match.start(), end=match.end(), values=frozenset({Decimal(_DIGITS[one])}), required=False)
                for one in text
            ]
            return
        value = _read_chinese(text)
        small = value <= 12 and not any(character.isdigit() for character in text)
        following = self._text[match.end() : match.end() + 1]
        counted = not small or bool(following) and following in _MEASURE or self._text[max(0, match.start() - 1) : match.start()] in tuple("买買送拍发發")
        self._add(match, {value}, required=counted, written=_plain(value) if counted and text != "一" else "")

    def _add(
        self, match: regex.Match[str], values: Iterable[Decimal], *, required: bool = True, written: str = ""
    ) -> None:
        if self._free(match.start(), match.end()):
            self._take(match)
            self.found.append(
                Number(start=match.start(), end=match.end(), values=frozenset(values), required=required, written=written)
            )

    def _take(self, match: regex.Match[str]) -> None:
        self._mark(match.start(), match.end())

    def _mark(self, start: int, end: int) -> None:
        self._taken[start:end] = [True] * (end - start)

    def _free(self, start: int, end: int) -> bool:
        return not any(self._taken[start:end])


def _fold(text: str) -> str:
    """Digits of every script as 0–9, character for character."""
    return "".join(_fold_one(character) for character in text)


def _fold_one(character: str) -> str:
    if character in "．٫":
        return "."
    if character in "，、٬":
        return character if character != "٬" else ","
    digit = unicodedata.digit(character, None) if unicodedata.category(character) == "Nd" else None
    return character if digit is None else str(digit)


def _split(token: str) -> list[frozenset[Decimal]]:
    """What digits with separators may mean: ``1.299`` is 1299 or 1.299; ``3,2,1`` is three numbers."""
    token = regex.sub(r"[ \u00a0\u202f'’]", "", token)
    marks = [character for character in token if character in ".,"]
    if not marks:
        return [frozenset({Decimal(token)})]
    parts = regex.split(r"[.,]", token)
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1 and all(len(part) == 3 for part in parts[1:-1]):
        return [frozenset({Decimal("".join(parts[:-1]) + "." + parts[-1])})]
    if len(marks) == 1:
        values = {Decimal(f"{parts[0] or 0}.{parts[1] or 0}")}
        if len(parts[1]) == 3 and 1 <= len(parts[0]) <= 3 and parts[0] != "0":
            values.add(Decimal("".join(parts)))
        return [frozenset(values)]
    if len(set(marks)) == 1 and all(len(part) == 3 for part in parts[1:]):
        return [frozenset({Decimal("".join(parts))})]
    return [frozenset({Decimal(part)}) for part in parts if part]


def _read_chinese(text: str) -> Decimal:
    """二百五十 → 250, 一万二 → 12000, 1.5万 → 15000, 二零二四 → 2024, 3 → 3."""
    head = regex.match(_ARABIC, text)
    rest = text[head.end() :] if head else text
    start = next(iter(max(_split(head.group()), key=len))) if head else None
    if not any(character in _UNIT for character in rest):
        digits = "".join(str(_DIGITS.get(character, character)) for character in rest)
        return Decimal((head.group().replace(",", "") if head else "") + digits or "0")
    total, section, current, unit = Decimal(0), Decimal(0), start, Decimal(1)
    for character in rest:
        if character in _MYRIADS:
            unit = Decimal(_MYRIADS[character])
            total = (total + section + (current or 0) or Decimal(1)) * unit
            section, current = Decimal(0), None
        elif character in _TENS:
            unit = Decimal(_TENS[character])
            section += (current if current is not None else Decimal(1)) * unit
            current = None
        elif character in "零〇":
            unit, current = Decimal(1), None
        else:
            current = Decimal(_DIGITS.get(character, character if character.isdigit() else 0))
    if current is not None:
        section += current * unit / 10 if unit >= 100 else current
    return total + section


def _read_point(text: str) -> Decimal:
    """三点五 → 3.5; 85 → 85."""
    whole, _, fraction = regex.sub("[点點]", ".", text).partition(".")
    if not fraction:
        return _read_chinese(whole)
    return Decimal(f"{_read_chinese(whole)}." + "".join(str(_DIGITS.get(one, one)) for one in fraction))


def _is_count(text: str) -> bool:
    """三二一 and 两三: single digits said one after the other, not a number."""
    if len(text) < 2 or any(character not in _DIGITS or not _DIGITS[character] for character in text):
        return False
    steps = {_DIGITS[after] - _DIGITS[before] for before, after in zip(text, text[1:], strict=False)}
    return steps in ({1}, {-1})


def _hours(hour: int) -> set[Decimal]:
    return {Decimal(hour), Decimal(hour + 12 if hour < 12 else hour - 12)}


def _scales(value: Decimal, tag: str) -> Iterator[Decimal]:
    yield value
    scales = (10**4, 10**8) if language.base(tag) in ("zh", "ja", "ko", "yue", "th") else (10**3, 10**6)
    for scale in scales:
        if value >= scale and value * 10 % scale == 0:
            yield value / scale


def _written(value: Decimal) -> Iterator[str]:
    whole, _, fraction = _plain(value).partition(".")
    grouped = f"{int(whole):,}"
    if not fraction:
        yield from dict.fromkeys((whole, grouped, grouped.replace(",", "."), grouped.replace(",", " ")))
        return
    for tail in dict.fromkeys((fraction, fraction.ljust(2, "0"))):
        yield from dict.fromkeys((f"{whole}.{tail}", f"{whole},{tail}", f"{grouped}.{tail}"))
        yield from dict.fromkeys((grouped.replace(",", ".") + f",{tail}", grouped.replace(",", " ") + f",{tail}"))


def _plain(value: Decimal | None) -> str:
    return format(value.normalize(), "f") if value is not None else ""


def _words(base: str) -> dict[str, str]:
    return _table().get("words", {}).get(base, {})


def _multipliers(base: str) -> dict[str, int]:
    table = _table().get("multipliers", {})
    return {**table.get("any", {}), **table.get(base, {})}


@cache
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((files("sidecar.translation") / "numerals.toml").read_text(encoding="utf-8"))
