from __future__ import annotations

import pytest

from sidecar.assistant.placeholders import fill
from sidecar.assistant.read import read
from sidecar.demo import SHOP


def test_the_demo_shop_has_sixty_entries_and_nothing_to_mend() -> None:
    reading = read(SHOP)
    assert [each.message for each in reading.problems] == []
    assert len(reading.knowledge.entries) == 60
    assert len({entry.id for entry in reading.knowledge.entries}) == 60


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_answer_of_the_demo_shop_can_be_filled(lang: str) -> None:
    knowledge = read(SHOP).knowledge
    for entry in knowledge.entries:
        filled = fill(entry.wordings[lang].answer, entry, knowledge, lang)
        assert filled.missing == (), entry.id
        assert "{" not in filled.text
