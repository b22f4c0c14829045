"""Checksums of files on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

_BLOCK = 1 << 20


def sha256(path: Path) -> str:
    """SHA-256 of the file, in lower-case hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def git_blob(path: Path) -> str:
    """The id that git gives to a file of these bytes, which the hub states for files that are kept in git itself."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def matches(path: Path, expected: str) -> bool:
    """Whether the file has the checksum ``expected``: a SHA-256 (64 digits) or the id of a git blob (40)."""
    return (git_blob(path) if len(expected) == 40 else sha256(path)) == expected
