"""Numbers in a spoken or translated line: found, compared, and written with digits. Pure.

The same number has many faces: 九十九块九, 99.9元, 99,90 yuanes; 八折, 20 % off; 一万, 10 mil, 10K. Each is read as the
set of values that it may stand for, and two numbers are the same where the sets meet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import regex

from sidecar import language
from sidecar.translation import numerals
from sidecar.translation.numerals import ARABIC, CHINESE, NUMERAL, UNIT, digits, plain, read_chinese, read_point

_CHINESE_WRITING = frozenset({"zh", "ja", "yue"})
_COUNTED = "件个個盒瓶條条双雙支斤袋箱套片张張只隻罐份组組位"
_MEASURE = _COUNTED + ("包款色码碼号號名人天年月周週小时時分秒次杯提对對米公厘毫克升层層寸岁歲倍级級折成瓦度元块塊毛角")
_BEFORE_COUNT = "买買送拍发發满滿减減第"
_NOT_NUMBERS = regex.compile(
    "(?<![一二两三四五六七八九])十分(?!钟|鐘|之)|百分百|百分之百|[千万萬](?:万|萬)(?=别|別|不|要|记|記|莫|注)|(?<![一二两兩三四五六七八九十百千])[万萬]一|万能|萬能|万物|万分|百搭|百货|"
    "百貨|百变|百變|百雀羚|三八节|五一(?=节|節|假|劳|勞|黄金|大促|促销)|双十一|雙十一|双十二|雙十二|双11|双12|四季|四周|"
    "五官|五香|七夕|八卦|九牛|七七八八|乱七八糟|十全|一心一意|三三两两|三心二意|四面八方|五颜六色|五顏六色|五花八门|一清二楚|"
    "独一无二|獨一無二|一一|二手|二维码|二維碼|三明治|三文鱼|四川|三亚|九江|三星|七匹狼|六神|千元机|百元"
)
_FRACTION = (
    rf"[{NUMERAL}\d](?![{NUMERAL}{UNIT}\d.]|包(?!邮|郵)|[{_COUNTED}])|[一二两三四五六七八九\d](?=一[{_COUNTED}包])"
)
_PERCENT = regex.compile(rf"百分之(?P<number>{CHINESE}(?:[点點][{NUMERAL}]+)?)")
_DISCOUNT = regex.compile(
    rf"打?(?P<number>[{NUMERAL}\d](?:[.点點]?[{NUMERAL}\d])?)(?P<kind>折|成|割)(?!叠|疊|扣|痕|纸|紙|功|为|員|熟)"
)
_PRICE = regex.compile(
    rf"(?P<whole>{CHINESE})(?:块|塊|元|圆|圓)"
    rf"(?:钱|錢|(?P<tenth>{_FRACTION})(?:(?:毛|角)(?:(?P<cent>[{NUMERAL}\d])分?)?)?)?"
)
_DIME = regex.compile(rf"(?P<number>{CHINESE})(?:毛|角)(?![巾衣孔线線绒絨笔筆利病呢毯质質色])")
_POUND = regex.compile(rf"(?P<number>{CHINESE}|半)斤(?:(?P<taels>[{NUMERAL}])[两兩])?(?!半)")
_TAEL = regex.compile(
    rf"(?<![{NUMERAL}{UNIT}\d])(?P<number>[一二三四五六七八九半])[两兩](?![{NUMERAL}{UNIT}{_MEASURE}\d])"
)
_METRES = regex.compile(rf"(?P<whole>{CHINESE})米(?P<part>[{NUMERAL}\d]{{1,2}})(?![{NUMERAL}{UNIT}\d{_COUNTED}])")
_POINT = regex.compile(rf"(?P<number>{CHINESE}[点點][{NUMERAL}]+)(?P<scale>[万萬亿億])?(?![{NUMERAL}{UNIT}分])")
_CLOCK = regex.compile(rf"(?P<hour>{CHINESE})(?:点|點|時)(?:(?P<half>半)|(?P<minute>{CHINESE})分?|钟|鐘|整)?")
_MONTH = regex.compile(rf"(?P<number>{CHINESE})月(?!份?[后後])")
_CHINESE = regex.compile(CHINESE)
_LOOSE = regex.compile("半价|半價|一半|双倍|雙倍|[一双雙对對半两兩]")
_TIME = regex.compile(r"(?<![\d.,:])(?P<hour>[012]?\d) ?[:：h] ?(?P<minute>[0-5]\d)(?![\d:])")
_DIGITS = regex.compile(ARABIC)
_PERCENT_SIGN = regex.compile(
    r"[\s\u202f]?(?:[%％٪]|per ?cent|por ?cien|por ?cento|pour ?cent|prozent|persen|peratus|phần trăm|процент|"
    r"퍼센트|프로|パーセント|เปอร์เซ็นต์|بالمئة)",
    regex.IGNORECASE,
)
_SPACED = regex.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?(?!\d)")
_FOLLOWING_WORD = regex.compile(r"\s?([\p{L}\p{M}]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Characters ``start:end`` of a text and the values they may stand for.

    ``required``: a translation must say it. ``percent``: it is a share of a hundred. ``written`` is how to write it
    with digits, "" to leave it as it is.
    """

    start: int
    end: int
    values: frozenset[Decimal]
    required: bool = True
    percent: bool = False
    written: str = ""


