"""Something in a text that may be a name."""

from __future__ import annotations

from typing import NamedTuple


class Candidate(NamedTuple):
    """Tokens ``first`` to before ``stop`` may be ``written``; ``doubt`` 0 is certain, 1 is not alike at all."""

    first: int
    stop: int
    written: str
    doubt: float
