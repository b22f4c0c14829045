"""From what somebody wrote to a question that may be kept: cleaned, masked, judged, and not too often. Pure."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import uuid4

from sidecar.assistant import privacy, triage
from sidecar.assistant.asked_in import asked_in
from sidecar.assistant.question import Question, digest

PER_MINUTE = 6
BURST = 3
"""Questions that one asker may send at once, and a minute in the long run."""
REMEMBERED = 20_000
"""Askers whose last questions are known."""
MOST_NAME = 40
SAME_AGAIN_MS = 60_000
"""The same question of the same asker within this time is taken once."""


def kept(text: str, lang: str) -> str:
    """What is kept of ``text`` by somebody who reads ``lang``: clean, masked, at most `triage.MOST_CHARACTERS`.

    It is cut when it is masked, so that no half of a number or an address is left at its end.
    """
    masked = privacy.mask(triage.clean(text, most=2 * triage.MOST_CHARACTERS), lang)
    return masked[: triage.MOST_CHARACTERS].rstrip()


class NotTaken(Exception):
    """A question that is not taken. ``code``: ``empty``, ``spam``, ``no_question``, ``too_many``; ``retry_after_s`` is
    0 where trying again is of no use."""

    def __init__(self, code: str, message: str, *, retry_after_s: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s


class Intake:
    """Judges what comes in, from all channels. ``now_ms`` is Unix time."""

    def __init__(self, now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._now_ms = now_ms
        self._askers: OrderedDict[str, _Asker] = OrderedDict()

    def take(
        self, text: str, *, key: str, reads: str | None, channel: str, name: str = "", id: str | None = None
    ) -> Question:
        """The question in ``text`` of the asker who is known by ``key`` and, if that is known, ``reads`` a language.

        ``id``: the channel's own name for the message. Raises `NotTaken`.
        """
        cleaned = triage.clean(text)
        if not cleaned:
            raise NotTaken("empty", "there is nothing in it to answer")
        lang = reads or asked_in(cleaned)
        masked = kept(text, lang)
        if reason := triage.refused(masked):
            raise NotTaken(reason.value, "it does not look like a question to the shop")
        now_ms = self._now_ms()
        asker = digest(channel, key)
        self._allow(asker, masked, now_ms)
        return Question(
            id=id or f"q{uuid4().hex[:16]}",
            asker=asker,
            lang=lang,
            text=masked,
            at_ms=now_ms,
            channel=channel,
            name=kept(name, lang)[:MOST_NAME],
            concern=triage.concern(cleaned),
        )

    def release(self, question: Question) -> None:
        """It could not be kept: its asker may send it again at once."""
        if known := self._askers.get(question.asker):
            known.take_back()

    def is_for_the_shop(self, text: str) -> bool:
        """Whether a line of chat, where people talk of anything, asks the shop something."""
        cleaned = triage.clean(text)
        return bool(cleaned) and not triage.refused(cleaned) and triage.is_question(cleaned)

    def _allow(self, asker: str, text: str, now_ms: int) -> None:
        known = self._askers.pop(asker, None) or _Asker(now_ms)
        self._askers[asker] = known
        while len(self._askers) > REMEMBERED:
            self._askers.popitem(last=False)
        known.ask(text, now_ms)


class _Asker:
    """How often somebody asked: a bucket of `BURST` that fills with `PER_MINUTE`."""

    def __init__(self, now_ms: int) -> None:
        self._room = float(BURST)
        self._at_ms = now_ms
        self._last = ("", 0)

    def ask(self, text: str, now_ms: int) -> None:
        """Raises `NotTaken`."""
        self._room = min(float(BURST), self._room + max(0, now_ms - self._at_ms) * PER_MINUTE / 60_000)
        self._at_ms = now_ms
        if (text, True) == (self._last[0], now_ms - self._last[1] < SAME_AGAIN_MS):
            raise NotTaken("too_many", "you have asked that already", retry_after_s=SAME_AGAIN_MS // 1_000)
        if self._room < 1:
            wait_s = int((1 - self._room) * 60 / PER_MINUTE) + 1
            raise NotTaken("too_many", "that is more than we can read: wait a little", retry_after_s=wait_s)
        self._room -= 1
        self._last = (text, now_ms)

    def take_back(self) -> None:
        """As if the last question had not come."""
        self._room = min(float(BURST), self._room + 1)
        self._last = ("", 0)
