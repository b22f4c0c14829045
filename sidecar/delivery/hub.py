"""From one session to all its viewers. Everything here runs on one event loop; publishing never waits for a viewer.

Each message is encoded once and shared by all viewers of its language. A viewer has a bounded mailbox; one that falls
behind further than that loses what waits and resumes from the store, where every final is kept before it is published.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import assert_never

import structlog

from sidecar import language
from sidecar.delivery.mailbox import Kind, Mailbox, Name, Parcel
from sidecar.delivery.screen import Screen
from sidecar.delivery.wire import (
    Answer,
    CaptionMessage,
    CloseCode,
    End,
    ErrorMessage,
    Hello,
    QuestionMessage,
    Remove,
    ServerMessage,
    State,
    StatusMessage,
)
from sidecar.errors import SidecarError, UsageError

Stored = CaptionMessage | Remove
Published = Stored | StatusMessage | End | Hello | ErrorMessage
Recall = Callable[[int, Sequence[str]], Awaitable[Sequence[Stored]]]
"""Stored messages of some languages with a later sequence number, in rising order."""
Tap = Callable[[ServerMessage], None]

SOURCE = "source"
"""A viewer's name for whatever the host speaks."""
HOPELESS = 4
"""Mailboxes full of finals that a viewer may miss without reading anything before it is cut off."""
WITHDRAWN = 20
"""Answers taken back that somebody who was away is told of."""
RECALLS_AT_ONCE = 4
"""Viewers that may read the store at the same time."""

log = structlog.get_logger()


class FullError(Exception):
    """There are as many viewers as allowed."""


@dataclass(slots=True, kw_only=True)
class Counts:
    """What a hub has done so far."""

    published: int = 0  # messages of the session
    sent: int = 0  # messages handed to viewers
    partials_dropped: int = 0  # partials that gave way to something newer before they were sent
    messages_skipped: int = 0  # finals a slow viewer did not get from its mailbox; it resumed from the store
    viewers_cut: int = 0  # viewers disconnected for being too slow
    viewers_refused: int = 0  # viewers turned away because the hub was full


