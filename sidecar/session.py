"""The composition root: builds the stages of one session, runs them in one task group, and takes them down in order.

    source → listener → outbox → publisher: board → ledger → hub → viewers
    (of each voice)       ↑                    │ final lines
                          └──── dispatcher ←───┘

The outbox is the one place where captions get their numbers; everything final is stored before it is announced. The
first voice is the host, and the show is over with the host; a guest may come late, fail or leave.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar, cast

import structlog

from sidecar import language
from sidecar.assistant.draft import Citation
from sidecar.audio.chunk import AudioChunk, to_ms
from sidecar.audio.source import SourceState, SourceStatus
from sidecar.captions.board import Board
from sidecar.captions.caption import Caption, Removal, Segment
from sidecar.channel import Channel, Overflow
from sidecar.config import Settings
from sidecar.delivery.hub import Hub, Stored
from sidecar.delivery.wire import State, caption_message, remove_message
from sidecar.errors import SidecarError, StorageError, UsageError
from sidecar.memory.library import Library
from sidecar.metrics import Metrics, Stage
from sidecar.monitor import Monitor
from sidecar.speech.listener import Listener
from sidecar.storage.ledger import Ledger
from sidecar.storage.record import SessionRecord, session_id
from sidecar.storage.store import Store
from sidecar.translation.dispatcher import Dispatcher, Translated
from sidecar.translation.translator import Translator
from sidecar.voice import SessionClock, Voice, caption_languages, translation_targets

log = structlog.get_logger()
T = TypeVar("T")

OUTBOX = 1_024
"""Captions on their way to being numbered; stages before it would wait if it were ever full."""
DRAIN_S = 120.0
"""Longest wait for the last translations at the end."""
FLUSH_S = 5.0
LAST_AUDIO_S = 0.2
"""Time for the last audio of a lost source to come through."""
SAVE_EVERY_S = 2.0
SAID = 100
"""Final segments that can be cited."""
SPARE_AFTER_S = 3.0
"""Without a new line to translate, from which on there is time for other translations."""
LOOK_EVERY_S = 1.0
DEAF_LOOKS = 5
"""Viewers are told when the recogniser was away for so many looks running; mostly it is back sooner."""
_STATES = {
    SourceState.OPENING: State.WAITING,
    SourceState.LIVE: State.LIVE,
    SourceState.RECONNECTING: State.RECONNECTING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """How the session gets what is slow to load: a listener for each voice, in their order, and the translator.

    ``open_translator`` None: every line is shown as it was said. ``check_target`` raises `UsageError` for a language
    that it cannot write. ``library``: where approved translations are kept.
    """

    open_listeners: Callable[[], Awaitable[Sequence[Listener]]]
    open_translator: Callable[[], Awaitable[Translator]] | None
    check_target: Callable[[str], None] = lambda _target: None
    library: Library | None = None


class Session:
    """One show of the ``voices``, the host's first. Use `create`, then `run` once.

    ``wait_for_translator``: a source that can be held back (a file) starts when everything is loaded; a live one starts
    as soon as recognition is.
    """

    def __init__(
        self,
        settings: Settings,
        voices: Sequence[Voice],
        engines: Engines,
        store: Store,
        record: SessionRecord,
        *,
        wait_for_translator: bool,
    ) -> None:
        self.id = record.id
        self.store = store
        self.metrics = Metrics()
        self._settings = settings
        self.voices = tuple(voices)
        self._host = voices[0]
        self._clock = SessionClock()
        self._engines = engines
        self._record = record
        self._wait_for_translator = wait_for_translator
        self._board = Board()
        self._ledger = Ledger(store, record.id)
        self._outbox: Channel[Segment | Translated] = Channel(OUTBOX, Overflow.BLOCK)
        self._said: deque[Citation] = deque(maxlen=SAID)
        self._given_s = time.monotonic()
        self._stop = asyncio.Event()
        self._on_air = asyncio.Event()
        self._deaf_looks = 0
        self.started = asyncio.Event()
        """Set when the first audio has come: from then on the epoch of the hub is right."""
        self.hub = Hub(
            session=record.id,
            source=record.source,
            languages=record.languages,
            epoch_ms=record.started_epoch_ms,
            recall=self._recall,
            mailbox=settings.server.mailbox,
            max_viewers=settings.server.max_viewers,
            speakers=[voice.label for voice in voices if voice.label is not None],
        )
        self._dispatcher = Dispatcher(
            None,
            translation_targets([voice.spoken for voice in voices], settings.translation.to),
            on_result=self._outbox.send,
            line_timeout_s=settings.translation.line_timeout_s,
            max_lag_s=settings.translation.max_lag_s,
            reopen=self._open_translator if engines.open_translator else None,
            watched=self.hub.watched,
        )
        self.monitor = Monitor(self.hub, self._dispatcher, self._ledger, self.voices)

    @classmethod
    async def create(
        cls, settings: Settings, voices: Sequence[Voice], engines: Engines, store: Store, *, wait_for_translator: bool
    ) -> Session:
        """A session with a record of its own in the store. Raises `StorageError`."""
        now = datetime.now(UTC)
        record = SessionRecord(
            id=session_id(now, random.Random()),
            started_epoch_ms=int(now.timestamp() * 1000),
            source=voices[0].spoken,
            languages=caption_languages([voice.spoken for voice in voices], settings.translation.to),
            input=", ".join(voice.source.name for voice in voices),
        )
        await store.begin(record)
        return cls(settings, voices, engines, store, record, wait_for_translator=wait_for_translator)

    def stop(self) -> None:
        """End the show in order: what was said so far becomes final, translated and delivered."""
        self._stop.set()

    @property
    def translator(self) -> Translator | None:
        """The one that is open now; the lines of the show come first."""
        return self._dispatcher.translator

    @property
    def has_time(self) -> bool:
        """Whether no line of the show waits for the translator, nor is likely to come at once."""
        return not self._dispatcher.behind and time.monotonic() - self._given_s >= SPARE_AFTER_S

    @property
    def said(self) -> Sequence[Citation]:
        """What was said last, the oldest first."""
        return tuple(self._said)

    def languages(self) -> Sequence[str]:
        """What viewers can read, the host's language first."""
        return self.hub.languages

    async def learn(self, said: str, source: str, written: str, target: str) -> None:
        """Keep ``written``, in language ``target``, as the approved translation of ``said``, which is in ``source``.

        Lines from now on that say the same are translated so. Raises `UsageError` for what is no line, or where there
        is no translation memory, and `StorageError` where it could not be kept beyond this show.
        """
        if self._engines.library is None:
            raise UsageError("this show has no translation memory", hint="set [translation] memory")
        await self._engines.library.learn(said, source, written, target)

    async def translate_into(self, to: Sequence[str]) -> None:
        """From now on, translate into ``to`` (canonical tags), the first ones first; viewers are told.

        Captions so far stay in the transcripts. Raises `UsageError` where a language cannot be had.
        """
        spoken = [voice.spoken for voice in self.voices]
        if self.hub.source != language.AUTO:
            spoken[0] = self.hub.source
        targets = translation_targets(spoken, to)
        if targets and self._engines.open_translator is None:
            raise UsageError("this show translates nothing", hint="start it with --to and one language at least")
        for target in targets:
            self._engines.check_target(target)
        self._dispatcher.set_targets(targets)
        languages = caption_languages(spoken, to)
        self._record = replace(self._record, languages=tuple(dict.fromkeys((*self._record.languages, *languages))))
        self.hub.announce(languages=languages)
        log.info("languages changed", languages=languages)
        with contextlib.suppress(StorageError):
            await self.store.begin(self._record)

    async def run(self) -> None:
        """The whole show; returns when every caption is final and delivered. Raises what the source raises.

        Cancelled, it waits for no translation: lines that lack one are delivered as they were said.
        """
        self.hub.set_state(State.WAITING, "loading the models")
        try:
            async with asyncio.TaskGroup() as tasks:
                translating = tasks.create_task(self._dispatcher.run(), name="translate")
                publishing = tasks.create_task(self._publish_all(), name="publish")
                saving = tasks.create_task(self._save_again(), name="save")
                watching = tasks.create_task(self.monitor.watch(), name="watch")
                looking = tasks.create_task(self._look_after_recognizer(), name="look after recogniser")
                try:
                    await self._listen()
                    await self._finish(translating, publishing)
                except Exception:
                    await self._finish(translating, publishing)
                    raise
                finally:
                    await self._take_down(translating, publishing)
                    saving.cancel()
                    watching.cancel()
                    looking.cancel()
        except BaseExceptionGroup as group:
            raise _first(group) from group
        finally:
            await self._close()

    async def _listen(self) -> None:
        """Hear all voices until the host is over. Raises what the host's source raises."""
        listeners = await self._engines.open_listeners()
        for voice, listener in zip(self.voices, listeners, strict=True):
            voice.listener = listener
        if self._wait_for_translator and self._engines.open_translator:
            await self._while_running(self._on_air.wait())
        self.hub.set_state(State.WAITING, "waiting for sound")
        failure: Exception | None = None
        async with asyncio.TaskGroup() as tasks:
            for guest in self.voices[1:]:
                tasks.create_task(self._follow_guest(guest), name=f"listen to {guest.label}")
            try:
                await self._follow(self._host)
            except Exception as exc:
                failure = exc
            self._stop.set()
        if failure:
            raise failure

    async def _follow(self, voice: Voice) -> None:
        assert voice.listener is not None
        heard = voice.listener.segments(self._heard(voice), busy=lambda: self._dispatcher.behind)
        async with contextlib.aclosing(heard) as segments:
            async for segment in segments:
                await self._outbox.send(voice.placed(segment))

    async def _follow_guest(self, voice: Voice) -> None:
        """A guest's failure ends nothing but the guest."""
        try:
            await self._follow(voice)
        except Exception as exc:
            message = exc.message if isinstance(exc, SidecarError) else type(exc).__name__
            log.error("voice lost", voice=voice.label, error=message)
            voice.failed = True
            voice.status = SourceStatus(state=SourceState.ENDED, message=message)

    async def _heard(self, voice: Voice) -> AsyncGenerator[AudioChunk]:
        """The chunks of a source until it ends or the session is stopped."""
        opened = voice.source.chunks(lambda status: self._on_status(voice, status))
        first = True
        async with contextlib.aclosing(opened) as chunks:
            while not self._stop.is_set():
                chunk = await self._while_running(anext(chunks, None))
                if chunk is None:
                    return
                if first:
                    first = False
                    voice.offset_ms = self._clock.offset_ms(chunk)
                if not self.started.is_set():
                    self._start_clock(chunk)
                yield chunk

    async def _while_running(self, wanted: Awaitable[T]) -> T | None:
        """What ``wanted`` gives, or None when the session is stopped first."""
        task = asyncio.ensure_future(wanted)
        stop = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait([task, stop], return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            stop.cancel()
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    def _start_clock(self, chunk: AudioChunk) -> None:
        """Position 0 of the audio clock is now, less what has been heard."""
        self.hub.announce(epoch_ms=int(time.time() * 1000) - to_ms(chunk.end))
        self.started.set()

    def _on_status(self, voice: Voice, status: SourceStatus) -> None:
        voice.status = status
        if voice is self._host:
            self._tell_state()
            self.monitor.host_changed()
        if status.state is SourceState.RECONNECTING and voice.listener:
            asyncio.get_running_loop().call_later(LAST_AUDIO_S, voice.listener.interrupt)

    def _tell_state(self) -> None:
        """The state of the show is that of the host's source, unless nothing of it can be recognised."""
        state, message = _STATES.get(self._host.status.state), self._host.status.message
        if state is State.LIVE and self._deaf_looks >= DEAF_LOOKS:
            state, message = State.RECONNECTING, "speech recognition is being started again"
        if state:
            self.hub.set_state(state, message)

    async def _look_after_recognizer(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            was_deaf = self._deaf_looks >= DEAF_LOOKS
            self._deaf_looks = 0 if self._host.hearing.recognizer.ready else self._deaf_looks + 1
            if was_deaf or self._deaf_looks >= DEAF_LOOKS:
                self._tell_state()

    async def _publish_all(self) -> None:
        """Number, store and announce, one by one, in the order of the outbox."""
        async for item in self._outbox:
            match item:
                case Segment():
                    await self._publish_source(item)
                case Translated():
                    await self._publish_translation(item)

    async def _publish_source(self, segment: Segment) -> None:
        is_host = segment.speaker == self._host.label
        if segment.text and is_host and self.hub.source == language.AUTO:
            await self._know_source(segment.language)
        items = self._board.source(segment)
        await self._announce(items)
        self.monitor.said(segment)
        if segment.final and any(isinstance(item, Caption) for item in items):
            self._dispatcher.give(segment)
            self._given_s = time.monotonic()
            self._said.append(
                Citation(start_ms=segment.start_ms, end_ms=segment.end_ms, text=segment.text, lang=segment.language)
            )
        elif self._settings.translation.partials:
            self._dispatcher.hint(segment)
        stage = Stage.FINAL if segment.final else Stage.PARTIAL
        self.metrics.lag(stage, segment.language, self._behind_ms(segment.end_ms))

    async def _publish_translation(self, result: Translated) -> None:
        if not result.segment.final:
            await self._announce(self._board.tentative(result.segment.number, result.lang, result.text))
            return
        items = self._board.translation(result.segment.number, result.lang, result.text, translated=result.translated)
        await self._announce(items)
        self.metrics.lag(Stage.TRANSLATION, result.lang, result.lag_ms)

    async def _announce(self, items: Sequence[Caption | Removal]) -> None:
        if any(item.seq is not None for item in items):
            await self._ledger.record(items)
        for item in items:
            self.hub.publish(caption_message(item) if isinstance(item, Caption) else remove_message(item))

    async def _know_source(self, spoken: str) -> None:
        """The host's language was found out: guests are translated into it."""
        if len(self.voices) > 1:
            self._dispatcher.set_targets((spoken, *self._dispatcher.targets))
        languages = tuple(dict.fromkeys((spoken, *self._record.languages)))
        self._record = replace(self._record, source=spoken, languages=languages)
        self.hub.announce(source=spoken, languages=(spoken, *self.hub.languages))
        with contextlib.suppress(StorageError):
            await self.store.begin(self._record)

    def _behind_ms(self, position_ms: int) -> int:
        return int(time.time() * 1000) - self.hub.epoch_ms - position_ms

    async def _recall(self, since: int, languages: Sequence[str]) -> list[Stored]:
        items = await self.store.captions(self.id, languages=languages, since=since)
        unsaved = [item for item in self._ledger.waiting if (item.seq or 0) > since and item.lang in languages]
        return [
            caption_message(item) if isinstance(item, Caption) else remove_message(item) for item in [*items, *unsaved]
        ]

    async def _open_translator(self) -> Translator:
        assert self._engines.open_translator is not None
        try:
            translator = await self._engines.open_translator()
        finally:
            self._on_air.set()  # even without it: captions in the host's language are better than none
        return translator

    async def _save_again(self) -> None:
        """Try from time to time to write what the store did not take."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            if self._ledger.unsaved:
                await self._ledger.flush()

    async def _finish(self, translating: asyncio.Task[None], publishing: asyncio.Task[None]) -> None:
        """Everything said gets its translations, unless a stage is broken or that takes too long."""
        drained = asyncio.create_task(self._drain(), name="drain")
        try:
            await asyncio.wait([drained, translating, publishing], timeout=DRAIN_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            drained.cancel()
            await asyncio.gather(drained, return_exceptions=True)

    async def _take_down(self, translating: asyncio.Task[None], publishing: asyncio.Task[None]) -> None:
        """What is said and not translated comes out as it is; what has come out gets its numbers."""
        translating.cancel()
        await asyncio.gather(translating, return_exceptions=True)
        settled = asyncio.create_task(self._outbox.settle(), name="settle")
        await asyncio.wait([settled, publishing], return_when=asyncio.FIRST_COMPLETED)
        settled.cancel()
        await asyncio.gather(settled, return_exceptions=True)
        await self._dispatcher.aclose()
        self._outbox.close()
        await asyncio.gather(publishing, return_exceptions=True)

    async def _drain(self) -> None:
        """Until every segment is published, translated, and its translations published."""
        await self._outbox.settle()
        await self._dispatcher.drain()
        await self._outbox.settle()

    async def _close(self) -> None:
        for voice in self.voices:
            if voice.listener:
                voice.listener.close()
        self.hub.set_state(State.ENDED, "the show is over")
        self.hub.end()
        await self.hub.flush(FLUSH_S)
        await self._ledger.flush()
        with contextlib.suppress(StorageError):
            spoken = self.hub.source if self.hub.source != language.AUTO else None
            await self.store.finish(self.id, ended_epoch_ms=int(time.time() * 1000), source=spoken)

    @property
    def unsaved(self) -> int:
        """Final captions that the store never took."""
        return self._ledger.unsaved


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first leaf of an exception group."""
    first = group.exceptions[0]
    return _first(cast("BaseExceptionGroup[BaseException]", first)) if isinstance(first, BaseExceptionGroup) else first
