"""Microphones and loopback through PortAudio. The only file that imports ``sounddevice``.

On PulseAudio and PipeWire, PortAudio sees one ALSA device ``pulse``; which source it records is told to the client
library by the environment variable ``PULSE_SOURCE`` at the moment of opening. ``pactl`` lists the sources.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples
from sidecar.audio.handover import Handover, from_thread
from sidecar.audio.inventory import Device, DeviceKind, choose, find_again, kind_of
from sidecar.audio.reconnect import Backoff
from sidecar.audio.source import OnStatus, SourceState, SourceStatus
from sidecar.audio.timeline import ArrivalClock, Chunker
from sidecar.errors import InputError, InputLostError

log = structlog.get_logger()

BLOCK_MS = 30
WAITING_BLOCKS = 10_000 // BLOCK_MS
"""Blocks between the callback and the thread: 10 s, after which they are lost."""
WAITING_SAMPLES = 30 * SAMPLE_RATE
PACTL_TIMEOUT_S = 2.0

Pcm = NDArray[np.float32]


def list_devices(*, refresh: bool = False) -> list[Device]:
    """Everything that can be captured now; ``refresh`` starts PortAudio anew, which no open stream survives.

    Raises `InputError` when PortAudio is not installed.
    """
    portaudio = _portaudio()
    if refresh:
        _restart(portaudio)
    apis = [str(api["name"]) for api in portaudio.query_hostapis()]
    first = next((api["default_input_device"] for api in portaudio.query_hostapis() if api["devices"]), -1)
    known = list(portaudio.query_devices())
    heard = [
        _device(index, info, apis[int(info["hostapi"])], default=index == first)
        for index, info in enumerate(known)
        if info["max_input_channels"] > 0
    ]
    pulse = next((device for device in heard if device.name == "pulse"), None)
    return heard + (_pulse_sources(pulse, len(known)) if pulse else [])


def has_microphone() -> bool:
    """Whether ``--input mic`` would find something that is not just a monitor. Quick, quiet, never raises."""
    try:
        devices = list_devices()
    except InputError:
        return False
    behind_pulse = [device for device in devices if device.pulse_source]
    if behind_pulse:
        return any(device.kind is DeviceKind.INPUT for device in behind_pulse)
    return any(device.kind is DeviceKind.INPUT for device in devices)


class DeviceSource:
    """A microphone (or ``loopback=True``: what the computer plays) as an `AudioSource`.

    ``wanted``: number or part of the name, "" for the default. Lost devices are opened again with back-off, with the
    list of devices read anew, and the position counts the time away. ``overflows`` counts the times that the device had
    to throw audio away, ``lost_samples`` audio that was not taken in time; what the device lost shows as position gaps.
    """

    realtime = True

    def __init__(
        self,
        wanted: str = "",
        *,
        loopback: bool = False,
        stall_timeout_s: float = 10.0,
        reconnect_max_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = "loopback" if loopback else "microphone"
        self.overflows = 0
        self.lost_samples = 0
        self._wanted = wanted
        self._kind = DeviceKind.LOOPBACK if loopback else DeviceKind.INPUT
        self._stall_s = stall_timeout_s
        self._backoff = Backoff(maximum_s=reconnect_max_s)
        self._clock = clock
        self._chunker = Chunker()
        self._heard_at_s: float | None = None

    async def chunks(self, on_status: OnStatus) -> AsyncGenerator[AudioChunk]:
        on_status(SourceStatus(state=SourceState.OPENING, message=f"opening {self.name}"))
        handover = Handover(WAITING_SAMPLES, on_status)
        async with contextlib.aclosing(from_thread(self._run, handover, name="device")) as thread:
            async for chunk in thread:
                self.lost_samples = handover.dropped_samples
                yield chunk

    def _run(self, out: Handover) -> None:
        device: Device | None = None
        while True:
            try:
                present = list_devices(refresh=device is not None)
                device = (
                    find_again(present, device)
                    if device and self._wanted
                    else choose(present, self._wanted, self._kind)
                )
                self._capture(device, out)
                return
            except InputError as exc:
                if self._heard_at_s is None:
                    raise
                out.say(SourceState.RECONNECTING, f"{exc.message}; trying again")
                log.warning("source lost", source=self.name, reason=exc.message)
            if not out.pause(self._backoff.next_s()):
                return

    def _capture(self, device: Device, out: Handover) -> None:
        """Until the reader goes. Raises `InputLostError` when the device is lost."""
        capture = _Capture(device, self._clock)
        clock, live = ArrivalClock(), False
        try:
            for arrived_s, pcm in capture.blocks(self._stall_s, lambda: out.closed):
                if not live:
                    live = True
                    self._say_live(device, out, arrived_s)
                self.overflows += capture.take_overflows()
                gap = clock.gap(arrived_s, len(pcm) / capture.rate)
                for chunk in self._chunker.skip(gap) + self._chunker.feed(capture.resampled(pcm)):
                    out.put(chunk, wait=False)
                self._heard_at_s = arrived_s
        finally:
            capture.close()

    def _say_live(self, device: Device, out: Handover, now_s: float) -> None:
        if self._heard_at_s is not None:
            for chunk in self._chunker.skip(round((now_s - self._heard_at_s) * SAMPLE_RATE)):
                out.put(chunk, wait=False)
        self._backoff.reset()
        out.say(SourceState.LIVE, f"listening to {device.name}")


class _Capture:
    """One opening of one device: PortAudio's thread puts blocks into a queue, `blocks` takes them out."""

    def __init__(self, device: Device, clock: Callable[[], float]) -> None:
        from sidecar.audio.ffmpeg import Resampler

        self._device = device
        self._clock = clock
        self._queue: queue.Queue[tuple[float, bytes] | None] = queue.Queue(WAITING_BLOCKS)
        self._overflows = 0
        self._resampler = Resampler()
        self._stream, self.rate, self._channels = self._open()

    def blocks(self, stall_s: float, gone: Callable[[], bool]) -> Iterator[tuple[float, Pcm]]:
        """(arrival by the clock, frames x channels) until ``gone``. Raises `InputLostError` when no more come."""
        waited_s, step_s = 0.0, 0.2
        while not gone():
            try:
                block = self._queue.get(timeout=step_s)
            except queue.Empty:
                waited_s += step_s
                if waited_s >= stall_s:
                    raise InputLostError(f"{self._device.name} has sent nothing for {stall_s:g} s") from None
                continue
            if block is None:
                raise InputLostError(f"{self._device.name} was disconnected")
            waited_s = 0.0
            yield block[0], np.frombuffer(block[1], np.float32).reshape(-1, self._channels)

    def resampled(self, pcm: Pcm) -> Samples:
        return self._resampler.feed(pcm, self.rate)

    def take_overflows(self) -> int:
        """Overflows since the last call."""
        count, self._overflows = self._overflows, 0
        return count

    def close(self) -> None:
        with contextlib.suppress(_portaudio().PortAudioError):
            self._stream.abort()
            self._stream.close()

    def _open(self) -> tuple[Any, int, int]:
        """The device as it likes it best: its own rate, up to two channels; else whatever it agrees to."""
        portaudio = _portaudio()
        own, most = self._device.sample_rate, self._device.channels
        reason = ""
        for rate, channels in dict.fromkeys([(own, min(most, 2)), (own, 1), (own, most), (SAMPLE_RATE, 1)]):
            try:
                with _pulse_source(self._device.pulse_source):
                    return self._start(portaudio, rate, channels), rate, channels
            except portaudio.PortAudioError as exc:
                reason = str(exc).split(" [PaErrorCode")[0]
        raise InputLostError(
            f"cannot open {self._device.name}: {reason}",
            hint="is another program using it? `sidecar devices` lists more",
        )

    def _start(self, portaudio: Any, rate: int, channels: int) -> Any:
        stream = portaudio.RawInputStream(
            device=self._device.portaudio_index,
            samplerate=rate,
            channels=channels,
            dtype="float32",
            blocksize=rate * BLOCK_MS // 1000,
            callback=self._received,
            finished_callback=self._finished,
        )
        try:
            stream.start()
        except portaudio.PortAudioError:
            stream.close()
            raise
        return stream

    def _received(self, data: Any, _frames: int, _time: Any, status: Any) -> None:
        """On PortAudio's thread: nothing here may wait."""
        try:
            self._queue.put_nowait((self._clock(), bytes(data)))
        except queue.Full:
            self._overflows += 1
        if status.input_overflow:
            self._overflows += 1

    def _finished(self) -> None:
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)


