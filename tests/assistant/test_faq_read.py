from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sidecar.assistant.entry import Entry
from sidecar.assistant.placeholders import fill
from sidecar.assistant.read import Reading, read
from sidecar.errors import UsageError


@pytest.fixture
def shop(tmp_path: Path):
    def written(name: str, text: str | bytes) -> Reading:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(path)

    return written


def only(reading: Reading) -> Entry:
    assert [each.message for each in reading.problems] == []
    (entry,) = reading.knowledge.entries
    return entry


def said(reading: Reading) -> list[tuple[int, str]]:
    return [(each.line, each.message) for each in reading.problems]


SHAPES = {
    "plain.csv": "question,answer\nHow long does delivery take?,We ship within two working days.\n",
    "semicolons.csv": "Q;A\nHow long does delivery take?;We ship within two working days.\n",
    "tabs.tsv": "Question\tReply\nHow long does delivery take?\tWe ship within two working days.\n",
    "marked.csv": "\ufeffQuestion_EN,Answer (English)\nHow long does delivery take?,We ship within two working days.\n",
    "named.csv": "pregunta,respuesta,idioma\nHow long does delivery take?,We ship within two working days.,English\n",
    "faq.yaml": "- question: How long does delivery take?\n  answer: We ship within two working days.\n",
    "keyed.yml": 'faq:\n- q: {en: "How long does delivery take?"}\n  a: {en: We ship within two working days.}\n',
    "faq.toml": '[[faq]]\nquestion = "How long does delivery take?"\nanswer = "We ship within two working days."\n',
    "faq.md": "# FAQ\n\n## How long does delivery take?\n\nWe ship within **two** working days.\n",
    "front.md": "---\nlang: en\n---\n# How long does delivery take?\nWe ship within two working days.\n",
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_shapes_that_people_have(shop, name: str) -> None:
    entry = only(shop(name, SHAPES[name]))
    assert entry.id == "how-long-does-delivery-take"
    assert entry.wordings["en"].questions == ("How long does delivery take?",)
    assert entry.wordings["en"].answer == "We ship within two working days."
    assert list(entry.wordings) == ["en"]


def test_everything_an_entry_can_have(shop) -> None:
    entry = only(
        shop(
            "faq.csv",
            "id,question_en,variants_en,question_zh,answer_en,answer_zh,products,valid_from,valid_until,category\n"
            'ship,When?,"How soon? | How fast?\nHow long?",多久发货,Soon.,很快。,"shirt, coat",'
            "2026-11-01,30.11.2026,x\n",
        )
    )
    assert entry.wordings["en"].questions == ("When?", "How soon?", "How fast?", "How long?")
    assert (entry.wordings["zh"].questions, entry.wordings["zh"].answer) == (("多久发货",), "很快。")
    assert (entry.id, entry.products) == ("ship", ("shirt", "coat"))
    assert (entry.valid_from, entry.valid_until) == (date(2026, 11, 1), date(2026, 11, 30))
    assert entry.where.endswith("faq.csv:2")


def test_lines_with_one_id_are_wordings_of_one_entry(shop) -> None:
    entry = only(
        shop("faq.csv", "id,lang,q,a\nr,en,Can I return it?,Yes.\nr,zh,可以退吗,可以。\nr,es,¿Se devuelve?,\n")
    )
    assert {tag: each.answer for tag, each in entry.wordings.items()} == {"en": "Yes.", "zh": "可以。", "es": ""}


def test_a_language_that_is_not_given_is_guessed(shop) -> None:
    reading = shop(
        "faq.csv",
        "question,answer\n¿Cuánto tarda el envío?,Enviamos el pedido en dos días laborables desde nuestro almacén.\n"
        "¿Y la talla?,Talla normal.\n多久发货,我们会在四十八小时内发货。\n",
    )
    assert [list(entry.wordings) for entry in reading.knowledge.entries] == [["es"], ["es"], ["zh"]]


def test_a_file_may_be_called_by_its_language(shop) -> None:
    assert list(only(shop("faq.pt-BR.csv", "q,a\nOk?,Ok.\n")).wordings) == ["pt-BR"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("问题,答案\n多久发货,我们会在48小时内发货\n可以退货吗,七天内可以退货\n", "gb18030"),
        ("pregunta,respuesta\n¿Cuánto tarda el envío?,Enviamos en 48 horas; mañana está ahí\n", "cp1252"),
        ("question,answer\nHow?,So.\n", "utf-16"),
    ],
)
def test_other_encodings_are_read(shop, text: str, encoding: str) -> None:
    reading = shop("faq.csv", text.encode(encoding))
    first = reading.knowledge.entries[0]
    assert first.question == text.splitlines()[1].split(",")[0]
    assert not reading.errors


def test_what_the_product_table_says_fills_answers(tmp_path: Path) -> None:
    (tmp_path / "faq.md").write_text("# How much is the shirt? {#cost}\n{shirt.price}, code {coupon}: {价格}?\n")
    (tmp_path / "products.csv").write_text("SKU,Name,Price,Coupon\nshirt,Linen shirt,19.90 €,\n*,,ask,LIVE5\n")
    (tmp_path / "README.md").write_text("# About\nNot an answer.\n")
    reading = read(tmp_path)
    entry = only(reading)
    assert fill(entry.original.answer, entry, reading.knowledge, "en").text == "19.90 €, code LIVE5: ask?"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "faq.toml",
            '[[faq]]\nquestion = "Price?"\nanswer = "{price} {size_chart} {coupon}"\nproduct = "Cap"\n'
            'lang = "es"\n[products]\ncoupon = "A1"\n[products.c]\nname = "Cap"\nprice = 19.90\n'
            'size_chart = { es = "única", en = "one" }\n',
        ),
        (
            "faq.yaml",
            "faq:\n- {question: \"Price?\", answer: '{price} {size_chart} {coupon}', product: Cap, lang: es}\n"
            "products:\n  coupon: A1\n  c: {name: Cap, price: 19.90, size_chart: {es: única, en: one}}\n",
        ),
    ],
)
def test_products_beside_the_entries(shop, name: str, text: str) -> None:
    reading = shop(name, text)
    (entry,) = reading.knowledge.entries
    assert entry.products == ("c",)
    assert fill(entry.original.answer, entry, reading.knowledge, "es").text == "19.90 única A1"
    assert not reading.errors


