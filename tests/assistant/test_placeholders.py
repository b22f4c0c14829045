from __future__ import annotations

from sidecar.assistant.entry import Entry, Knowledge, Product
from sidecar.assistant.placeholders import fill, spelt

SHOP = Knowledge(
    products=(
        Product(id="*", fields={"coupon": "LIVE10", "price": "see the link"}),
        Product(id="shirt", names={"en": "Shirt", "zh": "衬衫"}, fields={"price": "20 €", "size_chart": "S–L"}),
        Product(id="coat", names={"en": "Coat", "zh": "大衣"}, fields={"price": "90 €", "size_chart": "S–L"}),
    )
)


def about(*products: str) -> Entry:
    return Entry(id="e", wordings={}, products=products)


def filled(answer: str, *products: str, lang: str = "en") -> str:
    found = fill(answer, about(*products), SHOP, lang)
    assert not found.missing
    return found.text


def test_the_entrys_product_fills_its_places() -> None:
    assert filled("{name}: {price}, { size_chart }.", "shirt", lang="zh") == "衬衫: 20 €, S–L."


def test_what_the_product_does_not_say_the_shop_may() -> None:
    assert filled("{price} with {coupon}", "shirt") == "20 € with LIVE10"
    assert filled("{price}") == "see the link"


def test_products_that_differ_are_named() -> None:
    assert filled("{price}", "shirt", "coat") == "Shirt 20 €; Coat 90 €"
    assert filled("{size_chart}", "shirt", "coat") == "S–L"
    assert filled("{name}", "shirt", "coat") == "Shirt, Coat"


def test_a_place_may_name_its_product() -> None:
    assert filled("{coat.price}", "shirt") == "90 €"
    assert spelt("{coat.price} { price }") == ("{coat.price}", "{ price }")


def test_what_has_no_value_is_missing_and_stays_visible() -> None:
    found = fill("{weight} {hat.price} {price}", about("shirt"), SHOP, "en")
    assert found.missing == ("weight", "hat.price")
    assert found.text == "{weight} {hat.price} 20 €"


def test_a_product_that_is_not_in_the_table_takes_nothing_from_the_shop() -> None:
    assert fill("{price}", about("hat"), SHOP, "en").missing == ("price",)


def test_values_are_not_filled_again() -> None:
    shop = Knowledge(products=(Product(id="*", fields={"a": "{b}", "b": "no"}),))
    assert fill("{a}", about(), shop, "en").text == "{b}"
