"""Every final line into every language: what does not share a worker side by side, in order within each language.

While no line waits, what is still being said is translated too, as `tentative` has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import statistics
from collections import deque
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import structlog

from sidecar.captions.caption import Segment
from sidecar.errors import SidecarError, TranslationError
from sidecar.translation.backlog import Backlog, Job
from sidecar.translation.tentative import Tentative
from sidecar.translation.translator import Line, Translator

_log = structlog.get_logger()

_TIMEOUTS_BEFORE_REOPENING = 5
_BACKOFF_FIRST_S = 1.0
_BACKOFF_MAX_S = 60.0
_CLOSE_TIMEOUT_S = 10.0
_LAGS_KEPT = 20
_CALLS_KNOWN = 5
_SHORTEST_LIMIT_S = 5.0
_SLOWER = 3.0
"""Once so many calls are known, one may take so many times what the slowest of late took, and at least so long: what
takes longer hangs, and lines of other languages wait for the same worker."""
_FIRST, _UNWATCHED, _HUNG = range(3)
"""Ranks of a language. One whose last line hung goes last for `_STANDS_BACK_S`."""
_STANDS_BACK_S = 10.0
"""Long enough for others to have their turn; where lines always wait, it would have none again otherwise."""


class Reason(StrEnum):
    """Why a line is shown in the source language."""

    NO_TRANSLATOR = "no_translator"
    FAILED = "failed"  # the translator could not, or what it wrote did not pass the checks
    TIMED_OUT = "timed_out"
    LATE = "late"  # it waited for longer than is of use
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """The line ``segment`` for viewers of ``lang``. Where ``translated`` is False, ``text`` is the source line.

    ``lag_ms`` is the time since the source line was given. Where the segment is not final, ``text`` is how its
    translation begins, and ``lag_ms`` what that took.
    """

    segment: Segment
    lang: str
    text: str
    translated: bool
    reason: Reason | None
    lag_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStats:
    """How one language is doing. ``lag_ms`` is the median of the last lines, None before the first."""

    lang: str
    waiting: int
    done: int
    untranslated: int
    lag_ms: int | None


class Clock(Protocol):
    """Monotonic seconds."""

    def now(self) -> float: ...

    async def sleep_until(self, when_s: float) -> None: ...


class LoopClock:
    """The clock of the running event loop."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, when_s: float) -> None:
        await asyncio.sleep(max(0.0, when_s - self.now()))


