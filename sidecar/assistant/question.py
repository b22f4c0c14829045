"""What a viewer asked, as it is kept: cleaned, masked, and with nothing that says who the viewer is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

PAGE = "page"
"""The channel of our own pages."""


def digest(channel: str, key: str) -> str:
    """What is kept of the key by which somebody asks: it says that two questions are of one person, and not who."""
    return hashlib.sha256(f"{channel} {key}".encode()).hexdigest()[:32]


class Concern(StrEnum):
    """Why a question should not wait."""

    HEALTH = "health"
    ORDER = "order"
    COMPLAINT = "complaint"


class Fate(StrEnum):
    """What became of a question, in terms for the one who asked."""

    RECEIVED = "received"
    ANSWERED = "answered"
    ON_AIR = "on_air"  # the host has said it
    CLOSED = "closed"  # nobody will answer it
    EXPIRED = "expired"
    RETRACTED = "retracted"  # it was answered, and the answer taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of one viewer.

    ``asker`` is a digest of the asker's key, ``name`` what the asker is called in public, empty if nothing. ``channel``
    is where it came from and where the answer goes. ``text`` is clean and masked; ``at_ms`` is Unix time.
    """

    id: str
    asker: str
    lang: str
    text: str
    at_ms: int
    channel: str = PAGE
    name: str = ""
    concern: Concern | None = None
