"""A shop that is served, with a real assistant behind it: viewers, moderators, and a clock that is set by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, ClassVar

import websockets
from delivery_show import Show
from httpx2 import AsyncClient, Response

from sidecar.assistant.assistant import Assistant
from sidecar.assistant.draft import Citation
from sidecar.chat.webhook import SignedWebhook
from sidecar.config import ServerSettings
from sidecar.delivery.access import Access, Role
from sidecar.delivery.questions import Answers
from sidecar.delivery.server import create_app, serve
from sidecar.errors import TranslationError
from sidecar.metrics import Metrics
from sidecar.storage.audit import AuditLog
from sidecar.storage.database import Database

FAQ = """\
id,question_en,answer_en,question_es,answer_es,question_zh,answer_zh
time,How long does shipping take?,Two days.,¿Cuánto tarda el envío?,Dos días.,多久能到货？,两天到货。
returns,Can I return it?,Within 30 days.,¿Puedo devolverlo?,En 30 días.,可以退货吗？,三十天内可以退。
size,Which size fits me?,See the size chart.,¿Qué talla me queda?,Mire la tabla de tallas.,我穿什么码？,请看尺码表。
"""

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Surroundings:
    """What the assistant sees of the show. The translator knows a few lines by heart."""

    said: Sequence[Citation] = ()
    has_time = False
    LINES: ClassVar = {
        ("Ask us by e-mail.", "es"): "Escríbanos un correo.",
        ("Ask us by e-mail.", "zh"): "请发邮件给我们。",
        ("¿Les gusta el fútbol?", "en"): "Do you like football?",
    }

    @property
    def translator(self) -> Any:
        return self

    async def translate(self, line: Any) -> str:
        if (line.text, line.target) not in self.LINES:
            raise TranslationError(f"no {line.target}")
        return self.LINES[line.text, line.target]

    def languages(self) -> Sequence[str]:
        return ("zh", "en", "es")


class Moderator:
    """A console, as a page would keep it."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.groups: dict[str, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []
        self._numbers = iter(range(1, 1_000))

    async def next(self, kind: str | None = None) -> dict[str, Any]:
        """The next message of a ``kind``; groups are noted on the way."""
        async with asyncio.timeout(30):
            while True:
                message = json.loads(await self.socket.recv())
                self.messages.append(message)
                for group in message.get("groups", ()):
                    self.groups[group["id"]] = group
                if kind is None or message["type"] == kind:
                    return message

    async def until(self, *states: str, questions: int = 1) -> dict[str, Any]:
        """A group that is in one of ``states`` and has so many questions."""
        while True:
            for group in self.groups.values():
                if group["state"] in states and len(group["questions"]) >= questions:
                    return group
            await self.next("groups")

    async def act(self, group: dict[str, Any], step: str, **fields: Any) -> dict[str, Any]:
        """The answer to a step, ``done`` or ``refused``."""
        number = next(self._numbers)
        fields |= {"type": "act", "id": number, "step": step, "group": group["id"]}
        await self.say({"revision": group["revision"], **fields})
        return await self.outcome(number)

    async def outcome(self, number: int | None) -> dict[str, Any]:
        while True:
            message = await self.next()
            if message["type"] in ("done", "refused") and message.get("id") == number:
                return message

    async def say(self, message: dict[str, Any]) -> None:
        await self.socket.send(json.dumps(message))


class Shop:
    """The shop that is open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_ms = 1_700_000_000_000
        self.show = Show()
        self.http: AsyncClient
        self.url = ""
        self.database: Database
        self.access: Access
        self.assistant: Assistant

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Shop]:
        self.database = await Database.open(f"sqlite:///{self.folder / 'sidecar.db'}")
        self.access = Access(self.database, now_ms=lambda: self.now_ms)
        answers = Answers(self.show.hub)
        faq = self.folder / "faq"
        faq.mkdir(exist_ok=True)
        if not (faq / "faq.csv").exists():
            (faq / "faq.csv").write_text(FAQ, encoding="utf-8")
        self.assistant = Assistant(
            faq,
            AuditLog(self.database, "shop"),
            Surroundings(),
            publish=answers.publish,
            ahead=self.folder / "ahead.json",
            now_ms=lambda: self.now_ms,
        )
        await self.assistant.open()
        self.assistant.watch(answers.changed)
        settings = ServerSettings(port=0)
        app = create_app(
            hub=self.show.hub,
            report=self.show.report,
            transcripts=self.show,
            ingest={},
            metrics=Metrics(),
            settings=settings,
            assistant=self.assistant,
            access=self.access,
            webhook=SignedWebhook(SECRET),
        )
        work = asyncio.create_task(self.assistant.run())
        try:
            async with serve(app, settings) as running, AsyncClient(base_url=running.url, timeout=30) as self.http:
                self.url = running.url.replace("http", "ws")
                yield self
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self.assistant.aclose()
            await self.database.aclose()

    async def ask(self, text: str, lang: str, who: str = "ana", **more: Any) -> Response:
        body = {"text": text, "lang": lang, "asker": key(who), **more}
        return await self.http.post("/v1/questions", json=body)

    async def own(self, who: str = "ana") -> list[dict[str, Any]]:
        response = await self.http.get("/v1/questions", headers={"Asker": key(who)})
        return response.json()["questions"]

    @asynccontextmanager
    async def viewer(self, lang: str, who: str) -> AsyncIterator[websockets.ClientConnection]:
        async with websockets.connect(f"{self.url}/v1/captions?lang={lang}", max_queue=None) as socket:
            await socket.send(json.dumps({"type": "subscribe", "lang": lang, "asker": key(who)}))
            yield socket

    @asynccontextmanager
    async def moderator(self, name: str = "mei", lang: str = "en", role: Role = Role.MODERATOR):
        token, _ = await self.access.create(role, name, days=1)
        async with websockets.connect(f"{self.url}/v1/console", max_queue=None) as socket:
            moderator = Moderator(socket)
            await moderator.say({"type": "enter", "token": token, "lang": lang})
            yield moderator


def key(who: str) -> str:
    return f"{who}-".ljust(20, "x")


async def told(socket: websockets.ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of a ``kind`` to a viewer."""
    async with asyncio.timeout(20):
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == kind:
                return message
