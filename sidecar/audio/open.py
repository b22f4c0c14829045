"""From ``--input`` to a source."""

from __future__ import annotations

from functools import partial
from importlib.resources import files

from sidecar.audio import address
from sidecar.audio.media import MediaSource
from sidecar.audio.patient import PatientSource
from sidecar.audio.push import PushSource
from sidecar.audio.source import AudioSource
from sidecar.config import AudioSettings

DEMO = "demo"
LOCAL = ("mic", "loopback", "push")


def open_source(settings: AudioSettings, *, repeat_demo: bool = False) -> AudioSource:
    """The source that ``settings.input`` names: mic, loopback, push, demo, a file or a URL.

    Nothing is opened before its `chunks` are iterated, but what can be told at once raises `InputError` here: no such
    file, no microphone, a scheme that is not supported. ``push`` gives a `PushSource`, for the server to connect to.
    """
    match settings.input:
        case "mic" | "loopback":
            return _device(settings)
        case "push":
            return PushSource(stall_timeout_s=settings.stall_timeout_s)
        case "demo":
            host = str(files("sidecar.demo").joinpath("host.opus"))
            return MediaSource(host, pace=settings.pace, repeat=repeat_demo, name="the demo host")
        case target:
            return MediaSource(
                target,
                pace=settings.pace,
                stall_timeout_s=settings.stall_timeout_s,
                reconnect_max_s=settings.reconnect_max_s,
            )


def open_guest(settings: AudioSettings) -> AudioSource:
    """As `open_source`, but a stream is waited for: a guest may join while the show is on."""
    open_now = partial(open_source, settings)
    if settings.input in (*LOCAL, DEMO) or address.parse(settings.input).is_file:
        return open_now()
    return PatientSource(open_now, reconnect_max_s=settings.reconnect_max_s)


def _device(settings: AudioSettings) -> AudioSource:
    from sidecar.audio.device import DeviceSource, list_devices  # loads PortAudio
    from sidecar.audio.inventory import DeviceKind, choose

    loopback = settings.input == "loopback"
    choose(list_devices(), settings.device, DeviceKind.LOOPBACK if loopback else DeviceKind.INPUT)
    return DeviceSource(
        settings.device,
        loopback=loopback,
        stall_timeout_s=settings.stall_timeout_s,
        reconnect_max_s=settings.reconnect_max_s,
    )
