"""Capture through PortAudio from PulseAudio's null sink."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from audio_sound import Heard, WriteMedia
from pulse_audio import PulseAudio
from typer import Typer
from typer.testing import CliRunner

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.audio.device import DeviceSource, has_microphone, list_devices
from sidecar.audio.inventory import DeviceKind
from sidecar.audio.open import open_source
from sidecar.audio.source import SourceState
from sidecar.cli.devices import devices
from sidecar.config import AudioSettings
from sidecar.errors import InputError

pytestmark = pytest.mark.network


@contextlib.asynccontextmanager
async def playing(path: Path) -> AsyncIterator[None]:
    """``path`` on the null sink, again and again, also while the server is away."""

    async def play() -> None:
        while True:
            process = await asyncio.create_subprocess_exec(
                "paplay", "-d", "show", str(path), stderr=asyncio.subprocess.DEVNULL
            )
            try:
                await process.wait()
            except asyncio.CancelledError:
                process.kill()
                await process.wait()
                raise
            await asyncio.sleep(0.2)

    task = asyncio.create_task(play())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def loudest_hertz(samples: np.ndarray) -> float:
    return int(np.argmax(np.abs(np.fft.rfft(samples)))) * SAMPLE_RATE / len(samples)


async def test_what_the_computer_plays_is_captured_and_survives_the_server(
    pulseaudio: PulseAudio, clip: WriteMedia
) -> None:
    source = open_source(AudioSettings(input="loopback", stall_timeout_s=5, reconnect_max_s=1))
    assert isinstance(source, DeviceSource)
    heard = Heard()
    lost_s = back_s = killed_at = 0.0
    chunks = source.chunks(heard.statuses.append)
    async with playing(clip("tone.wav", 20.0)), asyncio.timeout(40), contextlib.aclosing(chunks):
        async for chunk in chunks:
            heard.chunks.append(chunk)
            if not killed_at and heard.seconds > 3:
                killed_at = time.monotonic()
                pulseaudio.kill()
                asyncio.get_running_loop().call_later(1.5, pulseaudio.start)
            if not back_s and heard.states.count(SourceState.LIVE) == 2:
                lost_s, back_s = time.monotonic() - killed_at, heard.seconds
            if back_s and heard.seconds > back_s + 3:
                break
    assert heard.states[:2] == [SourceState.OPENING, SourceState.LIVE]
    assert set(heard.states[2:-1]) == {SourceState.RECONNECTING}
    assert heard.states[-1] is SourceState.LIVE
    assert "Show" in heard.statuses[1].message
    assert abs(max(heard.gaps) - lost_s) < 0.5
    assert abs(loudest_hertz(heard.samples[: 3 * SAMPLE_RATE][-SAMPLE_RATE:]) - 440) < 3
    assert abs(loudest_hertz(heard.samples[-SAMPLE_RATE:]) - 440) < 3


def test_devices_are_listed_with_the_monitor_as_loopback(pulseaudio: PulseAudio) -> None:
    listed = list_devices(refresh=True)
    assert [device.number for device in listed] == sorted({device.number for device in listed})
    (monitor,) = [device for device in listed if device.kind is DeviceKind.LOOPBACK]
    assert monitor.name == "Monitor of Show (show.monitor)"
    assert monitor.default
    assert not has_microphone(), "a monitor is not a microphone"


def command() -> Typer:
    app = Typer()
    app.command()(devices)
    return app


def test_the_command_prints_json_for_scripts_and_a_table_for_people(pulseaudio: PulseAudio) -> None:
    as_json = CliRunner().invoke(command(), ["--json"])
    assert as_json.exit_code == 0
    records = json.loads(as_json.stdout)
    assert {"number", "name", "host_api", "channels", "default", "kind"} <= set(records[0])
    assert "loopback-monitor" in {record["kind"] for record in records}
    table = CliRunner().invoke(command(), [])
    assert "Monitor of Show" in table.stdout


def test_without_devices_the_command_says_so_and_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.audio.device.list_devices", list)
    result = CliRunner().invoke(command(), ["--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == []
    assert "hint:" in result.stderr


async def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.audio.device.list_devices", lambda **_: [])
    with pytest.raises(InputError, match="no microphone"):
        async for _ in DeviceSource().chunks(lambda _: None):
            pass


def test_a_missing_portaudio_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, *rest: object) -> object:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return original(name, *rest)

    original = __import__
    monkeypatch.setattr("builtins.__import__", missing)
    with pytest.raises(InputError, match="PortAudio") as caught:
        list_devices()
    assert "libportaudio2" in caught.value.hint
    assert not has_microphone()
