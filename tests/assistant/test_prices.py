"""What things cost, from the product table alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.assistant.draft import Decision
from sidecar.assistant.drafting import ShopDrafter
from sidecar.assistant.embedding import embed
from sidecar.assistant.read import read

PRODUCTS = (
    'id,name_en,name_es,price,price_es\nserum,Vitamin C serum,sérum de vitamina C,$24.90,"24,90 €"\n'
    "mask,Sheet mask,mascarilla,$14.90,\nbag,Bag,bolso,,\n*,,,,\n"
)
FAQ = "id,question,answer,products\nwash,How do I use the mask?,Ten minutes.,mask\n"


def shop(folder: Path, faq: str = FAQ):
    (folder / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (folder / "faq.csv").write_text(faq, encoding="utf-8")
    return read(folder).knowledge


def test_products_with_a_price_that_no_entry_tells_have_one(tmp_path: Path) -> None:
    known = shop(tmp_path)
    assert [entry.id for entry in known.entries] == ["wash", "price:serum", "price:mask"]
    own = FAQ + "masks,What is the mask?,It is {price} a box.,mask\n"
    assert [entry.id for entry in shop(tmp_path, own).entries] == ["wash", "masks", "price:serum"]


@pytest.mark.model
async def test_who_asks_for_a_price_is_told_it_and_who_does_not_is_not(tmp_path: Path) -> None:
    drafter = ShopDrafter(vectors=embed)
    await drafter.know(shop(tmp_path))
    for text, lang, answer in (
        ("how much is the serum", "en", "Vitamin C serum: $24.90"),
        ("cuanto cuesta el serum", "es", "sérum de vitamina C: 24,90 €"),
        ("面膜多少钱", "zh", "Sheet mask:$14.90"),
    ):
        draft = await drafter.draft(text, lang)
        assert (draft.decision, draft.text, draft.failed_checks) == (Decision.ANSWER, answer, ())
    for text in ("is the serum vegan", "do you like the serum", "how do i use the mask"):
        draft = await drafter.draft(text, "en")
        assert draft.entry in (None, "wash")
        assert all(not each.entry.startswith("price:") or each.score == 0 for each in draft.alternatives)
    await drafter.aclose()
