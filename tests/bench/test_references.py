"""Gold transcripts and lists of clips are read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sidecar.bench.captions import TimedWord
from sidecar.bench.half import Half
from sidecar.bench.references import Gold, gold_beside, read_clips, read_gold, read_nonspeech
from sidecar.errors import UsageError


def listing(folder: Path, *lines: dict[str, object]) -> Path:
    path = folder / "speech.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def clip(name: str, lang: str = "en", **more: object) -> dict[str, object]:
    return {"audio": name, "lang": lang, "seconds": 3.0, "text": name, "ref_quality": "corpus"} | more


def test_a_gold_transcript_has_words_and_parts(tmp_path: Path) -> None:
    path = gold_beside(tmp_path / "host.flac")
    assert path.name == "host.gold.json"
    path.write_text(json.dumps({"text": "Hi all", "words": [["Hi", 0, 0.5]], "parts": [["a.flac", 0.5, 2]]}))
    assert read_gold(path) == Gold(
        text="Hi all", words=(TimedWord(text="Hi", start_s=0.0, end_s=0.5),), parts=((0.5, 2.0),)
    )


def test_a_gold_transcript_may_be_a_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "host.txt"
    path.write_text("今天优惠\n", encoding="utf-8")
    assert read_gold(path) == Gold(text="今天优惠\n")


@pytest.mark.parametrize("written", ["{}", "no JSON", '{"text": "a", "words": [["a", 1]]}'])
def test_what_is_no_gold_transcript_is_refused(tmp_path: Path, written: str) -> None:
    path = tmp_path / "host.gold.json"
    with pytest.raises(UsageError, match="cannot read"):
        read_gold(path)
    path.write_text(written)
    with pytest.raises(UsageError, match="no gold transcript"):
        read_gold(path)


def test_halves_are_every_other_line_of_a_language(tmp_path: Path) -> None:
    path = listing(tmp_path, clip("a"), clip("b", "zh-CN"), clip("c"), clip("d"), clip("e", "zh-CN"), clip("f"))
    halves = {half: [each.text for each in read_clips(path, half)] for half in Half}
    assert halves == {Half.TUNE: ["a", "b", "d"], Half.REPORT: ["c", "e", "f"], Half.ALL: list("abcdef")}
    assert read_clips(path, Half.TUNE)[1].language == "zh"
    assert read_clips(path, Half.TUNE)[1].path == tmp_path / "b"


def test_clips_of_some_languages_are_taken_where_they_are_named(tmp_path: Path) -> None:
    good = {"text": "words", "seconds": 3, "ref_quality": "corpus"}
    path = listing(tmp_path, {"audio": "a", "lang": "zh", **good}, {"audio": "b", "lang": "en", **good})
    assert [each.language for each in read_clips(path, Half.ALL, {"en"})] == ["en"]
    with pytest.raises(UsageError):
        read_clips(path, Half.ALL, {"ja"})


def test_only_short_clips_with_a_good_reference_are_taken_and_the_halves_stay(tmp_path: Path) -> None:
    unfit = (clip("a", seconds=30.0), clip("b", ref_quality="asr"), clip("c", text=None), clip("d", ref_quality=None))
    path = listing(tmp_path, *unfit, clip("e"), clip("f"))
    assert [each.text for each in read_clips(path, Half.TUNE)] == ["e"]
    assert [each.text for each in read_clips(path, Half.REPORT)] == ["f"]
    with pytest.raises(UsageError, match="no clip"):
        read_clips(listing(tmp_path, *unfit), Half.ALL)


def test_recordings_without_speech_are_all_taken(tmp_path: Path) -> None:
    path = listing(tmp_path, {"audio": "music.flac", "seconds": 15.0}, {"audio": "hens.flac", "expected_text": ""})
    assert read_nonspeech(path) == (tmp_path / "music.flac", tmp_path / "hens.flac")
    path.write_text("music.flac\n")
    with pytest.raises(UsageError, match="no list"):
        read_nonspeech(path)
