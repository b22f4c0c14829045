import wave
from importlib.resources import files
from pathlib import Path

import pytest
from audio_sound import WriteMedia

from sidecar.audio.media import MediaSource
from sidecar.audio.open import open_guest, open_source
from sidecar.audio.patient import PatientSource
from sidecar.audio.push import PushSource
from sidecar.config import AudioSettings
from sidecar.errors import InputError


def test_a_file_and_a_url_are_media(clip: WriteMedia) -> None:
    source = open_source(AudioSettings(input=str(clip("a.wav")), pace="max"))
    assert isinstance(source, MediaSource)
    assert not source.realtime
    assert open_source(AudioSettings(input="rtmp://host/live/key", pace="max")).realtime


def test_push_can_be_connected_to() -> None:
    source = open_source(AudioSettings(input="push"))
    assert isinstance(source, PushSource)
    source.connect(48_000).close()


def test_the_demo_host_is_built_in_and_small() -> None:
    assert open_source(AudioSettings(input="demo")).name == "the demo host"
    assert len(files("sidecar.demo").joinpath("host.opus").read_bytes()) <= 300_000


def test_a_wrong_input_is_refused_before_anything_starts(tmp_path: Path) -> None:
    for wrong in (str(tmp_path / "none.wav"), "ftp://host/a.wav", str(tmp_path)):
        with pytest.raises(InputError) as caught:
            open_source(AudioSettings(input=wrong))
        assert caught.value.hint


def test_a_microphone_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.audio.device.list_devices", lambda **_: [])
    for kind in ("mic", "loopback"):
        with pytest.raises(InputError) as caught:
            open_source(AudioSettings(input=kind))
        assert caught.value.hint


def test_files_named_like_an_input_need_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with wave.open("mic", "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(3200))
    assert isinstance(open_source(AudioSettings(input="./mic")), MediaSource)


def test_a_guests_stream_is_waited_for_and_a_file_is_not(clip: WriteMedia, tmp_path: Path) -> None:
    assert isinstance(open_guest(AudioSettings(input="rtmp://host/live/key")), PatientSource)
    for local in (str(clip("a.wav")), "demo"):
        assert isinstance(open_guest(AudioSettings(input=local)), MediaSource)
    assert isinstance(open_guest(AudioSettings(input="push")), PushSource)
    for wrong in ("ftp://host/a", str(tmp_path / "none.wav")):
        with pytest.raises(InputError):
            open_guest(AudioSettings(input=wrong))
