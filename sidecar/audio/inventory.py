"""Capture devices as people choose them. Pure: what the machine has is in device.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sidecar.errors import InputError

_LOOPBACK_NAME = re.compile(
    r"\.monitor$|monitor of |loopback|blackhole|soundflower|stereo mix|what u hear|cable output", re.IGNORECASE
)


class DeviceKind(StrEnum):
    INPUT = "input"
    LOOPBACK = "loopback-monitor"  # hears what the computer plays


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Something that can be captured. ``number`` holds until devices come or go; ``default`` is per kind.

    ``portaudio_index`` is the device that PortAudio opens, ``pulse_source`` the PulseAudio source behind it, if any.
    """

    number: int
    name: str
    host_api: str
    channels: int
    sample_rate: int
    default: bool
    kind: DeviceKind
    portaudio_index: int
    pulse_source: str = ""


def kind_of(name: str) -> DeviceKind:
    """Whether a device's name says that it carries what the computer plays."""
    return DeviceKind.LOOPBACK if _LOOPBACK_NAME.search(name) else DeviceKind.INPUT


def choose(devices: Sequence[Device], wanted: str, kind: DeviceKind) -> Device:
    """The device with number ``wanted`` or with it in its name (case does not matter); "" is the default of ``kind``.

    Raises `InputError` when there is none, or more than one.
    """
    if not wanted:
        return _default(devices, kind)
    if wanted.isdecimal():
        found = [device for device in devices if device.number == int(wanted)]
    else:
        named = [device for device in devices if wanted.casefold() in device.name.casefold()]
        exact = [device for device in named if wanted.casefold() == device.name.casefold()]
        of_kind = [device for device in named if device.kind is kind]
        found = exact or of_kind or named
    if not found:
        raise InputError(f"no capture device “{wanted}”", hint=f"there are: {_names(devices)}")
    if len(found) > 1:
        raise InputError(f"several capture devices match “{wanted}”", hint=f"say which, by number: {_names(found)}")
    return found[0]


def find_again(devices: Sequence[Device], lost: Device) -> Device:
    """The device that was ``lost``, under whatever number it has now. Raises `InputError` while it is away."""
    same = [device for device in devices if (device.name, device.host_api) == (lost.name, lost.host_api)]
    if not same:
        raise InputError(f"{lost.name} is not there", hint="plug it in again")
    return next((device for device in same if device.number == lost.number), same[0])


def _default(devices: Sequence[Device], kind: DeviceKind) -> Device:
    of_kind = [device for device in devices if device.kind is kind]
    if of_kind:
        return next((device for device in of_kind if device.default), of_kind[0])
    if kind is DeviceKind.INPUT:
        raise InputError("no microphone found", hint="plug one in, or use --input FILE, a URL, loopback or push")
    raise InputError("nothing here can capture what this computer plays", hint=loopback_hint())


def loopback_hint() -> str:
    return (
        "Linux: PulseAudio or PipeWire with libasound2-plugins; macOS: install BlackHole; "
        "Windows: enable Stereo Mix; or use --input FILE or a URL"
    )


def _names(devices: Sequence[Device]) -> str:
    return ", ".join(f"{device.number} {device.name}" for device in devices) or "none"
