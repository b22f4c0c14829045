"""Vectors of texts that were embedded before, in a file: a shop that is opened again is ready at once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import numpy as np
import platformdirs

from sidecar.assistant.embedding import E5_DIMENSIONS, ENCODERS, USE_DIMENSIONS, Floats, Vectors, embed

MOST = 20_000
"""Texts that are kept, the last used ones: 36 MB."""


class KeptVectors:
    """Call it as `embed`. A file that cannot be read or written costs time, nothing else."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or platformdirs.user_cache_path("sidecar") / "vectors.npz"
        self._rows: dict[str, Floats] | None = None

    def __call__(self, texts: Sequence[str]) -> Vectors:
        rows = self._read()
        keys = [_key(text) for text in texts]
        missing = dict.fromkeys((key, text) for key, text in zip(keys, texts, strict=True) if key not in rows)
        if missing:
            fresh = embed([text for _, text in missing])
            for at, (key, _) in enumerate(missing):
                rows[key] = np.concatenate([fresh.e5[at], fresh.use[at]])
        used = {key: rows.pop(key) for key in dict.fromkeys(keys)}
        rows.update(used)  # the last used come last
        if missing:
            self._write()
        together = np.array([rows[key] for key in keys], np.float32).reshape(len(keys), E5_DIMENSIONS + USE_DIMENSIONS)
        return Vectors(together[:, :E5_DIMENSIONS], together[:, E5_DIMENSIONS:])

    def _read(self) -> dict[str, Floats]:
        if self._rows is None:
            self._rows = {}
            with contextlib.suppress(OSError, ValueError, KeyError, zipfile.BadZipFile), np.load(self._path) as file:
                rows = file["rows"].astype(np.float32)
                self._rows = dict(zip((str(key) for key in file["keys"]), rows, strict=True))
        return self._rows

    def _write(self) -> None:
        rows = dict(list(self._read().items())[-MOST:])
        self._rows = rows
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, suffix=".npz")
            try:
                with os.fdopen(handle, "wb") as stream:
                    np.savez(stream, keys=np.array(list(rows)), rows=np.array(list(rows.values()), np.float16))
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise


def _key(text: str) -> str:
    """Of ``text`` and the encoders: vectors of others are not taken for theirs."""
    return hashlib.sha256(f"{_versions()}\n{text}".encode("utf-8", "replace")).hexdigest()[:32]


@lru_cache(maxsize=1)
def _versions() -> str:
    with contextlib.suppress(metadata.PackageNotFoundError):
        return " ".join(metadata.version(package) for package in ENCODERS)
    return ""
