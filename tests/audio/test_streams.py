"""Streams that ffmpeg sends over loopback."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
from audio_sound import Heard, WriteMedia, hear
from folder_server import serving

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.audio.media import MediaSource
from sidecar.audio.source import SourceState
from sidecar.errors import InputError

pytestmark = [pytest.mark.network, pytest.mark.usefixtures("no_proxy")]


@contextlib.asynccontextmanager
async def running(*command: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def becomes(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110  what another process does sets no event
        await asyncio.sleep(0.1)


def pushing(ffmpeg: str, seconds: float, *target: str) -> tuple[str, ...]:
    """ffmpeg as a broadcaster: a tone, for so long, in real time."""
    return (
        ffmpeg,
        "-v",
        "quiet",
        "-re",
        "-f",
        "lavfi",
        "-i",
        f"sine=frequency=440:sample_rate=44100:duration={seconds}",
        *target,
    )


def is_the_tone(heard: Heard) -> bool:
    middle = heard.samples[len(heard.samples) // 4 : -len(heard.samples) // 4]
    peak_hertz = int(np.argmax(np.abs(np.fft.rfft(middle)))) * SAMPLE_RATE / len(middle)
    return abs(peak_hertz - 440) < 3


async def test_an_rtmp_push_is_heard_and_after_a_break_heard_again(ffmpeg: str, free_port: int) -> None:
    url = f"rtmp://127.0.0.1:{free_port}/live/show"
    heard = Heard()
    first_over, all_over = asyncio.Event(), asyncio.Event()

    async def listen() -> None:
        source = MediaSource(f"{url}?listen=1", stall_timeout_s=4)
        async with contextlib.aclosing(source.chunks(heard.statuses.append)) as chunks:
            async for chunk in chunks:
                heard.chunks.append(chunk)
                if heard.states.count(SourceState.RECONNECTING):
                    first_over.set()
                if heard.states.count(SourceState.LIVE) == 2 and len(heard.gaps) and heard.seconds > 3.5:
                    all_over.set()

    listener = asyncio.create_task(listen())
    for over in (first_over, all_over):
        while not over.is_set():
            target = ("-c:a", "aac", "-f", "flv", url)
            async with running(*pushing(ffmpeg, 2.5, *target)) as process:
                await process.wait()
            await asyncio.sleep(0.2)
            if heard.states.count(SourceState.RECONNECTING):
                first_over.set()
    listener.cancel()
    await asyncio.wait([listener])
    assert heard.states[:4] == [
        SourceState.OPENING,
        SourceState.LIVE,
        SourceState.RECONNECTING,
        SourceState.LIVE,
    ]
    assert "waiting for a stream" in heard.statuses[0].message
    assert len(heard.gaps) >= 1
    assert 0.2 < heard.gaps[0] < 15
    assert is_the_tone(heard)


async def test_an_srt_push_is_heard(ffmpeg: str, free_port: int) -> None:
    source = MediaSource(f"srt://127.0.0.1:{free_port}?mode=listener", stall_timeout_s=4)
    target = ("-c:a", "aac", "-f", "mpegts", f"srt://127.0.0.1:{free_port}?connect_timeout=3000")

    async def push() -> None:
        while True:
            async with running(*pushing(ffmpeg, 6, *target)) as process:
                await process.wait()
            await asyncio.sleep(0.2)

    pusher = asyncio.create_task(push())
    try:
        heard = await asyncio.wait_for(hear(source, until=lambda h: h.seconds > 2), 30)
    finally:
        pusher.cancel()
        await asyncio.wait([pusher])
    assert heard.states[:2] == [SourceState.OPENING, SourceState.LIVE]
    assert is_the_tone(heard)


async def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match="cannot listen") as caught:
            await hear(MediaSource(f"rtmp://127.0.0.1:{port}/live/show?listen=1"))
    assert "port" in caught.value.hint


async def test_leaving_a_listening_address_frees_its_port(free_port: int) -> None:
    source = MediaSource(f"rtmp://127.0.0.1:{free_port}/live/show?listen=1")
    waiting = asyncio.create_task(hear(source))
    await asyncio.sleep(0.5)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert not [thread for thread in threading.enumerate() if thread.name == "media"]


async def test_a_file_on_the_web_is_played_to_its_end(clip: WriteMedia) -> None:
    with serving(clip("a.mp3", 3.0, codec="libmp3lame").parent) as url:
        heard = await hear(MediaSource(f"{url}/a.mp3", pace="max"))
    assert abs(heard.seconds - 3.0) < 0.1
    assert heard.states[-1] is SourceState.ENDED


async def test_what_is_not_on_the_web_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as url, pytest.raises(InputError, match="404"):
        await hear(MediaSource(f"{url}/a.mp3"))


def segments(*target: str) -> tuple[str, ...]:
    return ("-c:a", "aac", "-f", "hls", "-hls_time", "1", *target)


async def test_complete_hls_is_played_to_its_end(ffmpeg: str, tmp_path: Path) -> None:
    command = [
        part for part in pushing(ffmpeg, 5, *segments("-hls_list_size", "0", str(tmp_path / "a.m3u8"))) if part != "-re"
    ]
    async with running(*command) as process:
        await process.wait()
    with serving(tmp_path) as url:
        heard = await hear(MediaSource(f"{url}/a.m3u8", pace="max"))
    assert abs(heard.seconds - 5.0) < 0.1
    assert heard.gaps == []
    assert is_the_tone(heard)


async def test_live_hls_survives_its_server_and_ends_when_it_says_so(
    ffmpeg: str, tmp_path: Path, free_port: int
) -> None:
    playlist = tmp_path / "a.m3u8"
    heard = Heard()

    async def listen() -> None:
        source = MediaSource(f"http://127.0.0.1:{free_port}/a.m3u8", stall_timeout_s=3, reconnect_max_s=1)
        async for chunk in source.chunks(heard.statuses.append):
            heard.chunks.append(chunk)

    command = pushing(ffmpeg, 11, *segments("-hls_list_size", "4", str(playlist)))
    async with running(*command) as process:
        await becomes(playlist.exists)
        with serving(tmp_path, free_port):
            listener = asyncio.create_task(listen())
            await becomes(lambda: heard.seconds > 3)
        await asyncio.sleep(2)
        with serving(tmp_path, free_port):
            await process.wait()
            await asyncio.wait_for(listener, 30)
    assert heard.states[-1] is SourceState.ENDED
    assert abs(heard.chunks[-1].end / SAMPLE_RATE - heard.chunks[0].position / SAMPLE_RATE - 10) < 2
    assert all(after.position >= before.end for before, after in zip(heard.chunks, heard.chunks[1:], strict=False))
    assert heard.seconds + sum(heard.gaps) < 11.2


async def test_a_stream_that_stalls_is_given_up_and_opened_again(clip: WriteMedia) -> None:
    """A server that sends two seconds and then nothing, whenever it is called."""
    sound = clip("a.mp3", 2.0, codec="libmp3lame").read_bytes()
    calls = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n" + sound)
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    source = MediaSource(f"http://127.0.0.1:{port}/radio", stall_timeout_s=1, reconnect_max_s=0.5)
    started = time.monotonic()
    heard = await asyncio.wait_for(hear(source, until=lambda h: len(h.gaps) >= 1), 20)
    server.close()
    assert calls == 2
    assert SourceState.RECONNECTING in heard.states
    message = next(status.message for status in heard.statuses if status.state is SourceState.RECONNECTING)
    assert "sent nothing for 1 s" in message
    assert 1.0 < heard.gaps[0] < time.monotonic() - started + 0.1
