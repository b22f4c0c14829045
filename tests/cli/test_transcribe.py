"""`sidecar transcribe` with the embedded models: several files, one of which is none."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pysubs2
import pytest
import soundfile

pytestmark = [pytest.mark.model, pytest.mark.timeout(900)]

SENTENCES_S = {"first": (0.0, 5.5), "second": (5.5, 10.2)}
"""Two sentences of the demo host."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``first.flac``, ``broken.mp4`` and ``second.wav``."""
    folder = tmp_path_factory.mktemp("clips")
    samples, rate = soundfile.read(str(files("sidecar.demo").joinpath("host.opus")), dtype="int16")
    for name, suffix in (("first", "flac"), ("second", "wav")):
        start, end = (round(second * rate) for second in SENTENCES_S[name])
        soundfile.write(folder / f"{name}.{suffix}", samples[start:end], rate)
    (folder / "broken.mp4").write_text("This is no film.")
    return folder


@pytest.fixture(scope="module")
def done(folder: Path) -> subprocess.CompletedProcess[str]:
    names = ("first.flac", "broken.mp4", "second.wav")
    options = ("--language", "en", "--to", "es", "--format", "srt,vtt,json,txt")
    return transcribe(*(str(folder / name) for name in names), *options)


def transcribe(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sidecar", "transcribe", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_unreadable_file_is_named_and_the_others_are_done(
    done: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert done.returncode == 66
    assert f"error: {folder / 'broken.mp4'} is not audio or video that can be read" in done.stderr
    assert "error: 1 of 3 files failed" in done.stderr
    assert done.stderr.count("hint: ") == 2
    assert "Traceback" not in done.stderr
    written = {
        str(folder / f"{name}.{lang}.{form}")
        for name in ("first", "second")
        for lang in ("en", "es")
        for form in ("srt", "vtt", "json", "txt")
    }
    assert set(done.stdout.splitlines()) == written
    assert {str(path) for path in folder.iterdir() if path.name.count(".") == 2} == written


@pytest.mark.parametrize(("name", "word"), [("first", "welcome"), ("second", "shipping")])
@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.usefixtures("done")
def test_the_four_formats_say_the_same(folder: Path, name: str, word: str, lang: str) -> None:
    beside = {form: folder / f"{name}.{lang}.{form}" for form in ("srt", "vtt", "json", "txt")}
    captions = json.loads(beside["json"].read_text(encoding="utf-8"))
    for form in ("srt", "vtt"):
        cues = pysubs2.load(str(beside[form]), format_=form)
        assert [cue.plaintext.splitlines() for cue in cues] == [caption["lines"] for caption in captions]
        assert [cue.start for cue in cues] == [caption["start_ms"] for caption in captions]
    text = beside["txt"].read_text(encoding="utf-8")
    assert text.split() == " ".join(caption["text"] for caption in captions).split()
    assert {caption["lang"] for caption in captions} == {lang}
    if lang == "en":
        assert word in text.lower()
    else:
        assert not any(caption.get("untranslated") for caption in captions)


def test_output_goes_into_the_folder_that_is_named(folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "new" / "subtitles"
    done = transcribe(str(folder / "first.flac"), "--output", str(output))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [str(output / "first.en.srt")], "the language is found out"


def test_two_files_of_the_same_name_are_refused_before_one_overwrites_the_other(folder: Path, tmp_path: Path) -> None:
    done = transcribe(str(folder / "first.flac"), "elsewhere/first.mp3", "--output", str(tmp_path))
    assert done.returncode == 2
    assert "would be written to the same files" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_single_file_that_is_none_is_the_error(folder: Path) -> None:
    done = transcribe(str(folder / "broken.mp4"), "--language", "en")
    assert done.returncode == 66
    assert done.stdout == ""
    *_, first, second = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert "broken.mp4" in first
    assert second.startswith("hint: ")
