"""A code or an address of the source is in the translation as it is, or the line is refused."""

from __future__ import annotations

import pytest

from sidecar.translation import codes
from sidecar.translation.checks import check


@pytest.mark.parametrize(
    ("said", "written", "lost"),
    [
        ("这款防晒是SPF50的。", "This sunscreen has SPF 30.", ("SPF50",)),
        ("输入SAVE20再减二十。", "Escribe AHORRA20 y te descontamos 20.", ("SAVE20",)),
        ("型号是AX-200。", "The model is AX-300.", ("AX-200",)),
        ("网址是shop.example.com/sale。", "The address is shop.example.com.", ("shop.example.com/sale",)),
        ("写信到help@example.com。", "Tulis ke bantuan@example.com.", ("help@example.com",)),
    ],
)
def test_what_was_changed_is_named(said: str, written: str, lost: tuple[str, ...]) -> None:
    assert codes.lost(said, written) == lost
    assert "codes" in check(said, written, source="zh", target="en").failed


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("这款防晒是SPF50的。", "Esta crema tiene SPF 50."),
        ("这款防晒是SPF50的。", "واقي الشمس هذا SPF50."),
        ("型号是AX-200。", "モデルはAX200です。"),
        ("网址是shop.example.com。", "Alamatnya shop.example.com."),
        ("iPhone15有货。", "آيفون 15 متوفر."),
        ("256G的有货，500g装的也有。", "256 GB and 500 g are in stock."),
        ("XL码没有了。", "No quedan XL."),
    ],
)
def test_what_is_there_or_is_no_code_is_not(said: str, written: str) -> None:
    assert codes.lost(said, written) == ()
