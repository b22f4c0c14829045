"""A file from beginning to end: what is announced, what viewers see, and what is kept are the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pysubs2
import pytest
from conftest import Speech
from e2e_process import Message, Run, Viewer, finals, transcript, until, words
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from sidecar.captions.caption import IDS_PER_SEGMENT

LANGUAGES = ("en", "es", "zh")
EXPORTS = (("en", "json"), ("en", "srt"), ("es", "json"), ("es", "vtt"), ("zh", "json"), ("zh", "txt"))

Answer = tuple[set[str], int | None]
"""The error codes that somebody got, and the code that the connection was closed with; None if it was not."""


@dataclass(frozen=True, kw_only=True)
class Show:
    """One show, when it is over. ``answers``: what somebody got for each thing that no viewer should send."""

    status: int
    stderr: str
    events: list[Message]
    viewers: dict[str, list[Message]]
    close_codes: dict[str, int | None]
    answers: dict[str, Answer]
    exports: dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def show(speech: Speech, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    clip = speech(0, 2)
    options = ("--input", str(clip), "--language", "en", "--to", "es,zh", "--exit-at-end")
    with (
        Run(*options, folder=tmp_path_factory.mktemp("show")) as run,
        Viewer(run.url, "lang=en") as english,
        Viewer(run.url, "lang=es&second=zh") as both,
    ):
        run.until(lambda: finals(run.events), "the first final caption")
        answers = pester(run.url)
        with Viewer(run.url, "lang=es&since=0") as late:
            run.until(lambda: late.finals("es"), "a caption for the late viewer")
        since = late.finals("es")[-1]["seq"]
        with Viewer(run.url, f"lang=es&since={since}&session={run.session}") as again:
            ended = run.ended()
            until(lambda: english.left() and both.left() and again.left(), "the viewers being let go")
        yield Show(
            status=ended.returncode,
            stderr=ended.stderr,
            events=run.events,
            viewers={"en": english.messages, "es zh": both.messages, "es": late.messages + again.messages},
            close_codes={"en": english.close_code, "es zh": both.close_code, "es": again.close_code},
            answers=answers,
            exports=exports(run),
        )


def exports(run: Run) -> dict[tuple[str, str], str]:
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(EXPORTS, pool.map(lambda what: run.export(*what), EXPORTS), strict=True))


def pester(url: str) -> dict[str, Answer]:
    """Send what cannot be used, all at once; what comes back for each."""
    nonsense: dict[str, Sequence[str | bytes]] = {
        "malformed": ["{nonsense"] * 5,
        "binary": [b"\x00\xff" * 500] * 5,
        "unknown type": ['{"type":"shutdown"}'] * 5,
        "ten megabytes": ["x" * 10_000_000],
        "once": ["{nonsense", '{"type":"subscribe","lang":"en"}'],
    }
    with ThreadPoolExecutor(len(nonsense)) as pool:
        return dict(zip(nonsense, pool.map(lambda messages: answer(url, messages), nonsense.values()), strict=True))


def answer(url: str, messages: Sequence[str | bytes]) -> Answer:
    """What comes back within two seconds."""
    codes: set[str] = set()
    with connect(f"{url.replace('http', 'ws')}/v1/captions?lang=es", proxy=None, max_queue=None) as socket:
        try:
            for message in messages:
                socket.send(message)
            while True:
                heard = json.loads(socket.recv(timeout=2))
                codes |= {heard["code"]} if heard["type"] == "error" else set()
        except (ConnectionClosed, TimeoutError):
            pass
        return codes, socket.close_code


def test_it_ends_by_itself_without_a_complaint(show: Show) -> None:
    assert show.status == 0, show.stderr
    assert "error" not in show.stderr.lower()
    assert "Traceback" not in show.stderr


def test_the_events_begin_with_hello_end_with_end_and_have_their_time(show: Show) -> None:
    assert show.events[0]["type"] == "hello"
    assert show.events[0]["languages"] == list(LANGUAGES)
    assert [event["type"] for event in show.events[-2:]] == ["status", "end"]
    times = [event["at_ms"] for event in show.events]
    assert all(isinstance(at_ms, int) for at_ms in times)
    assert times == sorted(times)
    assert all(event["v"] == 1 for event in show.events)


def test_numbers_rise_by_one(show: Show) -> None:
    numbers = [event["seq"] for event in show.events if "seq" in event and event["type"] != "hello"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all("seq" not in event for event in show.events if not event.get("final", True))


def test_what_was_said_is_what_is_read(show: Show) -> None:
    said = words(show.events, "en")
    for word in ("welcome", "happy", "products", "shipping", "free", "cotton", "shirt", "blue", "black"):
        assert word in said
    assert any(event["type"] == "caption" and not event["final"] for event in show.events), (
        "words come as they are said"
    )


def test_every_final_caption_has_every_language(show: Show) -> None:
    spoken = passages(show.events, "en")
    assert len(spoken) >= 2
    for lang in ("es", "zh"):
        assert passages(show.events, lang) == spoken, "all of them, in the order they were said"
        translations = finals(show.events, lang)
        assert any(not each.get("untranslated") for each in translations)
        for each in translations:
            source = [other["text"] for other in finals(show.events, "en") if other["start_ms"] == each["start_ms"]]
            assert each.get("untranslated") is (True if each["text"] in source else None)


def passages(messages: Sequence[Message], lang: str) -> list[int]:
    """The stretches of speech that there are final captions of, in the order these came."""
    return list(dict.fromkeys(message["id"] // IDS_PER_SEGMENT for message in finals(messages, lang)))


@pytest.mark.parametrize("viewer", ["en", "es zh", "es"])
def test_a_viewer_sees_all_of_its_languages_once_in_order(show: Show, viewer: str) -> None:
    langs = viewer.split()
    announced = [event for event in show.events if event.get("lang") in langs and "seq" in event]
    seen = [message for message in show.viewers[viewer] if "seq" in message and message["type"] != "hello"]
    assert seen == [{name: value for name, value in event.items() if name != "at_ms"} for event in announced]
    assert show.viewers[viewer][0]["type"] == "hello"
    assert show.viewers[viewer][-1]["type"] == "end"
    assert show.close_codes[viewer] == 1000


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_export_is_what_viewers_saw(show: Show, lang: str) -> None:
    (seen,) = (messages for langs, messages in show.viewers.items() if lang in langs.split() and langs != "es")
    captions = transcript(seen, lang)
    rows = json.loads(show.exports[lang, "json"])
    for name in ("id", "revision", "seq", "lang", "text", "lines", "start_ms", "end_ms", "source_lang"):
        assert [row[name] for row in rows] == [caption[name] for caption in captions]
    for form in {"srt", "vtt"} & {form for of, form in show.exports if of == lang}:
        cues = pysubs2.SSAFile.from_string(show.exports[lang, form], format_=form)
        assert [cue.plaintext.splitlines() for cue in cues] == [caption["lines"] for caption in captions]
        assert [cue.start for cue in cues] == [caption["start_ms"] for caption in captions]
    if (lang, "txt") in show.exports:
        joined = "".join(show.exports[lang, "txt"].split())
        assert joined == "".join("".join(caption["text"].split()) for caption in captions)


def test_messages_that_cannot_be_used_get_an_error_and_repeated_a_close(show: Show) -> None:
    errors, closed = show.answers["ten megabytes"]
    assert not errors
    assert closed in (1009, 1006), "cut off; whoever is still sending may not get to read why"
    assert {name: answer for name, answer in show.answers.items() if name != "ten megabytes"} == {
        "malformed": ({"malformed"}, 4400),
        "binary": ({"binary"}, 4400),
        "unknown type": ({"unknown_type"}, 4400),
        "once": ({"malformed"}, None),
    }
