"""Text broken into lines and pages for the screen, by the customs of its language.

Lengths are those of Netflix's timed-text guides as coded in SubtitleEdit: a line of Chinese holds 16 full-width
characters, of Thai 35, of English 42. A full-width character counts one in Chinese, Japanese and Korean, where Latin
counts half; it counts two elsewhere. Never broken: a word, a price or number with its unit, a URL, a code, an emoji or
any other grapheme cluster. Only a piece longer than a whole line is cut, and that between grapheme clusters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import regex

from sidecar import language
from sidecar.captions import phrases
from sidecar.captions.connectives import ARTICLES, CONNECTIVES, OPENERS

LINE_CHARS: Final = {"zh": 16, "ja": 16, "ko": 16, "th": 35}
"""Characters of a line, in the language's own width; `DEFAULT_LINE_CHARS` for all others."""
DEFAULT_LINE_CHARS: Final = 42
MAX_LINES: Final = 2

_FULL_WIDTH: Final = frozenset({"zh", "ja", "ko"})
_GRAPHEME = regex.compile(r"\X")
_BREAKABLE_SPACE = regex.compile(r"[^\S\u00a0\u2007\u202f]+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\ufe0f|\u20e3")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_UNSPACED_CLASS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_TOKEN = regex.compile(
    rf"""(?:https?://|www\.)[\x21-\x7e]+
    | [\w.+-]+@[A-Za-z0-9.-]+
    | [[\p{{L}}\p{{N}}\p{{M}}]--{_UNSPACED_CLASS}]+(?:[-_'’.,:&+/\#@·][[\p{{L}}\p{{N}}\p{{M}}]--{_UNSPACED_CLASS}]+)*""",
    regex.VERBOSE | regex.V1,
)
_AMOUNT = regex.compile(
    r"""(?: (?: \p{Lu}{0,3}\p{Sc} | USD | EUR | GBP | CNY | RMB | JPY | IDR | VND | THB | BRL | RM | Rp\.? | Rs\.? ) \s? | 第 )?
    [-+±−]? \d (?: \d | [.,:/٫٬'’\u00a0\u202f] (?=\d) | \x20 (?=\d{3}(?!\d)) )*
    (?: \s? [-–~～至] \s? \d[\d.,]* )?
    (?: \s? (?: [十百千万亿萬億만억]* (?: 元 | 块钱?| 塊 | 毛 | 角 | 分钟? | 円 | 원 | 折 | 倍 | 克 | 千克 | 公斤 | 斤 | 毫?升 | 厘?米
            | 毫米 | 寸 | 件 | 盒 | 瓶 | 包 | 支 | 只 | 片 | 个 | 個 | 双 | 套 | 号 | 小时 | 秒 | 年 | 月 | 日 | 天 | 点 | 개 | บาท )
          | [十百千万亿萬億만억]+ | % | ‰ | ％ | °[CF]? | \p{Sc}
          | (?: USD | EUR | GBP | CNY | RMB | JPY | IDR | VND | THB | BRL | đ | zł | kr | [kmµ]?g | [cm]?[lL] | [kcm]?m | oz | lbs?
              | [KMGT]B | [kM]?W | mAh | inch(?:es)? | [ap]\.?m\.? | [AP]M )(?!\p{L}) ) )?""",
    regex.VERBOSE,
)
_NEVER_FIRST: Final = frozenset(
    "!%),.:;?]}¢°·»›’”†‡‰′″、。〃々〉》」』】〕〗〙〟｠、，．：；？！）］｝…‥—～〜゠ー・ヽヾゝゞ％ๆฯ،؛؟۔।"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
)
_NEVER_LAST: Final = frozenset("([{«‹¿¡#@‘“〈《「『【〔〖〘〝｟（［｛＃＠￥＄￡$€£¥₩₫฿₹₽")
_SENTENCE_END: Final = frozenset(".!?。！？…؟۔।")
_CLAUSE_END: Final = frozenset(",;:，；：、،؛—–")
_CLOSERS: Final = frozenset("\"'’”»)]）」』】》")
_GOOD_CUT: Final = frozenset("-/_.?&=,;")
_ABBREVIATION = regex.compile(r"(?<!\w)(?:\p{Lu}\p{Ll}{0,2}|\p{L})\.$")