def _portaudio() -> Any:
    try:
        import sounddevice
    except OSError as exc:
        raise InputError(
            "the PortAudio library is missing", hint="install it: sudo apt install libportaudio2 libasound2-plugins"
        ) from exc
    return sounddevice


def _restart(portaudio: Any) -> None:
    """PortAudio lists devices once, when it starts. sounddevice has no public name for this."""
    with contextlib.suppress(portaudio.PortAudioError):
        portaudio._terminate()
    portaudio._initialize()


def _device(index: int, info: Any, host_api: str, *, default: bool) -> Device:
    name = str(info["name"])
    kind = kind_of(name)
    return Device(
        number=index,
        name=name,
        host_api=host_api,
        channels=int(info["max_input_channels"]),
        sample_rate=int(info["default_samplerate"]),
        default=default and kind is DeviceKind.INPUT,
        kind=kind,
        portaudio_index=index,
    )


def _pulse_sources(pulse: Device, number: int) -> list[Device]:
    """The sources of PulseAudio (or PipeWire in its place), each captured through PortAudio's device ``pulse``."""
    listed = _pactl("--format=json", "list", "sources")
    sources = json.loads(listed) if listed else [{"name": "@DEFAULT_MONITOR@", "description": "Monitor of the output"}]
    defaults = {_pactl("get-default-source"), f"{_pactl('get-default-sink')}.monitor"}
    return [_pulse_device(pulse, number + offset, source, defaults) for offset, source in enumerate(sources)]


