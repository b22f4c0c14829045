"""Subtitle files read back by other programs as they were meant."""

from __future__ import annotations

import json
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.captions.caption import Caption, Removal
from sidecar.captions.formats import MAX_CUE_MS, MIN_CUE_MS, Format, cues, latest, render, timestamp


def caption(
    text: str = "Hello there.",
    *,
    id: int = 0,
    revision: int = 1,
    lang: str = "en",
    start_ms: int = 1001,
    end_ms: int = 3999,
    final: bool = True,
    translated: bool = True,
    source_lang: str = "en",
    speaker: str | None = None,
    lines: tuple[str, ...] | None = None,
) -> Caption:
    return Caption(
        id=id,
        revision=revision,
        final=final,
        lang=lang,
        text=text,
        lines=lines or ((text,) if text else ()),
        start_ms=start_ms,
        end_ms=end_ms,
        source_lang=source_lang,
        translated=translated,
        speaker=speaker,
        seq=1,
    )


def test_times_are_exact_to_the_millisecond() -> None:
    assert timestamp(1001) == "00:00:01.001"
    assert timestamp(3_599_999, ",") == "00:59:59,999"
    assert timestamp(100 * 3_600_000) == "100:00:00.000"


def test_srt_is_a_numbered_cue_with_its_lines() -> None:
    one = caption("Hello there, all.", lines=("Hello there,", "all."))
    assert render([one], "en", Format.SRT) == "1\n00:00:01,001 --> 00:00:03,999\nHello there,\nall.\n"


def test_vtt_has_its_language_and_the_caption_ids() -> None:
    assert render([caption(id=700)], "en", Format.VTT) == (
        "WEBVTT\nLanguage: en\n\n700\n00:00:01.001 --> 00:00:03.999\nHello there.\n"
    )


def test_the_newest_revision_wins_and_partials_removed_and_empty_are_left_out() -> None:
    items = [
        caption("old", id=0),
        caption("new", id=0, revision=2),
        caption("partial", id=100, final=False),
        caption("gone", id=200),
        Removal(id=200, lang="en", seq=9),
        caption("", id=300),
        caption("otro", id=400, lang="es"),
    ]
    assert [found.text for found in latest(items, "en")] == ["new"]


def test_a_caption_removed_in_another_language_stays() -> None:
    assert latest([caption(), Removal(id=0, lang="es", seq=2)], "en")


def test_captions_are_in_order_of_start_then_id() -> None:
    items = [caption(id=2, start_ms=500), caption(id=1, start_ms=500), caption(id=0, start_ms=900)]
    assert [found.id for found in latest(items, "en")] == [1, 2, 0]


def test_a_short_cue_stays_for_five_sixths_of_a_second_where_there_is_room() -> None:
    (alone,) = cues([caption(start_ms=0, end_ms=100)])
    assert (alone.start_ms, alone.end_ms) == (0, MIN_CUE_MS)
    first, _ = cues([caption(start_ms=0, end_ms=100), caption(start_ms=400, end_ms=2000)])
    assert first.end_ms == 400


def test_a_cue_is_off_after_seven_seconds() -> None:
    assert cues([caption(start_ms=0, end_ms=30_000)])[0].end_ms == MAX_CUE_MS


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 9_000)), max_size=30))
def test_cues_never_overlap_and_always_last(times: list[tuple[int, int]]) -> None:
    made = [caption(id=i, start_ms=start, end_ms=start + length) for i, (start, length) in enumerate(sorted(times))]
    found = cues(made)
    assert [cue.caption for cue in found] == made
    assert all(cue.start_ms < cue.end_ms <= cue.start_ms + MAX_CUE_MS for cue in found)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(found))


NASTY = "a < b && c > d --> <b>bold</b> {\\an8} &amp; <3 1 --> 2"


def test_vtt_escapes_what_a_player_would_take_for_markup() -> None:
    text = render([caption(NASTY)], "en", Format.VTT).split("\n")[-2]
    assert text == "a &lt; b &amp;&amp; c &gt; d --&gt; &lt;b&gt;bold&lt;/b&gt; {\\an8} &amp;amp; &lt;3 1 --&gt; 2"


def test_srt_text_that_looks_like_markup_is_shown_as_it_was_said() -> None:
    (event,) = pysubs2.SSAFile.from_string(render([caption(NASTY)], "en", Format.SRT), format_="srt")
    assert event.text.replace("\u2060", "") == NASTY
    assert render([caption("you & me > {all}")], "en", Format.SRT).endswith("\nyou & me > {\u2060all}\n")


def test_a_speaker_is_named_unless_that_is_not_wanted() -> None:
    one = caption(speaker="Li <Wei>")
    assert "<v Li &lt;Wei&gt;>Hello there." in render([one], "en", Format.VTT)
    assert "Li <\u2060Wei>: Hello there." in render([one], "en", Format.SRT)
    assert render([one], "en", Format.TXT) == "Li <Wei>: Hello there.\n"
    assert json.loads(render([one], "en", Format.JSON))[0]["speaker"] == "Li <Wei>"
    for form in (Format.VTT, Format.SRT, Format.TXT):
        assert "Li" not in render([one], "en", form, speaker=False)


