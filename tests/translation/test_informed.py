"""A translator that is told the terms of every line."""

from __future__ import annotations

from sidecar.glossary.term import Glossary, Term
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
