from pathlib import Path

import pytest

from sidecar.audio.address import check_file, parse
from sidecar.errors import InputError


def test_anything_without_a_scheme_is_a_file_even_with_a_colon() -> None:
    assert parse("show: part 1.mp4").target == "file:show: part 1.mp4"
    assert parse("show.mp4").is_file


def test_a_file_url_is_a_path() -> None:
    assert parse("file:///a%20b.wav").target == "file:/a b.wav"


@pytest.mark.parametrize("url", ["rtmp://h/live", "srt://h:9000", "rtsp://h/cam", "udp://h:1"])
def test_these_are_live(url: str) -> None:
    assert parse(url).always_live


def test_http_may_be_either() -> None:
    assert not parse("https://h/a.mp3").always_live
    assert parse("https://h/a.m3u8?token=1").is_hls


def test_an_unknown_scheme_is_refused_with_those_that_work() -> None:
    with pytest.raises(InputError, match="gopher:// is not supported") as caught:
        parse("gopher://h/x")
    assert "rtmp" in caught.value.hint


def test_a_port_that_is_no_port_is_refused() -> None:
    with pytest.raises(InputError, match="not a URL"):
        parse("rtmp://h:99999/x")


def test_passwords_queries_and_stream_keys_are_not_shown() -> None:
    assert parse("https://me:secret@h/a.mp3?token=secret").label == "https://h/a.mp3"
    assert parse("rtmp://h:1935/live/secret-key").label == "rtmp://h:1935/live/…"


def test_listening_is_asked_for_in_the_query() -> None:
    rtmp = parse("rtmp://0.0.0.0:1935/live/show?listen=1")
    assert rtmp.listen
    assert rtmp.target == "rtmp://0.0.0.0:1935/live/show"
    srt = parse("srt://0.0.0.0:9000?mode=listener&latency=200")
    assert srt.listen
    assert srt.target == "srt://0.0.0.0:9000?mode=listener&latency=200"


def test_files_that_cannot_be_played_are_named_before_opening(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    for name, words in (
        (str(tmp_path / "no.wav"), "no such file"),
        (str(tmp_path), "folder"),
        ("empty.wav", "is empty"),
    ):
        with pytest.raises(InputError, match=words) as caught:
            check_file(parse(str(tmp_path / name)))
        assert caught.value.hint


def test_viewers_do_not_learn_where_a_file_is() -> None:
    assert parse("/home/ana/shows/tonight.mp4").name == "tonight.mp4"
    assert parse("file:///home/ana/tonight.mp4").name == "tonight.mp4"
    assert parse("srt://studio:9000?passphrase=secret").name == "srt://studio:9000"
