"""What ``--input`` names, read without opening anything: a path or a URL, live or not, and how to show it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from sidecar.errors import InputError

LIVE_SCHEMES = frozenset({"rtmp", "rtmps", "rtsp", "rtsps", "srt", "udp", "rtp", "tcp"})
WEB_SCHEMES = frozenset({"http", "https"})

RTMP_PORT = 1935


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A file or a URL. ``target`` is what FFmpeg opens, ``label`` what people and logs see (no passwords or keys)."""

    target: str
    label: str
    scheme: str
    host: str = ""
    port: int | None = None
    listen: bool = False

    @property
    def is_file(self) -> bool:
        return self.scheme == "file"

    @property
    def name(self) -> str:
        """What viewers may know of it: not where on this machine it is."""
        return Path(self.label).name if self.is_file else self.label

    @property
    def is_hls(self) -> bool:
        return self.scheme in WEB_SCHEMES and urlsplit(self.target).path.endswith((".m3u8", ".m3u"))

    @property
    def always_live(self) -> bool:
        return self.scheme in LIVE_SCHEMES


def parse(text: str) -> Address:
    """Raises `InputError` for a scheme that cannot be opened."""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        return Address(target=f"file:{text}", label=text, scheme="file")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as exc:
        raise InputError(f"not a URL that can be opened: {text}", hint="check its host and port") from exc
    if url.scheme == "file":
        path = unquote(url.path)
        return Address(target=f"file:{path}", label=path, scheme="file")
    if url.scheme not in LIVE_SCHEMES | WEB_SCHEMES:
        known = ", ".join(sorted(LIVE_SCHEMES | WEB_SCHEMES))
        raise InputError(f"{url.scheme}:// is not supported", hint=f"use a file or one of {known}")
    query = parse_qsl(url.query, keep_blank_values=True)
    listen = ("listen", "1") in query or ("mode", "listener") in query
    if url.scheme.startswith("rtmp"):  # FFmpeg takes it as an option, and would send it on as part of the stream name
        query = [(key, value) for key, value in query if key != "listen"]
        text = urlunsplit(url._replace(query=urlencode(query)))
    label = _label(url.scheme, url.hostname or "", port, url.path)
    port = port or (RTMP_PORT if url.scheme == "rtmp" else None)
    return Address(target=text, label=label, scheme=url.scheme, host=url.hostname or "", port=port, listen=listen)


def check_file(address: Address) -> None:
    """Raises `InputError` for what can be told without decoding: missing, a folder, forbidden, empty."""
    path = Path(address.target.removeprefix("file:"))
    if path.is_dir():
        raise InputError(f"{address.label} is a folder", hint="name one audio or video file in it")
    if not path.exists():
        raise InputError(
            f"no such file: {address.label}", hint="check the path; inputs are mic, loopback, push, a file or a URL"
        )
    if not os.access(path, os.R_OK):
        raise InputError(f"no permission to read {address.label}", hint="change its permissions, or copy it elsewhere")
    if path.is_file() and path.stat().st_size == 0:
        raise InputError(f"{address.label} is empty", hint="record or copy the file again")


def _label(scheme: str, host: str, port: int | None, path: str) -> str:
    """The URL without user, password and query; of RTMP also without the last part, the stream key."""
    if scheme.startswith("rtmp") and path.count("/") > 1:
        path = path.rsplit("/", 1)[0] + "/…"
    place = f"[{host}]" if ":" in host else host
    return f"{scheme}://{place}{f':{port}' if port else ''}{path}"
