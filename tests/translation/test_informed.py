"""A translator that is told the terms of every line."""

from __future__ import annotations

from sidecar.glossary.term import Glossary, Term
from sidecar.memory.memory import Memory
from sidecar.memory.unit import Unit
from sidecar.translation.informed import InformedTranslator
from sidecar.translation.terms import Terminology, Wanted
from sidecar.translation.translator import Line


class Recording:
    name = "recording"

    def __init__(self) -> None:
        self.asked: list[Line] = []
        self.closed = False

    async def translate(self, line: Line) -> str:
        self.asked.append(line)
        return "done"

    def worker(self, target: str) -> object:
        return self

    async def aclose(self) -> None:
        self.closed = True


async def test_the_engine_is_told_the_terms_of_its_line_and_language() -> None:
    engine = Recording()
    known = Glossary((Term(forms={"zh": "小棕瓶", "en": "Little Brown Bottle"}),))
    translator = InformedTranslator(engine, Terminology(known))
    for target in ("en", "es"):
        assert await translator.translate(Line(text="小棕瓶来了", source="zh", target=target)) == "done"
    wanted = Wanted(said="小棕瓶", written="Little Brown Bottle")
    assert [line.terms for line in engine.asked] == [(wanted,), ()]
    await translator.aclose()
    assert engine.closed


def approved(said: str, written: str) -> Memory:
    return Memory([Unit(texts={"zh": said, "en": written}, source="zh")])


async def test_an_approved_line_needs_no_engine() -> None:
    engine = Recording()
    memory = approved("毛巾买二送一", "Two towels and a third one free: 13.99 dollars")
    translator = InformedTranslator(engine, Terminology(Glossary()), memory)
    for said in ("毛巾买二送一", "毛巾买2送1。"):
        line = Line(text=said, source="zh", target="en")
        assert await translator.translate(line) == "Two towels and a third one free: 13.99 dollars"
    assert engine.asked == []


async def test_a_near_match_counts_if_it_passes_the_checks() -> None:
    engine = Recording()
    good = InformedTranslator(engine, Terminology(Glossary()), approved("毛巾买二送一", "Buy 2 towels, get 1 free"))
    line = Line(text="毛巾买二送一呢", source="zh", target="en")
    assert await good.translate(line) == "Buy 2 towels, get 1 free"
    towel = Glossary((Term(forms={"zh": "毛巾", "en": "bath sheet"}),))
    for translator in (
        InformedTranslator(engine, Terminology(towel), approved("毛巾买二送一", "Buy 2 towels, get 1 free")),
        InformedTranslator(engine, Terminology(Glossary()), approved("毛巾买二送一", "Buy 3 towels, get 1 free")),
    ):
        assert await translator.translate(line) == "done"


async def test_what_is_learned_later_counts_from_the_next_line_on() -> None:
    engine, memory = Recording(), Memory()
    translator = InformedTranslator(engine, Terminology(Glossary()), memory)
    line = Line(text="谢谢大家", source="zh", target="en")
    assert await translator.translate(line) == "done"
    memory.add(Unit(texts={"zh": "谢谢大家", "en": "Thank you all"}, source="zh"))
    assert await translator.translate(line) == "Thank you all"
