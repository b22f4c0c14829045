"""A unit that the host did not name is found in a translation; one that was named, or follows from it, is not."""

from __future__ import annotations

import pytest

from sidecar.translation import units
from sidecar.translation.checks import check


@pytest.mark.parametrize(
    ("said", "written", "unit"),
    [
        ("这双鞋有38码。", "These shoes come in 38 inches.", "in"),
        ("一包500克。", "Un paquete trae 500 kg.", "kg"),
        ("一包500克。", "Satu bungkus 500 kg.", "kg"),
        ("保修3年。", "保証期間は3か月です。", "mo"),
        ("保修3年。", "الضمان لمدة 3 أشهر.", "mo"),
        ("15天内可以退。", "คืนได้ภายใน 15 ชั่วโมง", "h"),
        ("长20厘米。", "Это 20 дюймов в длину.", "in"),
        ("Ships within 48 hours.", "48天内发货。", "d"),
    ],
)
def test_a_unit_that_nobody_named_is_found(said: str, written: str, unit: str) -> None:
    assert units.made_up(said, written) == {unit}


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("一斤装，一共三袋。", "500 g each, 3 bags in all."),
        ("身高一百六十五穿M码。", "Wear M at 165 cm."),
        ("身高一米六。", "Estatura: 160 cm."),
        ("今晚八点半开播。", "Nous commençons ce soir à 20 h 30."),
        ("今晚八点半开播。", "Начинаем в 8 часов 30 минут."),
        ("等半小时。", "Wait 30 minutes."),
        ("500g装的有货。", "หมด 500 กรัม"),
        ("256G的三千四。", "سعة 256 غيغابايت"),
        ("He is 52, from 2016.", "2016年，52岁。"),
        ("晚上9点开始。", "เริ่ม 21 วันเสาร์"),
        ("穿38码。", "Wear size 38."),
    ],
)
def test_a_unit_that_was_named_or_follows_is_not(said: str, written: str) -> None:
    assert units.made_up(said, written) == set()


def test_a_line_with_a_unit_of_its_own_fails_its_checks() -> None:
    assert check("这双鞋有38码。", "These shoes come in 38 inches.", source="zh", target="en").failed == ("units",)
    assert check("这双鞋有38码。", "These shoes come in size 38.", source="zh", target="en").ok
