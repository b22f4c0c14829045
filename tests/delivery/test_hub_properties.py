"""Whatever happens in whatever order, each viewer gets each final of its languages exactly once, in order."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from delivery_show import LANGUAGES, Show, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.delivery.hub import Viewer
from sidecar.delivery.wire import CaptionMessage, Hello, Remove

CLIENTS = 2
langs = st.sampled_from(LANGUAGES)
seconds = st.one_of(st.none(), langs)
clients = st.integers(0, CLIENTS - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("finals"), st.lists(langs, min_size=1, max_size=6)),
        st.tuples(st.just("finals"), st.lists(langs, min_size=1, max_size=6)),
        st.tuples(st.just("store"), langs),
        st.tuples(st.just("remove"), langs, st.integers(1, 20)),
        st.tuples(st.just("partial"), langs, st.integers(1, 40), st.integers(1, 5)),
        st.tuples(st.just("read"), clients, st.integers(1, 9)),
        st.tuples(st.just("read"), clients, st.integers(1, 9)),
        st.tuples(st.just("connect"), clients),
        st.tuples(st.just("connect"), clients),
        st.tuples(st.just("disconnect"), clients),
        st.tuples(st.just("subscribe"), clients, st.one_of(langs, st.just("")), seconds),
        st.tuples(st.just("breathe"), st.integers(1, 5)),
        st.tuples(st.just("shut store")),
        st.tuples(st.just("open store")),
        st.tuples(st.just("open store")),
    ),
    min_size=40,
    max_size=120,
)


@dataclass
class Run:
    """A language as long as a client reads it without interruption: ``got`` after looking up at ``start``."""

    lang: str
    start: int
    got: list[int] = field(default_factory=list)


class Client:
    """Reads as fast as it is allowed to; comes back with the newest number it has seen, as the widget does."""

    def __init__(self, show: Show, lang: str, second: str | None) -> None:
        self.show = show
        self.wanted: tuple[str, str | None] = (lang, second)
        self.runs: dict[str, Run] = {}
        self.finished: list[Run] = []
        self.seq: int | None = None
        self.shown: dict[tuple[int, str], int | None] = {}
        self.viewer: Viewer | None = None
        self._attached: AbstractAsyncContextManager[Viewer] | None = None
        self._task: asyncio.Task[None] | None = None
        self._permits = asyncio.Semaphore(0)

    async def connect(self) -> None:
        if self._attached is not None:
            return
        if self.seq is None:  # not even hello was read
            self.runs.clear()
            self._begin_runs(self.show.hub.seq)
        self._permits = asyncio.Semaphore(0)
        self._attached = self.show.hub.attach(*self.wanted, since=self.seq)
        self.viewer = await self._attached.__aenter__()
        self._task = asyncio.create_task(self._read(self.viewer))

    async def disconnect(self) -> None:
        if self._attached is None or self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._attached.__aexit__(None, None, None)
        self._attached = self._task = self.viewer = None
        self.shown = {name: seq for name, seq in self.shown.items() if seq is not None}

    def subscribe(self, lang: str, second: str | None) -> None:
        if self.viewer is None:
            return
        self.wanted = (lang, second)
        self.viewer.subscribe(lang, second)
        self._begin_runs(self.show.hub.seq)
        self.shown = {name: seq for name, seq in self.shown.items() if name[1] in self.wanted}

    def allow(self, count: int) -> None:
        for _ in range(count):
            self._permits.release()

    async def finish(self) -> None:
        """Read to the end, coming back when cut off."""
        await self.connect()
        while True:
            assert self._task is not None
            assert self.viewer is not None
            self.allow(10_000)
            await asyncio.wait((self._task, self.viewer.cut), return_when=asyncio.FIRST_COMPLETED)
            if self._task.done() and self.viewer.cut.done() is False:
                await self._task
                break
            await self.disconnect()
            await self.connect()

    def _begin_runs(self, start: int) -> None:
        wanted = {lang for lang in self.wanted if lang}
        for lang in set(self.runs) - wanted:
            self.finished.append(self.runs.pop(lang))
        for lang in wanted - set(self.runs):
            self.runs[lang] = Run(lang, start)

    async def _read(self, viewer: Viewer) -> None:
        while True:
            await self._permits.acquire()
            try:
                text = await anext(viewer)
            except StopAsyncIteration:
                return
            self._take(text)

    def _take(self, text: str) -> None:
        message = parse(text)
        if isinstance(message, Hello) and self.seq is None:
            self.seq = message.seq
        if not isinstance(message, CaptionMessage | Remove):
            return
        assert message.lang in self.runs, "a language that nobody asked for"
        if message.seq is not None:
            self.runs[message.lang].got.append(message.seq)
            self.seq = max(self.seq or 0, message.seq)
        if isinstance(message, CaptionMessage):
            self.shown[message.id, message.lang] = message.seq
        else:
            self.shown.pop((message.id, message.lang), None)


def check(run: Run, numbers: list[int], *, complete: bool) -> None:
    assert run.got == sorted(set(run.got)), "out of order or twice"
    later = [seq for seq in run.got if seq > run.start]
    expected = [seq for seq in numbers if seq > run.start]
    assert later == (expected if complete else expected[: len(later)]), "a gap"
    assert set(run.got) <= set(numbers)


@settings(max_examples=150, deadline=None)
@given(steps, st.integers(1, 4), st.lists(st.tuples(langs, seconds), min_size=CLIENTS, max_size=CLIENTS))
def test_every_viewer_gets_each_final_of_its_languages_once_and_in_order(todo, mailbox, wanted):
    asyncio.run(play(todo, mailbox, wanted))


async def play(todo: list[tuple], mailbox: int, wanted: list[tuple[str, str | None]]) -> None:
    show = Show(mailbox=mailbox)
    audience = [Client(show, lang, second) for lang, second in wanted]
    store = asyncio.Event()
    store.set()
    show.delay.append(store)
    for step in todo:
        await perform(show, audience, store, step)
    store.set()
    show.release()
    await asyncio.gather(*(client.connect() for client in audience))
    show.hub.end()
    await asyncio.gather(*(client.finish() for client in audience))
    for client in audience:
        for run in client.finished + list(client.runs.values()):
            numbers = [item.seq or 0 for item in show.kept if item.lang == run.lang]
            check(run, numbers, complete=run.lang in client.runs and client.runs[run.lang] is run)
        await client.disconnect()
    assert show.hub.viewer_count == 0


async def perform(show: Show, audience: list[Client], store: asyncio.Event, step: tuple) -> None:
    match step:
        case "finals", spoken:
            for lang in spoken:
                show.final(lang)
        case "store", lang:
            show.store(lang)
        case "remove", lang, id_:
            show.store(lang, removes=id_)
            show.release()
        case "partial", lang, id_, revision:
            show.partial(lang, 100 + id_, revision)
        case "read", number, count:
            audience[number].allow(count)
            await asyncio.sleep(0)
        case "connect", number:
            await audience[number].connect()
        case "disconnect", number:
            await audience[number].disconnect()
        case "subscribe", number, lang, second:
            audience[number].subscribe(lang, second)
        case "breathe", count:
            for _ in range(count):
                await asyncio.sleep(0)
        case ("shut store",):
            store.clear()
        case ("open store",):
            store.set()
        case _:
            raise AssertionError(step)
