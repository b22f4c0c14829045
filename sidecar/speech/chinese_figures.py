"""Chinese numbers as subtitles write them. Pure.

By the national standard on numerals (GB/T 15835-2011): digits for what is measured, counted, dated, priced or dialled;
characters for set phrases (万一, 三三两两), estimates (十几, 三五天, 一百来块) and lunar dates. What follows a number
stays as it was said: 九十九块九 is 99块9, not 99.9元. So the words are the host's, and a caption that grows while the
price is spoken grows at its end only.

What is ambiguous stays as heard: 三十一个 is 31 pieces or 30 apiece, 八点 an hour or eight points, 三五八 one number or
three.
"""

from __future__ import annotations

from itertools import pairwise

import regex

from sidecar.speech.edits import Edit
from sidecar.translation.numerals import digits, plain, read_chinese, read_point

_ONE = "[一二三四五六七八九]"
_LEAD = "[一二两兩三四五六七八九]"
_NOUGHT = "[零〇]"
_TENS = f"{_ONE}十{_ONE}?"
_HUNDREDS = f"{_LEAD}百(?:{_NOUGHT}{_ONE}|{_TENS}|{_ONE})?"
_THOUSANDS = f"{_LEAD}千(?:{_NOUGHT}(?:{_TENS}|{_ONE})|{_HUNDREDS}|{_ONE})?"
_UNDER_MYRIAD = f"(?:{_THOUSANDS}|{_HUNDREDS}|[二三四五六七八九]?十{_ONE}?)"
_REST = f"(?:{_THOUSANDS}|{_NOUGHT}(?:{_HUNDREDS}|{_TENS}|{_ONE})|{_ONE})"
_MYRIADS = f"(?:{_UNDER_MYRIAD}|{_LEAD})(?:[万萬]{_REST}?|[亿億])"
_CARDINAL = f"(?:{_MYRIADS}|{_UNDER_MYRIAD})"
"""A well-formed number from ten on: 三五百 and 二十五六 are none."""
_NUMERALS = "零〇一二两兩俩倆三四五六七八九幺十百千万萬亿億"
_RUN = regex.compile(f"[{_NUMERALS}]+")
_ONE_BY_ONE = regex.compile("[零〇一二三四五六七八九幺]+")

_WELL_FORMED = regex.compile(_CARDINAL)
_SCALES = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}

_PRICED_BY = (
    "件个個盒瓶條条双雙支斤袋箱套片张張只隻罐份组組位包款杯提对對本台臺串排盘盤颗顆粒根把块塊米公升毫克千瓦天年"
    "次人单單吨噸里尺平周週小期折成"
)
"""Units, and what a price may be for one, or three, of."""
_SHARED = regex.compile(f"(?:[百千万萬]{_ONE}|十一)(?=[{_PRICED_BY}])(?![块塊][钱錢])")
"""What may be two numbers: 三十一个 is 31 pieces, or 30 apiece; 一百五件 is five for 100."""
_EXACT = regex.compile(
    f"[块塊元圆圓码碼号號米厘公克毫升千瓦度斤尺寸秒岁歲%％]|月(?!初)|分[钟鐘]|小[时時]|[到至]{_CARDINAL}"
)
"""What even ten is measured in, and where it is the lower end of a range."""
_MEASURED = regex.compile(
    f"{_EXACT.pattern}|[{_PRICED_BY}日分点點倍級级层層楼樓页頁名场場股英多余餘]|" r"[^\p{L}\p{N}]|[的了呢吗嗎吧啊]|$"
)
"""What shows that 十八 or 三十 is an amount and no part of a word."""
_PRICED = regex.compile("[块塊元单單]")
_NOT_BEFORE = regex.compile(f"[几幾来來]|[把上][块塊下]|分之|[点點块塊米毛][{_NUMERALS}](?![{_PRICED_BY}])")
"""What makes an estimate or a part of a number, said before it."""
_NOT_AFTER = regex.compile(f"(?:[几幾数數初好上]|分之|正月|[腊臘]月|[农農][历曆]|大年|[{_NUMERALS}][点點块塊米毛月])$")
"""What makes an estimate, a lunar date, or a part of a number of what follows."""
_FIXED = regex.compile(
    f"(?<!{_ONE}|百)十分(?![钟鐘])|百分百|百分之百|(?<![{_NUMERALS}])[万萬]一|成千上[万萬]|千千[万萬][万萬]|"
    "千[万萬](?=[别別不要记記莫注])|百里挑一|一五一十|三七二十一|七十二行|三百六十行|三百六十五[里行]|十[万萬]八千里|"
    "九九八十一|八十一[难難]|三十六[计計]|七十二[变變]|二十四[孝节節]|十八[般罗羅]|十二[生星]|十三[香陵]|十五的月亮|"
    "一千零一夜|十二分|[双雙]十[一二]|十一(?=[黄黃]金|长?假|長?假|[国國][庆慶]|期[间間])|十[全足字]|十年代|"
    "二百五(?![十块塊元圆圓克毫升米斤])"
)