class Hub:
    """Viewers and what they see. ``recall`` reads the store; ``now`` is a steady clock in seconds.

    `publish` wants every stored message after it was stored, in rising ``seq``.
    """

    def __init__(
        self,
        *,
        session: str,
        source: str,
        languages: Sequence[str],
        epoch_ms: int,
        recall: Recall,
        mailbox: int,
        max_viewers: int,
        speakers: Sequence[str] = (),
        seq: int = 0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.session = session
        self.source = source
        self.languages = tuple(dict.fromkeys(languages))
        self.epoch_ms = epoch_ms
        self.speakers = tuple(speakers)
        self.seq = seq
        self.state = State.WAITING
        self.message = ""
        self.ended = False
        self.totals = Counts()
        self._recall = recall
        self._recalls = asyncio.Semaphore(RECALLS_AT_ONCE)
        self.mailbox_size = mailbox
        self._max_viewers = max_viewers
        self._now = now
        self._screens: dict[str, Screen] = {}
        self._taps: list[Tap] = []
        self._viewers: dict[Viewer, None] = {}
        self._audience: dict[str, dict[Viewer, None]] = {}
        self._askers: dict[str, dict[Viewer, None]] = {}
        self._withdrawn: deque[Answer] = deque(maxlen=WITHDRAWN)
        language.normalise("en")  # reads its tables: now, not when a viewer asks

    def publish(self, message: Published) -> None:
        """Send ``message`` to whom it concerns. Raises ValueError for a ``seq`` that does not rise."""
        match message:
            case CaptionMessage() | Remove():
                self._publish_caption(message)
            case StatusMessage(state=state, message=text):
                self.set_state(state, text)
            case End():
                self.end()
            case Hello() | ErrorMessage():
                self._broadcast(message)
            case _:
                assert_never(message)

    def show_answer(self, answer_in: Callable[[str], Answer]) -> None:
        """Show everyone an answer: ``answer_in`` gives it for readers of a language. Whoever reads none sees none."""
        made: dict[str, Answer] = {}
        if answer_in(self.source).retracted:
            self._withdrawn.append(answer_in(self.source))
        for viewer in self._viewers:
            if viewer.languages:
                lang = viewer.languages[0]
                made[lang] = made.get(lang) or answer_in(lang)
                viewer.offer(_notice(made[lang]))
        for tap in self._taps:
            tap(answer_in(self.source))

    def tell_asker(self, asker: str, message: QuestionMessage) -> bool:
        """Tell one viewer what became of a question; False if the viewer is not here."""
        viewers = self._askers.get(asker, ())
        for viewer in viewers:
            viewer.offer(_notice(message))
        return bool(viewers)

    def set_state(self, state: State, message: str) -> None:
        """Tell everyone, now and later, what the show is doing. The same state and words again say nothing."""
        if (state, message) != (self.state, self.message):
            self.state, self.message = state, message
            self._broadcast(StatusMessage(state=state, message=message))

    def announce(
        self, *, source: str | None = None, languages: Sequence[str] | None = None, epoch_ms: int | None = None
    ) -> None:
        """Correct what was said at the start (the host's language is known, audio began): everyone gets a new hello."""
        self.source = self.source if source is None else source
        self.languages = self.languages if languages is None else tuple(dict.fromkeys(languages))
        self.epoch_ms = self.epoch_ms if epoch_ms is None else epoch_ms
        self._broadcast(self.hello())
        for viewer in list(self._viewers):
            viewer.resolve_again()

    def hello(self) -> Hello:
        return Hello(
            session=self.session,
            source=self.source,
            languages=self.languages,
            seq=self.seq,
            epoch_ms=self.epoch_ms,
            speakers=self.speakers or None,
        )

    def end(self) -> None:
        """The show is over: each viewer gets what waits for it, then ``end``, then nothing."""
        if self.ended:
            return
        self.ended = True
        for viewer in self._viewers:
            viewer.wake()
        for tap in self._taps:
            tap(End())

    async def flush(self, timeout_s: float) -> bool:
        """Wait until nothing waits for any viewer (after `end`: until all have gone); False if that takes too long."""
        try:
            async with asyncio.timeout(timeout_s):
                for viewer in list(self._viewers):
                    await (viewer.gone if self.ended else viewer.idle).wait()
        except TimeoutError:
            return False
        return True

    def tap(self, callback: Tap) -> Callable[[], None]:
        """Call ``callback`` with `hello` now and then with every message published; returns what stops it."""
        callback(self.hello())
        self._taps.append(callback)
        return lambda: self._taps.remove(callback)

    def viewers(self) -> dict[str, int]:
        """Viewers of each language; one who reads two counts in both."""
        return {lang: len(self._audience.get(lang, ())) for lang in self.languages}

    def watched(self) -> frozenset[str]:
        """The languages that somebody reads."""
        return frozenset(lang for lang, readers in self._audience.items() if readers)

    def counts(self) -> Counts:
        """What was done so far, for viewers that have gone and those still here."""
        waiting = sum(viewer.partials_dropped for viewer in self._viewers)
        return replace(self.totals, partials_dropped=self.totals.partials_dropped + waiting)

    @property
    def viewer_count(self) -> int:
        return len(self._viewers)

    @asynccontextmanager
    async def attach(
        self, lang: str, second: str | None = None, since: int | None = None
    ) -> AsyncGenerator[Viewer, None]:
        """A viewer of ``lang`` and ``second``, who has seen everything up to ``since`` or looks up just now.

        A ``since`` that this session has not reached counts as none. Raises `FullError`.
        """
        if len(self._viewers) >= self._max_viewers:
            self.totals.viewers_refused += 1
            raise FullError
        viewer = Viewer(self, Mailbox(self.mailbox_size))
        self._viewers[viewer] = None
        try:
            viewer.start(lang, second, since if since is not None and since <= self.seq else None)
            yield viewer
        finally:
            del self._viewers[viewer]
            self.enrol(viewer, (), was=viewer.languages)
            self.know_asker(viewer, None)
            viewer.leave()

    # What a viewer needs of its hub.

    def enrol(self, viewer: Viewer, languages: Sequence[str], *, was: Sequence[str]) -> None:
        """``viewer`` reads ``languages`` from now on, and no longer ``was``."""
        for lang in was:
            self._audience.get(lang, {}).pop(viewer, None)
        for lang in languages:
            self._audience.setdefault(lang, {})[viewer] = None

    def know_asker(self, viewer: Viewer, asker: str | None) -> None:
        """``viewer`` asked questions as ``asker``; None: as nobody."""
        if viewer.asker:
            here = self._askers[viewer.asker]
            del here[viewer]
            if not here:
                del self._askers[viewer.asker]
        viewer.asker = asker
        if asker:
            self._askers.setdefault(asker, {})[viewer] = None

    def resolve(self, lang: str) -> str | None:
        """The language that a viewer means: a tag of ours, ``""`` for none (yet), None where we do not have it."""
        if lang == SOURCE:
            return self.source if self.source in self.languages else ""
        if not lang or lang in self.languages:
            return lang
        try:
            tag = language.normalise(lang)
        except UsageError:
            return None
        return tag if tag in self.languages else None

    def young_finals(self, languages: Sequence[str]) -> list[Parcel]:
        now_s = self._now()
        finals = [parcel for lang in languages if lang in self._screens for parcel in self._screens[lang].finals(now_s)]
        return sorted(finals, key=lambda parcel: parcel.seq or 0)

    def open_partials(self, languages: Sequence[str]) -> list[Parcel]:
        return [parcel for lang in languages if lang in self._screens for parcel in self._screens[lang].partials()]

    def is_open(self, name: Name) -> bool:
        screen = self._screens.get(name[1])
        return screen is not None and screen.is_open(name)

    def welcome(self, *, again: bool) -> list[Parcel]:
        """What a newcomer hears first; one who was here before, which answers do not hold any more."""
        status = StatusMessage(state=self.state, message=self.message)
        withdrawn = self._withdrawn if again else ()
        return [_notice(self.hello()), _notice(status), *map(_notice, withdrawn)]

    async def stored(self, since: int, languages: Sequence[str]) -> list[Stored]:
        """Stored messages after ``since``, as far as they have been published by now. Raises `SidecarError`."""
        if not languages:
            return []
        async with self._recalls:
            messages = await self._recall(since, languages)
        return [message for message in messages if message.seq is not None and since < message.seq <= self.seq]

    def _publish_caption(self, message: Stored) -> None:
        if self.ended:
            log.warning("published after the end", seq=message.seq)
            return
        if message.seq is not None:
            if message.seq <= self.seq:
                raise ValueError(f"sequence number {message.seq} after {self.seq}")
            self.seq = message.seq
        parcel = _caption(message)
        screen = self._screens.setdefault(message.lang, Screen())
        screen.show(parcel, self._now(), removed=isinstance(message, Remove))
        self.totals.published += 1
        for viewer in self._audience.get(message.lang, ()):
            viewer.offer(parcel)
        for tap in self._taps:
            tap(message)

    def _broadcast(self, message: Hello | StatusMessage | ErrorMessage) -> None:
        parcel = _notice(message)
        self.totals.published += 1
        for viewer in self._viewers:
            viewer.offer(parcel)
        for tap in self._taps:
            tap(message)


class Viewer:
    """One viewer: iterate to get the texts to send; iteration ends after ``end``.

    Made by `Hub.attach`. Within each language read without interruption, finals and removals come in rising ``seq``,
    none missing, none twice.
    """

    def __init__(self, hub: Hub, mailbox: Mailbox) -> None:
        self.languages: tuple[str, ...] = ()
        self.asker: str | None = None
        """Digest of the key that it asks questions with."""
        self.cut: asyncio.Future[CloseCode] = asyncio.get_running_loop().create_future()
        """Done when the viewer has to be disconnected, with the code to close with."""
        self.idle = asyncio.Event()
        self.gone = asyncio.Event()
        self._hub = hub
        self._mailbox = mailbox
        self._wanted: tuple[str, str | None] = ("", None)
        self._urgent: deque[Parcel] = deque()  # to be sent first, whatever the position
        self._backlog: deque[Stored] = deque()  # recalled, in rising seq
        self._position = 0  # everything stored up to here was sent, or is not wanted
        self._behind = False  # the mailbox lacks something: the store has to be asked from the position
        self._recalling = False
        self._generation = 0  # counts changes of language: a recall begun before one is of no use
        self._missed = 0
        self._on_screen: set[Name] = set()  # partials sent and not yet finished
        self._end_sent = False
        self._wake = asyncio.Event()

    def start(self, lang: str, second: str | None, since: int | None) -> None:
        """Called once by the hub."""
        self._urgent.extend(self._hub.welcome(again=since is not None))
        self._behind = since is not None
        self._position = self._hub.seq if since is None else since
        self._wanted = (lang, second)
        languages, unknown = self._resolved(lang, second)
        self._read(languages)
        if unknown:
            self.tell(_unknown(unknown, self._hub.languages))
        if since is None:
            self._show_screen(self.languages)

    def subscribe(self, lang: str, second: str | None = None) -> None:
        """Read ``lang`` and ``second`` from now on, beginning with their current screen.

        A language that is unknown gets an error that names those there are, and nothing changes.
        """
        languages, unknown = self._resolved(lang, second)
        if unknown:
            self.tell(_unknown(unknown, self._hub.languages))
            return
        self._wanted = (lang, second)
        self._switch(languages)

    def ask_as(self, asker: str | None) -> None:
        """From now on it is told what becomes of the questions of ``asker``."""
        self._hub.know_asker(self, asker)

    def resolve_again(self) -> None:
        """The hub's languages changed: "source" may mean something else now."""
        languages, _ = self._resolved(*self._wanted)
        self._switch(languages)

    def tell(self, error: ErrorMessage) -> None:
        """Answer something unusable."""
        self.offer(_notice(error))

    def offer(self, parcel: Parcel) -> None:
        """Called by the hub with each message for this viewer; never waits."""
        if self._behind and parcel.kind is not Kind.NOTICE:
            self._miss(1 if parcel.kind is Kind.LASTING else 0)
            return
        if not self._mailbox.put(parcel):
            self._fall_behind()
            self._miss(1)
        self.wake()

    @property
    def partials_dropped(self) -> int:
        return self._mailbox.replaced

    def wake(self) -> None:
        self.idle.clear()
        self._wake.set()

    def leave(self) -> None:
        """Called once by the hub."""
        self._hub.totals.partials_dropped += self.partials_dropped
        self.cut.cancel()
        self.idle.set()
        self.gone.set()

    def __aiter__(self) -> Viewer:
        return self

    async def __anext__(self) -> str:
        """The next text to send."""
        while True:
            text = self._take()
            if text is not None:
                self._hub.totals.sent += 1
                return text
            if self._behind:
                await self._catch_up()
            elif self._hub.ended:
                if self._end_sent:
                    raise StopAsyncIteration
                self._end_sent = True
                return End().encode()
            else:
                self.idle.set()
                self._wake.clear()
                await self._wake.wait()

    def _take(self) -> str | None:
        if self._urgent:
            return self._noted(self._urgent.popleft())
        if self._backlog:
            return self._noted(_caption(self._backlog.popleft()))
        while (parcel := self._mailbox.take()) is not None:
            if parcel.seq is None or parcel.seq > self._position:
                return self._noted(parcel)
        return None

    def _noted(self, parcel: Parcel) -> str:
        """The text of ``parcel``, which is as good as sent."""
        self._position = max(self._position, parcel.seq or 0)
        match parcel.kind:
            case Kind.TENTATIVE:
                self._on_screen.add(parcel.name)
            case Kind.LASTING:
                self._on_screen.discard(parcel.name)
            case Kind.NOTICE:
                pass
        return parcel.text

    def _fall_behind(self) -> None:
        self._behind = True
        self._miss(self._mailbox.drop_captions())

    def _miss(self, lasting: int) -> None:
        self._missed += lasting
        self._hub.totals.messages_skipped += lasting
        if self._missed > HOPELESS * self._hub.mailbox_size and not self.cut.done():
            self._hub.totals.viewers_cut += 1
            self.cut.set_result(CloseCode.TOO_SLOW)

    async def _catch_up(self) -> None:
        """Ask the store for what is missing; what is published meanwhile waits in the mailbox behind it."""
        self._behind = False
        self._missed = 0
        generation = self._generation
        for parcel in self._hub.open_partials(self.languages):
            self._mailbox.put(parcel)
        stored = await self._recalled()
        if generation == self._generation:
            self._backlog.extend(stored)
            if not self._behind:
                self._clear_ghosts()

    async def _recalled(self) -> list[Stored]:
        self._recalling = True
        try:
            return await self._hub.stored(self._position, self.languages)
        except SidecarError as exc:
            log.warning("a viewer could not resume", code=exc.code)
            self.tell(ErrorMessage(code="history_unavailable", message="earlier captions cannot be read now"))
            return []
        except asyncio.CancelledError:
            self._fall_behind()
            raise
        finally:
            self._recalling = False

    def _clear_ghosts(self) -> None:
        """Take partials off the viewer's screen whose end was missed."""
        coming = {(message.id, message.lang) for message in self._backlog} | self._mailbox.names()
        for name in self._on_screen - coming:
            if not self._hub.is_open(name):
                self._urgent.append(_caption(Remove(id=name[0], lang=name[1])))

    def _resolved(self, lang: str, second: str | None) -> tuple[tuple[str, ...], list[str]]:
        """The languages to read, and what was asked for that there is not."""
        asked = [lang] if second is None else [lang, second]
        tags = [self._hub.resolve(each) for each in asked]
        unknown = [each for each, tag in zip(asked, tags, strict=True) if tag is None]
        return tuple(dict.fromkeys(tag for tag in tags if tag)), unknown

    def _read(self, languages: tuple[str, ...]) -> None:
        self._hub.enrol(self, languages, was=self.languages)
        self.languages = languages

    def _switch(self, languages: tuple[str, ...]) -> None:
        kept = [lang for lang in languages if lang in self.languages]
        added = [lang for lang in languages if lang not in self.languages]
        if not added and len(kept) == len(self.languages):
            return
        self._generation += 1
        self._read(languages)
        self._on_screen = {name for name in self._on_screen if name[1] in kept}
        self._urgent = deque(parcel for parcel in self._urgent if parcel.kind is Kind.NOTICE or parcel.lang in kept)
        resuming = self._behind or self._recalling or bool(self._backlog)
        self._backlog.clear()
        self._mailbox.drop_captions(keep=() if resuming else kept)
        self._behind = resuming and bool(kept)
        if not kept:
            self._position = self._hub.seq
        self._show_screen(added)

    def _show_screen(self, languages: Sequence[str]) -> None:
        """Send the current screen of ``languages``; in order of ``seq`` with what waits of the other ones."""
        waiting = self._mailbox.take_lasting()
        for parcel in self._hub.young_finals(languages):
            if (parcel.seq or 0) <= self._position:
                self._urgent.append(parcel)
            else:
                waiting.append(parcel)
        for parcel in sorted(waiting, key=lambda parcel: parcel.seq or 0):
            self.offer(parcel)
        for parcel in self._hub.open_partials(languages):
            self.offer(parcel)
        self.wake()


def _notice(message: Hello | StatusMessage | ErrorMessage | Answer | QuestionMessage) -> Parcel:
    match message:
        case ErrorMessage():
            topic = f"error {message.code}"
        case Answer() | QuestionMessage():
            topic = f"{message.type} {message.id}"
        case _:
            topic = message.type
    return Parcel(text=message.encode(), kind=Kind.NOTICE, topic=topic)


def _caption(message: Stored) -> Parcel:
    tentative = isinstance(message, CaptionMessage) and not message.final
    return Parcel(
        text=message.encode(),
        kind=Kind.TENTATIVE if tentative else Kind.LASTING,
        name=(message.id, message.lang),
        seq=message.seq,
    )


def _unknown(asked: Sequence[str], languages: Sequence[str]) -> ErrorMessage:
    missing = ", ".join(repr(lang[:35]) for lang in asked)
    there_are = ", ".join(languages) or "none yet"
    return ErrorMessage(code="unknown_language", message=f"no captions in {missing}; there are: {there_are}")
