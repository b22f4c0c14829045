"""``{price}``, ``{coupon}``, ``{shirt.size_chart}``: places in an answer that the product table fills. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from sidecar.assistant import columns
from sidecar.assistant.entry import EVERYTHING, Entry, Knowledge, Product

NAME = "name"
"""The field that every product has: what it is called."""
_PLACE = regex.compile(r"\{\s*(?:(?P<product>[\w-]+)\.)?(?P<field>[\w-]+)\s*\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """An answer for a viewer. ``missing`` are the places with no value: with any, ``text`` must not be shown."""

    text: str
    missing: tuple[str, ...] = ()


def spelt(answer: str) -> tuple[str, ...]:
    """The places in ``answer`` as they are written, with their braces."""
    return tuple(found[0] for found in _PLACE.finditer(answer))


def told(name: str, entry: Entry) -> Iterator[str]:
    """The products of which an answer of ``entry`` tells the field ``name``, in any language."""
    for wording in entry.wordings.values():
        for found in _PLACE.finditer(wording.answer):
            if columns.field(found["field"])[0] == name:
                yield from [found["product"]] if found["product"] else entry.products


def fill(answer: str, entry: Entry, knowledge: Knowledge, lang: str) -> Filled:
    """``answer`` of ``entry`` with its places filled for somebody who reads ``lang``.

    Where an entry is about several products and they differ, each is named with its value.
    """
    missing: list[str] = []

    def value(found: regex.Match[str]) -> str:
        chosen = [found["product"]] if found["product"] else (entry.products or (EVERYTHING,))
        text = _value(columns.field(found["field"])[0], list(_products(chosen, knowledge)), knowledge, lang)
        if text is None:
            missing.append(_named(found))
        return text or found[0]

    return Filled(text=_PLACE.sub(value, answer), missing=tuple(dict.fromkeys(missing)))


def _named(found: regex.Match[str]) -> str:
    return f"{found['product']}.{found['field']}" if found["product"] else str(found["field"])


def _products(ids: Sequence[str], knowledge: Knowledge) -> Iterator[Product | None]:
    return (knowledge.product(id) for id in ids)


def _value(name: str, products: Sequence[Product | None], knowledge: Knowledge, lang: str) -> str | None:
    """None where one of ``products`` has no value, and the shop as a whole has none either."""
    shop = knowledge.product(EVERYTHING)
    common = shop.value(name, lang) if shop else None
    values: dict[str, str] = {}
    for product in products:
        own = product and (_own(name, product, lang) or common)
        if product is None or own is None:
            return None
        values[product.name(lang)] = own
    several = dict.fromkeys(values.values())
    if len(several) == 1 or name == NAME:
        return ", ".join(several)
    return "; ".join(f"{called} {value}" for called, value in values.items())


def _own(name: str, product: Product, lang: str) -> str | None:
    if name == NAME:
        return product.name(lang) if product.names or product.id != EVERYTHING else None
    return product.value(name, lang)
