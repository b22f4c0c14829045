import os
import threading
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from audio_sound import WriteMedia, hear, tone, write

from sidecar.audio.chunk import SAMPLE_RATE
from sidecar.audio.media import MediaSource
from sidecar.audio.source import SourceState
from sidecar.errors import InputError

FORMATS = {
    "a.wav": "pcm_s16le",
    "a.flac": "flac",
    "a.mp3": "libmp3lame",
    "a.m4a": "aac",
    "a.ogg": "libopus",
    "a.mkv": "libopus",
    "a.ts": "aac",
}


@pytest.mark.parametrize(("name", "codec"), FORMATS.items())
async def test_every_format_becomes_16_khz_mono(clip: WriteMedia, name: str, codec: str) -> None:
    heard = await hear(MediaSource(str(clip(name, 2.0, codec=codec, rate=48_000)), pace="max"))
    assert abs(heard.seconds - 2.0) < 0.06
    assert heard.chunks[0].position <= 0.03 * SAMPLE_RATE
    assert heard.gaps == []
    middle = heard.samples[SAMPLE_RATE // 2 : 3 * SAMPLE_RATE // 2]
    assert abs(float(np.sqrt(np.mean(middle**2))) - 0.25 / np.sqrt(2)) < 0.02
    spectrum = np.abs(np.fft.rfft(middle))
    assert abs(int(np.argmax(spectrum)) - 440) <= 1
    assert heard.states == [SourceState.OPENING, SourceState.LIVE, SourceState.ENDED]


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 96_000])
@pytest.mark.parametrize("layout", ["mono", "5.1"])
async def test_any_rate_and_any_channels_will_do(clip: WriteMedia, rate: int, layout: str) -> None:
    heard = await hear(MediaSource(str(clip("a.wav", 1.0, rate=rate, layout=layout)), pace="max"))
    assert abs(heard.seconds - 1.0) < 0.01


async def test_the_sound_of_a_video_is_heard(clip: WriteMedia) -> None:
    heard = await hear(MediaSource(str(clip("a.mp4", 2.0, codec="aac", video=True)), pace="max"))
    assert abs(heard.seconds - 2.0) < 0.06


async def test_at_realtime_pace_audio_comes_when_a_microphone_would_bring_it(clip: WriteMedia) -> None:
    source = MediaSource(str(clip("a.wav", 1.0)))
    assert source.realtime
    arrivals: list[float] = []
    stream = source.chunks(lambda _: None)
    async for chunk in stream:
        arrivals.append(time.monotonic() - chunk.end / SAMPLE_RATE)
    assert min(a - arrivals[0] for a in arrivals) + 0.02 >= 0
    assert max(a - arrivals[0] for a in arrivals) < 0.25


async def test_at_full_pace_a_file_does_not_wait_and_loses_nothing_to_a_slow_reader(clip: WriteMedia) -> None:
    source = MediaSource(str(clip("a.flac", 90.0, codec="flac", rate=16_000)), pace="max")
    assert not source.realtime
    started = time.monotonic()
    stream = source.chunks(lambda _: None)
    samples = 0
    async for chunk in stream:
        if not samples:
            time.sleep(0.3)  # noqa: ASYNC251  the whole session is busy
        assert chunk.position == samples
        samples += len(chunk.samples)
    assert samples == 90 * SAMPLE_RATE
    assert source.lost_samples == 0
    assert time.monotonic() - started < 30


async def test_a_demo_repeats_after_a_pause(clip: WriteMedia) -> None:
    source = MediaSource(str(clip("a.wav", 1.0)), pace="max", repeat=True)
    heard = await hear(source, until=lambda h: h.seconds >= 2.5)
    assert heard.gaps == [3.0, 3.0]
    assert SourceState.RECONNECTING not in heard.states


async def test_sound_that_starts_after_the_picture_keeps_its_place(tmp_path: Path) -> None:
    late = write(tmp_path / "late.mkv", tone(1.0, rate=48_000), codec="flac", rate=48_000, video=True, start_s=0.5)
    heard = await hear(MediaSource(str(late), pace="max"))
    assert abs(heard.chunks[0].position / SAMPLE_RATE - 0.5) < 0.01


