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
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

import regex

from sidecar import language
from sidecar.captions import phrases
from sidecar.captions.connectives import ARTICLES, CONNECTIVES, OPENERS

LINE_CHARS: Final = {"zh": 16, "ja": 16, "ko": 16, "th": 35}
"""Characters of a line, in the language's own width; `DEFAULT_LINE_CHARS` for all others."""
DEFAULT_LINE_CHARS: Final = 42
MAX_LINES: Final = 2

_Break = tuple[int, int, float]
"""Where a line ends, where the next begins, what breaking there costs."""

_FULL_WIDTH: Final = frozenset({"zh", "ja", "ko"})
_WIDE_QUOTES: Final = frozenset({"zh", "ja"})
_BREAK_AFTER: Final = frozenset("，。！？；：、\u200b")
_SINGLE_CLUSTERS = regex.compile(r"[\p{GCB=Other}\p{GCB=LV}\p{GCB=LVT}]*")
_GRAPHEME = regex.compile(r"\X")
_BREAKABLE_SPACE = regex.compile(r"[^\S\u00a0\u2007\u202f]+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\ufe0f|\u20e3")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]")
_LETTER = r"[[\p{L}\p{N}\p{M}]--[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]"
_TOKEN = regex.compile(
    rf"""(?:https?://|www\.)[\x21-\x7e]+
    | [\w.+-]+@[A-Za-z0-9.-]+
    | {_LETTER}+(?:[-_'’.,:&+/\#@·]{_LETTER}+)*""",
    regex.VERBOSE | regex.V1,
)
_CODES = "USD|EUR|GBP|CNY|RMB|JPY|IDR|VND|THB|BRL"
_AMOUNT = regex.compile(
    rf"""(?: (?: \p{{Lu}}{{0,3}}\p{{Sc}} | {_CODES} | RM | Rp\.? | Rs\.? ) \s? | 第 )?
    [-+±−]? \d (?: \d | [.,:/٫٬'’\u00a0\u202f] (?=\d) | \x20 (?=\d{{3}}(?!\d)) )*
    (?: \s? [-–~～至] \s? \d[\d.,]* )?
    (?: \s? (?:
        [十百千万亿萬億만억]* (?:
            元 | 块钱? | 塊 | 毛 | 角 | 分钟? | 円 | 원 | 折 | 倍 | 千?克 | 公?斤 | 毫?升 | [厘毫]?米 | 寸 | 件 | 盒
            | 瓶 | 包 | 支 | 只 | 片 | 个 | 個 | 双 | 套 | 号 | 小时 | 秒 | 年 | 月 | 日 | 天 | 点 | 개 | บาท )
        | [十百千万亿萬億만억]+ | % | ‰ | ％ | ٪ | °[CF]? | \p{{Sc}}
        | (?: {_CODES} | đ | zł | kr | [kmµ]?g | [cm]?[lL] | [kcm]?m | oz | lbs? | [KMGT]B | [kM]?W | mAh
            | inch(?:es)? | [ap]\.?m\.? | [AP]M )(?!\p{{L}}) ) )?""",
    regex.VERBOSE,
)
_NEVER_FIRST: Final = frozenset(
    "!%),.:;?]}¢°·»›’”†‡‰′″、。〃々〉》」』】〕〗〙〟｠、，．：；？！）］｝…‥—～〜゠ー・ヽヾゝゞ％ๆฯ،؛؟۔।"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
)
_NEVER_LAST: Final = frozenset("([{«‹¿¡#@‘“〈《「『【〔〖〘〝｟（［｛＃＠")
_SENTENCE_END: Final = frozenset(".!?。！？…؟۔।")
_CLAUSE_END: Final = frozenset(",;:，；：、،؛—–")
_CLOSERS: Final = frozenset("\"'’”»)]）」』】》")
_GOOD_CUT: Final = frozenset("-/_.?&=,;")
_ABBREVIATION = regex.compile(r"(?<!\w)(?:\p{Lu}\p{Ll}{0,2}|\p{L})\.$")

