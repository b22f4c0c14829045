"""What a translator is to Sidecar: one line in one language out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sidecar.translation.terms import Wanted

MAX_LINE_CHARACTERS = 300
"""Longer lines are refused: a caption is never so long, and no engine has room for it."""
SAMPLE_LINES = (
    "大家好，欢迎来到直播间。",
    "这件外套今天只要129元。",
    "有问题可以打在公屏上。",
    "买2件送1双袜子。",
    "颜色有黑色和白色。",
)
"""Short lines in Chinese, to measure speed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to translate. ``context`` is up to a few lines said just before, oldest first; ``terms`` are what is said
    in it and has a form of its own in ``target``. A ``tentative`` one goes on: one attempt at it will do.
    ``heard_in_english`` is what the recogniser makes of it in English, empty if it was not asked."""

    text: str
    source: str
    target: str
    context: Sequence[str] = ()
    terms: tuple[Wanted, ...] = ()
    tentative: bool = False
    heard_in_english: str = ""


class Translator(Protocol):
    """An engine. ``name`` and ``languages`` (None: any) describe it."""

    name: str

    async def translate(self, line: Line) -> str:
        """The line in ``line.target``, on one line, never empty.

        Safe to call concurrently; cancelling gives the engine back. Raises `TranslationError`.
        """
        ...

    def worker(self, target: str) -> object:
        """What lines into ``target`` have to share: those of equal workers are translated one after the other."""
        ...

    async def aclose(self) -> None: ...