async def test_a_hole_in_the_time_stamps_is_a_gap(tmp_path: Path) -> None:
    holed = write(tmp_path / "hole.mkv", tone(2.0, rate=48_000), codec="flac", rate=48_000, hole=(1.0, 5.0))
    heard = await hear(MediaSource(str(holed), pace="max"))
    assert len(heard.gaps) == 1
    assert abs(heard.gaps[0] - 5.0) < 0.15
    assert abs(heard.seconds - 2.0) < 0.05


def scratched(path: Path, part: tuple[float, float]) -> Path:
    data = bytearray(path.read_bytes())
    start, end = (int(len(data) * share) for share in part)
    data[start:end] = np.random.default_rng(7).bytes(end - start)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("name", "codec"), [("a.flac", "flac"), ("a.mp3", "libmp3lame"), ("a.ogg", "libopus")])
async def test_of_a_damaged_file_what_can_be_read_is_played_and_the_rest_is_told(
    clip: WriteMedia, name: str, codec: str
) -> None:
    heard = await hear(MediaSource(str(scratched(clip(name, 8.0, codec=codec, rate=48_000), (0.4, 0.5))), pace="max"))
    assert 5.5 < heard.seconds < 7.9
    assert "cannot be read" in heard.statuses[-1].message


async def test_a_file_cut_short_says_how_much_is_missing(clip: WriteMedia) -> None:
    path = clip("a.flac", 8.0, codec="flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    heard = await hear(MediaSource(str(path), pace="max"))
    assert 2.5 < heard.seconds < 5.5
    assert f"{8 - heard.seconds:.1f}"[0] in heard.statuses[-1].message


BAD = ["text.mp4", "header.wav", "mute.mp4", "noise.flac", "random.mp3"]


@pytest.mark.parametrize("name", BAD)
async def test_what_is_no_audio_is_refused_in_one_line_with_a_hint(clip: WriteMedia, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    match name:
        case "text.mp4":
            path.write_text("Dear all,\nplease find the recording attached.\n" * 50)
            words = "is not audio or video"
        case "header.wav":
            with wave.open(str(path), "wb") as empty:
                empty.setparams((1, 2, SAMPLE_RATE, 0, "NONE", ""))
            words = "has no audio in it"
        case "mute.mp4":
            write(path, tone(2.0), codec="", rate=SAMPLE_RATE, video=True)
            words = "has no audio track"
        case "noise.flac":
            scratched(clip(name, 4.0, codec="flac"), (0.02, 1.0))
            words = "damaged"
        case _:
            path.write_bytes(np.random.default_rng(3).bytes(30_000))
            words = "audio"
    with pytest.raises(InputError, match=words) as caught:
        await hear(MediaSource(str(path), pace="max"))
    assert caught.value.hint
    assert "\n" not in caught.value.message


def test_files_that_are_not_there_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    for path, words in [("none.wav", "no such file"), ("", "is a folder"), ("empty.wav", "is empty")]:
        with pytest.raises(InputError, match=words):
            MediaSource(str(tmp_path / path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_one_may_not_read_is_refused(clip: WriteMedia) -> None:
    path = clip("a.wav")
    path.chmod(0)
    with pytest.raises(InputError, match="permission"):
        MediaSource(str(path))


def test_an_unknown_scheme_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="not supported"):
        MediaSource("carrier-pigeon://coop/1")


@pytest.mark.network
@pytest.mark.parametrize("scheme", ["http", "rtmp", "rtsp", "srt"])
async def test_an_address_where_nobody_answers_is_refused(
    free_port: int, scheme: str, no_proxy: None, ffmpeg: str
) -> None:
    with pytest.raises(InputError, match="cannot reach") as caught:
        await hear(MediaSource(f"{scheme}://127.0.0.1:{free_port}/live/show", stall_timeout_s=3))
    assert caught.value.hint
    assert caught.value.exit_status == 69


async def test_leaving_in_the_middle_stops_the_thread(clip: WriteMedia) -> None:
    await hear(MediaSource(str(clip("a.wav", 5.0)), pace="max"), until=lambda h: h.seconds > 0.5)
    assert not [thread for thread in threading.enumerate() if thread.name == "media"]