TWO_AT_ONCE = [
    caption("One moment,", id=100, start_ms=1000, end_ms=4000, speaker="Host"),
    caption("please.", id=101, start_ms=4000, end_ms=6000, speaker="Host"),
    caption("Yes?", id=200, start_ms=2000, end_ms=5000, speaker="Guest"),
]


def test_cues_of_two_speakers_overlap_as_they_spoke_and_come_in_order_of_time() -> None:
    found = [(cue.caption.id, cue.start_ms, cue.end_ms) for cue in cues(latest(TWO_AT_ONCE, "en"))]
    assert found == [(100, 1000, 4000), (200, 2000, 5000), (101, 4000, 6000)]
    srt = pysubs2.SSAFile.from_string(render(TWO_AT_ONCE, "en", Format.SRT), format_="srt")
    assert [(event.start, event.text) for event in srt] == [
        (1000, "Host: One moment,"),
        (2000, "Guest: Yes?"),
        (4000, "Host: please."),
    ]
    vtt = render(TWO_AT_ONCE, "en", Format.VTT)
    assert "00:00:02.000 --> 00:00:05.000\n<v Guest>Yes?\n" in vtt


def test_text_keeps_a_sentence_together_that_another_speaker_fell_into() -> None:
    assert render(TWO_AT_ONCE, "en", Format.TXT) == "Host: One moment, please.\nGuest: Yes?\n"


def test_right_to_left_lines_are_marked_where_players_need_it() -> None:
    line = "iPhone 17 متوفر الآن!"
    arabic = caption(line, lang="ar")
    assert f"\n\u202b{line}\u202c\n" in render([arabic], "ar", Format.SRT)
    assert f"\n\u200f{line}\n" in render([arabic], "ar", Format.VTT)
    untranslated = caption("Hello!", lang="ar", translated=False)
    assert "\nHello!\n" in render([untranslated], "ar", Format.SRT)


def test_json_marks_untranslated_lines() -> None:
    rows = json.loads(render([caption(), caption(id=100, translated=False)], "en", Format.JSON))
    assert [row.get("untranslated") for row in rows] == [None, True]
    assert rows[0] == {
        "id": 0,
        "revision": 1,
        "seq": 1,
        "lang": "en",
        "text": "Hello there.",
        "lines": ["Hello there."],
        "start_ms": 1001,
        "end_ms": 3999,
        "source_lang": "en",
    }


def test_text_joins_the_pages_of_a_sentence_as_its_language_writes_it() -> None:
    english = [caption("One page", id=0), caption("and another.", id=1), caption("Next.", id=100, start_ms=5000)]
    assert render(english, "en", Format.TXT) == "One page and another.\nNext.\n"
    chinese = [caption("今天这款手机", id=0, lang="zh"), caption("直播间只要", id=1, lang="zh")]
    assert render(chinese, "zh", Format.TXT) == "今天这款手机直播间只要\n"


@pytest.mark.parametrize("form", Format)
def test_no_captions_is_a_valid_file(form: Format) -> None:
    text = render([], "en", form)
    assert text == {"srt": "", "vtt": "WEBVTT\nLanguage: en\n", "json": "[]\n", "txt": ""}[form]


plain = st.text(alphabet="ab 你好\u0e01\u0e31\u0645.,-<>&{}\\1", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.tuples(plain, st.integers(0, 90_000_000)), max_size=10))
def test_srt_read_back_by_pysubs2_has_the_same_times_and_words(parts: list[tuple[str, int]]) -> None:
    made = [caption(text, id=i, start_ms=start, end_ms=start + 2000) for i, (text, start) in enumerate(parts)]
    read = pysubs2.SSAFile.from_string(render(made, "en", Format.SRT) or "\n", format_="srt")
    expected = cues(latest(made, "en"))
    assert [(event.start, event.end) for event in read] == [(cue.start_ms, cue.end_ms) for cue in expected]
    words = [event.text.replace("\u2060", "") for event in read]
    assert words == [cue.caption.text for cue in expected]


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("form", [Format.SRT, Format.VTT])
def test_ffmpeg_reads_the_files(form: Format, tmp_path: Path) -> None:
    made = [caption("One < two.", id=0), caption("مرحبا 你好", id=100, start_ms=5003, end_ms=7007)]
    path = tmp_path / f"captions.{form}"
    path.write_text(render(made, "en", form), encoding="utf-8")
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_packets", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    packets = json.loads(done.stdout)["packets"]
    assert [(packet["pts_time"], packet["duration_time"]) for packet in packets] == [
        ("1.001000", "2.998000"),
        ("5.003000", "2.004000"),
    ]
    assert done.stderr == ""


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_ffmpeg_shows_srt_text_that_looks_like_markup(tmp_path: Path) -> None:
    path = tmp_path / "captions.srt"
    path.write_text(render([caption(NASTY)], "en", Format.SRT), encoding="utf-8")
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "webvtt", "-"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[3]
    assert shown.replace("\u2060", "") == NASTY
