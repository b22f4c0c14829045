"""WS /v1/captions over real sockets: the contract, and what hostile or unlucky viewers do."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import socket as sockets

import pytest
from conftest import OpenStage, Stage
from delivery_show import SESSION, Show, brief, parse, provoke
from fakes import until
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from sidecar.delivery import server
from sidecar.delivery.conduct import BURST, STRIKES
from sidecar.delivery.sockets import MAX_FRAME_BYTES
from sidecar.delivery.wire import MAX_MESSAGE_BYTES, CaptionMessage, CloseCode

pytestmark = pytest.mark.network


async def hear(viewer: ClientConnection, count: int) -> list[str]:
    async with asyncio.timeout(5):
        return [brief(await viewer.recv()) for _ in range(count)]


async def closed(viewer: ClientConnection) -> int:
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await viewer.recv()
    assert viewer.close_code is not None
    return viewer.close_code


async def test_a_viewer_sees_the_screen_then_what_happens(stage: OpenStage):
    async with stage() as served:
        served.show.final("es")
        async with served.captions("lang=es&second=source", origin="https://shop.example") as viewer:
            assert await hear(viewer, 3) == ["hello", "waiting", "es1"]
            served.show.partial("zh", 2)
            served.show.final("zh")
            served.show.final("en")
            served.show.final("es")
            assert await hear(viewer, 2) == ["zh2", "es4"]


async def test_messages_have_the_shape_of_the_contract(stage: OpenStage):
    async with stage() as served, served.captions("lang=es") as viewer:
        assert json.loads(await viewer.recv()) == {
            "v": 1,
            "type": "hello",
            "session": SESSION,
            "source": "zh",
            "languages": ["zh", "en", "es"],
            "seq": 0,
            "epoch_ms": 1_700_000_000_000,
        }
        assert json.loads(await viewer.recv()) == {"v": 1, "type": "status", "state": "waiting", "message": ""}
        served.show.final("es")
        assert json.loads(await viewer.recv()) == {
            "v": 1,
            "type": "caption",
            "seq": 1,
            "id": 1,
            "revision": 1,
            "final": True,
            "lang": "es",
            "text": "es 1",
            "lines": ["es 1"],
            "start_ms": 1000,
            "end_ms": 1900,
            "source_lang": "zh",
        }


async def test_subscribing_switches_without_reconnecting(stage: OpenStage):
    async with stage() as served, served.captions("lang=es") as viewer:
        await hear(viewer, 2)
        served.show.final("en")
        await viewer.send('{"v":1,"type":"subscribe","lang":"en","future":"field"}')
        assert await hear(viewer, 1) == ["en1"]
        await viewer.send('{"type":"subscribe","lang":""}')
        await viewer.send('{"type":"subscribe","lang":"xx"}')
        assert await hear(viewer, 1) == ["unknown_language"]
        served.show.final("en")
        served.show.hub.end()
        assert await hear(viewer, 1) == ["end"]


async def test_the_end_closes_with_1000_after_everything_was_sent(stage: OpenStage):
    async with stage() as served, served.captions("lang=es&since=0") as viewer:
        await hear(viewer, 2)
        served.show.final("es")
        served.show.hub.end()
        assert await hear(viewer, 2) == ["es1", "end"]
        assert await closed(viewer) == CloseCode.ENDED
        assert await served.show.hub.flush(1)


@pytest.mark.parametrize("since", ["-1", "1.5", "abc", "%00", "9" * 40, "١٢"])
async def test_a_since_that_is_no_number_is_an_error_not_a_crash(stage: OpenStage, since: str):
    async with stage() as served:
        served.show.final("es")
        async with served.captions(f"lang=es&since={since}") as viewer:
            assert sorted(await hear(viewer, 4)) == ["bad_since", "es1", "hello", "waiting"]


async def test_since_of_another_show_counts_as_none(stage: OpenStage):
    async with stage() as served:
        for _ in range(5):
            served.show.final("es")
        async with served.captions("lang=es&since=1&session=yesterday") as viewer:
            assert await hear(viewer, 4) == ["hello", "waiting", "es4", "es5"]
        async with served.captions(f"lang=es&since=1&session={SESSION}") as viewer:
            assert await hear(viewer, 6) == ["hello", "waiting", "es2", "es3", "es4", "es5"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", "malformed"),
        ("", "malformed"),
        ("[]", "malformed"),
        ('{"type":"subscribe"}', "malformed"),
        ('{"type":"subscribe","lang":7}', "malformed"),
        ('{"type":"subscribe","lang":"es","v":2}', "malformed"),
        ("[" * 4000, "malformed"),
        ('{"type":"shutdown"}', "unknown_type"),
        ("{}", "unknown_type"),
        (json.dumps({"type": "subscribe", "lang": "es", "pad": "x" * MAX_MESSAGE_BYTES}), "too_big"),
        (b'{"type":"subscribe","lang":"es"}', "binary"),
    ],
)
async def test_a_message_that_cannot_be_used_gets_an_error_and_repeated_a_close(stage: OpenStage, message, code: str):
    async with stage() as served, served.captions("lang=es") as viewer:
        await hear(viewer, 2)
        await viewer.send(message)
        assert await hear(viewer, 1) == [code]
        served.show.final("es")
        assert await hear(viewer, 1) == ["es1"]
        for _ in range(STRIKES - 1):
            await viewer.send(message)
        assert await closed(viewer) == CloseCode.BAD_MESSAGES


async def test_a_flood_is_answered_and_then_closed(stage: OpenStage):
    async with stage() as served, served.captions("lang=es") as viewer, served.captions("lang=es") as other:
        await hear(other, 2)
        with contextlib.suppress(ConnectionClosed):
            for _ in range(BURST * 5):
                await viewer.send('{"type":"subscribe","lang":"es"}')
        assert await closed(viewer) == CloseCode.FLOOD
        served.show.final("es")
        assert await hear(other, 1) == ["es1"]


async def test_a_message_of_ten_megabytes_is_closed_with_1009_and_takes_no_memory(stage: OpenStage):
    async with stage() as served, served.captions("lang=es", max_size=None) as viewer:
        await hear(viewer, 2)
        before = await resident_mb(served)
        with pytest.raises(ConnectionClosed):
            await provoke(viewer, "x" * 10_000_000)
        assert viewer.close_code == 1009
        async with served.captions("lang=es") as other:
            await hear(other, 2)
        assert (
            await resident_mb(served) - before < 20 + 30
        )  # the client that sends, with its copies, is in this process too


async def resident_mb(served: Stage) -> float:
    lines = (await served.http.get("/metrics")).text.splitlines()
    return float(next(line for line in lines if line.startswith("process_resident_memory_bytes")).split()[1]) / 1e6


async def test_a_message_in_endless_pieces_is_closed_with_1009(stage: OpenStage):
    async with stage() as served, served.captions("lang=es") as viewer:
        await hear(viewer, 2)

        async def pieces():
            for _ in range(100):
                yield "x" * (MAX_FRAME_BYTES // 10)

        with pytest.raises(ConnectionClosed):
            await provoke(viewer, pieces())
        assert viewer.close_code == 1009


async def test_raw_garbage_after_the_handshake_takes_nothing_down(stage: OpenStage):
    async with stage() as served:
        for garbage in (b"\xff" * 4000, b"\x81\x05hello", b"\x88\xfe\xff\xff", b"GET / HTTP/1.1\r\n\r\n"):
            reader, writer = await asyncio.open_connection("127.0.0.1", served.running.port)
            writer.write(
                b"GET /v1/captions?lang=es HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            )
            assert b"101" in await reader.readline()
            writer.write(garbage)
            writer.close()
        async with served.captions("lang=es") as viewer:
            assert await hear(viewer, 2) == ["hello", "waiting"]


async def test_more_viewers_than_allowed_are_told_to_try_again_later(stage: OpenStage):
    async with stage(show=Show(max_viewers=1)) as served, served.captions("lang=es") as first:
        await hear(first, 2)
        async with served.captions("lang=es") as second:
            assert await closed(second) == CloseCode.FULL
            assert "try again" in second.close_reason
        assert (await served.http.get("/healthz")).status_code == 200


BIG = "x" * 10_000
"""Text of which a few hundred captions fill every buffer on the way."""


async def test_a_viewer_that_stops_reading_costs_nobody_anything_and_resumes(stage: OpenStage):
    total = 500
    async with stage(show=Show(mailbox=100)) as served:
        slow = raw_viewer(served.running.port)
        async with served.captions("lang=es") as reader:
            await hear(reader, 2)
            for seq in range(1, total + 1):
                served.show.final("es", text=BIG)
                assert await hear(reader, 1) == [f"es{seq}"]
        assert served.show.hub.counts().messages_skipped > 0
        slow.setblocking(False)
        slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 1 << 20)
        received = bytearray()
        async with asyncio.timeout(30):
            while f'"seq":{total},"id"'.encode() not in received[-3 * len(BIG) :]:
                received += await asyncio.get_running_loop().sock_recv(slow, 1 << 20)
        slow.close()
    numbers = [int(number) for number in re.findall(rb'"seq":(\d+),"id"', received)]
    assert numbers == list(range(1, total + 1))


def raw_viewer(port: int) -> sockets.socket:
    """A viewer that has shaken hands and reads nothing, with little room for what it is sent."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 16_384)
    raw.connect(("127.0.0.1", port))
    raw.sendall(
        b"GET /v1/captions?lang=es&since=0 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    return raw


async def test_a_peer_that_answers_no_ping_is_dropped_even_with_unsent_captions(stage: OpenStage, monkeypatch):
    monkeypatch.setattr(server, "PING_INTERVAL_S", 0.2)
    monkeypatch.setattr(server, "PING_TIMEOUT_S", 0.2)
    async with stage(show=Show(mailbox=400)) as served:
        dead = raw_viewer(served.running.port)
        await until(lambda: served.show.hub.viewer_count == 1)
        for _ in range(300):
            served.show.final("es", text=BIG * 2)
        await until(lambda: served.show.hub.viewer_count == 0)
        dead.close()


async def test_random_disconnects_lose_nothing_and_repeat_nothing(stage: OpenStage):
    rng = random.Random(7)
    total = 150
    async with stage(show=Show(mailbox=16)) as served:
        clients = [asyncio.create_task(flaky(served, random.Random(n))) for n in range(8)]
        await asyncio.sleep(0.2)
        for _ in range(total):
            served.show.partial("es", 10_000)
            served.show.final(rng.choice(["es", "es", "en", "zh"]))
            await asyncio.sleep(rng.choice([0, 0, 0.01]))
        served.show.hub.end()
        expected = [item.seq for item in served.show.kept if item.lang in ("es", "zh")]
        async with asyncio.timeout(30):
            for got in await asyncio.gather(*clients):
                assert got == expected


async def flaky(served: Stage, rng: random.Random) -> list[int]:
    """Read with a connection that breaks again and again, without a word or with one."""
    got: list[int] = []
    since = 0
    while True:
        patience = rng.randint(1, 25)
        async with served.captions(f"lang=es&second=zh&since={since}") as viewer:
            for _ in range(patience):
                message = parse(await viewer.recv())
                if message.type == "end":
                    return got
                if isinstance(message, CaptionMessage) and message.seq is not None:
                    got.append(message.seq)
                    since = message.seq
            if rng.random() < 0.5:
                viewer.transport.abort()


async def test_stopping_the_server_tells_viewers_to_come_back(stage: OpenStage):
    async with stage() as served:
        viewer = await served.captions("lang=es")
        await hear(viewer, 2)
    assert await closed(viewer) == CloseCode.RESTARTING
