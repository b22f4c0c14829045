"""Names that were heard nearly right are written right, and nothing else is touched."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.glossary.term import ANY, Glossary, Term
from sidecar.speech.recognizer import Hypothesis, Word
from sidecar.speech.vocabulary import Vocabulary

CHINESE = (
    "迪卡侬",
    "沧浪之歌",
    "马占山",
    "景德镇",
    "停滞",
    "燕之屋",
    "豆本豆",
    "秋风起蟹脚痒",
    "尚品",
    "SK-II神仙水",
    "iPhone",
)
ENGLISH = ("Gutenberg", "Quilter", "Sidecar", "Hester Prynne", "Sintra", "Marianas", "NVIDIA", "Link", "Black Friday")


def glossary() -> Glossary:
    return Glossary(
        (
            *(Term(forms={"zh": name}) for name in CHINESE),
            *(Term(forms={"en": name}) for name in ENGLISH),
            Term(forms={"zh": "赛德卡"}, heard_as={"zh": ("塞得卡片",)}, aliases={ANY: ("Sedka",)}),
            Term(forms={"en": "hoodie"}, heard_as={"en": ("who dee", "foodie")}),
            Term(forms={"es": "Ñandú Sur", "ru": "Сайдкар", "id": "Batik Keris"}),
        )
    )


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(glossary())


@pytest.mark.parametrize(
    ("heard", "right"),
    [
        ("迪卡農运动专业潮市", "迪卡侬运动专业潮市"),  # n for n, another tone
        ("随便搜一首苍浪之歌", "随便搜一首沧浪之歌"),
        ("爱国将士马战山等", "爱国将士马占山等"),  # zh an
        ("去境得正做陶瓷", "去景德镇做陶瓷"),  # in for ing, e
        ("交易几乎停制的情况", "交易几乎停滞的情况"),
        ("吃燕窝就选宴子屋", "吃燕窝就选燕之屋"),  # z for zh
        ("豆本都豆奶", "豆本豆豆奶"),
        ("叫做秋风起谢角痒", "叫做秋风起蟹脚痒"),
        ("今天有塞得卡片的产品", "今天有赛德卡的产品"),
        ("sedka的产品", "赛德卡的产品"),
        ("这个SK II神仙水", "这个SK-II神仙水"),
        ("新的iphone来了", "新的iPhone来了"),
    ],
)
def test_chinese_names_by_their_sound(vocabulary: Vocabulary, heard: str, right: str) -> None:
    assert vocabulary.corrected(heard, "zh") == right


@pytest.mark.parametrize(
    "said",
    [
        "这个商品是最好的",  # not 尚品
        "上品牌的货",
        "他停止了直播",  # a common word, not 停滞
        "馬占山在景德鎮",  # the script is settled elsewhere
        "豆本，豆奶",  # across a comma
        "九十九块九，三二一上链接",
        "我们都在现在这个地方",
        "",
    ],
)
def test_chinese_that_is_right_stays(vocabulary: Vocabulary, said: str) -> None:
    assert vocabulary.corrected(said, "zh") == said


@pytest.mark.parametrize(
    ("heard", "right"),
    [
        ("the Guttenberg, or 42 line Bible", "the Gutenberg, or 42 line Bible"),
        ("Mr. Quiltor is here", "Mr. Quilter is here"),
        ("our side car is here", "our Sidecar is here"),
        ("with Hesta Prinne in it", "with Hester Prynne in it"),
        ("go to Cintra now", "go to Sintra now"),
        ("the Northern Mariana's office", "the Northern Marianas office"),
        ("Nvidia reinvented it", "NVIDIA reinvented it"),
        ("a new foodie and a who dee", "a new hoodie and a hoodie"),
        ("Foodie on sale", "Hoodie on sale"),
        ("on black friday", "on Black Friday"),
    ],
)
def test_english_names_by_spelling_and_sound(vocabulary: Vocabulary, heard: str, right: str) -> None:
    assert vocabulary.corrected(heard, "en") == right


@pytest.mark.parametrize(
    "said",
    [
        "please click the link below",
        "two Quilters and a hoodies stand",
        "a quilt and a quitter and the winter",
        "black, Friday",
        "Sintra2 costs 99",
        "we are inside cars today",
        "Hester's prize",
    ],
)
def test_english_that_is_right_stays(vocabulary: Vocabulary, said: str) -> None:
    assert vocabulary.corrected(said, "en") == said


@pytest.mark.parametrize(
    ("heard", "lang", "right"),
    [
        ("una visita a Nandu Sur", "es", "una visita a Ñandú Sur"),
        ("это сайдкарр сегодня", "ru", "это Сайдкар сегодня"),
        ("baju batik keris baru", "id", "baju Batik Keris baru"),
        ("baju batik kertas baru", "id", "baju batik kertas baru"),
    ],
)
def test_other_languages(vocabulary: Vocabulary, heard: str, lang: str, right: str) -> None:
    assert vocabulary.corrected(heard, lang) == right


@pytest.mark.parametrize(
    ("lang", "name", "said"),
    [
        ("zh", "霍顿", "其竞选活动的核心"),  # a piece of one word
        ("zh", "梅隆", "购买美容品"),
        ("en", "contention", "much to our consternation"),  # rare, but a word
        ("en", "midfielder", "in midfield and attack"),
        ("en", "ballot", "the ball to his left"),  # common words that are not quite the name
        ("en", "parliamentary", "Parliament's statue"),
    ],
)
def test_a_name_is_not_found_in_words_that_are_right(lang: str, name: str, said: str) -> None:
    assert Vocabulary(Glossary((Term(forms={lang: name}),))).corrected(said, lang) == said


def test_a_language_without_terms_is_as_heard(vocabulary: Vocabulary) -> None:
    assert vocabulary.corrected("das Guttenberg", "de") == "das Guttenberg"


def test_two_names_that_sound_alike_are_neither_guessed() -> None:
    vocabulary = Vocabulary(Glossary((Term(forms={"zh": "张弛"}), Term(forms={"zh": "章驰"}))))
    assert vocabulary.corrected("请到彰池那里", "zh") == "请到彰池那里"
    assert vocabulary.corrected("请到章驰那里", "zh") == "请到章驰那里"


def test_a_name_that_is_also_listed_as_misheard_is_no_surer_than_another_of_its_sound() -> None:
    vocabulary = Vocabulary(
        Glossary((Term(forms={"zh": "张弛"}, heard_as={"zh": ("章池",)}), Term(forms={"zh": "章驰"})))
    )
    assert vocabulary.corrected("请到彰池那里", "zh") == "请到彰池那里"
    assert vocabulary.corrected("请到章池那里", "zh") == "请到张弛那里"


def said(text: str, pieces: list[str]) -> Hypothesis:
    words = tuple(
        Word(text=piece, start_s=float(at), end_s=at + 1.0, probability=0.9 - at / 10)
        for at, piece in enumerate(pieces)
    )
    return Hypothesis(text=text, words=words, language="en", logprob=-0.2, no_speech=0.0, compression=1.0)


def test_words_are_put_right_with_the_text(vocabulary: Vocabulary) -> None:
    heard = said("our side car and Hesta Prinne.", [" our", " side", " car", " and", " Hesta", " Prinne."])
    right = vocabulary.correct(heard)
    assert right.text == "our Sidecar and Hester Prynne."
    assert [(word.text, word.start_s, word.end_s) for word in right.words] == [
        (" our", 0.0, 1.0),
        (" Sidecar", 1.0, 3.0),
        (" and", 3.0, 4.0),
        (" Hester Prynne.", 4.0, 6.0),
    ]
    assert [word.probability for word in right.words] == pytest.approx([0.9, 0.7, 0.6, 0.4])


NAMES = st.sampled_from(
    ["guttenberg", "quilta", "side car", "link", "fridey", "hesta", "prinn", "a", "the", "99", "don't"]
)
SYLLABLES = st.sampled_from([*"迪低卡咖侬农龙苍沧浪狼之歌的我三豆本都马战山尚上商品起蟹谢脚角痒 ，", "iphone", "Sedka"])
TEXTS = st.one_of(
    st.tuples(st.lists(NAMES).map(" ".join), st.just("en")),
    st.tuples(st.lists(SYLLABLES).map("".join), st.just("zh")),
    st.tuples(st.text(max_size=60), st.sampled_from(["zh", "en", "es", "ru", "th", "yue"])),
)


@given(TEXTS)
def test_correcting_never_fails_and_is_done_after_once(vocabulary: Vocabulary, case: tuple[str, str]) -> None:
    text, lang = case
    once = vocabulary.corrected(text, lang)
    assert vocabulary.corrected(once, lang) == once


@given(st.text(st.characters(categories=["Nd", "P", "S", "Z"]), max_size=60), st.sampled_from(["zh", "en"]))
def test_numbers_and_signs_stay(vocabulary: Vocabulary, text: str, lang: str) -> None:
    assert vocabulary.corrected(text, lang) == text


@given(TEXTS)
def test_numbers_in_a_text_stay(vocabulary: Vocabulary, case: tuple[str, str]) -> None:
    text, lang = case

    def digits(some: str) -> str:
        return "".join(char for char in some if char.isdigit() or char in "一二三四五六七八九十百千万")

    assert digits(vocabulary.corrected(text, lang)) == digits(text)


@given(TEXTS, st.lists(st.integers(0, 60)))
def test_words_join_to_the_text_however_it_was_cut(
    vocabulary: Vocabulary, case: tuple[str, str], cuts: list[int]
) -> None:
    text, _ = case
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    right = vocabulary.correct(said(text, [text[a:b] for a, b in itertools.pairwise(places)]))
    assert "".join(word.text for word in right.words) == right.text
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(right.words))