# What a break costs, against how uneven it leaves the lines.
_AFTER_SENTENCE, _AFTER_CLAUSE, _BEFORE_CONNECTIVE, _ORDINARY, _AFTER_CONNECTIVE, _FORCED = 0.0, 0.1, 0.3, 0.6, 1.0, 2.0
_UNEVEN_LINES, _UNEVEN_PAGES, _TORN_PAGES, _ONE_PAGE_MORE, _FLASH = 4.0, 3.0, 2.0, 0.4, 1.5


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
        found: list[_Break] = [(0, 0, 0.0)]
        if text:
            found = list(self._with_cuts([*found, *self._breaks(lang), (len(text), len(text), 0.0)]))
        self._ends = [end for end, _, _ in found]
        self._starts = [start for _, start, _ in found]
        self._costs = [cost for _, _, cost in found]
        self._left = [self._columns[start] for start in self._starts]
        self._right = [self._columns[end] for end in self._ends]
        self.last = len(found) - 1
        self._fills = self._reached()

    def between(self, first: int, last: int) -> str:
        return self._text[self._starts[first] : self._ends[last]]

    def fill(self, first: int) -> int:
        """The last point that a line from point ``first`` reaches."""
        return self._fills[first]

    def pages(self, max_lines: int) -> list[int]:
        """Points at which pages begin and end: as even as they can be, after punctuation where there is any."""
        if not self.last:
            return [0]
        reaches = [self._fill_page(point, max_lines) for point in range(self.last)]
        if reaches[0] == self.last:
            return [0, self.last]
        fewest, capacity = self._fewest(reaches), self._limit * max_lines
        tight_cost, tight = self._divide(reaches, self._right[-1] / fewest, capacity)
        loose_cost, loose = self._divide(reaches, self._right[-1] / (fewest + 1), capacity)
        return loose if loose_cost + _ONE_PAGE_MORE < tight_cost else tight

    def _divide(self, reaches: list[int], target: float, capacity: int) -> tuple[float, list[int]]:
        """The cheapest division into pages about ``target`` columns long: its cost, and the points between pages."""
        costs, came_from = [0.0] + [float("inf")] * self.last, [0] * (self.last + 1)
        for first, reach in enumerate(reaches):
            for last in range(first + 1, reach + 1):
                uneven = (self._right[last] - self._left[first] - target) / capacity
                flash = _FLASH if self._right[last] - self._left[first] < capacity // 4 else 0.0
                cost = costs[first] + _UNEVEN_PAGES * uneven * uneven + _TORN_PAGES * self._costs[last] + flash
                if cost < costs[last]:
                    costs[last], came_from[last] = cost, first
        found = [self.last]
        while found[-1]:
            found.append(came_from[found[-1]])
        return costs[-1], found[::-1]

    def lines(self, first: int, last: int, max_lines: int) -> tuple[str, ...]:
        """The page from ``first`` to ``last`` in as few lines as hold it, evenly filled."""
        count, point = 0, first
        while point < last:
            count, point = count + 1, self._fills[point]
        target = (self._right[last] - self._left[first]) / count
        ends = self._even(first, last, min(count, max_lines), target)[1]
        return tuple(self.between(start, end) for start, end in pairwise([first, *ends]))

    def _even(self, first: int, last: int, count: int, target: float) -> tuple[float, list[int]]:
        """The cheapest way to divide a page into ``count`` lines: its cost, and the points where lines end."""
        if count <= 1:
            return self._uneven(first, last, target), [last]
        best = (float("inf"), [last])
        for middle in range(first + 1, min(self._fills[first], last - 1) + 1):
            rest, ends = self._even(middle, last, count - 1, target)
            cost = self._uneven(first, middle, target) + self._costs[middle] + rest
            if cost < best[0]:
                best = (cost, [middle, *ends])
        return best

    def _uneven(self, first: int, last: int, target: float) -> float:
        if last > self._fills[first]:
            return float("inf")
        return _UNEVEN_LINES * ((self._right[last] - self._left[first] - target) / self._limit) ** 2

    def _reached(self) -> list[int]:
        reached, point = list[int](), 0
        for first in range(self.last):
            point = max(point, first + 1)
            while point < self.last and self._right[point + 1] - self._left[first] <= self._limit:
                point += 1
            reached.append(point)
        return reached

    def _fill_page(self, point: int, max_lines: int) -> int:
        for _ in range(max_lines):
            if point < self.last:
                point = self._fills[point]
        return point

    def _fewest(self, reaches: list[int]) -> int:
        count, point = 0, 0
        while point < self.last:
            count, point = count + 1, reaches[point]
        return count

    def _breaks(self, lang: str) -> Iterator[_Break]:
        """Every place a line may end: where it ends, where the next begins, and what that costs."""
        text = self._text
        between = phrases.boundaries(text, lang) if _UNSPACED.search(text) else set[int]()
        for index in range(1, len(text)):
            before, after = text[index - 1], text[index]
            if before == " ":
                continue
            start = index + 1 if after == " " else index
            divides = start > index or index in between or before in _BREAK_AFTER
            if divides and self._may_break(index, start):
                yield index, start, self._cost(index, start)

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

    def _with_cuts(self, found: list[_Break]) -> Iterator[_Break]:
        """``found``, with cuts inside every piece that is longer than a line."""
        yield found[0]
        for before, after in pairwise(found):
            start, end = before[1], after[0]
            while self._columns[end] - self._columns[start] > self._limit:
                start = self._cut(start, end)
                if start >= end:
                    break
                yield start, start + (self._text[start] == " "), _FORCED
                start += self._text[start] == " "
            yield after

    def _cut(self, start: int, end: int) -> int:
        """Where to cut a piece that is too long: the last best place that still fits; one grapheme cluster at least."""
        best, best_rank = end, 4
        for index in range(start + 1, end):
            if not self._may_cut(index):
                continue
            width = self._columns[index] - self._columns[start]
            if width > self._limit:
                return index if best_rank == 4 else best
            rank = self._rank(index, late=width * 2 >= self._limit)
            if rank <= best_rank:
                best, best_rank = index, rank
        return best

    def _may_cut(self, index: int) -> bool:
        if not self._is_cluster(index) or self._text[index - 1] == " ":
            return False
        return self._text[index] != " " or self._is_cluster(index + 1)

    def _rank(self, index: int, *, late: bool) -> int:
        before, after = self._text[index - 1], self._text[index]
        if after == " ":
            after = self._text[index + 1]
        if after in _NEVER_FIRST or before in _NEVER_LAST:
            return 3
        if late and before in _GOOD_CUT:
            return 0
        return 2 if index in self._kept else 1


