"""One URL into one file: continued where it stopped, tried again when the line drops.

The only importer of requests' transport errors.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import requests

from sidecar import __version__
from sidecar.errors import ModelError
from sidecar.weights.progress import Step

BLOCK = 1 << 16
"""Bytes at a time; what is lost at most when a connection drops."""
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on when a server does not answer or a connection drops."""

    connect_s: float = 5
    read_s: float = 20
    attempts: int = 6
    """Failures in a row without a byte of progress after which it is given up."""
    restarts: int = 50
    """Failures in all."""
    base_s: float = 0.5
    most_s: float = 8
    sleep: Callable[[float], None] = time.sleep

    @property
    def timeout(self) -> tuple[float, float]:
        return self.connect_s, self.read_s

    def back_off(self, failures: int) -> None:
        """Wait before the next try, twice as long after every failure."""
        self.sleep(min(self.most_s, self.base_s * 2 ** (failures - 1)))


def session(environment: Mapping[str, str] = os.environ) -> requests.Session:
    """A session that trusts what the user's other tools trust; proxies and .netrc as requests reads them."""
    made = requests.Session()
    made.headers["User-Agent"] = f"sidecar/{__version__}"
    made.headers["Accept-Encoding"] = "identity"
    for name in _BUNDLE_VARIABLES:
        if (bundle := environment.get(name)) and os.path.exists(bundle):
            made.verify = bundle
            break
    return made


class _Refused(Exception):
    """The server answered, and asking again will not help."""


class _Stale(Exception):
    """What is here already is no beginning of what the server has."""


def fetch(
    http: requests.Session,
    url: str,
    target: Path,
    *,
    what: str,
    size: int | None = None,
    step: Step = lambda done: None,
    headers: Mapping[str, str] | None = None,
    patience: Patience | None = None,
) -> None:
    """Bring ``url`` into ``target``, after the bytes that ``target`` has already.

    ``size``: bytes of the whole, if known. Raises `ModelError` in terms of ``what`` when it cannot be had; the
    bytes so far stay in ``target``, and another call goes on from there.
    """
    patience = patience or Patience()
    stuck = 0
    for failures in range(1, patience.restarts + 1):
        before = _length(target)
        try:
            if _continue(http, url, target, size, step, dict(headers or {}), patience):
                return
            reason = "the connection ended early"
        except requests.RequestException as exc:
            reason = explain(exc)
        except _Stale as exc:
            target.unlink(missing_ok=True)
            reason = str(exc)
        except _Refused as exc:
            raise ModelError(f"{what}: {exc}", hint="check the address and your access to it") from exc
        stuck = 0 if _length(target) > before else stuck + 1
        if stuck >= patience.attempts or failures == patience.restarts:
            raise ModelError(f"{what}: {reason}", hint="check the network; what has come is kept")
        patience.back_off(max(1, stuck))


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _continue(
    http: requests.Session,
    url: str,
    target: Path,
    size: int | None,
    step: Step,
    headers: dict[str, str],
    patience: Patience,
) -> bool:
    """One request. True: the file is complete."""
    have = _length(target)
    if size is not None and have >= size:
        if have == size:
            step(have)
            return True
        target.unlink()
        have = 0
    if have:
        headers["Range"] = f"bytes={have}-"
    with http.get(url, headers=headers, stream=True, timeout=patience.timeout) as response:
        start, total = _placed(response, have)
        if size is not None and total is not None and total != size:
            raise _Refused(f"it has {total} bytes there instead of {size}")
        if start == total:
            return True
        with target.open("ab") as stream:
            stream.truncate(start)
            written = _write(response, stream, start, step)
    expected = size if size is not None else total
    return expected is None or written == expected


def _placed(response: requests.Response, have: int) -> tuple[int, int | None]:
    """Where the bytes of ``response`` begin, and how many there are in all.

    A start at the total means that nothing is left to fetch. Raises `requests.HTTPError` where waiting may help,
    `_Stale` where starting afresh will, `_Refused` where nothing does.
    """
    status = response.status_code
    if status == 200:
        length = response.headers.get("Content-Length")
        return 0, int(length) if length else None
    if status in (206, 416):
        span, _, whole = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
        total = int(whole) if whole.isdigit() else None
        if (status == 206 and span.split("-")[0] == str(have)) or (status == 416 and total == have):
            return have, total
        raise _Stale("the server has something else now")
    if status in (408, 425, 429) or status >= 500:
        raise requests.HTTPError(f"the server answered {status}", response=response)
    raise _Refused(f"the server answered {status}")


def _write(response: requests.Response, stream: BinaryIO, start: int, step: Step) -> int:
    """Append the body. Bytes that came before a failure are in the file. Returns the length of the file."""
    done = start
    for block in response.iter_content(BLOCK):
        done += stream.write(block)
        step(done)
    return done


def explain(exc: requests.RequestException) -> str:
    """The failure in a few words for a person."""
    match exc:
        case requests.exceptions.SSLError():
            return "its certificate is not trusted (SSL_CERT_FILE names the authorities to trust)"
        case requests.exceptions.ProxyError():
            return "the proxy cannot be reached"
        case requests.ConnectTimeout() | requests.ReadTimeout():
            return "no answer in time"
        case requests.exceptions.ChunkedEncodingError():
            return "the connection broke off"
        case requests.HTTPError():
            return str(exc)
        case requests.ConnectionError():
            return "no connection"
        case _:
            return type(exc).__name__
