from __future__ import annotations

import csv

import pytest

from sidecar.assistant.placeholders import fill
from sidecar.assistant.read import read
from sidecar.demo import SHOP


def test_the_demo_shop_has_sixty_entries_and_nothing_to_mend() -> None:
    reading = read(SHOP)
    assert [each.message for each in reading.problems] == []
    written = [entry for entry in reading.knowledge.entries if not entry.matter]
    assert len(written) == len({entry.id for entry in written}) == 60
    assert len(reading.knowledge.entries) == 60 + 12, "what each product costs"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_answer_of_the_demo_shop_can_be_filled(lang: str) -> None:
    knowledge = read(SHOP).knowledge
    for entry in knowledge.entries:
        filled = fill(entry.wordings[lang].answer, entry, knowledge, lang)
        assert filled.missing == (), entry.id
        assert "{" not in filled.text


def test_every_product_of_the_demo_shop_has_a_cell_for_each_column() -> None:
    with (SHOP / "products.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert {len(row) for row in rows} == {len(header)}
