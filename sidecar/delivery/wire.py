"""Every message on the wire, defined once. Contract: docs/wire.md.

JSON text, UTF-8; ``v`` is 1. Times are integer milliseconds of the session's audio clock.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from sidecar.assistant.question import Fate
from sidecar.captions.caption import Caption, Removal

VERSION: Literal[1] = 1
MAX_MESSAGE_BYTES = 4096
"""Largest message a viewer may send."""
AskerKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
"""What a viewer's page made up to know its own questions by. Only a digest of it is kept."""


class CloseCode(IntEnum):
    """Why the server closes a connection; RFC 6455 adds 1009, a message that is too big."""

    ENDED = 1000  # the show is over
    FAILED = 1011  # something went wrong in the server, or pings were not answered; come back with since=
    RESTARTING = 1012  # the server goes away; come back
    FULL = 1013  # as many viewers as allowed; try again later
    BAD_MESSAGES = 4400  # messages that cannot be used, again and again
    TOO_SLOW = 4408  # reads far more slowly than the host speaks; come back with since=
    BUSY = 4409  # somebody else pushes audio already
    BAD_INGEST = 4415  # pushed data that is not audio: a wrong rate, a text message
    FLOOD = 4429  # far too many messages a second


class Message(BaseModel):
    """What all messages share. Unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    v: Literal[1] = VERSION

    def encode(self) -> str:
        """The JSON text that goes out; absent fields are left out."""
        return self.model_dump_json(exclude_none=True)


class Hello(Message):
    """First message to every viewer."""

    type: Literal["hello"] = "hello"
    session: str
    source: str = Field(description="Language of the host, or 'auto' until it is known")
    languages: tuple[str, ...] = Field(description="Every language captions come in, the source first")
    seq: int = Field(description="Sequence number of the newest stored message")
    epoch_ms: int = Field(description="Unix time of audio position 0")
    speakers: tuple[str, ...] | None = Field(
        default=None, description="Everybody whose words are captioned, the host first; absent where that is one"
    )


class CaptionMessage(Message):
    """A caption, new or revised. ``id`` with ``lang`` names it; a later revision replaces it."""

    type: Literal["caption"] = "caption"
    seq: int | None = Field(default=None, description="Absent on a partial")
    id: int
    revision: int
    final: bool
    lang: str
    text: str
    lines: tuple[str, ...] = Field(description="The text broken for the screen, at most two lines")
    start_ms: int
    end_ms: int
    source_lang: str
    speaker: str | None = Field(default=None, description="Who said it, one of the speakers of hello")
    untranslated: bool | None = Field(default=None, description="True where text is the source line")
    stable: int | None = Field(default=None, description="Characters of a partial that will most likely stay")


class Remove(Message):
    """A caption is withdrawn."""

    type: Literal["remove"] = "remove"
    seq: int | None = None
    id: int
    lang: str


class State(StrEnum):
    """What the show is doing, for the viewer."""

    WAITING = "waiting"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    ENDED = "ended"


class StatusMessage(Message):
    """A change of state, with a sentence for people."""

    type: Literal["status"] = "status"
    state: State
    message: str


class Answer(Message):
    """The shop answers a question for everyone to see. ``id`` names it: a later one replaces it."""

    type: Literal["answer"] = "answer"
    id: str
    lang: str = Field(description="Language of text")
    text: str
    asked: str | None = Field(default=None, description="A question that it answers, where one is in lang")
    retracted: bool | None = Field(default=None, description="True where it is taken back")


class QuestionMessage(Message):
    """What became of a question, for the one who asked it. ``id`` names it: a later one replaces it."""

    type: Literal["question"] = "question"
    id: str
    state: Fate
    asked: str = Field(description="The question as it is kept: without telephone numbers, addresses and the like")
    at_ms: int = Field(description="Unix time at which it was asked")
    answer: str | None = Field(default=None, description="Where state is answered")
    lang: str | None = Field(default=None, description="Language of answer")


class End(Message):
    """The show is over; nothing follows."""

    type: Literal["end"] = "end"


class ErrorMessage(Message):
    """The peer sent something that cannot be used."""

    type: Literal["error"] = "error"
    code: str
    message: str


class Subscribe(Message):
    """A viewer switches language without reconnecting. ``lang`` may be ``""`` for no captions."""

    type: Literal["subscribe"]
    lang: str = Field(max_length=35)
    second: str | None = Field(default=None, max_length=35)
    asker: AskerKey | None = Field(default=None, description="Key with which this viewer asked questions")


ServerMessage = Annotated[
    Hello | CaptionMessage | Remove | StatusMessage | Answer | QuestionMessage | End | ErrorMessage,
    Field(discriminator="type"),
]
SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)
ViewerMessage = Subscribe
"""The only message a viewer sends."""


def caption_message(caption: Caption) -> CaptionMessage:
    return CaptionMessage(
        seq=caption.seq,
        id=caption.id,
        revision=caption.revision,
        final=caption.final,
        lang=caption.lang,
        text=caption.text,
        lines=caption.lines,
        start_ms=caption.start_ms,
        end_ms=caption.end_ms,
        source_lang=caption.source_lang,
        speaker=caption.speaker,
        untranslated=None if caption.translated else True,
        stable=caption.stable,
    )


def remove_message(removal: Removal) -> Remove:
    return Remove(seq=removal.seq, id=removal.id, lang=removal.lang)
