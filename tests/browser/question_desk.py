"""`/v1/questions` as a show answers it, by the script of a test."""

from __future__ import annotations

import time
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sidecar.assistant.question import PAGE, Fate, digest
from sidecar.delivery.hub import Hub
from sidecar.delivery.transcripts import problem
from sidecar.delivery.wire import QuestionMessage


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the next question gets instead of being kept."""

    status: int
    code: str
    retry_after_s: int | None = None


class QuestionDesk:
    """Keeps what is asked, if it is ``open``; everything else is up to the test."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._kept: dict[str, tuple[str, QuestionMessage]] = {}
        self.open = False
        self.refusals: list[Refusal] = []
        self.asked: list[dict[str, str]] = []
        self.router = APIRouter()
        self.router.add_api_route("/v1/questions", self._ask, methods=["POST"])
        self.router.add_api_route("/v1/questions", self._own, methods=["GET"])

    def settle(self, id: str, state: Fate, answer: str | None, lang: str | None) -> None:
        asker, known = self._kept[id]
        news = known.model_copy(update={"state": state, "answer": answer, "lang": lang})
        self._kept[id] = (asker, news)
        self._hub.tell_asker(digest(PAGE, asker), news)

    async def _ask(self, request: Request) -> Response:
        if self.refusals:
            refusal = self.refusals.pop(0)
            response = problem(refusal.status, refusal.code, "as the test wants it")
            if refusal.retry_after_s is not None:
                response.headers["Retry-After"] = str(refusal.retry_after_s)
            return response
        asked: dict[str, str] = await request.json()
        self.asked.append(asked)
        question = QuestionMessage(
            id=f"q{len(self._kept) + 1}", state=Fate.RECEIVED, asked=asked["text"], at_ms=int(time.time() * 1000)
        )
        self._kept[question.id] = (asked["asker"], question)
        return JSONResponse(_fields(question), status_code=202)

    async def _own(self, request: Request) -> Response:
        if not self.open:
            return problem(404, "no_assistant", "this show takes no questions")
        key = request.headers.get("Asker")
        return JSONResponse({"questions": [_fields(known) for asker, known in self._kept.values() if asker == key]})


def _fields(question: QuestionMessage) -> dict[str, object]:
    return question.model_dump(mode="json", exclude_none=True, exclude={"v", "type"})
