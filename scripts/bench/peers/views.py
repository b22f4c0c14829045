"""What a viewer of each system reads, from what the system sends. Pure.

In: records in the order in which they came, with ``t``, seconds since audio position 0. Out: two logs of captions.
"shown" is all that is on the page, "confirmed" only what the system will not change again. The transcript of a peer is
one caption, which grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sidecar.bench.captions import Event

Record = dict[str, Any]
Views = dict[str, list[Event]]

SILENCE = -2
"""The "speaker" of WhisperLiveKit's lines that only say for how long nobody spoke."""


def whisperlivekit(records: Iterable[Record]) -> Views:
    """From messages of ``/asr``, as its page draws them: the lines, and what is pending after the last of them."""
    states: list[tuple[float, str, str]] = []
    for record in records:
        message = record["message"]
        if "lines" in message:  # else it is about the connection
            lines = [line["text"] for line in message["lines"] if line["speaker"] != SILENCE and line["text"]]
            states.append((record["t"], " ".join(lines), message["buffer_transcription"]))
    return _views(states)


def whisper_streaming(records: Iterable[Record]) -> Views:
    """From what its processor returned (``confirmed``) and what it holds back for now (``pending``)."""
    states: list[tuple[float, str, str]] = []
    confirmed = ""
    for record in records:
        confirmed += record["confirmed"]  # with the spaces between words, where there are any
        states.append((record["t"], confirmed, record["pending"]))
    return _views(states)


def sidecar(changes: Iterable[Record]) -> Views:
    """From what ``caption-events`` made of ``sidecar run --events``."""
    shown = [
        Event(t_s=change["t"], id=change["id"], text=change.get("text"), final=change.get("final", False))
        for change in changes
    ]
    return {"shown": shown, "confirmed": [event for event in shown if event.final or event.text is None]}


def _views(states: list[tuple[float, str, str]]) -> Views:
    return {
        "shown": list(_changes((t_s, f"{confirmed} {pending}".strip()) for t_s, confirmed, pending in states)),
        "confirmed": list(_changes((t_s, confirmed.strip()) for t_s, confirmed, _ in states)),
    }


def _changes(states: Iterable[tuple[float, str]]) -> Iterator[Event]:
    last = ""
    for t_s, text in states:
        if text != last:
            yield Event(t_s=t_s, id=0, text=text)
            last = text