# What a break costs, against how uneven it leaves the lines.
_AFTER_SENTENCE, _AFTER_CLAUSE, _BEFORE_CONNECTIVE, _ORDINARY, _AFTER_CONNECTIVE, _FORCED = 0.0, 0.1, 0.3, 0.6, 1.0, 2.0
_UNEVEN_LINES, _UNEVEN_PAGES = 4.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is on screen at once. ``lines`` are ``text`` without the white space where it was broken."""

    text: str
    lines: tuple[str, ...]


def layout(text: str, lang: str, *, max_chars: int | None = None, max_lines: int = MAX_LINES) -> tuple[Page, ...]:
    """The pages of ``text``, each of at most ``max_lines`` lines of ``max_chars`` of the language's own characters.

    Runs of white space become one space; nothing but white space at a break is left out. Blank text has no pages.
    """
    points = _Points(tidy(text), lang, max_chars)
    return tuple(
        Page(text=points.between(first, last), lines=points.lines(first, last, max_lines))
        for first, last in pairwise(points.pages(max_lines))
    )


def tail(text: str, lang: str, *, max_chars: int | None = None, max_lines: int = MAX_LINES) -> tuple[str, ...]:
    """The last lines of a growing text. Filled from the start, so that earlier breaks stay as the text grows."""
    points = _Points(tidy(text), lang, max_chars)
    starts = [0]
    while starts[-1] < points.last:
        starts.append(points.fill(starts[-1]))
    return tuple(points.between(first, last) for first, last in pairwise(starts))[-max_lines:]


def tidy(text: str) -> str:
    """``text`` on one line: white space in single spaces (no-break spaces stay), none at the ends."""
    return _BREAKABLE_SPACE.sub(" ", text).strip()


class _Points:
    """A text and the points where it may be broken: point 0 is its start, point ``last`` its end."""

    def __init__(self, text: str, lang: str, max_chars: int | None) -> None:
        self._text = text
        self._base = language.base(lang)
        chars = max_chars if max_chars is not None else LINE_CHARS.get(self._base, DEFAULT_LINE_CHARS)
        self._limit = max(1, chars) * (2 if self._base in _FULL_WIDTH else 1)
        self._columns, self._clusters = _measure(text, self._base)
        self._kept = _kept_whole(text)
        found = [(0, 0, 0.0), *self._breaks(lang), (len(text), len(text), 0.0)] if text else [(0, 0, 0.0)]
        self._ends, self._starts, self._costs = zip(*self._with_cuts(found), strict=True)
        self.last = len(self._ends) - 1

    def between(self, first: int, last: int) -> str:
        return self._text[self._starts[first] : self._ends[last]]

    def fill(self, first: int) -> int:
        """The last point that a line from point ``first`` reaches."""
        room = self._columns[self._starts[first]] + self._limit
        reached = first + 1
        while reached < self.last and self._columns[self._ends[reached + 1]] <= room:
            reached += 1
        return reached

    def pages(self, max_lines: int) -> list[int]:
        """Points at which pages begin and end: as even as they can be, after punctuation where there is any."""
        reaches = [self._fill_page(point, max_lines) for point in range(self.last)]
        if not reaches or reaches[0] == self.last:
            return [0, self.last] if reaches else [0]
        target = self._width(0, self.last) / self._fewest(reaches)
        best = [(0.0, 0)] + [(float("inf"), 0)] * self.last
        for first, reach in enumerate(reaches):
            for last in range(first + 1, reach + 1):
                uneven = self._width(first, last) / target - 1
                cost = best[first][0] + _UNEVEN_PAGES * uneven * uneven + self._costs[last]
                if cost < best[last][0]:
                    best[last] = (cost, first)
        found = [self.last]
        while found[-1]:
            found.append(best[found[-1]][1])
        return found[::-1]

    def lines(self, first: int, last: int, max_lines: int) -> tuple[str, ...]:
        """The page from ``first`` to ``last`` in as few lines as hold it, evenly filled."""
        count, point = 0, first
        while point < last:
            count, point = count + 1, self.fill(point)
        ends = self._even(first, last, min(count, max_lines), self._width(first, last) / count)[1]
        return tuple(self.between(start, end) for start, end in pairwise([first, *ends]))

    def _even(self, first: int, last: int, count: int, target: float) -> tuple[float, list[int]]:
        if count <= 1:
            return self._uneven(first, last, target), [last]
        best = (float("inf"), [last])
        for middle in range(first + 1, min(self.fill(first), last - 1) + 1):
            rest, ends = self._even(middle, last, count - 1, target)
            cost = self._uneven(first, middle, target) + self._costs[middle] + rest
            if cost < best[0]:
                best = (cost, [middle, *ends])
        return best

    def _uneven(self, first: int, last: int, target: float) -> float:
        width = self._width(first, last)
        too_long = float("inf") if width > self._limit and last > first + 1 else 0.0
        return too_long + _UNEVEN_LINES * ((width - target) / self._limit) ** 2

    def _width(self, first: int, last: int) -> int:
        return self._columns[self._ends[last]] - self._columns[self._starts[first]]

    def _fill_page(self, point: int, max_lines: int) -> int:
        for _ in range(max_lines):
            if point < self.last:
                point = self.fill(point)
        return point

    def _fewest(self, reaches: list[int]) -> int:
        count, point = 0, 0
        while point < self.last:
            count, point = count + 1, reaches[point]
        return count

    def _breaks(self, lang: str) -> Iterator[tuple[int, int, float]]:
        """Every place a line may end: where it ends, where the next begins, and what that costs."""
        text = self._text
        between = phrases.boundaries(text, lang) if _UNSPACED.search(text) else set[int]()
        for index in range(1, len(text)):
            before, after = text[index - 1], text[index]
            if after == " ":
                if self._may_break(index, index + 1):
                    yield index, index + 1, self._cost(index, index + 1)
            elif before == "\u200b" or (before != " " and (index in between or before in "，。！？；：、")):
                if self._may_break(index, index):
                    yield index, index, self._cost(index, index)

    def _may_break(self, end: int, start: int) -> bool:
        text = self._text
        return (
            end not in self._kept
            and start not in self._kept
            and text[start] not in _NEVER_FIRST
            and text[end - 1] not in _NEVER_LAST
            and self._is_cluster(start)
            and self._is_cluster(end)
        )

    def _is_cluster(self, index: int) -> bool:
        return self._clusters is None or index in self._clusters

    def _cost(self, end: int, start: int) -> float:
        text, base = self._text, self._base
        mark = end - 1
        while mark > 0 and text[mark] in _CLOSERS:
            mark -= 1
        if text[mark] in _SENTENCE_END and not _ABBREVIATION.search(text, max(0, mark - 4), mark + 1):
            return _AFTER_SENTENCE
        if text[mark] in _CLAUSE_END:
            return _AFTER_CLAUSE
        if base in OPENERS:
            return self._unspaced_cost(end, start)
        joining = CONNECTIVES.get(base, frozenset[str]())
        previous = text[text.rfind(" ", 0, end) + 1 : end].lower()
        if previous in joining or previous in ARTICLES.get(base, ()):
            return _AFTER_CONNECTIVE
        following = text.find(" ", start)
        return (
            _BEFORE_CONNECTIVE if text[start : following if following > 0 else None].lower() in joining else _ORDINARY
        )

    def _unspaced_cost(self, end: int, start: int) -> float:
        text = self._text
        if start > end:  # a space in such writing divides clauses, except between words of another script
            foreign = not _UNSPACED.match(text[end - 1]) and not _UNSPACED.match(text[start])
            return _AFTER_CONNECTIVE if foreign else _AFTER_CLAUSE
        return _BEFORE_CONNECTIVE if text.startswith(OPENERS[self._base], start) else _ORDINARY

    def _with_cuts(self, found: list[tuple[int, int, float]]) -> Iterator[tuple[int, int, float]]:
        """``found``, with cuts inside every piece that is longer than a line."""
        yield found[0]
        for before, after in pairwise(found):
            start, end = before[1], after[0]
            while self._columns[end] - self._columns[start] > self._limit:
                start = self._cut(start, end)
                if start >= end:
                    break
                yield start, start, _FORCED
            yield after

    def _cut(self, start: int, end: int) -> int:
        """Where to cut a piece that is too long: the last best place that still fits; one grapheme cluster at least."""
        best, best_rank = end, 4
        for index in range(start + 1, end):
            if not self._is_cluster(index):
                continue
            width = self._columns[index] - self._columns[start]
            if width > self._limit:
                return index if best_rank == 4 else best
            rank = self._rank(index, late=width * 2 >= self._limit)
            if rank <= best_rank:
                best, best_rank = index, rank
        return best

    def _rank(self, index: int, *, late: bool) -> int:
        before, after = self._text[index - 1], self._text[index]
        if after in _NEVER_FIRST or before in _NEVER_LAST or after == " " or before == " ":
            return 3
        if late and before in _GOOD_CUT:
            return 0
        return 2 if index in self._kept else 1


def _measure(text: str, base: str) -> tuple[list[int], frozenset[int] | None]:
    """Columns before each offset, and the offsets between grapheme clusters (None: all of them)."""
    if text.isascii():
        return list(range(len(text) + 1)), None
    columns, edges, total = [0] * (len(text) + 1), {0}, 0
    for match in _GRAPHEME.finditer(text):
        total += _cluster_width(match.group(), base)
        columns[match.start() + 1 : match.end() + 1] = [total] * (match.end() - match.start())
        edges.add(match.end())
    return columns, frozenset(edges)


def _cluster_width(cluster: str, base: str) -> int:
    """Columns of a grapheme cluster: 2 where it is as wide as a Chinese character."""
    first = cluster[0]
    if first < "\u1100" and len(cluster) == 1:
        # “”‘’…—· are drawn full-width in Chinese and Japanese only.
        return 1
    if unicodedata.east_asian_width(first) in "WF" or _EMOJI.search(cluster):
        return 2
    if base in ("zh", "ja") and first in "“”‘’…—":
        return 2
    return sum(unicodedata.category(char) not in ("Mn", "Me", "Cf") for char in cluster)


def _kept_whole(text: str) -> set[int]:
    """Offsets inside words, codes, URLs, and numbers with what belongs to them."""
    inside: set[int] = set()
    if any(map(str.isdigit, text)):
        for match in _AMOUNT.finditer(text):
            inside.update(range(match.start() + 1, match.end()))
    if _UNSPACED.search(text):
        for match in _TOKEN.finditer(text):
            inside.update(range(match.start() + 1, match.end()))
    return inside