_END = f"(?![{_NUMERALS}])"
_PERCENT = regex.compile(
    f"百分之(?P<number>(?:{_CARDINAL}|{_ONE}|零)(?:[点點][零〇一二三四五六七八九]+)?)(?![{_NUMERALS}几幾点點])"
)
_DECIMAL = regex.compile(
    f"(?P<number>(?:{_CARDINAL}|{_LEAD}|零)[点點][零〇一二三四五六七八九]+)"
    "(?=[升米克斤倍万萬亿億寸厘毫公吨噸度折码碼G%％]|千克|千瓦|英寸|平方|个百分点|個百分點)"
)
_PRICE = (
    f"(?:{_CARDINAL}|{_LEAD})[块塊](?:{_ONE}[毛角](?:{_ONE}{_END}分?)?|{_ONE}(?=[一两兩][{_PRICED_BY}])|"
    f"{_ONE}(?![{_NUMERALS}点點毛角几幾{_PRICED_BY.replace('包', '')}]|包(?!邮|郵))|(?=钱|錢))"
)
_METRES = f"{_LEAD}米{_ONE}{{1,2}}(?![{_NUMERALS}{_PRICED_BY}几幾])"
_HOUR = f"(?:{_CARDINAL}|{_ONE}|两|兩)[点點]"
_MINUTE = f"(?:{_NOUGHT}{_ONE}|{_CARDINAL}){_END}"
_WHOLE = "理体體个個齐齊形套容治修数數顿頓改洁潔"
_CLOCK = (
    f"(?<=[早晚]上|[上中下]午|凌晨|[今明昨]晚|[今明]早|傍晚|半夜|夜里|夜裡){_HOUR}(?:{_MINUTE})?{_END}|"
    f"{_HOUR}(?:{_MINUTE}(?=分)|(?=半|[钟鐘]|整(?![{_WHOLE}])))"
)
_MONTH = f"(?:{_CARDINAL}|{_ONE})月"
_DATE = f"{_MONTH}(?:(?:{_CARDINAL}|{_ONE})(?=[号號日])|(?=份))|(?<=年){_MONTH}(?![初{_NUMERALS}])"
_YEAR = "(?:(?:一九|二[零〇])[零〇一二三四五六七八九]{2}|[六七八九零〇][零〇一二三四五六七八九])(?=年)"
_SPELLED = f"[零〇一二三四五六七八九幺]{{3,}}(?=[块塊元])|[零〇一二三四五六七八九幺]{{5,}}{_END}"
_SURE = regex.compile(f"(?<![{_NUMERALS}几幾第])(?:{_PRICE}|{_METRES}|{_CLOCK}|{_DATE}|{_YEAR}|{_SPELLED})")
"""What can be nothing but a price, a length, a time, a date, a year, or digits said one by one."""


_UNFINISHED = regex.compile(f"[{_NUMERALS}][{_NUMERALS}块塊点點毛角月米分之]*包?[，。！？、；：,.!?;:…]*$")


def figures(text: str) -> list[Edit]:
    """The numbers of ``text``, in order and apart from one another, as they are written with digits."""
    taken = [match.span() for match in _FIXED.finditer(text)]
    found: list[Edit] = []
    for pattern, read in ((_PERCENT, _percent), (_DECIMAL, _decimal), (_SURE, _sure), (_RUN, _counted)):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            if _beside_latin(text, match.start(), match.end()) or (figure := read(match)) is None:
                continue
            found.append(figure)
            taken.append(match.span())
    return sorted(found)


def unfinished(text: str) -> int:
    """Where a number begins that the end of ``text`` may have cut off; the length of ``text`` if there is none."""
    match = _UNFINISHED.search(text)
    return match.start() if match else len(text)


def _percent(match: regex.Match[str]) -> Edit:
    return Edit(match.start(), match.end(), f"{plain(read_point(match['number']))}%")


def _decimal(match: regex.Match[str]) -> Edit:
    whole, _, fraction = match["number"].replace("點", "点").partition("点")
    return Edit(match.start(), match.end(), f"{plain(read_chinese(whole))}.{digits(fraction)}")


def _sure(match: regex.Match[str]) -> Edit | None:
    """Every numeral of ``match`` with digits, and what stands between them as it is."""
    said = match.group()
    if _ONE_BY_ONE.fullmatch(said) and _counts(said):
        return None
    return Edit(match.start(), match.end(), _RUN.sub(lambda run: _digits(run.group()), said))


def _counted(match: regex.Match[str]) -> Edit | None:
    """A number from ten on, where it counts or measures something, or is too large to be anything else."""
    text, said, end = match.string, match.group(), match.end()
    if any(shared.end() == end for shared in _SHARED.finditer(text, match.start())):
        return None
    if not _WELL_FORMED.fullmatch(said) or _NOT_AFTER.search(text, 0, match.start()):
        return None
    if _NOT_BEFORE.match(text, end) or (said in ("一万", "一萬") and not _PRICED.match(text, end)):
        return None
    large = len(said) > 2 or read_chinese(said) >= 100
    sure = _EXACT.match(text, end) if said == "十" else large or _MEASURED.match(text, end)
    return Edit(match.start(), end, _digits(said)) if sure else None


def _digits(said: str) -> str:
    """三百二十 → 320, 三百二十万 → 320万, 二零二六 → 2026."""
    if _ONE_BY_ONE.fullmatch(said):
        return digits(said)
    value, scale = read_chinese(said), _SCALES.get(said[-1])
    return f"{plain(value / scale)}{said[-1]}" if scale else plain(value)


def _counts(said: str) -> bool:
    """三二一, 一二三四五, 六六六: said to count, or to cheer."""
    steps = {int(after) - int(before) for before, after in pairwise(digits(said))}
    return steps in ({1}, {-1}, {0})


def _beside_latin(text: str, start: int, end: int) -> bool:
    return any(
        one.isascii() and (one.isalnum() or one == ".") for one in (text[start - 1 : start], text[end : end + 1])
    )
