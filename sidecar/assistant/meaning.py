"""Texts looked at with fresh vectors, and one vector for all that was seen: for grouping what viewers ask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sidecar import language
from sidecar.assistant import likeness
from sidecar.assistant.asked_in import asked_in
from sidecar.assistant.embedding import Floats, embed
from sidecar.assistant.likeness import Texts

_SHARES = (0.30, 0.30, 0.20, 0.20)
"""Of e5, USE, what is near and the concepts in the likeness of two texts."""


def looked(texts: Sequence[str], langs: Sequence[str]) -> Texts:
    """``texts`` in ``langs``; takes about 20 ms each."""
    return likeness.look(texts, [language.base(lang) for lang in langs], embed(texts))


def of(texts: Sequence[str]) -> Floats:
    """(n, d) unit vectors: the dot product of two tells how alike they are in meaning, whatever their languages."""
    return of_looked(looked(texts, [asked_in(text) for text in texts]))


def of_looked(seen: Texts) -> Floats:
    """The same of texts that were looked at."""
    weight = likeness.rarity()
    named = seen.concepts * weight
    parts = (seen.e5, seen.use * seen.knows_use()[:, None], likeness.profile(seen), named)
    together = np.concatenate(
        [np.sqrt(share) * _unit(part) for share, part in zip(_SHARES, parts, strict=True)], axis=1
    )
    return _unit(together)


def _unit(rows: Floats) -> Floats:
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)).astype(np.float32)
