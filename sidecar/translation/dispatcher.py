"""Every final line into every language: one engine, one line in work, results in order within each language."""

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
from sidecar.translation.translator import Line, Translator

_log = structlog.get_logger()

_TIMEOUTS_BEFORE_REOPENING = 5
_BACKOFF_FIRST_S = 1.0
_BACKOFF_MAX_S = 60.0
_CLOSE_TIMEOUT_S = 10.0
_LAGS_KEPT = 20


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

    ``lag_ms`` is the time since the source line was given.
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
    or has waited for ``max_lag_s`` comes out in the source language. ``reopen`` makes a new translator when this one is
    broken (it raised something else than `TranslationError`, or timed out five times running), after a pause that
    doubles up to a minute; with ``translator`` None it makes the first one, and lines wait for it. Without either,
    every line comes out in the source language at once. An exception of ``on_result`` ends `run`.

    ``watched`` gives the languages that somebody reads now: the others are translated when no line waits for these.
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
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._call: _Call | None = None
        self._given_up: set[asyncio.Task[str]] = set()
        self._opening: asyncio.Task[None] | None = None
        self._timeouts = 0
        self._closed = False

    def give(self, segment: Segment) -> None:
        """Take a final line. Every line given comes out once in every language."""
        if self._closed:
            raise RuntimeError("the dispatcher is closed")
        self._backlog.add(segment, self._clock.now())
        if len(self._backlog):
            self._idle.clear()
        self._wake.set()

    def add_target(self, target: str) -> None:
        """Translate into ``target`` too from now on, before the others: it turned out that somebody speaks it."""
        self._backlog.add_target(target)
        self._tallies = {each: self._tallies.get(each) or _Tally() for each in self._backlog.targets}

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
            if self._call:
                self._call.task.cancel()

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
        if self._call:
            await self._check_call(self._call)
        for job in self._backlog.overdue(self._clock.now()):
            await self._put_out(job, reason=Reason.LATE)
        while not self._call:
            for job in self._backlog.as_is():
                await self._put_out(job, text=job.segment.text)
            if self._translator is None and self._opening:
                break
            if not (job := self._backlog.take(self._watched())):
                break
            if self._translator is None:
                self._backlog.finish()
                await self._put_out(job, reason=Reason.NO_TRANSLATOR)
            else:
                self._start(job, self._translator)
        for job in self._backlog.as_is():
            await self._put_out(job, text=job.segment.text)
        if not len(self._backlog):
            self._idle.set()

    def _start(self, job: Job, translator: Translator) -> None:
        segment = job.segment
        line = Line(text=segment.text, source=segment.language, target=job.target, context=job.context)
        task = asyncio.create_task(translator.translate(line), name=f"translate {segment.number} to {job.target}")
        self._call = _Call(job=job, task=task, deadline_s=self._clock.now() + self._line_timeout_s)

    async def _check_call(self, call: _Call) -> None:
        if not call.task.done():
            if self._clock.now() < call.deadline_s:
                return
            self._give_up(call.task)
            await self._settle(call, Reason.TIMED_OUT)
            self._timeouts += 1
            if self._timeouts >= _TIMEOUTS_BEFORE_REOPENING:
                self._open()
            return
        self._timeouts = 0
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
        self._call = None
        self._backlog.finish()
        await self._put_out(call.job, reason=reason, text=call.task.result() if reason is None else "")

    async def _put_out(self, job: Job, *, text: str = "", reason: Reason | None = None) -> None:
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
        due = [self._call.deadline_s] if self._call else []
        if (overdue_s := self._backlog.next_overdue_s()) is not None:
            due.append(overdue_s)
        tasks: list[asyncio.Task[object]] = [asyncio.create_task(self._wake.wait())]
        if due:
            tasks.append(asyncio.create_task(self._clock.sleep_until(min(due))))
        running = [task for task in (self._call and self._call.task, self._opening) if task]
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
    deadline_s: float


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
