"""Whose turn it is: several listeners, each with a voice of its own, share one recogniser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sidecar.speech.pressure import Pressure

Claim = Callable[[], float | None]
"""How long an utterance that is over has waited for its final, in seconds; None where only a partial is wanted."""


class Turns:
    """So many turns ``at_once``: finals before partials, those that have waited longest first.

    Who has had a turn stands at the end of the queue again, so a voice that never pauses keeps no other from its
    partials. What is wanted is asked when a turn is free, not when the queue was joined: an utterance may be over by
    then, and there is more audio to hear. ``pressure`` is what the recogniser can afford for all of them.
    """

    def __init__(self, at_once: int = 1) -> None:
        self.at_once = at_once
        self.pressure = Pressure()
        self._queue: list[_Place] = []
        self._taken = 0

    @property
    def busy(self) -> bool:
        """Who asked for a turn now would have to wait."""
        return self._taken >= self.at_once

    @asynccontextmanager
    async def turn(self, claim: Claim) -> AsyncGenerator[None]:
        """The recogniser is the caller's while the context lasts."""
        place = _Place(claim)
        self._queue.append(place)
        self._next()
        try:
            await place.free.wait()
        except asyncio.CancelledError:
            self._leave(place)
            raise
        try:
            yield
        finally:
            self._taken -= 1
            self._next()

    def _next(self) -> None:
        if self.busy or not self._queue:
            return
        self._taken += 1
        place = self._queue.pop(chosen([place.claim() for place in self._queue]))
        place.free.set()

    def _leave(self, place: _Place) -> None:
        """``place`` was given up; its turn, if it had come just now, goes to the next."""
        if place in self._queue:
            self._queue.remove(place)
        else:
            self._taken -= 1
            self._next()


def chosen(waited_s: list[float | None]) -> int:
    """Index of the claim to serve, of claims in the order in which they joined the queue."""
    finals = [(-waited, index) for index, waited in enumerate(waited_s) if waited is not None]
    return min(finals)[1] if finals else 0


@dataclass(slots=True, eq=False)
class _Place:
    claim: Claim
    free: asyncio.Event = field(default_factory=asyncio.Event)
