"""What is kept of a session beside its captions, and what it is called."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that are mistaken for another


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """A session. ``started_epoch_ms`` is Unix time of audio position 0; ``ended_epoch_ms`` is None while it runs,
    and stays None if the process died. ``source`` is the host's language, or ``auto`` until it is known;
    ``languages`` are all that captions come in, the source first."""

    id: str
    started_epoch_ms: int
    source: str
    languages: tuple[str, ...]
    input: str = ""
    title: str = ""
    ended_epoch_ms: int | None = None
    note: str = ""


def session_id(started: datetime, rng: random.Random) -> str:
    """A name that sorts by time and can be read out: ``2026-11-22-1915-k3f9``. ``started`` is in the host's zone."""
    return f"{started:%Y-%m-%d-%H%M}-{''.join(rng.choices(_LETTERS, k=4))}"
