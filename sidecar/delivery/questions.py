"""Viewers ask: ``POST /v1/questions``, and ``GET /v1/questions`` for what became of one's own."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from sidecar import language
from sidecar.assistant.approval import Answer, Group, State, text_for
from sidecar.assistant.assistant import Assistant
from sidecar.assistant.intake import NotTaken
from sidecar.assistant.question import PAGE, Fate, Question, digest
from sidecar.chat.webhook import ReplayedError, SignedWebhook
from sidecar.delivery import wire
from sidecar.delivery.hub import Hub
from sidecar.delivery.transcripts import cors, problem
from sidecar.delivery.wire import AskerKey, QuestionMessage
from sidecar.errors import SidecarError, StorageError, WebhookError

MAX_BODY_BYTES = 8_192
SIGNATURE = "webhook-signature"
PER_MINUTE = 60
"""Questions a minute from one address: an office or a phone network may stand behind it."""
_ADDRESSES = 10_000


class _Asked(BaseModel):
    text: str = Field(max_length=4_000)
    asker: AskerKey
    lang: str = Field(default="", max_length=35)
    name: str = Field(default="", max_length=200)


def routes(
    assistant: Assistant | None, allow_origins: Sequence[str], webhook: SignedWebhook | None = None
) -> APIRouter:
    """Without an ``assistant`` nobody is asked, and that is said. What ``webhook`` knows as signed comes from a program
    and may be of any viewer."""
    router = APIRouter()
    addresses = _Addresses()

    @router.post("/v1/questions")
    async def ask(request: Request) -> Response:
        return _open(request, await _ask(request))

    @router.get("/v1/questions")
    async def own(request: Request) -> Response:
        return _open(request, _own(request))

    @router.options("/v1/questions")
    async def preflight(request: Request) -> Response:
        response = _open(request, Response(status_code=204))
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Asker"
        return response

    def _open(request: Request, response: Response) -> Response:
        response.headers.update(cors(request.headers.get("origin"), allow_origins))
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _ask(request: Request) -> Response:
        if assistant is None:
            return _nobody()
        body = await _body(request)
        if body is None:
            return problem(413, "too_big", f"a question has at most {MAX_BODY_BYTES} bytes")
        try:
            asked = _Asked.model_validate_json(body)
            lang = language.normalise(asked.lang) if asked.lang else None
        except (ValidationError, SidecarError):
            return problem(
                400, "malformed", 'the body is {"text": "…", "asker": KEY, "lang": "es"}', "see docs/wire.md"
            )
        signed = None
        if SIGNATURE in request.headers:
            if webhook is None:
                return problem(404, "no_webhook", "no signed requests are taken", "set [chat] webhook_secret")
            try:
                signed = webhook.take(request.headers, body, time.monotonic())
            except ReplayedError:
                return JSONResponse({"state": Fate.RECEIVED.value}, status_code=202)
            except WebhookError as exc:
                return problem(401, exc.code, exc.message, exc.hint)
        elif wait_s := addresses.wait_s(request.client.host if request.client else "", time.monotonic()):
            return _later("too_many", "too many questions come from this network", wait_s)
        try:
            question = await assistant.ask(asked.text, key=asked.asker, reads=lang, channel=PAGE, name=asked.name)
        except NotTaken as exc:
            if exc.code == "too_many":
                if webhook and signed:
                    webhook.release(signed)
                return _later(exc.code, exc.message, exc.retry_after_s)
            return problem(400, exc.code, exc.message)
        except StorageError as exc:
            if webhook and signed:
                webhook.release(signed)
            return problem(503, "not_kept", "the question could not be kept", exc.hint)
        message = QuestionMessage(id=question.id, state=Fate.RECEIVED, asked=question.text, at_ms=question.at_ms)
        return JSONResponse(_fields(message), status_code=202)

    def _own(request: Request) -> Response:
        if assistant is None:
            return _nobody()
        try:
            key = _KEY.validate_python(request.headers.get("asker", ""))
        except ValidationError:
            return JSONResponse({"questions": []})
        found = assistant.questions_of(digest(PAGE, key))
        return JSONResponse({"questions": [_fields(told(question, group)) for question, group in found]})

    return router


class Answers:
    """Brings answers to viewers: to those who asked on our pages, or as a card to everyone."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def publish(self, answer: Answer) -> Sequence[str]:
        """Questions of our pages are answered by `changed`; here everyone is told what is for everyone."""
        if answer.public:
            self._hub.show_answer(lambda lang: card(answer, lang))
        return ()

    def changed(self, news: Group | str) -> None:
        """A group is as it is now: those who asked are told, if it is news for them."""
        if isinstance(news, str) or news.state is State.MERGED:
            return
        if news.state is State.RETRACTED and news.approval and news.approval.public:
            self._hub.show_answer(lambda lang: wire.Answer(id=news.id, lang=lang, text="", retracted=True))
        if news.fate is not Fate.RECEIVED:
            for question in news.questions:
                if question.channel == PAGE:
                    self._hub.tell_asker(question.asker, told(question, news))


def told(question: Question, group: Group) -> QuestionMessage:
    """What the one who asked ``question``, which is in ``group``, is told."""
    text, lang = None, None
    if group.fate is Fate.ANSWERED and group.approval:
        text, lang = text_for(group.approval.texts, question.lang, group.approval.lang or group.lang)
    return QuestionMessage(
        id=question.id, state=group.fate, asked=question.text, at_ms=question.at_ms, answer=text, lang=lang
    )


def card(answer: Answer, lang: str) -> wire.Answer:
    """``answer`` for everyone who reads ``lang``, with the first question, which the moderator has read, if it is in
    that language: others may have come since, with anything in them."""
    text, written = answer.text_for(lang)
    first = answer.questions[0] if answer.questions else None
    asked = first.text if first and first.lang == written else None
    return wire.Answer(id=answer.group, lang=written, text=text, asked=asked)


class _Addresses:
    """How many questions each address sent in the minute that is on."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> int:
        """Seconds until ``address`` may ask; 0 if it may now, and that is counted."""
        address = _network(address)
        began_s, sent = self._sent.pop(address, (now_s, 0))
        if now_s - began_s >= 60:
            began_s, sent = now_s, 0
        self._sent[address] = (began_s, sent + 1)
        while len(self._sent) > _ADDRESSES:
            self._sent.popitem(last=False)
        return 0 if sent < PER_MINUTE else int(61 - (now_s - began_s))


def _network(address: str) -> str:
    """Whoever has an IPv6 address has 2⁶⁴ of them."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else address


_KEY: TypeAdapter[str] = TypeAdapter(AskerKey)


def _fields(message: QuestionMessage) -> dict[str, object]:
    return message.model_dump(mode="json", exclude_none=True, exclude={"v", "type"})


def _later(code: str, message: str, wait_s: int) -> JSONResponse:
    response = problem(429, code, message, f"try again in {wait_s} s")
    response.headers["Retry-After"] = str(wait_s)
    return response


def _nobody() -> JSONResponse:
    return problem(404, "no_assistant", "this show takes no questions", "start with --faq")


async def _body(request: Request) -> bytes | None:
    """The body; None if it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            return None
    return body
