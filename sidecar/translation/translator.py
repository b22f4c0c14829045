"""What a translator is to Sidecar: one line in one language out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line to translate. ``context`` is up to a few lines said just before, oldest first."""

    text: str
    source: str
    target: str
    context: Sequence[str] = ()


class Translator(Protocol):
    """An engine. ``name`` and ``languages`` (None: any) describe it."""

    name: str

    async def translate(self, line: Line) -> str:
        """The line in ``line.target``, on one line, never empty.

        Safe to call concurrently; cancelling gives the engine back. Raises `TranslationError`.
        """
        ...

    async def aclose(self) -> None: ...
