"""Several translators as one: each language has its own, in the order they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog

from sidecar.errors import TranslationError
from sidecar.translation.translator import Line, Translator

log = structlog.get_logger()


class InOrder:
    """A Translator that asks those of ``orders[line.target]``, until one translates the line. It owns them all.

    Targets that are not in ``orders`` have the order of the first one that is.
    """

    def __init__(self, orders: Mapping[str, Sequence[Translator]]) -> None:
        self._orders = orders
        self._others: Sequence[Translator] = next(iter(orders.values()), ())
        self._all = list({id(each): each for order in orders.values() for each in order}.values())
        self.name = " + ".join(each.name for each in self._all)

    async def translate(self, line: Line) -> str:
        """See `Translator`. Raises what the last one raised where none could, or `TranslationError` without any."""
        failure = TranslationError(f"no model is set for {line.target}")
        for translator in self._orders.get(line.target, self._others):
            try:
                return await translator.translate(line)
            except TranslationError as exc:
                log.debug("translator failed on a line", translator=translator.name, reason=exc.message)
                failure = exc
                if line.tentative:
                    break
        raise failure

    def worker(self, target: str) -> object:
        """That of the first it asks; another is rarely asked."""
        order = self._orders.get(target, self._others)
        return order[0].worker(target) if order else self

    async def aclose(self) -> None:
        for translator in self._all:
            await translator.aclose()
