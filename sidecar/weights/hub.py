"""Files of a Hugging Face repository. The only importer of huggingface_hub.

The library finds a file and says what it should be; the bytes come by `transfer`, because an interrupted download must
go on where it stopped, also in another process.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import requests

from sidecar.errors import CorruptModelError, ModelError
from sidecar.weights import reach, transfer
from sidecar.weights.manifest import HubSource, ModelFile
from sidecar.weights.progress import Step

_METADATA_TIMEOUT_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file as the hub has it."""

    url: str
    size: int | None
    checksum: str | None
    """SHA-256, or the id of a git blob; None if the hub does not say."""
    commit: str | None
    """The revision that it is of."""


class Hub:
    """One hub: that of ``HF_ENDPOINT``, or Hugging Face."""

    def __init__(self, http: requests.Session, patience: transfer.Patience | None = None) -> None:
        self._http = http
        self._patience = patience

    def check(self) -> None:
        """Raises `ModelError` if the hub is switched off or out of reach."""
        from huggingface_hub import constants

        if constants.is_offline_mode() or os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}:
            raise ModelError("the hub is switched off by HF_HUB_OFFLINE", hint="unset HF_HUB_OFFLINE")
        if why := reach.obstacle(_endpoint()):
            raise ModelError(f"the hub cannot be reached: {why}", hint="check the network, or set HF_ENDPOINT")

    def find(self, source: HubSource, file: ModelFile) -> Remote:
        """What the hub has under the name of ``file``. Raises `ModelError`, also if it is not the file we know."""
        import httpx2
        from huggingface_hub import get_hf_file_metadata, hf_hub_url  # pyright: ignore[reportUnknownVariableType]
        from huggingface_hub.errors import HfHubHTTPError

        url = hf_hub_url(source.repository, file.path, revision=source.revision, endpoint=_endpoint())
        try:
            found = get_hf_file_metadata(url, timeout=_METADATA_TIMEOUT_S, endpoint=_endpoint())
        except (HfHubHTTPError, httpx2.HTTPError, OSError) as exc:
            reason = f"{type(exc).__name__.removesuffix('Error')} error"
            raise ModelError(f"{source.repository}/{file.path}: {reason} from the hub", hint="try later") from exc
        if file.sha256 and _is_sha256(found.etag) and found.etag != file.sha256:
            raise CorruptModelError(
                f"{source.repository}/{file.path} is not the file that it was", hint="it was not downloaded"
            )
        return Remote(
            url=url,
            size=found.size,
            checksum=found.etag if _is_checksum(found.etag) else None,
            commit=found.commit_hash,
        )

    def fetch(self, remote: Remote, file: ModelFile, target: Path, step: Step) -> None:
        """Bring the file to ``target``, going on from what is there. Raises `ModelError`."""
        from huggingface_hub.utils import build_hf_headers  # pyright: ignore[reportUnknownVariableType]

        transfer.fetch(
            self._http,
            remote.url,
            target,
            what=f"{file.path} from the hub",
            size=file.size or remote.size,
            step=step,
            headers=build_hf_headers(),
            patience=self._patience,
        )


def _endpoint() -> str:
    from huggingface_hub import constants

    return os.environ.get("HF_ENDPOINT", constants.ENDPOINT).rstrip("/")


def _is_sha256(etag: str | None) -> bool:
    return etag is not None and len(etag) == 64 and _is_hexadecimal(etag)


def _is_checksum(etag: str | None) -> bool:
    return etag is not None and len(etag) in (40, 64) and _is_hexadecimal(etag)


def _is_hexadecimal(text: str) -> bool:
    return all(digit in "0123456789abcdef" for digit in text)
