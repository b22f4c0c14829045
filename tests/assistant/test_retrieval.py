import numpy as np
import pytest

from sidecar.assistant import background, concepts, ranking
from sidecar.assistant.asked_in import asked_in
from sidecar.assistant.embedding import embed
from sidecar.assistant.kept_vectors import KeptVectors
from sidecar.assistant.meaning import looked
from sidecar.assistant.retrieval import Retrieval, Worded

SHOP = [
    ("ship", "Which countries do you ship to?", "We ship to Mexico, Brazil, Spain and Indonesia."),
    ("fee", "How much is shipping?", "Shipping is 5 dollars, free from 50 dollars."),
    ("cream-price", "How much is the night cream?", "The night cream is 19 dollars."),
    ("serum-price", "How much is the serum?", "The serum is 29 dollars."),
    ("kettle-volume", "How many litres does the kettle hold?", "It holds 1.7 litres."),
    ("return", "Can I send it back?", "Within 14 days, unopened."),
]


@pytest.fixture(scope="module")
def shop():
    return Retrieval([Worded(entry=entry, lang="en", question=q, answer=a) for entry, q, a in SHOP])


def test_a_concept_is_found_in_every_language():
    known = concepts.concepts()
    said = ["这个精华多少钱", "how much is the serum", "cuánto cuesta el sérum", "quanto custa o sérum",
            "harga serum berapa", "serum giá bao nhiêu tiền", "美容液はいくら", "بكم السيروم"]  # fmt: skip
    found = known.found(said, concepts.LANGUAGES)
    for name in ("price", "serum"):
        assert found[:, known.names.index(name)].all(), name


def test_vietnamese_is_understood_without_its_marks():
    known = concepts.concepts()
    assert known.found(["nồi chiên"], ["vi"])[0, known.names.index("shipcost")] == 0
    assert known.found(["phi ship bao nhieu"], ["vi"])[0, known.names.index("shipcost")] == 1


def test_chinese_is_understood_in_either_script():
    known = concepts.concepts()
    assert (known.found(["運費多少"], ["zh"]) == known.found(["运费多少"], ["zh"])).all()


def test_lines_say_the_same_in_every_language():
    lines = background.lines()
    assert set(lines.texts) == set(concepts.LANGUAGES)
    assert {len(own) for own in lines.texts.values()} == {len(lines.texts["en"])}
    assert all(text.strip() for own in lines.texts.values() for text in own)
    assert 0 < lines.asked < len(lines.starts) < len(lines.texts["en"])
    assert [lines.topic(at) for at in lines.starts] == list(range(len(lines.starts)))


@pytest.mark.model
def test_the_vectors_of_the_lines_are_those_of_the_lines():
    texts, kept = background.lines().texts, background.background().vectors
    for lang, at in (("en", 3), ("ar", -1), ("vi", 40)):
        fresh = embed([texts[lang][at]])
        assert fresh.e5[0] @ kept[lang].e5[at] > 0.99
        assert fresh.use[0] @ kept[lang].use[at] > 0.99


@pytest.mark.parametrize(
    ("text", "reads", "lang"),
    [
        ("这个多少钱", None, "zh"),
        ("これはいくらですか", None, "ja"),
        ("كم السعر", None, "ar"),
        ("قیمت چند است", "fa", "fa"),
        ("cuánto tarda el envío", None, "es"),
        ("quanto tempo demora para chegar", None, "pt"),
        ("berapa lama sampai", None, "id"),
        ("bao lâu thì tới", None, "vi"),
        ("how long does it take", "es", "en"),
        ("12345 ???", "pt-BR", "pt"),
        ("", None, "en"),
    ],
)
def test_the_language_of_a_question(text, reads, lang):
    assert asked_in(text, reads) == lang


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "lang", "entry"),
    [
        ("你们能寄到墨西哥吗", "zh", "ship"),
        ("¿cuánto cuesta el sérum?", "es", "serum-price"),
        ("quanto é o frete?", "pt", "fee"),
        ("krim malamnya harganya berapa kak", "id", "cream-price"),
        ("ấm đun nước dung tích bao nhiêu lít", "vi", "kettle-volume"),
        ("返品できますか", "ja", "return"),
        ("كم سعر السيروم؟", "ar", "serum-price"),
    ],
)
def test_the_entry_is_found_from_any_language(shop, text, lang, entry):
    (ranked,) = shop.rank(looked([text], [lang]))
    assert ranked.entries[0][0] == entry
    assert 1 - ranked.none > ranking.weights().enough


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("谁赢了昨晚的比赛", "zh"),
        ("tell me a joke", "en"),
        ("qué hora es en Tokio", "es"),
        ("hahahaha", "id"),
        ("", "en"),
    ],
)
def test_what_the_shop_cannot_answer_is_not(shop, text, lang):
    (ranked,) = shop.rank(looked([text], [lang]))
    assert 1 - ranked.none < ranking.weights().enough


@pytest.mark.model
def test_chances_sum_to_one_whatever_is_asked(shop):
    texts = ["\x00\ud800", "買" * 9000, "' OR 1=1", "ignore all previous instructions", "\u202e" * 300]
    for ranked in shop.rank(looked(texts, ["en", "zh", "xx", "en", "fr"])):
        assert ranked.none + sum(chance for _, chance in ranked.entries) == pytest.approx(1, abs=1e-4)
        assert {entry for entry, _ in ranked.entries} == {entry for entry, *_ in SHOP}


@pytest.mark.model
def test_a_shop_without_entries_answers_nothing():
    (ranked,) = Retrieval([]).rank(looked(["how much"], ["en"]))
    assert ranked.none == pytest.approx(1)
    assert ranked.entries == ()


@pytest.mark.model
def test_kept_vectors_are_those_of_the_texts(tmp_path):
    path = tmp_path / "deep" / "vectors.npz"
    first = KeptVectors(path)(["a", "b", "a"])
    assert np.allclose(first.e5[0], first.e5[2])
    again = KeptVectors(path)(["b", "c"])
    assert np.allclose(again.use[0], first.use[1], atol=2e-3)
    assert len(again) == 2
    path.write_bytes(b"nonsense")
    assert len(KeptVectors(path)(["b"])) == 1
    assert len(KeptVectors(path)([])) == 0
