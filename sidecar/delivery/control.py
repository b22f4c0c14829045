"""What the operator may change while the show is on: ``PUT /v1/languages``. Only from this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from sidecar import language
from sidecar.delivery.hub import Hub
from sidecar.delivery.sockets import is_same_site
from sidecar.delivery.transcripts import problem
from sidecar.errors import UsageError

TranslateInto = Callable[[Sequence[str]], Awaitable[None]]
"""Takes canonical tags, in order of priority. Raises `UsageError` where it cannot be."""
MAX_LANGUAGES = 32
MAX_BODY_BYTES = 4_096


class _Wanted(BaseModel):
    to: list[str] = Field(max_length=MAX_LANGUAGES)


def routes(hub: Hub, translate_into: TranslateInto) -> APIRouter:
    """``PUT /v1/languages`` with ``{"to": ["en", …]}``: what is translated into from now on, by priority."""
    router = APIRouter()

    @router.put("/v1/languages")
    async def put(request: Request) -> JSONResponse:
        if not _is_from_here(request) or not is_same_site(request.headers):
            return problem(
                403, "not_here", "languages are changed on the machine that Sidecar runs on", "open /status there"
            )
        try:
            wanted = _Wanted.model_validate_json(await _body(request))
        except ValidationError:
            return problem(400, "malformed", 'the body is {"to": ["en", …]}', f"at most {MAX_LANGUAGES} languages")
        try:
            await translate_into(language.normalise_list(wanted.to))
        except UsageError as exc:
            return problem(409, exc.code, exc.message, exc.hint)
        return JSONResponse({"languages": list(hub.languages)})

    return router


async def _body(request: Request) -> bytes:
    """As much of the body as may be; what is longer is no JSON any more."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            break
    return body[: MAX_BODY_BYTES + 1]


def _is_from_here(request: Request) -> bool:
    """Whether it comes from this machine itself, and was passed on for nobody."""
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback and not passed_on
    except ValueError:
        return False
