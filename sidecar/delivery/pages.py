"""The pages, the widget and their parts, with the headers that keep them safe."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from sidecar.delivery.transcripts import problem

WEB = Path(__file__).parent.parent / "web"
_PAGES = ("overlay", "viewer", "status", "console", "prompter")
_EMBEDDED = frozenset({"overlay", "viewer"})
"""Pages that any other page may embed; on the others, people decide."""
_PLAIN_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_WIDGET_CACHE = "public, max-age=300"


def routes(web: Path = WEB) -> APIRouter:
    """Each of the pages, ``/captions.js``, ``/web/…``, and ``/`` that leads to the viewer page."""
    router = APIRouter()
    files = StaticFiles(directory=web, check_dir=False)

    @router.get("/")
    async def home() -> Response:
        return RedirectResponse("/viewer", status_code=307)

    async def page(request: Request) -> Response:
        name = request.url.path.strip("/")
        response = await _file(files, f"{name}.html", request)
        host = request.headers.get("host", "")
        response.headers["Content-Security-Policy"] = policy(host, embedded=name in _EMBEDDED)
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-cache"
        return response

    for name in _PAGES:
        router.add_api_route(f"/{name}", page, methods=["GET", "HEAD"])

    @router.api_route("/captions.js", methods=["GET", "HEAD"])
    async def widget(request: Request) -> Response:
        return _for_everyone(await _file(files, "captions.js", request), _WIDGET_CACHE)

    @router.api_route("/web/{path:path}", methods=["GET", "HEAD"])
    async def asset(request: Request, path: str) -> Response:
        return _for_everyone(await _file(files, path, request), "no-cache")

    return router


def policy(host: str, *, embedded: bool) -> str:
    """The Content-Security-Policy of our pages: nothing from elsewhere, nothing inline; ``embedded``: in any page.

    Sockets to this very ``host`` are named because not every browser takes them as ``'self'``.
    """
    sockets = f" ws://{host} wss://{host}" if _PLAIN_HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "media-src 'self' blob:",
            f"connect-src 'self'{sockets}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors *" if embedded else "frame-ancestors 'self'",
        )
    )


def _for_everyone(response: Response, cache: str) -> Response:
    """The widget and its modules run on pages of other sites."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Cache-Control"] = cache
    return response


async def _file(files: StaticFiles, path: str, request: Request) -> Response:
    """A file with ETag and Last-Modified, 304 where the browser has it, 404 in words."""
    try:
        response = await files.get_response(path, request.scope)
    except HTTPException as exc:
        response = problem(exc.status_code, "not_found", f"there is no {request.url.path}")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
