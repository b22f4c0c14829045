import pytest

from sidecar.audio.inventory import Device, DeviceKind, choose, find_again, kind_of
from sidecar.errors import InputError


def device(number: int, name: str, *, default: bool = False) -> Device:
    return Device(
        number=number,
        name=name,
        host_api="ALSA",
        channels=2,
        sample_rate=48_000,
        default=default,
        kind=kind_of(name),
        portaudio_index=number,
    )


DEVICES = [
    device(0, "Built-in Microphone"),
    device(2, "USB Microphone", default=True),
    device(5, "Monitor of Built-in Audio"),
]


def test_nothing_asked_for_is_the_default_of_the_kind() -> None:
    assert choose(DEVICES, "", DeviceKind.INPUT).number == 2
    assert choose(DEVICES, "", DeviceKind.LOOPBACK).number == 5


def test_a_number_is_a_number() -> None:
    assert choose(DEVICES, "0", DeviceKind.INPUT).number == 0


def test_part_of_the_name_is_enough_whatever_its_case() -> None:
    assert choose(DEVICES, "usb", DeviceKind.INPUT).number == 2


def test_of_several_matches_one_of_the_kind_wins() -> None:
    assert choose(DEVICES, "built-in", DeviceKind.LOOPBACK).number == 5


def test_no_match_lists_what_there_is() -> None:
    with pytest.raises(InputError, match="no capture device “webcam”") as caught:
        choose(DEVICES, "webcam", DeviceKind.INPUT)
    assert "2 USB Microphone" in caught.value.hint


def test_several_matches_list_those() -> None:
    with pytest.raises(InputError, match="several") as caught:
        choose(DEVICES, "microphone", DeviceKind.INPUT)
    assert "0 Built-in Microphone" in caught.value.hint
    assert "Monitor" not in caught.value.hint


def test_no_device_at_all_says_what_else_to_use() -> None:
    with pytest.raises(InputError, match="no microphone") as caught:
        choose([], "", DeviceKind.INPUT)
    assert "--input" in caught.value.hint
    with pytest.raises(InputError, match="what this computer plays") as caught:
        choose(DEVICES[:2], "", DeviceKind.LOOPBACK)
    assert "BlackHole" in caught.value.hint


@pytest.mark.parametrize(
    "name", ["alsa_output.pci.monitor", "BlackHole 2ch", "Speakers (Realtek) [Loopback]", "Stereo Mix"]
)
def test_loopback_devices_are_known_by_their_names(name: str) -> None:
    assert kind_of(name) is DeviceKind.LOOPBACK


def test_a_lost_device_is_found_under_another_number() -> None:
    assert find_again([device(7, "USB Microphone")], DEVICES[1]).number == 7
    with pytest.raises(InputError, match="USB Microphone is not there"):
        find_again(DEVICES[:1], DEVICES[1])
