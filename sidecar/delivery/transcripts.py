"""Transcripts to download: ``/v1/captions.vtt``, ``.srt`` and ``.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from sidecar import language
from sidecar.captions.caption import Caption, Removal
from sidecar.captions.formats import Format, render
from sidecar.delivery.hub import SOURCE, Hub
from sidecar.errors import StorageError, UsageError


class Transcripts(Protocol):
    """What was said and is kept. Both raise `StorageError`."""

    async def languages(self, session: str) -> Sequence[str] | None:
        """Languages of a stored session, the source first; None where there is no such session."""
        ...

    async def finals(self, session: str, lang: str) -> Sequence[Caption | Removal]:
        """The final captions and removals of one language, in the order they were made."""
        ...


_MEDIA_TYPES = {
    Format.VTT: "text/vtt; charset=utf-8",
    Format.SRT: "application/x-subrip; charset=utf-8",
    Format.JSON: "application/json",
}


def routes(hub: Hub, transcripts: Transcripts, allow_origins: Sequence[str]) -> APIRouter:
    """``GET /v1/captions.{vtt,srt,json}?lang=&session=``, readable by pages of ``allow_origins``."""
    router = APIRouter()

    @router.get("/v1/captions.{extension}")
    async def transcript(request: Request, extension: str, lang: str = "", session: str = "") -> Response:
        response = await _transcript(hub, transcripts, extension, lang, session or hub.session)
        response.headers.update(cors(request.headers.get("origin"), allow_origins))
        response.headers["Cache-Control"] = "no-store"
        return response

    return router


def cors(origin: str | None, allow_origins: Sequence[str]) -> dict[str, str]:
    """Headers that let a page of ``origin`` read the answer, if it may."""
    if "*" in allow_origins:
        return {"Access-Control-Allow-Origin": "*"}
    if origin is not None and origin in allow_origins:
        return {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return {"Vary": "Origin"}


def problem(status: int, code: str, message: str, hint: str = "") -> JSONResponse:
    """An error for people and programs: ``{"code", "message", "hint"}``."""
    return JSONResponse({"code": code, "message": message, "hint": hint}, status_code=status)


async def _transcript(hub: Hub, transcripts: Transcripts, extension: str, lang: str, session: str) -> Response:
    if extension not in _MEDIA_TYPES:
        return problem(404, "unknown_format", f"no format '{extension}'", f"formats are {', '.join(_MEDIA_TYPES)}")
    try:
        languages = await transcripts.languages(session)
        if languages is None:
            return problem(404, "unknown_session", f"no session '{session}'", "leave session out for this one")
        tag = _chosen(lang, languages)
        if tag not in languages:
            return problem(404, "unknown_language", f"no captions in '{lang}'", f"there are {', '.join(languages)}")
        captions = await transcripts.finals(session, tag)
    except UsageError as exc:
        return problem(400, "bad_language", exc.message, exc.hint)
    except StorageError as exc:
        return problem(503, exc.code, exc.message, exc.hint)
    form = Format(extension)
    name = _plain(f"captions-{session}-{tag}.{extension}")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(render(captions, tag, form), media_type=_MEDIA_TYPES[form], headers=headers)


def _chosen(lang: str, languages: Sequence[str]) -> str:
    if lang in languages:
        return lang
    if lang in ("", SOURCE):
        return languages[0] if languages else ""
    return language.normalise(lang)


def _plain(name: str) -> str:
    """``name`` as a file name that needs no quoting."""
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in name)
