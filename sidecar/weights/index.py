"""The Python package index of this machine: where it is, and where it keeps a wheel.

The only importer of pypi_simple.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from requests.auth import HTTPBasicAuth

from sidecar.errors import ModelError
from sidecar.weights import reach, transfer

_VARIABLES = ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    """A wheel as the index offers it."""

    url: str
    filename: str
    size: int | None


class Index:
    """The package index that the user's pip or uv would ask, with the credentials in its address."""

    def __init__(self, http: requests.Session, address: str | None = None) -> None:
        self._http = http
        self._url, login = _split_login(configured() if address is None else address)
        if login:
            http.auth = _ForHost(*login, host=urlsplit(self._url).netloc)

    def check(self) -> None:
        """Raises `ModelError` if the index is out of reach."""
        if why := reach.obstacle(self._url):
            raise ModelError(
                f"the package index cannot be reached: {why}", hint="check the network, or set PIP_INDEX_URL"
            )

    def find(self, package: str, version: str, patience: transfer.Patience) -> Wheel:
        """The wheel of a release. Raises `ModelError`."""
        from pypi_simple import NoSuchProjectError, PyPISimple, UnsupportedContentTypeError

        missing = ModelError(
            f"{package} {version} is not on the package index", hint="set PIP_INDEX_URL to one that has it"
        )
        client = PyPISimple(self._url, session=self._http)
        for failures in range(1, patience.attempts + 1):
            try:
                offered = client.get_project_page(package, timeout=patience.timeout).packages
                break
            except NoSuchProjectError as exc:
                raise missing from exc
            except UnsupportedContentTypeError as exc:
                raise ModelError("what answers is no package index", hint="check PIP_INDEX_URL") from exc
            except requests.RequestException as exc:
                if failures == patience.attempts or _final(exc):
                    raise ModelError(
                        f"the package index: {transfer.explain(exc)}", hint="check the network, or set PIP_INDEX_URL"
                    ) from exc
                patience.back_off(failures)
        else:
            raise missing
        for found in offered:
            if found.version == version and found.package_type == "wheel":
                return Wheel(url=found.url, filename=found.filename, size=found.size)
        raise missing


class _ForHost(HTTPBasicAuth):
    """Credentials that go to one host and to no other, such as the one that stores the files."""

    def __init__(self, username: str, password: str, *, host: str) -> None:
        super().__init__(username, password)
        self._host = host

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        return super().__call__(r) if urlsplit(r.url or "").netloc == self._host else r


def _final(exc: requests.RequestException) -> bool:
    status = exc.response.status_code if exc.response is not None else 500
    return 400 <= status < 500 and status != 429


def _split_login(address: str) -> tuple[str, tuple[str, str] | None]:
    """The address without user and password, and these two."""
    parts = urlsplit(address)
    if parts.username is None:
        return address, None
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, (unquote(parts.username), unquote(parts.password or ""))


def configured(environment: Mapping[str, str] = os.environ) -> str:
    """Address of the index: from the environment, from pip's configuration, or pypi_simple's own default."""
    for name in _VARIABLES:
        if address := environment.get(name):
            return address
    if address := _of_pip():
        return address
    from pypi_simple import PYPI_SIMPLE_ENDPOINT

    return PYPI_SIMPLE_ENDPOINT


def _of_pip() -> str:
    """What pip is configured to use; empty where it is not, or where there is no pip."""
    beside = Path(sys.executable).with_name("pip")
    pip = str(beside) if beside.exists() else shutil.which("pip3") or shutil.which("pip")
    if pip is None:
        return ""
    try:
        asked = subprocess.run([pip, "config", "list"], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    # `pip config get` does not look into the file that PIP_CONFIG_FILE names; `list` does.
    found = re.search(r"^(?:global|install|download)\.index-url='(.+)'$", asked.stdout, re.MULTILINE)
    return found[1] if found else ""
