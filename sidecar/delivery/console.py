"""``WS /v1/console``: the queue for moderators, as many as like to, and for the host to look at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass, field

import structlog
from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketDisconnected

from sidecar import language
from sidecar.assistant.approval import Group, NotAllowed
from sidecar.assistant.assistant import Assistant
from sidecar.assistant.question import Question
from sidecar.delivery import console_acts, console_view
from sidecar.delivery import console_wire as wire
from sidecar.delivery.access import Access, AccessDenied, Pass, Role
from sidecar.delivery.hub import Hub
from sidecar.delivery.sockets import is_same_site
from sidecar.delivery.transcripts import problem
from sidecar.delivery.wire import CloseCode, Message
from sidecar.errors import SidecarError, StorageError, UsageError

ENTER_WITHIN_S = 10.0
"""Who does not say by then who it is, is let go."""
PAUSE_S = 0.1
"""Between two messages with groups: what changed meanwhile goes out once."""
AT_ONCE = 50
"""Groups in one message."""
CHECK_S = 15.0
"""How often it is looked whether a token still holds."""
RATE_PER_S, BURST = 20.0, 60
"""Messages of one console."""
TO_READ = 50
"""Groups of which one console may wait for readings; the one asked for first gives way."""
_DECIDE = frozenset({Role.MODERATOR, Role.OPERATOR})

log = structlog.get_logger()


def routes(hub: Hub, assistant: Assistant | None, access: Access | None) -> APIRouter:
    """Without an ``assistant`` there is no queue, and that is said."""
    router = APIRouter()
    consoles = Consoles(hub, assistant, access) if assistant and access else None

    @router.websocket("/v1/console")
    async def console(socket: WebSocket) -> None:
        if consoles is None:
            refusal = problem(404, "no_assistant", "this show takes no questions", "start with --faq")
            await socket.send_denial_response(refusal)
        elif not is_same_site(socket.headers):
            await socket.send_denial_response(problem(403, "foreign_origin", "pages of other sites may not moderate"))
        else:
            await consoles.serve(socket)

    return router


@dataclass(slots=True)
class _Reading:
    """How far the questions of a group are translated for somebody."""

    next: int = 0
    texts: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(eq=False, slots=True)
class _Console:
    """One open console, and what it has not been told yet."""

    owner: Pass
    lang: str
    looks_at: str | None = None
    changed: dict[str, Group] = field(default_factory=dict[str, Group])
    gone: dict[str, None] = field(default_factory=dict[str, None])
    outbox: list[Message] = field(default_factory=list[Message])
    news: asyncio.Event = field(default_factory=asyncio.Event)
    to_read: dict[str, _Reading] = field(default_factory=dict[str, _Reading])
    """By group, the one asked for last at the end."""
    reading: asyncio.Event = field(default_factory=asyncio.Event)

    def read(self, group: str) -> None:
        self.to_read[group] = self.to_read.pop(group, None) or _Reading()
        if len(self.to_read) > TO_READ:
            del self.to_read[next(iter(self.to_read))]
        self.reading.set()

    def note(self, news: Group | str) -> None:
        """A group is as it is now, or is no longer in memory."""
        if isinstance(news, str):
            self.changed.pop(news, None)
            self.gone[news] = None
        else:
            self.changed[news.id] = news
        self.news.set()

    def tell(self, message: Message) -> None:
        self.outbox.append(message)
        self.news.set()

    def take_changed(self) -> list[Group]:
        ids = list(self.changed)[:AT_ONCE]
        return [self.changed.pop(id) for id in ids]


class _Closed(Exception):
    """The server closes the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Consoles:
    """Everybody who is at the queue."""

    def __init__(self, hub: Hub, assistant: Assistant, access: Access) -> None:
        self._hub = hub
        self._assistant = assistant
        self._access = access
        self._here: dict[_Console, None] = {}
        self._working: set[asyncio.Task[None]] = set()

    async def serve(self, socket: WebSocket) -> None:
        """One console, until it goes, or its token holds no longer."""
        await socket.accept()
        try:
            token, console = await self._entered(socket)
            await self._attend(socket, token, console)
        except _Closed as exc:
            await _close(socket, exc.code, str(exc))
        except (WebSocketDisconnect, WebSocketDisconnected):
            return

    async def _entered(self, socket: WebSocket) -> tuple[str, _Console]:
        try:
            async with asyncio.timeout(ENTER_WITHIN_S):
                enter = wire.ENTER.validate_json(await _text(socket))
            lang = language.normalise(enter.lang)
            return enter.token, _Console(await self._access.check(enter.token), lang)
        except TimeoutError as exc:
            raise _Closed(wire.CloseCode.UNKNOWN, "the first message, 'enter', did not come") from exc
        except (ValidationError, UsageError) as exc:
            raise _Closed(CloseCode.BAD_MESSAGES, "the first message is 'enter', with a token") from exc
        except AccessDenied as exc:
            raise _Closed(wire.CloseCode.UNKNOWN, str(exc)) from exc
        except StorageError as exc:
            raise _Closed(CloseCode.FAILED, "tokens cannot be checked just now") from exc

    async def _attend(self, socket: WebSocket, token: str, console: _Console) -> None:
        """Raises `_Closed`, or what says that the connection is gone."""
        self._here[console] = None
        console.tell(self._welcome(console))
        for group in self._assistant.desk.groups:
            console.note(group)
        unwatch = self._assistant.watch(console.note)
        self._tell_people()
        work = (
            self._send(socket, console),
            self._receive(socket, console),
            self._read_out(console),
            self._keep_checking(token, console.owner),
        )
        tasks = [asyncio.create_task(each, name="console") for each in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            next(iter(done)).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            unwatch()
            del self._here[console]
            self._tell_people()

    async def _keep_checking(self, token: str, owner: Pass) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            if not owner.is_valid(self._assistant.desk.now_ms()):
                raise _Closed(wire.CloseCode.UNKNOWN, "this token has expired")
            try:
                await self._access.check(token)
            except AccessDenied as exc:
                raise _Closed(wire.CloseCode.UNKNOWN, str(exc)) from exc
            except StorageError as exc:
                log.warning("a token was not checked", reason=exc.message)

    async def _send(self, socket: WebSocket, console: _Console) -> None:
        all_told = False  # an empty queue is told too
        while True:
            await console.news.wait()
            console.news.clear()
            while console.outbox:
                await socket.send_text(console.outbox.pop(0).encode())
            while console.changed or console.gone or not all_told:
                groups = console.take_changed()
                views = [await console_view.view(self._assistant, group, console.lang) for group in groups]
                gone, console.gone = tuple(console.gone), {}
                message = wire.Groups(groups=tuple(views), gone=gone, more=bool(console.changed))
                await socket.send_text(message.encode())
                all_told = all_told or not message.more
            await asyncio.sleep(PAUSE_S)

    async def _receive(self, socket: WebSocket, console: _Console) -> None:
        room, at_s = float(BURST), time.monotonic()
        while True:
            text = await _text(socket)
            now_s = time.monotonic()
            room, at_s = min(float(BURST), room + (now_s - at_s) * RATE_PER_S) - 1, now_s
            if room < 0:
                raise _Closed(CloseCode.FLOOD, "too many messages")
            try:
                request = wire.REQUEST.validate_json(text)
            except ValidationError:
                console.tell(wire.Refused(id=None, code="malformed", message="this message cannot be used"))
                continue
            task = asyncio.create_task(self._serve(console, request), name="console: request")
            self._working.add(task)  # a decision goes on when its moderator's connection is gone
            task.add_done_callback(self._working.discard)

    async def _serve(self, console: _Console, request: wire.Request) -> None:
        match request:
            case wire.Look(group=group):
                console.looks_at = group
                self._tell_people()
            case wire.Read(group=group):
                console.read(group)
            case wire.Ask(since_ms=since_ms):
                try:
                    found = await self._assistant.handover(since_ms)
                except StorageError as exc:
                    console.tell(wire.Refused(id=None, code="not_kept", message=exc.message))
                else:
                    console.tell(console_view.handover(found, since_ms))
            case _:
                console.tell(await self._done(console, request))

    async def _done(self, console: _Console, request: wire.Act | wire.Save) -> Message:
        if console.owner.role not in _DECIDE:
            return wire.Refused(id=request.id, code="not_allowed", message="this token is for looking only")
        try:
            if isinstance(request, wire.Save):
                await self._assistant.save(request.question, request.answer, language.normalise(request.lang))
            else:
                group = await console_acts.act(self._assistant.desk, console.owner.name, request)
                if isinstance(request, wire.Edit) and request.correct and group.draft and group.draft.entry:
                    tag = language.normalise(request.lang)
                    self._assistant.drafter.correct(group.draft.entry, tag, request.text.strip())
        except NotAllowed as exc:
            return wire.Refused(id=request.id, code=exc.code, message=exc.message)
        except StorageError as exc:
            return wire.Refused(id=request.id, code="not_kept", message=exc.message)
        except SidecarError as exc:
            return wire.Refused(id=request.id, code=exc.code, message=exc.message)
        except Exception as exc:
            log.exception("a step failed")
            return wire.Refused(id=request.id, code="failed", message=f"it failed: {type(exc).__name__}")
        return wire.Done(id=request.id)

    async def _read_out(self, console: _Console) -> None:
        """Questions in the moderator's language, each as soon as it is translated, one at a time: the first of every
        group before any second, and among these that of the group asked for last."""
        while True:
            while not console.to_read:
                console.reading.clear()
                await console.reading.wait()
            id, reading = min(reversed(console.to_read.items()), key=lambda each: each[1].next)
            foreign = self._foreign(id, console.lang)
            if reading.next >= len(foreign):
                console.to_read.pop(id, None)
                if not reading.texts:
                    console.tell(wire.Reading(group=id, texts={}))
                continue
            question = foreign[reading.next]
            reading.next += 1
            try:
                written = await self._assistant.read_out(question.text, question.lang, console.lang)
            except Exception:  # it is read in its own language
                log.exception("a question was not translated")
                continue
            if written:
                reading.texts[question.id] = written
                console.tell(wire.Reading(group=id, texts=dict(reading.texts)))

    def _foreign(self, id: str, lang: str) -> list[Question]:
        """The questions of a group, as far as they are shown, that somebody who reads ``lang`` may not understand."""
        try:
            questions = self._assistant.desk.group(id).questions[:AT_ONCE]
        except NotAllowed:
            return []
        return [question for question in questions if language.base(question.lang) != language.base(lang)]

    def _welcome(self, console: _Console) -> wire.Welcome:
        desk = self._assistant.desk
        return wire.Welcome(
            name=console.owner.name,
            role=console.owner.role.value,
            lang=console.lang,
            session=self._hub.session,
            now_ms=desk.now_ms(),
            undo_ms=desk.times.undo_ms,
            lease_ms=desk.times.lease_ms,
            languages=self._hub.languages,
            can_save=self._assistant.can_save,
        )

    def _tell_people(self) -> None:
        people = wire.People(people=_people(self._here))
        for console in self._here:
            console.tell(people)


def _people(consoles: Collection[_Console]) -> tuple[wire.Person, ...]:
    return tuple(
        wire.Person(name=console.owner.name, role=console.owner.role.value, group=console.looks_at)
        for console in consoles
    )


async def _text(socket: WebSocket) -> str:
    """The next message. Raises `WebSocketDisconnect` or `_Closed`."""
    event = await socket.receive()
    if event["type"] != "websocket.receive":
        raise WebSocketDisconnect(event.get("code", 1006))
    text: str | None = event.get("text")
    if text is None or len(text.encode("utf-8", "surrogatepass")) > wire.MAX_MESSAGE_BYTES:
        raise _Closed(CloseCode.BAD_MESSAGES, "messages are JSON text of at most 16 KB")
    return text


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        await socket.close(code, reason)
    except (WebSocketDisconnect, WebSocketDisconnected, RuntimeError):
        return
