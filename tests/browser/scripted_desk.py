"""The pages, with a queue behind them that does what the test says: every message is checked against the wire."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect

from sidecar.assistant.approval import State
from sidecar.assistant.question import Concern
from sidecar.config import ServerSettings
from sidecar.delivery import console_wire as wire
from sidecar.delivery import pages
from sidecar.delivery.server import listen, serve

T = TypeVar("T")
TOKEN = "good-token"
HOST_TOKEN = "host-token"
UNDO_MS, LEASE_MS = 60_000, 60_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def question(id: str, text: str, lang: str = "es", **more: Any) -> wire.QuestionView:
    return wire.QuestionView(id=id, lang=lang, text=text, at_ms=now_ms(), channel="page", **more)


def candidate(entry: str, text: str, back: str | None = None, **more: Any) -> wire.CandidateView:
    fields: dict[str, Any] = {"question": f"About {entry}?", "score": 0.93, "lang": "es", **more}
    return wire.CandidateView(entry=entry, text=text, back=back, **fields)


def draft(best: wire.CandidateView | None, decision: str = "answer", **more: Any) -> wire.DraftView:
    fields: dict[str, Any] = {"margin": 0.4, "alternatives": (), "cited": (), "why": "the words are nearly the same"}
    return wire.DraftView.model_validate({"decision": decision, "best": best, **fields, **more})


def group(id: str, text: str, lang: str = "es", *, age_s: int = 10, **more: Any) -> wire.GroupView:
    """A group of one question, with a draft; the older, the sooner it is due."""
    began = now_ms() - age_s * 1000
    questions = more.pop("questions", (question(f"{id}-1", text, lang),))
    best = candidate("shipping", f"Respuesta a {id}", f"Answer to {id}", lang=lang)
    fields: dict[str, Any] = {
        "revision": 2,
        "state": State.DRAFTED,
        "created_ms": began,
        "due_ms": began + 120_000,
        "expires_ms": began + 1_200_000,
        "asked": len(questions),
        "languages": tuple(dict.fromkeys(each.lang for each in questions)),
        "concern": None,
        "draft": draft(best),
        "texts": {lang: best.text},
        **more,
    }
    return wire.GroupView(id=id, questions=questions, **fields)


class ScriptedDesk:
    """Everything here may be called from the test's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._open: dict[WebSocket, str] = {}
        self._groups: dict[str, wire.GroupView] = {}
        self.url = ""
        self.received: list[Any] = []
        """What consoles sent, `Enter` apart."""
        self.entered: list[wire.Enter] = []
        self.people: tuple[wire.Person, ...] = ()
        self.refusals: dict[str, tuple[str, str]] = {}
        """Code and message, by step."""
        self.readings: dict[str, str] = {}
        self.denied: int | None = None
        """With this code a console is closed that enters."""
        self.handover: wire.Handover | None = None
        self.late = False
        """Consoles do not hear yet what has become of a group."""

    def put(self, *groups: wire.GroupView) -> None:
        """Groups are there, or are as they are now."""
        self._groups.update({each.id: each for each in groups})
        self.tell(wire.Groups(groups=groups))

    def change(self, id: str, **fields: Any) -> None:
        self.put(self._changed(id, fields))

    def catch_up(self) -> None:
        self.late = False
        self.put(*self._groups.values())

    def here(self, *people: wire.Person) -> None:
        self.people = people
        self.tell(wire.People(people=people))

    def tell(self, message: wire.Message) -> None:
        self._run(lambda: self._tell(message))

    def close(self, code: int) -> None:
        async def closing() -> None:
            for socket in list(self._open):
                await socket.close(code)

        self._run(closing)

    def acts(self, step: str | None = None) -> list[Any]:
        """The steps that were asked for, or those of one kind."""
        return [each for each in self.received if each.type == "act" and step in (None, each.step)]

    def wait_for(self, step: str, count: int = 1) -> Any:
        """The last of ``count`` such steps."""
        return wait_until(lambda: self.acts(step), count)[count - 1]

    async def serve(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            enter = wire.ENTER.validate_json(await socket.receive_text())
            if self.denied or enter.token not in (TOKEN, HOST_TOKEN):
                await socket.close(self.denied or wire.CloseCode.UNKNOWN)
                return
            self.entered.append(enter)
            await self._welcome(socket, enter)
            while True:
                await self._answer(socket, wire.REQUEST.validate_json(await socket.receive_text()))
        except WebSocketDisconnect:
            return
        finally:
            self._open.pop(socket, None)

    async def _welcome(self, socket: WebSocket, enter: wire.Enter) -> None:
        welcome = wire.Welcome(
            name="Mia",
            role="host" if enter.token == HOST_TOKEN else "moderator",
            lang=enter.lang,
            session="show-1",
            now_ms=now_ms(),
            undo_ms=UNDO_MS,
            lease_ms=LEASE_MS,
            languages=("en", "es", "ar", "zh"),
            can_save=True,
        )
        await socket.send_text(welcome.encode())
        self._open[socket] = enter.lang
        groups = list(self._groups.values())
        for first in range(0, max(1, len(groups)), 200):
            more = first + 200 < len(groups)
            part = wire.Groups(groups=tuple(groups[first : first + 200]), more=more)
            await socket.send_text(part.encode())
        await socket.send_text(wire.People(people=self.people).encode())

    async def _answer(self, socket: WebSocket, request: Any) -> None:
        self.received.append(request)
        match request:
            case wire.Read(group=id):
                asked = self._groups[id].questions
                texts = {each.id: self.readings[each.id] for each in asked if each.id in self.readings}
                await socket.send_text(wire.Reading(group=id, texts=texts).encode())
            case wire.Ask():
                if self.handover:
                    await socket.send_text(self.handover.encode())
            case wire.Look():
                pass
            case wire.Save(id=id):
                await socket.send_text(wire.Done(id=id).encode())
            case _:
                await self._act(socket, request)

    async def _act(self, socket: WebSocket, act: Any) -> None:
        seen = self._groups[act.group]
        refusal = self.refusals.get(act.step)
        if refusal is None and act.revision != seen.revision:
            refusal = "conflict", "it has changed meanwhile: look again"
        if refusal:
            await socket.send_text(wire.Refused(id=act.id, code=refusal[0], message=refusal[1]).encode())
            return
        self._groups[act.group] = self._changed(act.group, self._outcome(seen, act))
        await socket.send_text(wire.Done(id=act.id).encode())
        if not self.late:
            await self._tell(wire.Groups(groups=(self._groups[act.group],)))

    def _outcome(self, seen: wire.GroupView, act: Any) -> dict[str, Any]:
        match act:
            case wire.Approve():
                entry = act.entry or (seen.draft.best.entry if seen.draft and seen.draft.best else None)
                return {"state": State.APPROVED, "decision": _decision(seen.texts, entry, public=act.public)}
            case wire.Edit():
                decision = _decision({act.lang: act.text}, None, public=act.public, edited=True)
                return {"state": State.EDITED, "decision": decision}
            case wire.Reject():
                return {"state": State.REJECTED, "reason": act.reason, "note": act.note}
            case wire.Undo() | wire.Restore():
                return {"state": State.DRAFTED, "decision": None, "reason": None}
            case wire.Claim():
                return {"held_by": "Mia", "held_until_ms": now_ms() + LEASE_MS}
            case wire.Release():
                return {"held_by": None, "held_until_ms": None}
            case wire.Snooze():
                return {"snoozed_until_ms": now_ms() + act.minutes * 60_000}
            case wire.Escalate():
                return {"escalated": act.on, "note": act.note}
            case wire.Merge():
                return {"state": State.MERGED, "merged_into": act.to}
            case wire.Split():
                left = tuple(each for each in seen.questions if each.id not in act.questions)
                return {"questions": left, "asked": len(left)}
            case _:
                return {"state": State.RETRACTED}

    def _changed(self, id: str, fields: dict[str, Any]) -> wire.GroupView:
        seen = self._groups[id]
        return seen.model_copy(update={"revision": seen.revision + 1, **fields})

    async def _tell(self, message: wire.Message) -> None:
        for socket in list(self._open):
            await socket.send_text(message.encode())

    def _run(self, action: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(action(), self._loop).result(timeout=10)


def _decision(texts: dict[str, str], entry: str | None, *, public: bool, edited: bool = False) -> wire.DecisionView:
    at_ms = now_ms()
    return wire.DecisionView(
        who="Mia", at_ms=at_ms, send_at_ms=at_ms + UNDO_MS, texts=texts, entry=entry, public=public, edited=edited
    )


def wait_until(found: Callable[[], Sequence[T]], count: int = 1) -> Sequence[T]:
    """What ``found`` returns as soon as it is so long."""
    end = time.monotonic() + 15
    while len(have := found()) < count:
        assert time.monotonic() < end, f"{count} wanted, {have} came"
        time.sleep(0.02)
    return have


URGENT = Concern.HEALTH


@contextmanager
def scripted_desk() -> Iterator[ScriptedDesk]:
    """Pages and desk on a free port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="desk")
    thread.start()
    desk = ScriptedDesk(loop)
    ready, over = threading.Event(), asyncio.Event()

    async def live() -> None:
        settings = ServerSettings(port=0)
        app = FastAPI()
        app.include_router(pages.routes())
        app.add_api_websocket_route("/v1/console", desk.serve)
        async with serve(app, settings, listen(settings)) as server:
            desk.url = server.url
            ready.set()
            await over.wait()

    running = asyncio.run_coroutine_threadsafe(live(), loop)
    try:
        while not ready.wait(0.05):
            if running.done():
                running.result()
        yield desk
    finally:
        loop.call_soon_threadsafe(over.set)
        running.result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