def _measure(text: str, base: str) -> tuple[list[int], frozenset[int] | None]:
    """Columns before each offset, and the offsets between grapheme clusters (None: all of them)."""
    if text.isascii():
        return list(range(len(text) + 1)), None
    drawn_wide = base in _WIDE_QUOTES
    if _SINGLE_CLUSTERS.fullmatch(text):
        return list(accumulate((_char_width(char, drawn_wide) for char in text), initial=0)), None
    columns, edges, total = [0] * (len(text) + 1), {0}, 0
    for match in _GRAPHEME.finditer(text):
        start, end = match.span()
        total += _cluster_width(match.group(), drawn_wide)
        columns[start + 1 : end + 1] = [total] * (end - start)
        edges.add(end)
    return columns, frozenset(edges)


def _cluster_width(cluster: str, drawn_wide: bool) -> int:
    """Columns of a grapheme cluster: 2 where it is as wide as a Chinese character."""
    if len(cluster) > 1 and _EMOJI.search(cluster):
        return 2
    first = _char_width(cluster[0], drawn_wide)
    return first if first == 2 else first + sum(_char_width(char, drawn_wide) for char in cluster[1:])


@lru_cache(maxsize=8192)
def _char_width(char: str, drawn_wide: bool) -> int:
    """Columns of one character; ``drawn_wide``: where fonts draw quotes and dashes as wide as Chinese characters."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    wide = unicodedata.east_asian_width(char) in "WF" or (drawn_wide and char in "“”‘’…—")
    return 2 if wide or _EMOJI.match(char) else 1


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
