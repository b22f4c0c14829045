"""Lines and pages: no character lost, nothing broken that belongs together, as even as can be."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from sidecar.captions.layout import layout, tail, tidy

CHINESE = "家人们今天这款直播间只要第二件五折满减限量手速的时候到了，。！？「」（）、￥"
THAI = "วันนี้เรามีโปรโมชั่นพิเศษสำหรับลูกค้าทุกท่านลดราคาน้ำๆ"
ARABIC = "اليوم فقط المكنسة الكهربائية اللاسلكية متوفرة بخصم،؟َُِ"
LATIN = "the quick brown fox and of US$1,299.00 50 % AB-1234 Straße naïve e\u0301"
EMOJI = ["👨‍👩‍👧‍👦", "🇨🇳", "👍🏽", "❤️", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"]
JAPANESE = "本日限定でこのコードレス掃除機が半額になります。きっと「ぴったり」ー"
HINDI = "आज केवल वायरलेस वैक्यूम क्लीनर और क्षत्रिय"
LANGS = ["zh", "zh-Hant", "ja", "ko", "th", "ar", "hi", "en", "de", "fr", "es"]

pieces = st.one_of(
    *(st.text(alphabet=letters, max_size=30) for letters in (CHINESE, THAI, ARABIC, LATIN, JAPANESE, HINDI)),
    st.sampled_from([*EMOJI, "US$ 1,299.00", "99.9元", "50 %", "https://example.com/a-b", " ", "\u3000", "AB-1234"]),
    st.text(max_size=8),
)
texts = st.lists(pieces, max_size=8).map("".join)
langs = st.sampled_from(LANGS)


def without_space(text: str) -> str:
    return "".join(text.split())


def lines_of(text: str, lang: str) -> list[str]:
    return [line for page in layout(text, lang) for line in page.lines]


@given(texts, langs)
def test_no_character_is_lost(text: str, lang: str) -> None:
    pages = layout(text, lang)
    assert "".join(without_space(line) for page in pages for line in page.lines) == without_space(text)
    assert "".join(without_space(page.text) for page in pages) == without_space(text)
    assert all(without_space("".join(page.lines)) == without_space(page.text) for page in pages)


@given(texts, langs, st.integers(1, 60), st.integers(1, 4))
def test_a_page_has_no_more_lines_than_asked_for(text: str, lang: str, chars: int, lines: int) -> None:
    for page in layout(text, lang, max_chars=chars, max_lines=lines):
        assert 1 <= len(page.lines) <= lines
        assert all(line == line.strip(" ") and line for line in page.lines)


@given(texts, langs, st.integers(1, 20))
def test_a_grapheme_cluster_is_never_broken(text: str, lang: str, chars: int) -> None:
    text = tidy(text)
    edges = {0} | {match.end() for match in regex.finditer(r"\X", text)}
    position = 0
    for page in layout(text, lang, max_chars=chars):
        for line in page.lines:
            position = text.index(line, position)
            assert position in edges
            assert position + len(line) in edges
            position += len(line)


@given(st.text(alphabet=CHINESE, max_size=80))
def test_chinese_punctuation_keeps_its_side(text: str) -> None:
    words = regex.sub(r"[，。！？「」（）、￥]{2,}", "，", text).strip("「（")
    for before, after in pairwise(lines_of(words, "zh")):
        assert after[0] not in "，。！？」）、"
        assert before[-1] not in "「（"


@given(st.lists(st.sampled_from(LATIN.replace("%", "").split()[:-1]), min_size=1, max_size=60).map(" ".join))
def test_a_line_of_ordinary_words_is_never_too_long(text: str) -> None:
    assert all(len(line) <= 42 for line in lines_of(text, "en"))


@given(texts.map(lambda text: tidy(text)[:8].strip()).filter(bool), langs)
def test_what_fits_one_line_stays_on_one_line(text: str, lang: str) -> None:
    assert lines_of(text, lang) == [text]


@pytest.mark.parametrize(
    ("lang", "text", "kept"),
    [
        ("zh", "今天晚上直播间的价格是九十九块九就是99.9元一件只限今天", "99.9元"),
        ("zh", "这一款护肤精华平时的价格是￥1,299.00现在只要九折", "￥1,299.00"),
        ("zh", "这一款全新的无线耳机型号是AB-1234-X现在下单立减五十", "AB-1234-X"),
        ("zh", "大家可以看一看现在直播间里的Bluetooth耳机的价格真的很好", "Bluetooth"),
        ("en", "The price of this cordless vacuum cleaner US$ 1,299.00 is very good tonight", "US$ 1,299.00"),
        ("en", "Tonight and only tonight it is at least 50 % off for every one of you", "50 %"),
        ("fr", "Cet aspirateur silencieux et sans fil coûte 1 299,00 € pour toute la famille", "1 299,00 €"),
        ("en", "The famous teacher whose name is 诸葛亮先生 is joining us here this evening", "诸葛亮"),
        ("th", "วันนี้ลดราคาพิเศษสำหรับลูกค้าทุกท่านเหลือเพียง 1,299 บาท เท่านั้น", "1,299 บาท"),
    ],
)
@pytest.mark.parametrize("max_chars", range(10, 40, 3))
def test_a_price_a_code_or_a_word_stays_whole(lang: str, text: str, kept: str, max_chars: int) -> None:
    assert kept in text
    if max_chars >= len(kept):
        assert any(kept in line for page in layout(text, lang, max_chars=max_chars) for line in page.lines)


def test_full_width_counts_by_the_language() -> None:
    assert lines_of("直" * 16, "zh") == ["直" * 16]
    assert len(lines_of("iPhone 17 Pro Max手机", "zh")) == 1
    assert len(lines_of("今晚八点iPhone 17 Pro Max到货", "zh")) == 1
    assert all(len(line) <= 21 for line in lines_of("直播间" * 14, "en"))


def test_breaks_come_after_punctuation_and_before_a_connective() -> None:
    assert lines_of("Hello and welcome everybody, tonight we have something special", "en") == [
        "Hello and welcome everybody,",
        "tonight we have something special",
    ]
    assert lines_of("This wonderful machine cleans carpets and it cleans wooden floors", "en") == [
        "This wonderful machine cleans carpets",
        "and it cleans wooden floors",
    ]
    assert lines_of("第二件五折，满三百减五十，限量一百件", "zh") == ["第二件五折，", "满三百减五十，限量一百件"]


def test_long_text_is_divided_into_even_pages_after_sentences() -> None:
    text = (
        "Welcome back to the show, everybody who has just joined us. "
        "Tonight we will look at three machines for a clean home. The first of them is the cordless one."
    )
    assert [page.text for page in layout(text, "en")] == [
        "Welcome back to the show, everybody who has just joined us.",
        "Tonight we will look at three machines for a clean home.",
        "The first of them is the cordless one.",
    ]


def test_an_unbreakable_piece_longer_than_a_line_is_cut_between_clusters() -> None:
    assert lines_of("W" * 100, "en") == ["W" * 42, "W" * 42, "W" * 16]
    family = "👨‍👩‍👧‍👦"
    assert lines_of(family * 3, "en") == [family * 3]
    assert [line for page in layout(family * 3, "en", max_chars=1) for line in page.lines] == [family] * 3


def test_blank_text_has_no_pages() -> None:
    assert layout(" \n ", "en") == ()
    assert tail("", "zh") == ()


@given(texts, langs)
def test_the_tail_is_the_end_of_the_text(text: str, lang: str) -> None:
    shown = tail(text, lang)
    assert len(shown) <= 2
    assert without_space(text).endswith(without_space("".join(shown)))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "en",
            "Welcome back to the show everybody who has just joined us tonight we look at US$ 1,299.00 things " * 3,
        ),
        ("zh", "家人们今天这款iPhone 17 Pro Max直播间只要US$ 1,299.00第二件五折满300减50限量100件拼手速的时候到了" * 3),
        ("th", "วันนี้เรามีโปรโมชั่นพิเศษสำหรับลูกค้าทุกท่าน ลดราคาสูงสุดถึง 50% เฉพาะวันนี้เท่านั้น" * 3),
        (
            "ja",
            "本日限定でこのコードレス掃除機が半額になりますしかも送料無料ですのでぜひお買い求めください" * 2,
        ),
    ],
)
def test_earlier_lines_of_a_growing_partial_do_not_dance(lang: str, text: str) -> None:
    grown = [tail(text[:length], lang, max_lines=100) for length in range(1, len(text))]
    steps = list(pairwise(grown))
    assert all(after[: len(before[:-2])] == before[:-2] for before, after in steps)
    moved = sum(after[: len(before[:-1])] != before[:-1] for before, after in steps)
    assert moved <= len(grown[-1])


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Tonight the cordless vacuum cleaner costs only US$ 1,299.00, and the second is half price."),
        ("zh", "家人们，今天这款手机直播间只要1299元，第二件五折，手快有手慢无"),
        ("th", "วันนี้เรามีโปรโมชั่นพิเศษสำหรับลูกค้าทุกท่าน ลดราคา"),
    ],
)
def test_an_ordinary_caption_takes_about_a_millisecond_of_cpu(lang: str, text: str) -> None:
    layout(text, lang)
    times: list[float] = []
    for _ in range(30):
        begun = time.thread_time()
        layout(text, lang)
        times.append(time.thread_time() - begun)
    assert min(times) < 0.003
