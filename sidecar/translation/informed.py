"""A translator that knows what the shop approved: lines word for word, and the terms in all others."""

from __future__ import annotations

from dataclasses import replace

from sidecar.memory.memory import Memory
from sidecar.translation import checks, prompts
from sidecar.translation.terms import Terminology, Wanted, capitalised
from sidecar.translation.translator import Line, Translator


class InformedTranslator:
    """The ``engine``, with the terms of ``terminology`` in every line that says them.

    A line of ``memory`` is not translated again: an exact match is given as it is, a near one if it passes the checks.
    """

    def __init__(self, engine: Translator, terminology: Terminology, memory: Memory | None = None) -> None:
        self.name = engine.name
        self._engine = engine
        self._terminology = terminology
        self._memory = Memory() if memory is None else memory

    async def translate(self, line: Line) -> str:
        terms = self._terminology.find(prompts.clean(line.text), line.source, line.target)
        approved = self._memory.find(line.text, line.source, line.target)
        if approved and (approved.exact or _passes(approved.text, line, terms)):
            return approved.text
        written = await self._engine.translate(replace(line, terms=terms))
        return capitalised(terms, written, line.target)

    def worker(self, target: str) -> object:
        return self._engine.worker(target)

    async def aclose(self) -> None:
        await self._engine.aclose()


def _passes(written: str, line: Line, terms: tuple[Wanted, ...]) -> bool:
    return checks.check(line.text, written, source=line.source, target=line.target, wanted=terms).ok
