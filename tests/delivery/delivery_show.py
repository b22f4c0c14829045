"""A show for the tests of delivery: numbered captions, a store that is a list, and a hub between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, Sequence

from websockets.asyncio.client import ClientConnection

from sidecar.captions.caption import Caption, Removal
from sidecar.delivery.hub import Hub
from sidecar.delivery.wire import (
    SERVER_MESSAGE,
    CaptionMessage,
    Remove,
    ServerMessage,
    State,
    StatusMessage,
    caption_message,
    remove_message,
)
from sidecar.errors import UsageError
from sidecar.speech.pressure import Effort
from sidecar.status import DropReport, LanguageReport, RecognizerReport, SourceReport, StatusReport

LANGUAGES = ("zh", "en", "es")
SESSION = "show-1"


def caption(id_: int, lang: str, *, seq: int | None = None, revision: int = 1, text: str = "") -> Caption:
    text = text or f"{lang} {id_}"
    return Caption(
        id=id_,
        revision=revision,
        final=seq is not None,
        lang=lang,
        text=text,
        lines=(text,),
        start_ms=id_ * 1000,
        end_ms=id_ * 1000 + 900,
        source_lang="zh",
        seq=seq,
        stable=len(text) if seq is None else None,
    )


class Show:
    """Publishes captions through a hub, keeping each final first, as a session does."""

    def __init__(self, *, mailbox: int = 8, max_viewers: int = 100, languages: Sequence[str] = LANGUAGES) -> None:
        self.kept: list[Caption | Removal] = []
        self.recalls = 0
        self.clock_s = 0.0
        self.delay: list[asyncio.Event] = []
        self.hub = Hub(
            session=SESSION,
            source=languages[0],
            languages=languages,
            epoch_ms=1_700_000_000_000,
            recall=self.recall,
            mailbox=mailbox,
            max_viewers=max_viewers,
            now=lambda: self.clock_s,
        )
        self._waiting: list[Caption | Removal] = []

    async def translate_into(self, to: Sequence[str]) -> None:
        if "tlh" in to:
            raise UsageError("nobody translates into Klingon")
        self.hub.announce(languages=(self.hub.source, *to))

    async def recall(self, since: int, languages: Sequence[str]) -> list[CaptionMessage | Remove]:
        self.recalls += 1
        for gate in list(self.delay):
            await gate.wait()
        found = [item for item in self.kept if (item.seq or 0) > since and item.lang in languages]
        return [caption_message(item) if isinstance(item, Caption) else remove_message(item) for item in found]

    def store(self, lang: str, *, removes: int | None = None, text: str = "") -> int:
        """Keep a final (or a removal) that is not published yet; its seq."""
        seq = len(self.kept) + 1
        item = caption(seq, lang, seq=seq, text=text) if removes is None else Removal(id=removes, lang=lang, seq=seq)
        self.kept.append(item)
        self._waiting.append(item)
        return seq

    def release(self) -> None:
        """Publish all that was kept."""
        waiting, self._waiting = self._waiting, []
        for item in waiting:
            self.hub.publish(caption_message(item) if isinstance(item, Caption) else remove_message(item))

    def final(self, lang: str, *, text: str = "") -> int:
        seq = self.store(lang, text=text)
        self.release()
        return seq

    def partial(self, lang: str, id_: int, revision: int = 1) -> None:
        self.hub.publish(caption_message(caption(id_, lang, revision=revision, text=f"… {revision}")))

    async def languages(self, session: str) -> Sequence[str] | None:
        return self.hub.languages if session == SESSION else None

    async def finals(self, session: str, lang: str) -> Sequence[Caption | Removal]:
        return [item for item in self.kept if item.lang == lang]

    def report(self) -> StatusReport:
        counts = self.hub.counts()
        return StatusReport(
            session=SESSION,
            state=self.hub.state,
            message=self.hub.message,
            uptime_s=60,
            audio_ms=59_500,
            source=SourceReport(name="push", state="live", message="", level_dbfs=-21.5, speech=True),
            recognizer=RecognizerReport(ready=True, restarts=2, failures=3, effort=Effort.FULL),
            language="zh",
            words_per_minute=180,
            recognition_lag_ms=600,
            final_lag_ms=1200,
            languages=[
                LanguageReport(lang=lang, viewers=viewers, captions=7, untranslated=1, waiting=2, lag_ms=None)
                for lang, viewers in self.hub.viewers().items()
            ],
            viewers=self.hub.viewer_count,
            drops=DropReport(
                audio_ms=1500,
                partials=counts.partials_dropped,
                viewer_messages=counts.messages_skipped,
                viewers=counts.viewers_cut,
            ),
            unsaved=0,
            cpu_percent=50.0,
            memory_mb=900,
            warnings=[],
        )

    def live(self) -> None:
        self.hub.publish(StatusMessage(state=State.LIVE, message="live"))


def parse(text: str | bytes) -> ServerMessage:
    return SERVER_MESSAGE.validate_json(text)


def brief(text: str | bytes) -> str:
    """A message in a few characters: its type, and of captions language and seq (or revision of a partial)."""
    message = parse(text)
    match message:
        case CaptionMessage(seq=None):
            return f"{message.lang}…{message.id}.{message.revision}"
        case CaptionMessage():
            return f"{message.lang}{message.seq}"
        case Remove():
            return f"-{message.lang}{message.id}"
        case StatusMessage():
            return message.state.value
        case _:
            return getattr(message, "code", message.type)


async def provoke(peer: ClientConnection, message: str | bytes | AsyncIterable[str]) -> None:
    """Send ``message`` and read until the connection is closed, which raises."""
    await peer.send(message)
    while True:
        await peer.recv()
