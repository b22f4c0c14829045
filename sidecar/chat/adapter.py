"""What the chat of a platform looks like to Sidecar. Another platform is one file like twitch.py.

A package of somebody else's adds one by an entry point of the group ``sidecar.chat``: see open.py.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """One message of one viewer, as the platform has it: nothing in it is to be trusted.

    ``id`` is unique within ``channel``, which is the adapter's name. ``author_key`` stays the same for one author,
    ``author_name`` is what others see. ``at_ms`` is Unix time; ``lang`` is None where the platform does not say.
    """

    id: str
    author_key: str
    author_name: str
    text: str
    at_ms: int
    channel: str
    lang: str | None = None


class ChatState(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    RECONNECTING = "reconnecting"  # it was lost or is refused for now; tried again with back-off
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatStatus:
    """State of a chat, with a sentence for the technician."""

    state: ChatState
    message: str


OnChatStatus = Callable[[ChatStatus], None]
"""Called on the event loop, never from another thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much a platform lets one account send: ``messages`` in any ``window_ms``, ``gap_ms`` apart at least."""

    messages: int
    window_ms: int
    gap_ms: int = 0


class ChatAdapter(Protocol):
    """A platform's chat in one room.

    ``name`` is the channel of its messages, ``max_chars`` the longest text that it sends, ``pace`` how often; who calls
    `send` keeps to both (outgoing.py).
    """

    name: str
    max_chars: int
    pace: Pace

    def messages(self, on_status: OnChatStatus) -> AsyncGenerator[ChatMessage]:
        """What viewers write from now on, until the chat ends. May be iterated once; a message may come twice.

        A connection that is lost is opened again, and ``on_status`` told. Raises `ChatError` where trying again cannot
        help: a token that is refused, a channel that is not there.
        """
        ...

    async def send(self, text: str, reply_to: ChatMessage | str | None = None) -> None:
        """Writes one line, as an answer to a message or its id where the platform can show that.

        Raises `ChatError` where it cannot, `ChatBusyError` where it could not now and surely has not.
        """
        ...

    async def aclose(self) -> None:
        """Lets go of what `send` holds."""
        ...
