"""A translator that is told the shop's terms with every line."""

from __future__ import annotations

from dataclasses import replace

from sidecar.translation import prompts
from sidecar.translation.terms import Terminology, capitalised
from sidecar.translation.translator import Line, Translator


class InformedTranslator:
    """The ``engine``, with the terms of ``terminology`` in every line that says them."""

    def __init__(self, engine: Translator, terminology: Terminology) -> None:
        self.name = engine.name
        self._engine = engine
        self._terminology = terminology

    async def translate(self, line: Line) -> str:
        terms = self._terminology.find(prompts.clean(line.text), line.source, line.target)
        written = await self._engine.translate(replace(line, terms=terms))
        return capitalised(terms, written, line.target)

    async def aclose(self) -> None:
        await self._engine.aclose()
