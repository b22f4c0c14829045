"""Several voices in one session, from sources to viewers: only sources, recogniser and translator are not real."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import count, pairwise
from pathlib import Path

import fakes
import numpy as np
import pytest
from fakes import EchoTranslator, ScriptedRecognizer, ScriptedSource, Talk, echo, talk, until

from sidecar import config
from sidecar.audio.chunk import AudioChunk, Samples
from sidecar.audio.source import SourceState, SourceStatus
from sidecar.captions.caption import IDS_PER_SEGMENT, Segment
from sidecar.delivery.wire import CaptionMessage, End, Hello, ServerMessage, State, StatusMessage
from sidecar.errors import InputError
from sidecar.session import Engines, Session
from sidecar.speech.languages import Belief
from sidecar.speech.listener import Listener
from sidecar.speech.recognizer import Health, Hypothesis
from sidecar.speech.turns import Turns
from sidecar.storage.store import Store
from sidecar.translation.translator import Translator
from sidecar.voice import SessionClock, Voice, caption_languages, translation_targets

HOST = talk("欢迎 大家 来", "这件 九十 元", "明天 再见", word_ms=300, pause_ms=900, language="zh")
GUEST = talk("hello from my side everybody", "it really is soft", word_ms=300, pause_ms=700)
HOST_LINES = ("欢迎大家来", "这件九十元", "明天再见")
GUEST_LINES = ("hello from my side everybody", "it really is soft")


class TwoEars:
    """One recogniser that hears each language in the talk of the voice that speaks it."""

    def __init__(self, **said: Talk) -> None:
        self._said = {lang: ScriptedRecognizer(each) for lang, each in said.items()}
        self.health = Health()
        self.at_once = 1

    def close(self) -> None:
        pass

    def recognize(self, audio: Samples, *, language: str, beam_size: int, word_times: bool) -> Hypothesis:
        heard = self._said[language]
        return heard.recognize(audio, language=language, beam_size=beam_size, word_times=word_times)


class Show:
    """A session of a host and a guest, and what its viewers will have seen."""

    def __init__(self, session: Session, host: ScriptedSource, guest: ScriptedSource) -> None:
        self.session, self.host, self.guest = session, host, guest
        self.seen: list[ServerMessage] = []
        session.hub.tap(self.seen.append)

    async def run(self) -> None:
        async with asyncio.timeout(15):
            await self.session.run()

    def captions(self, lang: str = "") -> list[CaptionMessage]:
        return [each for each in self.seen if isinstance(each, CaptionMessage) and lang in ("", each.lang)]

    def finals(self, lang: str, speaker: str) -> list[CaptionMessage]:
        return [each for each in self.captions(lang) if each.final and each.speaker == speaker]

    def texts(self, lang: str, speaker: str) -> list[str]:
        return [each.text for each in self.finals(lang, speaker)]

    def states(self) -> list[State]:
        return [each.state for each in self.seen if isinstance(each, StatusMessage)]


SetUp = Callable[..., Awaitable[Show]]


@pytest.fixture
async def set_up(tmp_path: Path) -> AsyncIterator[SetUp]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(
            *,
            host: ScriptedSource | None = None,
            guest: ScriptedSource | None = None,
            translator: Translator | None = None,
            to: Sequence[str] = ("en", "es"),
            spoken: tuple[str, str] = ("zh", "en"),
            heard: tuple[Talk, Talk] = (HOST, GUEST),
        ) -> Show:
            host = host or ScriptedSource(heard[0].chunks())
            guest = guest or ScriptedSource(heard[1].chunks())
            recognizer, numbers, turns = TwoEars(zh=heard[0], en=heard[1]), count(1), Turns()

            async def hear() -> list[Listener]:
                return [
                    fakes.listener(
                        recognizer,  # type: ignore[arg-type]
                        language=Belief(allowed=(lang,)) if spoken[index] == "auto" else lang,
                        speaker=speaker,
                        numbers=numbers,
                        turns=turns,
                    )
                    for index, (lang, speaker) in enumerate((("zh", "Host"), ("en", "Guest")))
                ]

            async def translate() -> Translator:
                assert translator is not None
                return translator

            store = await stack.enter_async_context(await Store.open(f"sqlite:///{tmp_path}/sidecar.db"))
            settings = config.load(Path("/dev/null"), {"translation": {"to": list(to)}})
            voices = [
                Voice(host, spoken=spoken[0], label="Host"),
                Voice(guest, spoken=spoken[1], label="Guest"),
            ]
            engines = Engines(open_listeners=hear, open_translator=translate if translator else None)
            session = await Session.create(settings, voices, engines, store, wait_for_translator=False)
            return Show(session, host, guest)

        yield make


async def test_each_voice_is_captioned_in_its_language_under_its_name(set_up: SetUp) -> None:
    show = await set_up(translator=EchoTranslator())
    await show.run()
    assert show.texts("zh", "Host") == list(HOST_LINES)
    assert show.texts("en", "Guest") == list(GUEST_LINES)
    for caption in show.captions():
        assert caption.source_lang == {"Host": "zh", "Guest": "en"}[caption.speaker or ""]
    [hello, *_] = [each for each in show.seen if isinstance(each, Hello)]
    assert hello.speakers == ("Host", "Guest")
    assert (hello.source, hello.languages) == ("zh", ("zh", "en", "es"))


async def test_each_is_translated_from_its_language_and_shown_as_it_is_to_those_who_read_it(set_up: SetUp) -> None:
    translator = EchoTranslator()
    show = await set_up(translator=translator)
    await show.run()
    assert show.texts("en", "Host") == [echo(text, "en") for text in HOST_LINES]
    assert show.texts("zh", "Guest") == [echo(text, "zh") for text in GUEST_LINES]
    assert show.texts("es", "Host") == [echo(text, "es") for text in HOST_LINES]
    assert show.texts("es", "Guest") == [echo(text, "es") for text in GUEST_LINES]
    assert {(line.source, line.target) for line in translator.asked} == {
        ("zh", "en"),
        ("zh", "es"),
        ("en", "zh"),
        ("en", "es"),
    }
    said = {"zh": HOST_LINES, "en": GUEST_LINES}
    assert all(set(line.context) <= set(said[line.source]) for line in translator.asked)
    assert not any(caption.untranslated for caption in show.captions())


async def test_numbers_are_unique_and_neither_voice_changes_a_caption_of_the_other(set_up: SetUp) -> None:
    show = await set_up(translator=EchoTranslator())
    await show.run()
    speakers: dict[int, set[str | None]] = {}
    for caption in show.captions():
        speakers.setdefault(caption.id // IDS_PER_SEGMENT, set()).add(caption.speaker)
    assert all(len(each) == 1 for each in speakers.values())
    assert len(speakers) == len(HOST_LINES) + len(GUEST_LINES)
    for lang in ("zh", "en"):
        for id_ in {caption.id for caption in show.captions(lang)}:
            revisions = [caption for caption in show.captions(lang) if caption.id == id_]
            assert [each.revision for each in revisions] == list(range(1, len(revisions) + 1))
            assert [each.final for each in revisions] == [False] * (len(revisions) - 1) + [True]
    seqs = [caption.seq for caption in show.captions() if caption.seq is not None]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_captions_lie_where_their_voice_spoke_even_at_the_same_time(set_up: SetUp) -> None:
    show = await set_up(translator=EchoTranslator())
    await show.run()
    offsets = {voice.label: voice.offset_ms for voice in show.session.voices}
    for lang in ("zh", "en", "es"):
        for speaker, said in (("Host", HOST), ("Guest", GUEST)):
            finals = show.finals(lang, speaker)
            starts = [caption.start_ms - offsets[speaker] for caption in finals]
            begun = [word.start // 16 for word in said.words if word.text in ("欢迎", "这件", "明天", "hello", "it")]
            assert all(abs(start - at) < 400 for start, at in zip(starts, begun, strict=True)), (lang, speaker)
    everything = sorted((c for c in show.captions("es") if c.final), key=lambda c: c.start_ms)
    assert [c.id for c in everything] == sorted(c.id for c in everything), "ids rise with time across voices"
    assert any(one.end_ms > other.start_ms for one, other in pairwise(everything)), "they spoke at once"


async def test_the_show_goes_on_without_the_guest_and_is_over_with_the_host(set_up: SetUp) -> None:
    show = await set_up(translator=EchoTranslator())
    show.host.hold[len(show.host.audio) // 2] = lambda: until(lambda: show.guest.closed)
    await show.run()
    assert show.texts("zh", "Host") == list(HOST_LINES)
    assert show.states()[-1] is State.ENDED
    assert show.states().count(State.ENDED) == 1


async def test_what_a_guest_said_when_the_host_ends_is_still_captioned_and_translated(set_up: SetUp) -> None:
    show = await set_up(translator=EchoTranslator())
    middle = next(index for index, chunk in enumerate(show.guest.audio) if chunk.position > GUEST.words[7].end)
    show.guest.hold[middle] = asyncio.Event().wait
    show.host.hold[len(show.host.audio) - 1] = lambda: until(lambda: bool(show.finals("en", "Guest")))
    await show.run()
    assert show.guest.closed
    assert show.texts("en", "Guest") == [GUEST_LINES[0], "it really is"]
    assert show.texts("zh", "Guest") == [echo(GUEST_LINES[0], "zh"), echo("it really is", "zh")]
    assert isinstance(show.seen[-1], End)


@pytest.mark.parametrize("error", [InputError("no camera"), RuntimeError("a bug")])
async def test_a_guest_that_fails_is_told_to_the_operator_and_ends_nothing(set_up: SetUp, error: Exception) -> None:
    guest = ScriptedSource(GUEST.chunks()[:100], error=error)
    show = await set_up(guest=guest, translator=EchoTranslator())
    warnings: list[str] = []

    async def look() -> None:
        await until(lambda: show.session.voices[1].failed)
        warnings.extend(show.session.monitor.report().warnings)

    show.host.hold[len(show.host.audio) // 2] = look
    await show.run()
    assert show.texts("zh", "Host") == list(HOST_LINES)
    assert show.texts("en", "Guest")[0] == GUEST_LINES[0]
    assert any(warning.startswith("Guest is not captioned any more") for warning in warnings)


async def test_a_host_that_fails_ends_the_show_with_what_both_said(set_up: SetUp) -> None:
    host = ScriptedSource(HOST.chunks(), error=InputError("the cable"))
    show = await set_up(host=host, translator=EchoTranslator())
    show.guest.hold[len(show.guest.audio) - 1] = asyncio.Event().wait
    host.hold[len(host.audio) - 1] = lambda: until(lambda: len(show.finals("en", "Guest")) == 2)
    with pytest.raises(InputError, match="the cable"):
        await show.run()
    assert show.texts("zh", "Host") == list(HOST_LINES)
    assert show.texts("en", "Guest") == list(GUEST_LINES)


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
async def test_stopping_and_cancelling_leave_no_task_and_no_open_source(set_up: SetUp, how: str) -> None:
    before = asyncio.all_tasks()
    show = await set_up(translator=EchoTranslator())
    show.host.hold[len(show.host.audio) - 1] = asyncio.Event().wait
    show.guest.hold[len(show.guest.audio) - 1] = asyncio.Event().wait
    running = asyncio.create_task(show.run())
    await until(lambda: len(show.finals("zh", "Host")) == 3 and len(show.finals("en", "Guest")) == 2)
    if how == "stopped":
        show.session.stop()
    else:
        running.cancel()
    outcome = (await asyncio.gather(running, return_exceptions=True))[0]
    assert isinstance(outcome, asyncio.CancelledError) is (how == "cancelled")
    assert asyncio.all_tasks() == before
    assert show.host.closed
    assert show.guest.closed


async def test_only_the_hosts_source_says_how_the_show_is(set_up: SetUp) -> None:
    show = await set_up()
    plain = show.guest.chunks

    async def with_a_loss(on_status: Callable[[SourceStatus], None]) -> AsyncIterator[AudioChunk]:
        async with contextlib.aclosing(plain(on_status)) as chunks:
            async for chunk in chunks:
                if chunk.position == 32 * 512:
                    on_status(SourceStatus(state=SourceState.RECONNECTING, message="lost"))
                    assert "Guest is lost: lost" in show.session.monitor.report().warnings
                yield chunk

    show.guest.chunks = with_a_loss  # type: ignore[method-assign]
    await show.run()
    assert State.RECONNECTING not in show.states()


async def test_a_host_found_to_speak_a_language_nobody_asked_for_gets_the_guest_in_it(set_up: SetUp) -> None:
    show = await set_up(translator=EchoTranslator(), spoken=("auto", "en"), to=("en",))
    show.guest.hold[1] = lambda: until(lambda: show.session.hub.source == "zh")
    await show.run()
    assert show.session.hub.languages == ("zh", "en")
    assert show.texts("zh", "Guest") == [echo(text, "zh") for text in GUEST_LINES]
    assert show.texts("en", "Host") == [echo(text, "en") for text in HOST_LINES]


async def test_with_nothing_to_translate_into_every_voice_is_still_seen_by_everybody(set_up: SetUp) -> None:
    show = await set_up(to=())
    await show.run()
    assert show.session.hub.languages == ("zh", "en")
    assert show.texts("zh", "Guest") == list(GUEST_LINES)
    assert all(caption.untranslated for caption in show.finals("zh", "Guest"))


async def test_the_operator_sees_every_voice(set_up: SetUp) -> None:
    show = await set_up(translator=EchoTranslator())
    await show.run()
    report = show.session.monitor.report()
    assert [(each.label, each.language, each.source.state) for each in report.voices] == [
        ("Host", "zh", "ended"),
        ("Guest", "en", "ended"),
    ]
    assert all(each.final_lag_ms is not None for each in report.voices)
    assert report.source == report.voices[0].source


def test_sources_that_start_at_different_moments_lie_on_one_clock() -> None:
    now = [100.0]
    clock = SessionClock(now=lambda: now[0])
    chunk = AudioChunk(samples=np.zeros(640, np.float32), position=0)
    assert clock.offset_ms(chunk) == 0
    now[0] += 2.5
    assert clock.offset_ms(chunk) == 2500
    late = AudioChunk(samples=chunk.samples, position=16_000)
    assert clock.offset_ms(late) == 1500
    before = AudioChunk(samples=chunk.samples, position=160_000)
    assert clock.offset_ms(before) == 0, "nothing is before zero"


def test_a_segment_is_placed_by_the_offset_of_its_voice() -> None:
    segment = Segment(number=1, text="a", stable=1, final=True, language="en", start_ms=10, end_ms=20, speaker="Guest")
    voice = Voice(ScriptedSource([]), spoken="en", label="Guest")
    assert voice.placed(segment) is segment
    voice.offset_ms = 1000
    assert (voice.placed(segment).start_ms, voice.placed(segment).end_ms) == (1010, 1020)


@pytest.mark.parametrize(
    ("spoken", "to", "languages", "targets"),
    [
        (("en",), ("en", "es"), ("en", "es"), ("es",)),
        (("auto",), ("en", "es"), ("en", "es"), ("en", "es")),
        (("zh", "zh"), ("en",), ("zh", "en"), ("en",)),
        (("zh", "en"), ("en", "es"), ("zh", "en", "es"), ("zh", "en", "es")),
        (("zh", "ja"), ("en",), ("zh", "en", "ja"), ("zh", "en", "ja")),
        (("zh", "auto"), ("en",), ("zh", "en"), ("zh", "en")),
        (("auto", "en"), ("es",), ("es", "en"), ("es", "en")),
        (("zh", "en"), (), ("zh", "en"), ("zh", "en")),
    ],
)
def test_everybody_can_be_read_in_every_language_that_is_set(
    spoken: tuple[str, ...], to: tuple[str, ...], languages: tuple[str, ...], targets: tuple[str, ...]
) -> None:
    assert caption_languages(spoken, to) == languages
    assert translation_targets(spoken, to) == targets
