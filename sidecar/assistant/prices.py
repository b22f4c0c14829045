"""What things cost is asked more than anything else: entries for products whose price is in the table and nowhere else.

The words are in prices.tsv; the answer says the name and the price as the shop writes them. Pure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from importlib import resources

from sidecar.assistant.entry import EVERYTHING, Entry, Knowledge, Product, Wording
from sidecar.assistant.placeholders import told

PRICE = "price"
_NAME = "{name}"


def entries(knowledge: Knowledge) -> Iterator[Entry]:
    """One for each product with a name and a price of which no entry of ``knowledge`` tells it."""
    known = {id for entry in knowledge.entries for id in told(PRICE, entry)}
    for product in knowledge.products:
        if product.id not in known and product.id != EVERYTHING and product.names and product.value(PRICE, ""):
            yield Entry(
                id=f"{PRICE}:{product.id}",
                wordings={lang: _wording(lang, product) for lang in _words()},
                products=(product.id,),
                matter=PRICE,
                where=product.where,
            )


def _wording(lang: str, product: Product) -> Wording:
    question, answer = _words()[lang]
    return Wording(lang=lang, questions=(question.replace(_NAME, product.name(lang)),), answer=answer)


@cache
def _words() -> dict[str, tuple[str, str]]:
    with resources.files("sidecar.assistant").joinpath("prices.tsv").open(encoding="utf-8") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["lang"]: (row["question"], row["answer"]) for row in rows}