def _pulse_device(pulse: Device, number: int, source: Any, defaults: set[str]) -> Device:
    name = str(source["name"])
    monitor = name.endswith(".monitor") or name == "@DEFAULT_MONITOR@"
    return Device(
        number=number,
        name=f"{source.get('description') or name} ({name})",
        host_api="PulseAudio",
        channels=2,
        sample_rate=pulse.sample_rate,
        default=monitor and (name in defaults or name == "@DEFAULT_MONITOR@"),
        kind=DeviceKind.LOOPBACK if monitor else DeviceKind.INPUT,
        portaudio_index=pulse.portaudio_index,
        pulse_source=name,
    )


def _pactl(*arguments: str) -> str:
    """What ``pactl`` prints; empty where it is missing, too old or has no server."""
    if (program := shutil.which("pactl")) is None:
        return ""
    try:
        done = subprocess.run(
            [program, *arguments],
            capture_output=True,
            text=True,
            timeout=PACTL_TIMEOUT_S,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


_OPENING = threading.Lock()


@contextlib.contextmanager
def _pulse_source(name: str) -> Generator[None]:
    """Let PulseAudio connections opened inside record from ``name``; "" leaves things as they are."""
    if not name:
        yield
        return
    with _OPENING:
        before = os.environ.get("PULSE_SOURCE")
        os.environ["PULSE_SOURCE"] = name
        try:
            yield
        finally:
            if before is None:
                del os.environ["PULSE_SOURCE"]
            else:
                os.environ["PULSE_SOURCE"] = before
