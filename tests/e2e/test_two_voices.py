"""Host and guest at once, with the real recogniser: who said what stays apart, from the sources to the exports."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pysubs2
import pytest
from conftest import Speech
from e2e_process import Message, Run, Viewer, finals, transcript

from sidecar.captions.caption import IDS_PER_SEGMENT

GUEST = "Lucía"
SAID = "Hola, buenas noches a todos. Muchas gracias por la invitación. Hoy cuesta veinte euros."


@dataclass(frozen=True, kw_only=True)
class Show:
    """A show of an English host and a Spanish guest, when it is over; recognised and not translated."""

    status: int
    stderr: str
    events: list[Message]
    viewer: list[Message]
    exports: dict[str, str]


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = shutil.which("espeak-ng")
    if program is None:
        pytest.skip("espeak-ng is not installed")
    path = tmp_path_factory.mktemp("guest") / "guest.wav"
    subprocess.run([program, "-v", "es", "-s", "140", "-w", str(path), SAID], check=True)
    return path


@pytest.fixture(scope="module")
def show(speech: Speech, guest: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    options = ("--input", str(speech(0, 2)), "--language", "en", "--voice", f"{GUEST}:es={guest}", "--to", "")
    with Run(*options, "--exit-at-end", folder=tmp_path_factory.mktemp("show")) as run:
        with Viewer(run.url, "lang=en&second=es") as viewer:
            ended = run.ended()
        exports = {form: run.export("en", form) for form in ("srt", "vtt", "txt", "json")}
        yield Show(
            status=ended.returncode, stderr=ended.stderr, events=run.events, viewer=viewer.messages, exports=exports
        )


def captions(show: Show) -> list[Message]:
    return [event for event in show.events if event["type"] == "caption"]


def test_it_ends_with_the_host_without_a_complaint(show: Show) -> None:
    assert show.status == 0, show.stderr
    assert "Traceback" not in show.stderr
    assert show.events[-1]["type"] == "end"


def test_hello_names_the_speakers_and_everything_spoken_is_on_offer(show: Show) -> None:
    assert show.events[0]["speakers"] == ["Host", GUEST]
    assert (show.events[0]["source"], show.events[0]["languages"]) == ("en", ["en", "es"])


def test_every_caption_has_the_speaker_who_speaks_its_language(show: Show) -> None:
    languages = {(caption["speaker"], caption["source_lang"]) for caption in captions(show)}
    assert languages == {("Host", "en"), (GUEST, "es")}


def test_what_each_said_is_read_under_the_name(show: Show) -> None:
    said = {
        speaker: " ".join(c["text"] for c in transcript(show.events, lang) if c["speaker"] == speaker).lower()
        for speaker, lang in (("Host", "en"), (GUEST, "es"))
    }
    for word in ("welcome", "products", "shipping", "free", "cotton", "blue"):
        assert word in said["Host"]
    for word in ("hola", "buenas noches", "gracias", "invitación"):
        assert word in said[GUEST]


def test_partials_of_both_are_shown_while_they_speak_at_once(show: Show) -> None:
    partials = [caption["speaker"] for caption in captions(show) if not caption["final"]]
    assert partials.count("Host") > 3
    assert partials.count(GUEST) > 3
    turns = sum(one != other for one, other in pairwise(partials))
    assert turns > 4, "neither waits until the other is done"


def test_no_caption_is_touched_by_the_other_voice(show: Show) -> None:
    speakers: dict[int, set[str]] = {}
    for caption in captions(show):
        speakers.setdefault(caption["id"] // IDS_PER_SEGMENT, set()).add(caption["speaker"])
    assert len(speakers) >= 3
    assert all(len(who) == 1 for who in speakers.values())
    for lang in ("en", "es"):
        for id_ in {caption["id"] for caption in captions(show)}:
            revisions = [c for c in captions(show) if c["id"] == id_ and c["lang"] == lang]
            assert [c["revision"] for c in revisions] == list(range(1, len(revisions) + 1))
            firsts = [c["final"] for c in revisions]
            assert firsts == sorted(firsts), "nothing tentative follows a final"


def test_the_captions_of_each_are_in_order_and_those_of_both_lie_side_by_side(show: Show) -> None:
    said = transcript(show.events, "en")
    for speaker in ("Host", GUEST):
        own = [caption for caption in said if caption["speaker"] == speaker]
        assert [caption["id"] for caption in own] == sorted(caption["id"] for caption in own)
        assert all(one["end_ms"] <= other["start_ms"] for one, other in pairwise(own))
    assert any(one["end_ms"] > other["start_ms"] for one, other in pairwise(said)), "they spoke at once"
    ends = {speaker: max(c["end_ms"] for c in said if c["speaker"] == speaker) for speaker in ("Host", GUEST)}
    assert 14_000 < ends["Host"] < 17_000, "the host speaks for 16 seconds"
    assert 5_000 < ends[GUEST] < 9_000, "the guest for 8, from the beginning"


def test_readers_of_one_language_see_the_other_voice_too(show: Show) -> None:
    for lang, other in (("en", GUEST), ("es", "Host")):
        lines = [caption for caption in finals(show.viewer, lang) if caption["speaker"] == other]
        assert lines
        assert all(caption["untranslated"] for caption in lines)


def test_exports_name_who_speaks_and_overlap(show: Show) -> None:
    kept = transcript(show.events, "en")
    rows = json.loads(show.exports["json"])
    assert [(row["id"], row["speaker"], row["start_ms"]) for row in rows] == [
        (caption["id"], caption["speaker"], caption["start_ms"]) for caption in kept
    ]
    srt = list(pysubs2.SSAFile.from_string(show.exports["srt"], format_="srt"))
    assert [cue.start for cue in srt] == [caption["start_ms"] for caption in kept]
    assert [cue.plaintext.partition(":")[0] for cue in srt] == [caption["speaker"] for caption in kept]
    assert any(one.end > other.start for one, other in pairwise(srt))
    assert show.exports["vtt"].count(f"<v {GUEST}>") == sum(caption["speaker"] == GUEST for caption in kept)
    lines = show.exports["txt"].splitlines()
    assert {line.partition(":")[0] for line in lines} == {"Host", GUEST}
