"""A source that comes late is waited for; one that was there and fails is not."""

from __future__ import annotations

import asyncio

import pytest
from fakes import ScriptedSource, talk

from sidecar.audio.patient import PatientSource
from sidecar.audio.source import SourceStatus
from sidecar.errors import InputError, InputLostError

CHUNKS = talk("hello").chunks()


async def test_it_is_opened_again_until_there_is_audio(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    sources = [ScriptedSource([], error=InputError("nobody there")) for _ in range(3)] + [ScriptedSource(CHUNKS)]
    waiting = iter(sources)
    source = PatientSource(lambda: next(waiting), reconnect_max_s=1.5)
    said: list[SourceStatus] = []
    with monkeypatch.context() as patch:
        patch.setattr(asyncio, "sleep", pause)
        heard = [chunk async for chunk in source.chunks(said.append)]
    assert heard == CHUNKS
    assert [seconds for seconds in pauses if seconds] == [0.5, 1.0, 1.5]
    assert sum("nobody there" in status.message for status in said) == 3
    assert said[-1].state == "ended"
    assert all(each.closed for each in sources)


async def test_what_fails_once_it_was_heard_is_raised() -> None:
    source = PatientSource(lambda: ScriptedSource(CHUNKS, error=InputLostError("gone")), reconnect_max_s=1)
    chunks = source.chunks(lambda _: None)
    assert [await anext(chunks) for _ in CHUNKS] == CHUNKS
    with pytest.raises(InputLostError):
        await anext(chunks)


def test_what_can_be_told_at_once_is() -> None:
    def refuse() -> ScriptedSource:
        raise InputError("no such scheme")

    with pytest.raises(InputError):
        PatientSource(refuse, reconnect_max_s=1)
