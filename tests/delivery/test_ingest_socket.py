"""WS /v1/ingest over real sockets."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

import pytest
from conftest import OpenStage
from delivery_show import brief, provoke
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sidecar.audio.push import PushSource
from sidecar.delivery.sockets import is_same_site
from sidecar.delivery.wire import CloseCode
from sidecar.errors import InputError

pytestmark = pytest.mark.network


@dataclass
class Recorder:
    """An input for one pusher at a time that remembers what it was fed."""

    rate: int = 0
    data: bytes = b""
    open: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def connect(self, rate: int) -> Recorder:
        if self.open:
            raise InputError("somebody pushes audio already", hint="stop the other pusher first")
        self.rate, self.open = rate, True
        self.gone.clear()
        return self

    def feed(self, data: bytes) -> None:
        self.data += data

    def close(self) -> None:
        self.open = False
        self.gone.set()


async def test_binary_messages_arrive_in_order_and_the_end_is_noticed(stage: OpenStage):
    recorder = Recorder()
    async with stage(ingest=recorder) as served:
        async with served.ingest("rate=48000") as pusher:
            for number in range(50):
                await pusher.send(bytes([number]) * 999)
        await asyncio.wait_for(recorder.gone.wait(), 5)
    assert recorder.rate == 48_000
    assert recorder.data == b"".join(bytes([number]) * 999 for number in range(50))


async def test_a_push_source_takes_what_is_pushed(stage: OpenStage):
    source = PushSource()
    async with stage(ingest=source) as served, served.ingest() as pusher:
        chunks = source.chunks(lambda status: None)
        await pusher.send(b"\x00\x40" * 16_000)
        async with asyncio.timeout(10):
            chunk = await anext(chunks)
    assert len(chunk.samples) > 0
    assert chunk.position == 0


async def test_a_second_pusher_is_told_that_somebody_else_is_pushing(stage: OpenStage):
    recorder = Recorder()
    async with stage(ingest=recorder) as served, served.ingest() as first:
        await first.send(b"ab")
        async with served.ingest() as second:
            assert brief(await second.recv()) == "input"
            with pytest.raises(ConnectionClosed):
                await second.recv()
            assert second.close_code == CloseCode.BUSY
        await first.send(b"cd")
        await first.close()
        await asyncio.wait_for(recorder.gone.wait(), 5)
        async with served.ingest() as third:
            await third.send(b"ef")
        await asyncio.wait_for(recorder.gone.wait(), 5)
    assert recorder.data == b"abcdef"


@pytest.mark.parametrize("query", ["rate=abc", "rate=0", "rate=999999", "rate=-16000", "rate="])
async def test_a_wrong_rate_is_refused(stage: OpenStage, query: str):
    async with stage(ingest=Recorder()) as served, served.ingest(query) as pusher:
        assert brief(await pusher.recv()) == "bad_rate"
        with pytest.raises(ConnectionClosed):
            await pusher.recv()
        assert pusher.close_code == CloseCode.BAD_INGEST


async def test_text_is_no_audio(stage: OpenStage):
    recorder = Recorder()
    async with stage(ingest=recorder) as served, served.ingest() as pusher:
        await pusher.send("hello")
        assert brief(await pusher.recv()) == "not_audio"
        with pytest.raises(ConnectionClosed):
            await pusher.recv()
        assert pusher.close_code == CloseCode.BAD_INGEST
        assert not recorder.open


async def test_ten_megabytes_at_once_are_refused(stage: OpenStage):
    recorder = Recorder()
    async with stage(ingest=recorder) as served, served.ingest() as pusher:
        with pytest.raises(ConnectionClosed):
            await provoke(pusher, b"\x00" * 10_000_000)
        assert pusher.close_code == 1009
        await asyncio.wait_for(recorder.gone.wait(), 5)
    assert recorder.data == b""


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_pages_of_other_sites_may_not_push(stage: OpenStage, origin: str):
    async with stage(ingest=Recorder()) as served:
        with pytest.raises(InvalidStatus) as caught:
            await served.ingest(origin=origin)
        assert caught.value.response.status_code == 403
        async with served.ingest(origin=served.running.url):
            pass


async def test_a_session_that_takes_no_push_says_so(stage: OpenStage):
    async with stage() as served:
        with pytest.raises(InvalidStatus) as caught:
            await served.ingest()
        assert caught.value.response.status_code == 404
        assert b"--input push" in bytes(caught.value.response.body)


def test_no_origin_is_no_page():
    assert is_same_site({"host": "a:1"})
    assert is_same_site({"host": "A:1", "origin": "http://a:1"})
    assert not is_same_site({"host": "a:1", "origin": "http://a:2"})
    assert not is_same_site({"host": "a:1", "origin": "http://a:1.evil"})


async def test_each_voice_is_pushed_under_its_name(stage: OpenStage):
    host, guest = Recorder(), Recorder()
    async with stage(ingest={"Host": host, "小 Li & Co": guest}) as served:
        async with served.ingest("voice=%E5%B0%8F+Li+%26+Co") as pusher:
            await pusher.send(b"guest!")
        await asyncio.wait_for(guest.gone.wait(), 5)
        async with served.ingest("rate=8000") as pusher, served.ingest("voice=%E5%B0%8F+Li+%26+Co") as other:
            await pusher.send(b"host")
            await other.send(b"once more")
        await asyncio.wait_for(asyncio.gather(host.gone.wait(), guest.gone.wait()), 5)
    assert (host.data, host.rate) == (b"host", 8000)
    assert guest.data == b"guest!once more"


async def test_a_voice_that_nobody_has_is_refused_with_those_there_are(stage: OpenStage):
    async with stage(ingest={"Host": Recorder(), "Guest": Recorder()}) as served:
        with pytest.raises(InvalidStatus) as caught:
            await served.ingest("voice=Gast")
        assert caught.value.response.status_code == 404
        answer = json.loads(bytes(caught.value.response.body))
        assert answer["code"] == "unknown_voice"
        assert "Host, Guest" in answer["hint"]