def find(text: str, tag: str) -> tuple[Number, ...]:
    """Every number of ``text`` in language ``tag``, in order."""
    reader = _Reader(numerals.fold(text), language.base(tag))
    if language.base(tag) in _CHINESE_WRITING:
        reader.read_chinese()
    reader.read_digits()
    reader.read_words()
    return tuple(sorted(reader.found, key=lambda number: number.start))


def with_digits(text: str, tag: str, *, hidden: str = "") -> str:
    """Chinese with its numbers as digits: 九十九块九 → 99.9元, 打八折 → 优惠20%. Other languages stay as they are.

    ``hidden`` is the text, as long as it is, without what must be left alone.
    """
    if language.base(tag) not in ("zh", "yue"):
        return text
    for number in reversed(find(hidden or text, tag)):
        if number.written:
            text = text[: number.start] + number.written + text[number.end :]
    return text


def differ(source: Sequence[Number], target: Sequence[Number]) -> bool:
    """Whether ``target`` lacks a required number of ``source``, or has digits or a percentage of its own."""
    left = sorted(target, key=lambda number: not number.required)
    for number in sorted(source, key=lambda number: not number.required):
        match = next((one for one in left if _same(number, one)), None)
        if match:
            left.remove(match)
        elif number.required:
            return True
    return any(number.required for number in left)


def spellings(number: Number, tag: str) -> tuple[str, ...]:
    """Ways to write ``number`` with digits in language ``tag``."""
    base = language.base(tag)
    return tuple(dict.fromkeys(text for value in sorted(number.values) for text in numerals.spellings(value, base)))


