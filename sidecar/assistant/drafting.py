"""Drafts answers from what a shop knows. Whatever a viewer writes only chooses among answers that the shop wrote.

A question is looked at once: for the entries, for what the host has just said, and for grouping. All of that happens
in one worker thread; questions that come meanwhile go together into its next call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sidecar.assistant import meaning, ranking, renderings, shelf
from sidecar.assistant.ahead import Ahead
from sidecar.assistant.asked_in import asked_in
from sidecar.assistant.batches import Batches
from sidecar.assistant.draft import Candidate, Citation, Decision, Draft
from sidecar.assistant.entry import Entry, Knowledge
from sidecar.assistant.heard import MOST_HEARD, Heard
from sidecar.assistant.kept_vectors import KeptVectors
from sidecar.assistant.retrieval import Embed, Ranked, Retrieval
from sidecar.translation.translator import Translator

CLEAR = 0.6
"""The share of the best entry, among all entries, from which on a person has not to choose."""
LEAST = 0.08
"""The chance of the best entry below which nothing is proposed, however likely it is that one of many answers."""
ALTERNATIVES = 3
EVERY_S = 1.0
"""How often what the host said is taken in."""

Transcript = Callable[[], Sequence[Citation]]
"""What the host said in the last minutes: final segments, the oldest first."""
Today = Callable[[], date]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Shop:
    """What is known on ``day``, ready to be asked."""

    day: date
    knowledge: Knowledge
    entries: dict[str, Entry]
    retrieval: Retrieval


class ShopDrafter:
    """The `Drafter` of one shop. `know` comes before the first question, and again when the shop's files changed."""

    def __init__(
        self,
        *,
        ahead: Ahead | None = None,
        transcript: Transcript = tuple,
        today: Today = date.today,
        vectors: Embed | None = None,
    ) -> None:
        self._ahead = ahead or Ahead()
        self._transcript = transcript
        self._today = today
        self._vectors = vectors or KeptVectors()
        self._all = Knowledge()
        self._shop: _Shop | None = None
        self._heard = Heard()
        self._known = asyncio.Event()
        self._meant: dict[str, NDArray[np.float32]] = {}
        """Of the questions drafted last: they are grouped next."""
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="assistant")
        self._questions = Batches(self._drafts, self._pool)

    async def know(self, knowledge: Knowledge) -> None:
        """From the next question on, ``knowledge`` is what the shop knows. Raises `ModelError`."""
        self._shop = await self._in_thread(lambda: self._opened(knowledge))
        self._all = knowledge
        self._known.set()

    @property
    def is_of_today(self) -> bool:
        """Whether the entries that it knows are those that hold today."""
        return self._shop is None or self._shop.day == self._today()

    async def draft(self, text: str, lang: str) -> Draft:
        """Waits until `know` was called."""
        await self._known.wait()
        return await self._questions.ask((text, lang))

    async def render(self, entry: str, lang: str) -> Candidate | None:
        found = self._shop and self._shop.entries.get(entry)
        return self._candidate(self._shop, entry, lang, 1.0) if self._shop and found else None

    async def similarity(self, texts: Sequence[str]) -> NDArray[np.float32]:
        known = [self._meant.get(text) for text in texts]
        if known and all(each is not None for each in known):
            return np.stack([each for each in known if each is not None])
        return await self._in_thread(lambda: meaning.of(texts))

    def correct(self, entry: str, lang: str, text: str) -> bool:
        """``text`` is the answer of ``entry`` in ``lang`` until the shop changes it; False if it is not translated."""
        found = self._shop and self._shop.entries.get(entry)
        wanted = renderings.wanted_of(found, lang, self._shop.knowledge) if self._shop and found else None
        if wanted:
            self._ahead.correct(wanted, text)
        return wanted is not None

    async def translate_ahead(self, translator: Translator, langs: Sequence[str]) -> bool:
        """One answer more that readers of ``langs`` can read; False if nothing is left. For when all else is done."""
        if self._shop is None:
            return False
        return await self._ahead.translate_next(renderings.all_wanted(self._shop.knowledge, langs), translator)

    async def listen(self) -> None:
        """Takes in a little of what the host said since, if no question waits: it can be cited from then on."""
        current = tuple(self._transcript()[-MOST_HEARD:])
        if current != self._heard.segments and self._questions.is_idle:
            self._heard = await self._in_thread(lambda: self._heard.moved_on(current))

    async def attend(
        self,
        translator: Callable[[], Translator | None],
        langs: Callable[[], Sequence[str]],
        is_idle: Callable[[], bool],
    ) -> None:
        """Listens to the host, and while ``is_idle`` translates answers ahead by the ``translator`` that there is just
        then, until it is cancelled."""
        while True:
            await self.listen()
            if (now := translator()) and is_idle() and await self.translate_ahead(now, langs()):
                continue
            await asyncio.sleep(EVERY_S)

    async def aclose(self) -> None:
        """Ends the worker; what still waits is cancelled."""
        await self._questions.aclose()
        self._pool.shutdown(cancel_futures=True)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _opened(self, knowledge: Knowledge) -> _Shop:
        day = self._today()
        current = knowledge.at(day)
        retrieval = Retrieval(shelf.worded(current), vectors=self._vectors)
        retrieval.rank(meaning.looked(["?"], [asked_in("hello")]))  # what is read once is read before a question waits
        return _Shop(day, current, {entry.id: entry for entry in current.entries}, retrieval)

    def _drafts(self, asked: Sequence[tuple[str, str]]) -> list[Draft]:
        """In the worker thread."""
        shop = self._shop
        if shop is None or shop.day != self._today():
            shop = self._shop = self._opened(self._all)
        texts = [text for text, _ in asked]
        looked = meaning.looked(texts, [asked_in(text, lang) for text, lang in asked])
        ranked = shop.retrieval.rank(looked)
        self._meant = dict(zip(texts, meaning.of_looked(looked), strict=True))
        return [
            self._draft(shop, lang, each, self._heard.bearing_on(looked[[at]]))
            for at, ((_, lang), each) in enumerate(zip(asked, ranked, strict=True))
        ]

    def _draft(self, shop: _Shop, lang: str, ranked: Ranked, cited: tuple[Citation, ...]) -> Draft:
        chances = [*(chance for _, chance in ranked.entries), 0.0, 0.0]
        decision = decide(ranked)
        candidates = [
            self._candidate(shop, entry, lang, chance) for entry, chance in ranked.entries[: 1 + ALTERNATIVES]
        ]
        answered = decision is not Decision.ABSTAIN
        best = candidates[0] if answered else None
        return Draft(
            lang=lang,
            decision=decision,
            entry=best.entry if best else None,
            score=chances[0],
            margin=chances[0] - chances[1],
            text=best.text if best else "",
            alternatives=tuple(candidates[1:] if answered else candidates[:ALTERNATIVES]),
            cited=cited,
            failed_checks=best.failed_checks if best else (),
            why=_why(decision, candidates, ranked.none),
        )

    def _candidate(self, shop: _Shop, entry: str, lang: str, chance: float) -> Candidate:
        found = shop.entries[entry]
        made = renderings.rendering(found, lang, shop.knowledge, self._ahead.get)
        return Candidate(
            entry=entry,
            question=found.question,
            text=made.text,
            score=chance,
            lang=made.lang,
            failed_checks=made.failed_checks,
        )


def decide(ranked: Ranked) -> Decision:
    """What to think of the best entry."""
    likely = 1 - ranked.none
    if not ranked.entries or likely < ranking.weights().enough or ranked.entries[0][1] < LEAST:
        return Decision.ABSTAIN
    return Decision.ANSWER if ranked.entries[0][1] >= CLEAR * likely else Decision.CHOOSE


def _why(decision: Decision, candidates: Sequence[Candidate], none: float) -> str:
    if not candidates:
        return "the shop has no entries"
    likely = ", ".join(f"“{each.question}” {each.score:.0%}" for each in candidates[:2])
    return f"none of the entries {none:.0%}; {likely}" if decision is Decision.ABSTAIN else f"asks for {likely}"
