"""A show to look at: the real app and hub on a thread of their own, with captions said by the test."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from question_desk import QuestionDesk

from sidecar.assistant.question import Fate
from sidecar.captions.caption import Caption
from sidecar.config import ServerSettings
from sidecar.delivery.hub import Hub
from sidecar.delivery.server import create_app, listen, serve
from sidecar.delivery.wire import Answer, CaptionMessage, Remove, State, caption_message
from sidecar.errors import UsageError
from sidecar.metrics import Metrics
from sidecar.speech.pressure import Effort
from sidecar.status import DropReport, LanguageReport, RecognizerReport, SourceReport, StatusReport, VoiceReport

T = TypeVar("T")
LANGUAGES = ("zh", "en", "es", "ar", "th", "de", "ja")


class Show:
    """One session. Everything here may be called from the test's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, hub: Hub) -> None:
        self._loop = loop
        self._hub = hub
        self._stored: list[CaptionMessage | Remove] = []
        self._kept: dict[tuple[int, str], Caption] = {}
        self._revisions: dict[tuple[int, str], int] = {}
        self.desk = QuestionDesk(hub)
        self.url = ""
        self.warnings: list[str] = []

    def partial(self, number: int, text: str, *, lang: str = "en", stable: int | None = None, **more: object) -> None:
        """Say something that may change yet."""
        self._publish(self._caption(number, text, lang, final=False, stable=stable, **more))

    def final(self, number: int, text: str, *, lang: str = "en", **more: object) -> None:
        """Say something for good."""
        self._publish(self._caption(number, text, lang, final=True, **more))

    def finals(self, numbers: Sequence[int], lang: str = "en") -> None:
        """Say `caption N` for each number, at once."""

        def burst() -> None:
            for number in numbers:
                self._put(self._caption(number, f"caption {number}", lang, final=True))

        self._call(burst)

    def remove(self, number: int, lang: str = "en") -> None:
        self._publish(Remove(seq=self._hub.seq + 1, id=number * 100, lang=lang))

    def state(self, state: State, message: str = "") -> None:
        self._call(lambda: self._hub.set_state(state, message))

    def end(self) -> None:
        self._call(self._hub.end)

    def answer(self, id: str, lang: str, text: str, asked: str | None = None) -> None:
        """Answer a question for everyone, in one language whatever they read."""
        self._call(lambda: self._hub.show_answer(lambda _: Answer(id=id, lang=lang, text=text, asked=asked)))

    def retract(self, id: str) -> None:
        self._call(lambda: self._hub.show_answer(lambda lang: Answer(id=id, lang=lang, text="", retracted=True)))

    def tell(self, id: str, state: Fate, answer: str | None = None, lang: str | None = None) -> None:
        """Something becomes of a question that a viewer asked."""
        self._call(lambda: self.desk.settle(id, state, answer, lang))

    def viewers(self) -> dict[str, int]:
        return self._call(self._hub.viewers)

    async def translate_into(self, to: Sequence[str]) -> None:
        if "tlh" in to:
            raise UsageError("nobody translates into Klingon", hint="take another language")
        self._hub.announce(languages=(self._hub.source, *to))

    async def recall(self, since: int, languages: Sequence[str]) -> Sequence[CaptionMessage | Remove]:
        return [m for m in self._stored if (m.seq or 0) > since and m.lang in languages]

    async def languages(self, session: str) -> Sequence[str] | None:
        return self._hub.languages if session == self._hub.session else None

    async def finals_of(self, lang: str) -> Sequence[Caption]:
        found = (caption for caption in self._kept.values() if caption.lang == lang)
        return sorted(found, key=lambda caption: caption.id)

    def report(self) -> StatusReport:
        viewers = self._hub.viewers()
        languages = [
            LanguageReport(
                lang=lang,
                viewers=viewers[lang],
                captions=12,
                untranslated=0,
                waiting=1,
                lag_ms=None if lang == "zh" else 840,
            )
            for lang in self._hub.languages
        ]
        return StatusReport(
            session=self._hub.session,
            state=self._hub.state,
            message=self._hub.message,
            uptime_s=3725,
            audio_ms=3_720_000,
            source=SourceReport(name="USB microphone", state="live", message="", level_dbfs=-23.5, speech=True),
            recognizer=RecognizerReport(ready=True, restarts=0, failures=0, effort=Effort.FULL),
            voices=[
                VoiceReport(
                    label=label,
                    language="zh",
                    source=SourceReport(name="push", state="live", message="", level_dbfs=-30.0, speech=False),
                    recognition_lag_ms=600,
                    final_lag_ms=None,
                    skipped_ms=0,
                )
                for label in self._hub.speakers
            ],
            language="zh",
            words_per_minute=236,
            recognition_lag_ms=620,
            final_lag_ms=1340,
            languages=languages,
            targets=[each.lang for each in languages[1:]],
            viewers=self._hub.viewer_count,
            drops=DropReport(audio_ms=0, partials=4, viewer_messages=0, viewers=0),
            unsaved=0,
            cpu_percent=88.0,
            memory_mb=912,
            warnings=self.warnings,
        )

    def _caption(self, number: int, text: str, lang: str, *, final: bool, **more: object) -> Caption:
        name = (number * 100, lang)
        self._revisions[name] = self._revisions.get(name, 0) + 1
        fields: dict[str, object] = {
            "lines": (text,),
            "start_ms": number * 1000,
            "end_ms": number * 1000 + 900,
            "source_lang": "zh",
            **more,
        }
        return Caption(id=name[0], revision=self._revisions[name], final=final, lang=lang, text=text, **fields)  # type: ignore[arg-type]

    def _publish(self, item: Caption | Remove) -> None:
        self._call(lambda: self._put(item))

    def _put(self, item: Caption | Remove) -> None:
        if isinstance(item, Remove):
            message: CaptionMessage | Remove = item
            self._kept.pop((item.id, item.lang), None)
        else:
            message = caption_message(item).model_copy(update={"seq": self._hub.seq + 1 if item.final else None})
            if item.final:
                self._kept[item.id, item.lang] = item
        if message.seq is not None:
            self._stored.append(message)
        self._hub.publish(message)

    def _call(self, action: Callable[[], T]) -> T:
        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=10)