class _Reader:
    """Collects the numbers of a text, the longest readings first; what one reading took, no other takes."""

    def __init__(self, text: str, base: str) -> None:
        self._text = text
        self._base = base
        self._taken = [False] * len(text)
        self.found: list[Number] = []

    def read_chinese(self) -> None:
        for match in _NOT_NUMBERS.finditer(self._text):
            self._mark(match.start(), match.end())
        self._read(_PERCENT, self._percent)
        self._read(_DISCOUNT, self._discount)
        self._read(_PRICE, self._price)
        self._read(_DIME, self._dime)
        self._read(_POUND, self._pound)
        self._read(_TAEL, self._tael)
        self._read(_METRES, self._metres)
        self._read(_POINT, self._point)
        self._read(_CLOCK, self._clock)
        self._read(_MONTH, self._month)
        self._read(_CHINESE, self._numeral)
        self._read(_LOOSE, self._loose)

    def read_digits(self) -> None:
        self._read(_TIME, self._time)
        if numerals.groups_with_spaces(self._base):
            self._read(_SPACED, self._digits)
        self._read(_DIGITS, self._digits)

    def read_words(self) -> None:
        for start, end, values in numerals.read_words(self._text, self._base):
            if not any(self._taken[start:end]):
                self.found.append(Number(start=start, end=end, values=values, required=False))
        for start, end in numerals.half_hours(self._text, self._base):
            self.found.append(Number(start=start, end=end, values=frozenset({Decimal(30)}), required=False))

    def _read(self, pattern: regex.Pattern[str], handle: Callable[[regex.Match[str]], None]) -> None:
        at = 0
        while match := pattern.search(self._text, at):
            free = not any(self._taken[match.start() : match.end()])
            if free:
                handle(match)
            at = match.end() if free else match.start() + 1

    def _percent(self, match: regex.Match[str]) -> None:
        value = read_point(match["number"])
        self._add(match, {value}, percent=True, written=f"{plain(value)}%")

    def _discount(self, match: regex.Match[str]) -> None:
        """八折 pays eight tenths: 20 % off. 三成 is three tenths."""
        value = read_point(match["number"])
        percent = value if value >= 10 and value == value.to_integral_value() else value * 10
        if match["kind"] == "折":
            self._add(match, {100 - percent}, percent=True, written=f"优惠{plain(100 - percent)}%")
        else:
            self._add(match, {percent}, percent=True, written=f"{plain(percent)}%")

    def _price(self, match: regex.Match[str]) -> None:
        value = read_chinese(match["whole"])
        if match.group() in ("一块", "一塊"):  # also "together" and "a piece"
            self._add(match, {value}, required=False)
            return
        value += Decimal(digits(match["tenth"] or "0")) / 10 + Decimal(digits(match["cent"] or "0")) / 100
        self._add(match, {value}, written=f"{plain(value)}元")

    def _dime(self, match: regex.Match[str]) -> None:
        value = read_chinese(match["number"]) / 10
        self._add(match, {value, value * 100}, written=f"{plain(value)}元")

    def _pound(self, match: regex.Match[str]) -> None:
        """A 斤 is half a kilogram, which models forget."""
        pounds = read_chinese(match["number"]) if match["number"] != "半" else Decimal("0.5")
        self._weight(match, pounds / 2 + Decimal(digits(match["taels"] or "0")) / 20)

    def _tael(self, match: regex.Match[str]) -> None:
        """Ten 两 are a 斤."""
        taels = Decimal("0.5") if match["number"] == "半" else Decimal(digits(match["number"]))
        self._weight(match, taels / 20)

    def _weight(self, match: regex.Match[str], kilograms: Decimal) -> None:
        if self._base != "zh" or not kilograms:
            return
        whole = kilograms >= 1
        values = {kilograms, kilograms * 1000}
        self._add(match, values, written=f"{plain(kilograms)}公斤" if whole else f"{plain(kilograms * 1000)}克")

    def _metres(self, match: regex.Match[str]) -> None:
        whole = read_chinese(match["whole"])
        if "." in str(whole):
            return  # no length: nobody says 1.5 metres and something
        value = Decimal(f"{whole}.{digits(match['part'])}")
        self._add(match, {value, value * 100}, written=f"{plain(value)}米")

    def _point(self, match: regex.Match[str]) -> None:
        value = read_point(match["number"]) * (read_chinese(match["scale"]) if match["scale"] else 1)
        self._add(match, {value}, written=plain(value))

    def _clock(self, match: regex.Match[str]) -> None:
        hour = read_chinese(match["hour"])
        if match["hour"] == "一" or hour not in range(25):
            return
        minute = Decimal(30) if match["half"] else read_chinese(match["minute"]) if match["minute"] else Decimal(0)
        tail = "半" if match["half"] else f"{plain(minute)}分" if minute else ""
        self._add(match, _hours(int(hour)), written=f"{plain(hour)}点{tail}")
        if minute:
            self._also(match, {minute})

    def _month(self, match: regex.Match[str]) -> None:
        """November has no digits in most languages."""
        value = read_chinese(match["number"])
        if value in range(1, 13):
            self._add(match, {value}, required=False, written=f"{plain(value)}月")

    def _numeral(self, match: regex.Match[str]) -> None:
        text = match.group()
        if text.isascii() or text == "一" or all(character in UNIT[1:] for character in text):
            return
        if numerals.is_count(text):
            self._mark(match.start(), match.end())
            for one in text:
                self._also(match, {Decimal(digits(one))}, required=False)
            return
        value = read_chinese(text)
        around = self._text[match.end() : match.end() + 1] in tuple(_MEASURE)
        around = around or self._text[match.start() - 1 : match.start()] in tuple(_BEFORE_COUNT)
        counts = value > 12 or around
        self._add(match, {value}, required=counts, written=plain(value) if counts else "")

    def _loose(self, match: regex.Match[str]) -> None:
        """What a translation may write with digits, and need not."""
        values = {"一": (1,), "双": (2,), "雙": (2,), "对": (2,), "對": (2,), "两": (2,), "兩": (2,)}
        half = match.group() not in values
        said = map(Decimal, values.get(match.group(), ("0.5", 2, 30, 50)))
        self._add(match, said, required=False, percent=half)

    def _time(self, match: regex.Match[str]) -> None:
        self._add(match, _hours(int(match["hour"])))
        if int(match["minute"]):
            self._also(match, {Decimal(match["minute"])})

    def _digits(self, match: regex.Match[str]) -> None:
        parts = numerals.split_digits(match.group())
        scale, end = self._scale(match.end()) if len(parts) == 1 else (1, match.end())
        if any(self._taken[match.end() : end]):
            scale, end = 1, match.end()
        self._mark(match.start(), end)
        for values in parts:
            scaled = frozenset(value * scale for value in values)
            required = scaled != frozenset({Decimal(1)})
            percent = bool(_PERCENT_SIGN.match(self._text, end))
            self.found.append(
                Number(start=match.start(), end=end, values=scaled, required=required or percent, percent=percent)
            )

    def _scale(self, end: int) -> tuple[int, int]:
        match = _FOLLOWING_WORD.match(self._text, end)
        if match and match[1] == "m":  # metres, where 3M is three million
            return 1, end
        scale = numerals.multipliers(self._base).get(match[1].lower(), 1) if match else 1
        return (scale, match.end()) if match and scale != 1 else (1, end)

    def _add(
        self,
        match: regex.Match[str],
        values: Iterable[Decimal],
        *,
        required: bool = True,
        percent: bool = False,
        written: str = "",
    ) -> None:
        if any(self._taken[match.start() : match.end()]):
            return
        self._mark(match.start(), match.end())
        self.found.append(
            Number(
                start=match.start(),
                end=match.end(),
                values=frozenset(values),
                required=required,
                percent=percent,
                written=written,
            )
        )

    def _also(self, match: regex.Match[str], values: Iterable[Decimal], *, required: bool = True) -> None:
        """Another number within the same characters."""
        self.found.append(Number(start=match.end(), end=match.end(), values=frozenset(values), required=required))

    def _mark(self, start: int, end: int) -> None:
        self._taken[start:end] = [True] * (end - start)


def _same(source: Number, target: Number) -> bool:
    """50 may not become 50 %, but 50 % may be half."""
    return bool(source.values & target.values) and (source.percent or not target.percent)


def _hours(hour: int) -> set[Decimal]:
    """An hour on the clocks of twelve and of twenty-four hours."""
    return {Decimal(hour), Decimal(hour + 12 if hour < 12 else hour - 12)}
