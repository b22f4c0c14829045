from __future__ import annotations

from datetime import date

import pytest

from sidecar.assistant.entry import Entry, Knowledge, Product, Wording

SHIPPING = Entry(
    id="shipping",
    wordings={
        "zh": Wording(lang="zh", questions=("多久发货",), answer="48 小时内发货。"),
        "pt-BR": Wording(lang="pt-BR", questions=("Quando enviam?",), answer="Em 48 horas."),
        "en": Wording(lang="en", questions=("When do you ship?", "how fast")),
    },
    valid_from=date(2026, 11, 1),
    valid_until=date(2026, 11, 30),
)
SHIRT = Product(
    id="shirt",
    names={"en": "Shirt", "zh": "衬衫"},
    fields={"price": "20 €", "size_chart": "S–L", "size_chart:zh": "S 到 L"},
)


@pytest.mark.parametrize(
    ("day", "holds"), [("2026-10-31", False), ("2026-11-01", True), ("2026-11-30", True), ("2026-12-01", False)]
)
def test_both_days_of_its_validity_count(day: str, holds: bool) -> None:
    knowledge = Knowledge(entries=(SHIPPING,), products=(SHIRT,)).at(date.fromisoformat(day))
    assert bool(knowledge.entries) is holds
    assert knowledge.products == (SHIRT,)


def test_an_answer_of_the_same_language_is_its_own() -> None:
    assert SHIPPING.wording("pt") == SHIPPING.wordings["pt-BR"]
    assert SHIPPING.wording("zh-Hant") == SHIPPING.wordings["zh"]


def test_a_language_with_questions_alone_has_no_answer() -> None:
    assert SHIPPING.wording("en") is None
    assert Knowledge(entries=(SHIPPING,)).languages == ("zh", "pt-BR")
    assert (SHIPPING.original.lang, SHIPPING.question) == ("zh", "多久发货")


def test_a_field_may_have_words_of_its_own_in_a_language() -> None:
    assert SHIRT.value("size_chart", "zh-Hant") == "S 到 L"
    assert SHIRT.value("size_chart", "es") == "S–L"
    assert SHIRT.value("coupon", "es") is None
    assert (SHIRT.name("zh"), SHIRT.name("es"), Product(id="cap").name("es")) == ("衬衫", "Shirt", "cap")