class Dispatcher:
    """Takes source lines with `give`, which never waits, and awaits ``on_result`` once for each line and language.

    ``run`` does the work; put it into the session's task group. A line that fails, takes longer than ``line_timeout_s``
    (or much longer than others did of late) or has waited for ``max_lag_s`` comes out in the source language.
    ``reopen`` makes a new translator when this one is
    broken (it raised something else than `TranslationError`, or timed out five times running), after a pause that
    doubles up to a minute; with ``translator`` None it makes the first one, and lines wait for it. Without either,
    every line comes out in the source language at once. An exception of ``on_result`` ends `run`.

    ``watched`` gives the languages that somebody reads now: the others are translated when no line waits for these.
    What `hint` is told, a line that is not final, is translated into those alone, while no final line waits; it comes
    out or not, and a final line ends it.
    """

    def __init__(
        self,
        translator: Translator | None,
        targets: Sequence[str],
        *,
        on_result: Callable[[Translated], Awaitable[None]],
        line_timeout_s: float = 20.0,
        max_lag_s: float = 15.0,
        reopen: Callable[[], Awaitable[Translator]] | None = None,
        clock: Clock | None = None,
        watched: Callable[[], Container[str] | None] = lambda: None,
    ) -> None:
        self._translator = translator
        self._reopen = reopen
        self._on_result = on_result
        self._line_timeout_s = line_timeout_s
        self._clock = clock or LoopClock()
        self._watched = watched
        self._backlog = Backlog(targets, max_lag_s=max_lag_s)
        self._tallies = {target: _Tally() for target in self._backlog.targets}
        self._tentative = Tentative()
        self._tentative_call: _TentativeCall | None = None
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._calls: dict[str, _Call] = {}
        self._took_s: deque[float] = deque(maxlen=_LAGS_KEPT)
        self._hung: dict[str, float] = {}
        self._given_up: set[asyncio.Task[str]] = set()
        self._opening: asyncio.Task[None] | None = None
        self._timeouts = 0
        self._closed = False

    def give(self, segment: Segment) -> None:
        """Take a final line. Every line given comes out once in every language."""
        if self._closed:
            raise RuntimeError("the dispatcher is closed")
        self._tentative.hear(segment)
        self._backlog.add(segment, self._clock.now())
        if len(self._backlog):
            self._idle.clear()
            self._end_tentative()
        self._wake.set()

    def hint(self, segment: Segment) -> None:
        """Take a line that is still being said. It may be translated so far, or not."""
        self._tentative.hear(segment)
        if not len(self._backlog):
            self._wake.set()

    @property
    def targets(self) -> tuple[str, ...]:
        """What lines are translated into, in order of priority."""
        return self._backlog.targets

    def set_targets(self, targets: Sequence[str]) -> None:
        """Translate into ``targets`` from now on, in this order. What waits for another language never comes out."""
        self._backlog.set_targets(targets)
        self._tallies = {each: self._tallies.get(each) or _Tally() for each in self._backlog.targets}
        for target in self._calls.keys() - set(self._backlog.targets):
            self._give_up(self._calls.pop(target).task)
        self._wake.set()

    @property
    def translator(self) -> Translator | None:
        """The one that is open now, for work that may wait."""
        return self._translator

    @property
    def behind(self) -> bool:
        """A line is being translated or waits for it."""
        return len(self._backlog) > 0

    async def run(self) -> None:
        """Translate what is given, until cancelled."""
        if self._translator is None and self._reopen:
            self._open(first=True)
        try:
            while True:
                await self._advance()
                await self._wait()
        finally:
            for call in self._calls.values():
                call.task.cancel()
            self._end_tentative()

    async def drain(self) -> None:
        """Wait until everything given so far has come out; `run` must be running."""
        await self._idle.wait()

    async def aclose(self) -> None:
        """Put out what still waits, untranslated, and close the translator. Call it when `run` has ended."""
        self._closed = True
        if self._opening:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        for job in self._backlog.everything():
            await self._put_out(job, reason=Reason.CLOSED)
        translator, self._translator = self._translator, None
        await _close(translator)

    def stats(self) -> tuple[LanguageStats, ...]:
        """How each language is doing, in order of priority."""
        return tuple(tally.stats(lang, self._backlog.waiting(lang)) for lang, tally in self._tallies.items())

    async def _advance(self) -> None:
        """Do all that can be done without waiting for the translator."""
        for call in list(self._calls.values()):
            await self._check_call(call)
        for job in self._backlog.overdue(self._clock.now()):
            await self._put_out(job, reason=Reason.LATE)
        await self._pass_through()
        while not (self._translator is None and self._opening) and (job := self._backlog.take(self._rank)):
            if self._translator is None:
                self._backlog.finish(job.target)
                await self._put_out(job, reason=Reason.NO_TRANSLATOR)
            else:
                self._start(job, self._translator)
            await self._pass_through()
        await self._go_on_with_tentative()
        if not len(self._backlog):
            self._idle.set()

    async def _go_on_with_tentative(self) -> None:
        """Put out what was translated of a line that is being said; translate more if nothing else is to be done."""
        call = self._tentative_call
        if call and call.task.done():
            self._tentative_call = None
            error = asyncio.CancelledError() if call.task.cancelled() else call.task.exception()
            if error is None:
                await self._show_tentative(call)
            elif not isinstance(error, TranslationError):
                _log.error("translator broken", error=type(error).__name__)
                self._open()
        if self._tentative_call or len(self._backlog) or self._translator is None:
            return
        watched = self._watched()
        targets = [target for target in self.targets if watched is None or target in watched]
        if found := self._tentative.next(targets):
            segment, target = found
            line = Line(text=segment.text, source=segment.language, target=target, tentative=True)
            task = asyncio.create_task(self._translator.translate(line), name=f"translate part of {segment.number}")
            self._tentative_call = _TentativeCall(segment=segment, target=target, task=task, began_s=self._clock.now())

    async def _show_tentative(self, call: _TentativeCall) -> None:
        text = self._tentative.written(call.segment.number, call.target, call.task.result())
        if text and call.target in self._tallies:
            await self._on_result(
                Translated(
                    segment=call.segment,
                    lang=call.target,
                    text=text,
                    translated=True,
                    reason=None,
                    lag_ms=round((self._clock.now() - call.began_s) * 1000),
                )
            )

    def _end_tentative(self) -> None:
        call, self._tentative_call = self._tentative_call, None
        if call:
            self._give_up(call.task)

    async def _pass_through(self) -> None:
        for job in self._backlog.as_is():
            await self._put_out(job, text=job.segment.text)

    def _rank(self, target: str) -> int | None:
        """See `Backlog.take`: languages that are read go before others."""
        if self._translator and self._translator.worker(target) in {call.worker for call in self._calls.values()}:
            return None
        if self._clock.now() < self._hung.get(target, 0.0):
            return _HUNG
        watched = self._watched()
        return _FIRST if watched is None or target in watched else _UNWATCHED

    def _start(self, job: Job, translator: Translator) -> None:
        segment, target = job.segment, job.target
        line = Line(
            text=segment.text,
            source=segment.language,
            target=target,
            context=job.context,
            heard_in_english=segment.in_english,
        )
        task = asyncio.create_task(translator.translate(line), name=f"translate {segment.number} to {target}")
        began_s = self._clock.now()
        self._calls[target] = _Call(
            job=job, task=task, worker=translator.worker(target), began_s=began_s, deadline_s=began_s + self._limit_s()
        )

    def _limit_s(self) -> float:
        """How long a call may take."""
        if len(self._took_s) < _CALLS_KNOWN:
            return self._line_timeout_s
        return min(self._line_timeout_s, max(_SHORTEST_LIMIT_S, _SLOWER * max(self._took_s)))

    async def _check_call(self, call: _Call) -> None:
        target = call.job.target
        if self._calls.get(target) is not call:
            return  # its language was given up meanwhile
        if not call.task.done():
            if self._clock.now() < call.deadline_s:
                return
            self._give_up(call.task)
            self._hung[target] = self._clock.now() + _STANDS_BACK_S
            await self._settle(call, Reason.TIMED_OUT)
            self._timeouts += 1
            if self._timeouts >= _TIMEOUTS_BEFORE_REOPENING:
                self._open()
            return
        self._timeouts = 0
        self._hung.pop(target, None)
        self._took_s.append(self._clock.now() - call.began_s)
        error = asyncio.CancelledError() if call.task.cancelled() else call.task.exception()
        if error is None:
            await self._settle(call, None)
            return
        if not isinstance(error, TranslationError):
            _log.error("translator broken", error=type(error).__name__)
            self._open()
        await self._settle(call, Reason.FAILED)

    def _give_up(self, task: asyncio.Task[str]) -> None:
        """Cancel a call without waiting for it: it may hang."""
        self._given_up.add(task)
        task.add_done_callback(self._given_up.discard)
        task.cancel()

    async def _settle(self, call: _Call, reason: Reason | None) -> None:
        del self._calls[call.job.target]
        self._backlog.finish(call.job.target)
        await self._put_out(call.job, reason=reason, text=call.task.result() if reason is None else "")

    async def _put_out(self, job: Job, *, text: str = "", reason: Reason | None = None) -> None:
        if job.target not in self._tallies:
            return  # given up meanwhile
        lag_ms = round((self._clock.now() - job.given_s) * 1000)
        self._tallies[job.target].count(lag_ms, translated=reason is None)
        if reason:
            _log.debug("line shown untranslated", number=job.segment.number, lang=job.target, reason=reason.value)
        await self._on_result(
            Translated(
                segment=job.segment,
                lang=job.target,
                text=text if reason is None else job.segment.text,
                translated=reason is None,
                reason=reason,
                lag_ms=lag_ms,
            )
        )

    async def _wait(self) -> None:
        """Until a line is given, the translator answers or is replaced, or something is due."""
        due = [call.deadline_s for call in self._calls.values()]
        if (overdue_s := self._backlog.next_overdue_s()) is not None:
            due.append(overdue_s)
        tasks: list[asyncio.Task[object]] = [asyncio.create_task(self._wake.wait())]
        if due:
            tasks.append(asyncio.create_task(self._clock.sleep_until(min(due))))
        calls = [call.task for call in self._calls.values()]
        if self._tentative_call:
            calls.append(self._tentative_call.task)
        running = [*calls, self._opening] if self._opening else calls
        try:
            await asyncio.wait([*tasks, *running], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        self._wake.clear()
        if self._opening and self._opening.done():
            self._opening = None

    def _open(self, *, first: bool = False) -> None:
        """Replace the translator in the background."""
        if self._reopen and not self._opening:
            broken, self._translator = self._translator, None
            self._timeouts = 0
            self._opening = asyncio.create_task(
                self._open_until_it_works(broken, self._reopen, first), name="reopen translator"
            )

    async def _open_until_it_works(
        self, broken: Translator | None, reopen: Callable[[], Awaitable[Translator]], first: bool
    ) -> None:
        await _close(broken)
        pause_s = 0.0 if first else _BACKOFF_FIRST_S
        while True:
            if pause_s:
                await self._clock.sleep_until(self._clock.now() + pause_s)
            try:
                self._translator = await reopen()
                return
            except SidecarError as exc:
                _log.warning("translator does not open", error=exc.message, hint=exc.hint)
            except Exception as exc:
                _log.error("translator does not open", error=type(exc).__name__)
            pause_s = min(max(_BACKOFF_FIRST_S, pause_s * 2), _BACKOFF_MAX_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    job: Job
    task: asyncio.Task[str]
    worker: object
    began_s: float
    deadline_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _TentativeCall:
    segment: Segment
    target: str
    task: asyncio.Task[str]
    began_s: float


class _Tally:
    def __init__(self) -> None:
        self._lags_ms: deque[int] = deque(maxlen=_LAGS_KEPT)
        self._done = 0
        self._untranslated = 0

    def count(self, lag_ms: int, *, translated: bool) -> None:
        self._done += 1
        self._untranslated += not translated
        self._lags_ms.append(lag_ms)

    def stats(self, lang: str, waiting: int) -> LanguageStats:
        return LanguageStats(
            lang=lang,
            waiting=waiting,
            done=self._done,
            untranslated=self._untranslated,
            lag_ms=round(statistics.median(self._lags_ms)) if self._lags_ms else None,
        )


async def _close(translator: Translator | None) -> None:
    """Close what may be hanging: it gets ten seconds."""
    if translator:
        with contextlib.suppress(SidecarError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await translator.aclose()