class Shelf:
    """The transcripts of a show."""

    def __init__(self, show: Show) -> None:
        self._show = show

    async def languages(self, session: str) -> Sequence[str] | None:
        return await self._show.languages(session)

    async def finals(self, session: str, lang: str) -> Sequence[Caption]:
        return await self._show.finals_of(lang)


@contextmanager
def running_show(*, session: str = "show-1", port: int = 0, speakers: Sequence[str] = ()) -> Iterator[Show]:
    """A show on a free port, or on ``port``, that has just gone live; of ``speakers``, where there are several."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="show")
    thread.start()
    opened: list[Show] = []

    async def recall(since: int, languages: Sequence[str]) -> Sequence[CaptionMessage | Remove]:
        return await opened[0].recall(since, languages)

    async def live(ready: threading.Event, over: asyncio.Event) -> None:
        hub = Hub(
            session=session,
            source="zh",
            languages=LANGUAGES,
            epoch_ms=int(time.time() * 1000),
            recall=recall,
            mailbox=256,
            max_viewers=50,
            speakers=speakers,
        )
        show = Show(loop, hub)
        opened.append(show)
        settings = ServerSettings(port=port)
        app = create_app(
            hub=hub,
            report=show.report,
            transcripts=Shelf(show),
            ingest={},
            metrics=Metrics(),
            settings=settings,
            translate_into=show.translate_into,
        )
        app.router.routes[:0] = show.desk.router.routes
        async with serve(app, settings, listen(settings)) as server:
            show.url = server.url
            hub.set_state(State.LIVE, "")
            ready.set()
            await over.wait()

    ready, over = threading.Event(), asyncio.Event()
    running = asyncio.run_coroutine_threadsafe(live(ready, over), loop)
    try:
        while not ready.wait(0.05):
            if running.done():
                running.result()
        yield opened[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        running.result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