def test_lists_and_links_of_markdown_become_plain_text(shop) -> None:
    entry = only(
        shop(
            "faq.en.md",
            "# Sizes? | Which size?\nSee [the chart](https://shop.example/s):\n\n- S\n- M\n\n"
            "1. one\n2. two\n<!-- x -->\n",
        )
    )
    assert entry.original.answer == "See the chart https://shop.example/s:\n- S\n- M\n1. one\n2. two"
    assert entry.original.questions == ("Sizes?", "Which size?")


WRONG = [
    ("answer is empty", "q,a\nWhat?,\n", (2, "the entry has no answer")),
    ("no question", "q,a\n,Yes.\n", (2, "the entry has no question")),
    ("unknown place", "q,a\nWhat?,{prise}\n", (2, "{prise} has no value")),
    ("lonely brace", "q,a\nWhat?,{price\n", (2, "a brace that belongs to no placeholder")),
    ("unknown language", "q,a,lang\nWhat?,Yes.,xx1\n", (2, "'xx1' is not a language")),
    ("no date", "q,a,valid_from\nWhat?,Yes.,soon\n", (2, "valid_from: 'soon' is no date")),
    (
        "two dates in one",
        "q,a,from\nWhat?,Yes.,03/04/2026\n",
        (2, "valid_from: '03/04/2026': which is the day, and which"),
    ),
    ("no such day", "q,a,from\nWhat?,Yes.,2026-02-30\n", (2, "valid_from: '2026-02-30': day is out")),
    ("ends too early", "q,a,from,until\nWhat?,Yes.,2026-02-02,2026-02-01\n", (2, "it ends on 2026-02-01, before")),
    ("same question", "q,a\nOne?,Yes.\nWhat?,Yes.\nwhat ?!,No.\n", (4, "'what ?!' is asked in ")),
    ("same id", "id,lang,q,a\na,en,What?,Yes.\na,en,Who?,No.\n", (3, "'a' is answered in en already")),
    ("script", "q,a\nWhat?,see javascript:alert(1)\n", (2, "a link begins with javascript:")),
    (
        "hidden host",
        "q,a\nWhat?,https://bank.example@evil.example/\n",
        (2, "the link to bank.example@evil.example hides"),
    ),
    ("override", "q,a\nWhat?,Yes \u202etxt\n", (2, "the answer has hidden marks of direction")),
    ("long answer", f"q,a\nWhat?,{'x' * 1001}\n", (2, "the answer has 1001 characters")),
    ("long question", f"q,a\n{'x' * 301},Yes.\n", (2, "'xxxxxxxxxxxxxxxxxxxx…' has 301 characters")),
    ("too many cells", "q,a\nWhat?,Yes, no\n", (2, "3 cells, but 2 columns")),
]


@pytest.mark.parametrize(("text", "problem"), [each[1:] for each in WRONG], ids=[each[0] for each in WRONG])
def test_a_bad_line_is_named_and_costs_no_good_one(shop, text: str, problem: tuple[int, str]) -> None:
    good = "Is this one good?,It is" + "," * (text.split("\n", 1)[0].count(",") - 1) + "\n"
    if text.startswith("id"):
        good = "good,en,Is this one good?,It is\n"
    reading = shop("faq.en.csv", text + good)
    assert [(each.line, each.message[: len(problem[1])]) for each in reading.errors] == [problem]
    assert "Is this one good?" in [entry.question for entry in reading.knowledge.entries]


def test_the_same_question_may_be_answered_otherwise_on_other_days(shop) -> None:
    reading = shop("faq.en.csv", "q,a,from,until\nSale?,Yes.,2026-11-01,2026-11-30\nSale?,No.,2026-12-01,\n")
    assert said(reading) == []
    assert len({entry.id for entry in reading.knowledge.entries}) == 2
    (december,) = reading.knowledge.at(date(2026, 12, 24)).entries
    assert december.original.answer == "No."


def test_what_can_be_used_all_the_same_is_a_warning(shop) -> None:
    reading = shop("faq.en.csv", "q,a,colour\nWhat?,<b>http://shop.example</b>,red\n")
    assert len(reading.problems) == 3
    assert not reading.errors


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [("faq.yaml", "- question: a\n  answer: 'b\n", 3), ("faq.toml", "[[faq]]\nquestion = \n", 2), ("faq.xlsx", "x", 1)],
)
def test_a_file_that_is_broken_is_named(shop, name: str, text: str, line: int) -> None:
    reading = shop(name, text)
    assert [each.name for each in reading.broken] == [name]
    assert [each.line for each in reading.errors] == [line]


def test_what_is_no_faq(tmp_path: Path, shop) -> None:
    with pytest.raises(UsageError, match="no FAQ"):
        read(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="there is no FAQ in"):
        read(tmp_path)
    with pytest.raises(UsageError, match="by its name"):
        shop("faq.docx", "x")
    assert shop("faq.csv", "").errors
    assert shop("faq.csv", "name,colour,x\nred,1,2\n").knowledge.entries == ()
