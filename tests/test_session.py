"""One session from its source to its viewers: only the source, the recogniser and the translator are not real."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import fakes
import pytest
from fakes import EchoTranslator, ScriptedRecognizer, ScriptedSource, Talk, echo, talk, until

from sidecar import config, session
from sidecar.audio.source import SourceState, SourceStatus
from sidecar.captions.caption import Caption, Removal
from sidecar.config import Settings
from sidecar.delivery.wire import CaptionMessage, End, Hello, Remove, ServerMessage, State, StatusMessage
from sidecar.errors import InputError, InputLostError, ModelError, StorageError, TranslationError, UsageError
from sidecar.memory.library import Library
from sidecar.memory.memory import Match
from sidecar.session import Engines, Session
from sidecar.speech.languages import Belief
from sidecar.speech.listener import Listener
from sidecar.storage.record import SessionRecord
from sidecar.storage.store import Store
from sidecar.translation.translator import Line, Translator
from sidecar.voice import Voice

LINES = ("hello and welcome everybody", "this shirt costs nine dollars", "see you tomorrow then")
TARGETS = ("es", "zh")
SAID = talk(*LINES, word_ms=200, pause_ms=750)


class WatchedStore(Store):
    """Remembers what it was given, and fails while it is told to."""

    failure: Exception | None = None

    async def append(self, session_id: str, items: Sequence[Caption | Removal]) -> None:
        if self.failure:
            raise self.failure
        await super().append(session_id, items)
        self.kept = [*self.kept, *(item.seq for item in items if item.seq is not None)]

    kept: list[int] = []  # noqa: RUF012 - replaced, never changed


@dataclass
class Stage:
    """A session that has not begun, and what its viewers will have seen."""

    session: Session
    source: ScriptedSource
    store: WatchedStore
    seen: list[ServerMessage] = field(default_factory=list)
    announced_unstored: list[int] = field(default_factory=list)

    def see(self, message: ServerMessage) -> None:
        self.seen.append(message)
        seq = getattr(message, "seq", None)
        if isinstance(message, CaptionMessage | Remove) and seq is not None and seq not in self.store.kept:
            self.announced_unstored.append(seq)

    async def run(self) -> None:
        async with asyncio.timeout(15):
            await self.session.run()

    def finals(self, lang: str) -> list[CaptionMessage]:
        return [each for each in self.seen if isinstance(each, CaptionMessage) and each.final and each.lang == lang]

    def texts(self, lang: str) -> list[str]:
        return [each.text for each in self.finals(lang)]

    def states(self) -> list[State]:
        return [each.state for each in self.seen if isinstance(each, StatusMessage)]

    async def record(self) -> SessionRecord:
        [found] = [each for each in await self.store.sessions() if each.id == self.session.id]
        return found


def settings(language: str = "en", to: Sequence[str] = TARGETS, **translation: float) -> Settings:
    return config.load(
        Path("/dev/null"),
        {"speech": {"language": language}, "translation": {"to": list(to), **translation}},
    )


SETTINGS = settings()
SetUp = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def set_up(tmp_path: Path) -> AsyncIterator[SetUp]:
    """Makes a `Stage`; the store is closed in the end."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(
            said: Talk | None = None,
            *,
            source: ScriptedSource | None = None,
            recognizer: ScriptedRecognizer | None = None,
            translator: Callable[[], Awaitable[Translator]] | Translator | None = None,
            open_listeners: Callable[[], Awaitable[list[Listener]]] | None = None,
            wait_for_translator: bool = False,
            settings: Settings = SETTINGS,
            library: Library | None = None,
        ) -> Stage:
            said = said or SAID
            source = source or ScriptedSource(said.chunks())
            spoken = settings.speech.language

            async def hear() -> list[Listener]:
                known = Belief() if spoken == "auto" else spoken
                return [fakes.listener(recognizer or ScriptedRecognizer(said), language=known)]

            async def given() -> Translator:
                assert not callable(translator)
                return translator

            store = await WatchedStore.open(f"sqlite:///{tmp_path}/sidecar.db")
            await stack.enter_async_context(store)
            opener = translator if callable(translator) else given if translator else None
            engines = Engines(open_listeners=open_listeners or hear, open_translator=opener, library=library)
            voices = [Voice(source, spoken=spoken)]
            session = await Session.create(settings, voices, engines, store, wait_for_translator=wait_for_translator)
            stage = Stage(session, source, store)
            session.hub.tap(stage.see)
            return stage

        yield make


async def test_everything_said_comes_out_once_in_every_language_and_in_order(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    await stage.run()
    assert stage.texts("en") == list(LINES)
    for lang in TARGETS:
        assert stage.texts(lang) == [echo(text, lang) for text in LINES]
    numbers = [each.seq for each in stage.seen if isinstance(each, CaptionMessage) and each.seq is not None]
    assert numbers == list(range(1, 10))
    assert isinstance(stage.seen[0], Hello)
    assert isinstance(stage.seen[-1], End)


async def test_languages_change_while_the_show_is_on(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    go_on = asyncio.Event()
    stage.source.hold[len(stage.source.audio) // 2] = go_on.wait
    show = asyncio.create_task(stage.run())
    await until(lambda: stage.texts(TARGETS[0]))
    before = len(stage.finals(TARGETS[1]))
    async with stage.session.hub.attach("fr") as viewer:
        await stage.session.translate_into(("fr", TARGETS[0]))
        assert stage.session.hub.languages == ("en", "fr", TARGETS[0])
        assert viewer.languages == ("fr",)
        go_on.set()
        await show
    assert stage.texts(TARGETS[0]) == [echo(text, TARGETS[0]) for text in LINES]
    assert stage.texts("fr")
    assert stage.texts("fr") == [echo(text, "fr") for text in LINES][-len(stage.texts("fr")) :]
    assert before <= len(stage.finals(TARGETS[1])) < len(LINES)
    [stored] = await stage.store.sessions()
    assert {"en", "fr", *TARGETS} == set(stored.languages)


async def test_a_language_that_cannot_be_written_and_a_show_without_translator_change_nothing(set_up: SetUp) -> None:
    stage = await set_up()
    with pytest.raises(UsageError, match="translates nothing"):
        await stage.session.translate_into(("fr",))

    def refuse(target: str) -> None:
        raise UsageError(f"no {target}")

    stage.session._engines = replace(
        stage.session._engines, open_translator=stage.session._open_translator, check_target=refuse
    )
    with pytest.raises(UsageError, match="no fr"):
        await stage.session.translate_into(("fr",))
    assert "fr" not in stage.session.hub.languages


async def test_translations_share_number_and_time_of_their_line(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    await stage.run()
    for lang in TARGETS:
        for line, translation in zip(stage.finals("en"), stage.finals(lang), strict=True):
            assert (translation.id, translation.start_ms) == (line.id, line.start_ms)
            assert (translation.source_lang, translation.untranslated) == ("en", None)


async def test_words_are_shown_before_their_line_is_final_and_never_after(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    await stage.run()
    spoken = [each for each in stage.seen if isinstance(each, CaptionMessage) and each.lang == "en"]
    for id_ in {each.id for each in spoken}:
        shown = [each for each in spoken if each.id == id_]
        assert [each.final for each in shown] == [False] * (len(shown) - 1) + [True]
        assert len(shown) > 1
        assert [each.revision for each in shown] == list(range(1, len(shown) + 1))
        assert all(each.seq is None and (each.stable or 0) <= len(each.text) for each in shown[:-1])
    assert not any(isinstance(each, CaptionMessage) and not each.final for each in stage.seen if each not in spoken)


async def test_what_is_final_is_stored_before_it_is_announced(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    await stage.run()
    assert stage.announced_unstored == []
    kept = await stage.store.captions(stage.session.id)
    shown = [each for each in stage.seen if isinstance(each, CaptionMessage) and each.seq is not None]
    assert [(item.seq, item.text) for item in kept if isinstance(item, Caption)] == [
        (each.seq, each.text) for each in shown
    ]


async def test_a_viewer_who_comes_back_gets_what_was_missed_from_the_store(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    go_on = asyncio.Event()
    stage.source.hold[len(stage.source.audio) - 1] = go_on.wait
    show = asyncio.create_task(stage.run())
    await until(lambda: len(stage.finals("es")) == 3)
    texts: list[str] = []
    async with stage.session.hub.attach("es", since=0) as viewer:
        go_on.set()
        async for text in viewer:
            texts.append(text)
    await show
    finals = [text for text in texts if '"final":true' in text.replace(" ", "")]
    assert len(finals) == 3
    assert '"end"' in texts[-1]


async def test_the_state_follows_the_source_until_the_end(set_up: SetUp) -> None:
    stage = await set_up()
    await stage.run()
    assert stage.states() == [State.WAITING, State.WAITING, State.WAITING, State.LIVE, State.ENDED]
    statuses = [each.message for each in stage.seen if isinstance(each, StatusMessage)]
    assert len(set(statuses)) == len(statuses)


async def test_the_epoch_is_right_from_the_first_audio_on(set_up: SetUp) -> None:
    stage = await set_up()
    asked: list[bool] = []

    async def ask() -> None:
        asked.append(stage.session.started.is_set())

    stage.source.hold = {0: ask, 1: ask}
    created_epoch_ms = (await stage.record()).started_epoch_ms
    await stage.run()
    assert asked == [False, True]
    hellos = [each for each in stage.seen if isinstance(each, Hello)]
    assert len(hellos) == 2
    assert hellos[-1].epoch_ms >= created_epoch_ms - 100


async def test_the_record_tells_when_the_show_was_and_in_what_languages(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    assert (await stage.record()).ended_epoch_ms is None
    await stage.run()
    record = await stage.record()
    assert (record.source, record.languages, record.input) == ("en", ("en", "es", "zh"), "script")
    assert record.ended_epoch_ms is not None
    assert record.ended_epoch_ms >= record.started_epoch_ms


async def test_a_line_that_cannot_be_translated_is_shown_as_it_was_said_and_marked(set_up: SetUp) -> None:
    async def answer(line: Line) -> str:
        if line.target == "es" and "shirt" in line.text:
            raise TranslationError("no idea")
        return echo(line.text, line.target)

    stage = await set_up(translator=EchoTranslator(answer))
    await stage.run()
    assert stage.texts("es") == [echo(LINES[0], "es"), LINES[1], echo(LINES[2], "es")]
    assert [each.untranslated for each in stage.finals("es")] == [None, True, None]
    assert stage.texts("zh") == [echo(text, "zh") for text in LINES]


async def test_without_a_translator_every_language_gets_the_line_as_it_was_said(set_up: SetUp) -> None:
    stage = await set_up(translator=None)
    await stage.run()
    for lang in TARGETS:
        assert stage.texts(lang) == list(LINES)
        assert all(each.untranslated for each in stage.finals(lang))


async def test_recognition_only_needs_no_translator(set_up: SetUp) -> None:
    stage = await set_up(settings=settings(to=()))
    await stage.run()
    assert stage.texts("en") == list(LINES)
    assert stage.session.hub.languages == ("en",)


async def test_the_hosts_own_language_is_not_translated_into(set_up: SetUp) -> None:
    translator = EchoTranslator()
    stage = await set_up(translator=translator, settings=settings(to=("en", "es")))
    await stage.run()
    assert stage.session.hub.languages == ("en", "es")
    assert {line.target for line in translator.asked} == {"es"}


async def test_a_correction_is_kept_for_the_lines_to_come(set_up: SetUp, tmp_path: Path) -> None:
    library = Library.open(tmp_path / "memory.tmx")
    stage = await set_up(library=library)
    await stage.session.learn("Thank you all", "en", "Gracias a todos", "es")
    assert Library.open(library.path).memory.find("Thank you all!", "en", "es") == Match("Gracias a todos", exact=True)
    await stage.run()


async def test_a_show_without_a_memory_learns_nothing(set_up: SetUp) -> None:
    stage = await set_up()
    with pytest.raises(UsageError, match="no translation memory"):
        await stage.session.learn("Thank you all", "en", "Gracias a todos", "es")
    await stage.run()


async def test_a_translator_that_crashes_is_opened_again_and_the_show_goes_on(set_up: SetUp) -> None:
    opened: list[EchoTranslator] = []

    async def crash(line: Line) -> str:
        raise RuntimeError("segmentation fault, nearly")

    async def open_translator() -> Translator:
        opened.append(EchoTranslator(None if opened else crash))
        return opened[-1]

    stage = await set_up(translator=open_translator, settings=settings(to=("es",)))
    stage.source.hold[len(stage.source.audio) // 2] = lambda: until(lambda: len(opened) == 2)
    await stage.run()
    assert [translator.closed for translator in opened] == [True, True]
    assert stage.texts("en") == list(LINES)
    assert [text.removeprefix("es: ") for text in stage.texts("es")] == list(LINES)
    assert stage.finals("es")[0].untranslated
    assert not stage.finals("es")[-1].untranslated


async def test_a_translator_that_hangs_delays_no_line_of_the_host_and_is_given_up(set_up: SetUp) -> None:
    async def hang(line: Line) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    stage = await set_up(translator=EchoTranslator(hang), settings=settings(to=("es",), line_timeout_s=0.05))
    await stage.run()
    assert stage.texts("en") == list(LINES)
    assert stage.texts("es") == list(LINES)
    assert all(each.untranslated for each in stage.finals("es"))


async def test_a_file_is_not_played_before_the_translator_is_there(set_up: SetUp) -> None:
    arrived = asyncio.Event()

    async def open_translator() -> Translator:
        await arrived.wait()
        return EchoTranslator()

    stage = await set_up(translator=open_translator, wait_for_translator=True)
    show = asyncio.create_task(stage.run())
    for _ in range(50):
        await asyncio.sleep(0)
    assert not stage.source.opened
    arrived.set()
    await show
    assert stage.texts("es") == [echo(text, "es") for text in LINES]


async def test_a_live_source_is_heard_before_the_translator_is_there(set_up: SetUp) -> None:
    stage: Stage | None = None

    async def open_translator() -> Translator:
        await until(lambda: stage is not None and len(stage.finals("en")) == 3)
        return EchoTranslator()

    stage = await set_up(translator=open_translator)
    await stage.run()
    assert stage.texts("es") == [echo(text, "es") for text in LINES]


@pytest.mark.parametrize("wait_for_translator", [False, True])
async def test_a_translator_that_cannot_be_opened_costs_the_translations_only(
    set_up: SetUp, wait_for_translator: bool
) -> None:
    async def open_translator() -> Translator:
        raise ModelError("no model", hint="pull one")

    stage = await set_up(
        translator=open_translator,
        wait_for_translator=wait_for_translator,
        settings=settings(to=("es",), max_lag_s=0.1),
    )
    await stage.run()
    assert stage.texts("en") == list(LINES)
    assert stage.texts("es") == list(LINES)
    assert all(each.untranslated for each in stage.finals("es"))


async def test_a_source_that_fails_leaves_what_was_said_and_says_that_it_is_over(set_up: SetUp) -> None:
    middle = SAID.words[6].end // 512  # in the second line
    source = ScriptedSource(SAID.chunks()[:middle], error=InputLostError("the cable", hint="plug it in"))
    stage = await set_up(source=source, translator=EchoTranslator())
    with pytest.raises(InputLostError, match="the cable"):
        await stage.run()
    assert stage.texts("en")[0] == LINES[0]
    assert LINES[1].startswith(stage.texts("en")[1])
    assert stage.texts("es") == [echo(text, "es") for text in stage.texts("en")]
    assert [item.seq for item in await stage.store.captions(stage.session.id)] == list(range(1, 7))
    assert stage.states()[-1] is State.ENDED
    assert isinstance(stage.seen[-1], End)
    assert (await stage.record()).ended_epoch_ms is not None


async def test_a_source_that_cannot_be_opened_ends_the_session_at_once(set_up: SetUp) -> None:
    translator = EchoTranslator()
    stage = await set_up(source=ScriptedSource([], error=InputError("no such file")), translator=translator)
    with pytest.raises(InputError, match="no such file"):
        await stage.run()
    assert isinstance(stage.seen[-1], End)
    assert translator.closed


async def test_a_recogniser_that_cannot_be_opened_ends_the_session_in_its_own_words(set_up: SetUp) -> None:
    async def open_listeners() -> list[Listener]:
        raise ModelError("damaged", hint="verify it")

    translator = EchoTranslator()
    stage = await set_up(open_listeners=open_listeners, translator=translator)
    with pytest.raises(ModelError, match="damaged"):
        await stage.run()
    assert not stage.source.opened
    assert translator.closed
    assert isinstance(stage.seen[-1], End)


async def test_a_source_that_comes_back_is_told_to_viewers(set_up: SetUp) -> None:
    stage = await set_up()
    plain = stage.source.chunks

    async def with_a_loss(on_status: Callable[[SourceStatus], None]) -> AsyncIterator[object]:
        async with contextlib.aclosing(plain(on_status)) as chunks:
            async for chunk in chunks:
                if chunk.position == 32_256:
                    on_status(SourceStatus(state=SourceState.RECONNECTING, message="lost"))
                    on_status(SourceStatus(state=SourceState.LIVE, message="back"))
                yield chunk

    stage.source.chunks = with_a_loss  # type: ignore[method-assign]
    await stage.run()
    assert stage.states()[-4:] == [State.LIVE, State.RECONNECTING, State.LIVE, State.ENDED]
    assert stage.texts("en") == list(LINES)


async def test_viewers_are_told_while_nothing_can_be_recognised(set_up: SetUp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LOOK_EVERY_S", 0.01)
    recognizer = ScriptedRecognizer(SAID)
    stage = await set_up(recognizer=recognizer)

    async def fail_for_a_while() -> None:
        recognizer.health.ready = False
        await until(lambda: stage.session.hub.state is State.RECONNECTING)
        recognizer.health.ready = True
        await until(lambda: stage.session.hub.state is State.LIVE)

    stage.source.hold[len(stage.source.audio) // 2] = fail_for_a_while
    await stage.run()
    assert stage.states()[-4:] == [State.LIVE, State.RECONNECTING, State.LIVE, State.ENDED]


async def test_stopping_finishes_what_was_said_so_far_and_translates_it(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    middle = SAID.words[6].end // 512

    async def stop() -> None:
        stage.session.stop()
        await asyncio.Event().wait()

    stage.source.hold[middle] = stop
    await stage.run()
    assert stage.source.closed
    assert stage.texts("en")[0] == LINES[0]
    assert LINES[1].startswith(stage.texts("en")[1])
    assert len(stage.texts("en")) == 2
    assert stage.texts("es") == [echo(text, "es") for text in stage.texts("en")]
    assert isinstance(stage.seen[-1], End)


async def test_stopping_before_the_first_sound_ends_an_empty_show(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    stage.session.stop()
    await stage.run()
    assert stage.texts("en") == []
    assert isinstance(stage.seen[-1], End)


async def test_stopping_a_source_that_says_nothing_does_not_wait_for_it(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    stage.source.hold[0] = asyncio.Event().wait
    show = asyncio.create_task(stage.run())
    await until(lambda: stage.source.opened)
    stage.session.stop()
    await show
    assert stage.source.closed


async def test_it_takes_itself_down_from_the_source_to_the_viewers(set_up: SetUp) -> None:
    order: list[str] = []
    translator = EchoTranslator()
    stage = await set_up(translator=translator)
    close, finish = translator.aclose, stage.store.finish

    async def closing() -> None:
        order.append("translator closed")
        assert stage.source.closed
        assert len(stage.finals("zh")) == 3
        await close()

    async def finishing(*arguments: str, **options: object) -> None:
        order.append("record finished")
        await finish(*arguments, **options)  # type: ignore[arg-type]

    def seeing(message: ServerMessage) -> None:
        if isinstance(message, End):
            order.append("end")

    translator.aclose = closing  # type: ignore[method-assign]
    stage.store.finish = finishing  # type: ignore[method-assign]
    stage.session.hub.tap(seeing)
    await stage.run()
    assert order == ["translator closed", "end", "record finished"]


@pytest.mark.parametrize("how", ["to the end", "stopped", "source fails", "cancelled", "store breaks"])
async def test_no_task_outlives_it(set_up: SetUp, how: str) -> None:
    before = asyncio.all_tasks()
    translator, recognizer = EchoTranslator(), ScriptedRecognizer(SAID)
    stage = await set_up(translator=translator, recognizer=recognizer)
    reached = asyncio.Event()

    async def happen() -> None:
        reached.set()
        match how:
            case "stopped":
                stage.session.stop()
                await asyncio.Event().wait()
            case "source fails":
                raise InputError("gone")
            case "cancelled":
                await asyncio.Event().wait()
            case "store breaks":
                stage.store.failure = RuntimeError("a bug")
            case _:
                pass

    stage.source.hold[len(stage.source.audio) // 2] = happen
    show = asyncio.create_task(stage.run())
    await reached.wait()
    if how == "cancelled":
        show.cancel()
    outcome = (await asyncio.gather(show, return_exceptions=True))[0]
    expected = {"source fails": InputError, "cancelled": asyncio.CancelledError, "store breaks": RuntimeError}
    assert type(outcome) is expected.get(how, type(None))
    assert asyncio.all_tasks() == before
    assert stage.source.closed
    assert translator.closed
    assert recognizer.closed
    assert isinstance(stage.seen[-1], End)


async def test_cancelling_waits_for_no_translation(set_up: SetUp) -> None:
    async def hang(line: Line) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    stage = await set_up(translator=EchoTranslator(hang))
    stage.source.hold[len(stage.source.audio) - 1] = asyncio.Event().wait
    show = asyncio.create_task(stage.run())
    await until(lambda: len(stage.finals("en")) == 3)
    show.cancel()
    with pytest.raises(asyncio.CancelledError):
        await show
    assert stage.texts("es") == list(LINES)
    assert all(each.untranslated for each in stage.finals("es"))


async def test_cancelling_while_the_last_translations_are_made_leaves_nothing_behind(set_up: SetUp) -> None:
    async def hang(line: Line) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    before = asyncio.all_tasks()
    translator = EchoTranslator(hang)
    stage = await set_up(translator=translator)
    show = asyncio.create_task(stage.run())
    await until(lambda: stage.source.closed and len(stage.finals("en")) == 3)
    for _ in range(20):
        await asyncio.sleep(0)
    show.cancel()
    with pytest.raises(asyncio.CancelledError):
        await show
    assert asyncio.all_tasks() == before
    assert translator.closed
    assert stage.texts("es") == list(LINES)
    assert isinstance(stage.seen[-1], End)


async def test_a_language_that_is_found_out_is_announced_and_written_down(set_up: SetUp) -> None:
    translator = EchoTranslator()
    stage = await set_up(
        talk(*LINES, language="es"), translator=translator, settings=settings("auto", ("en", "es", "zh"))
    )
    assert stage.session.hub.source == "auto"
    await stage.run()
    hellos = [each for each in stage.seen if isinstance(each, Hello)]
    assert (hellos[-1].source, hellos[-1].languages) == ("es", ("es", "en", "zh"))
    assert stage.texts("es") == list(LINES)
    assert stage.texts("en") == [echo(text, "en") for text in LINES]
    assert {line.target for line in translator.asked} == {"en", "zh"}
    record = await stage.record()
    assert (record.source, record.languages) == ("es", ("es", "en", "zh"))


async def test_while_the_store_fails_viewers_get_everything_and_it_is_written_later(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    stage.store.failure = StorageError("the disk is full")
    go_on = asyncio.Event()
    stage.source.hold[len(stage.source.audio) - 1] = go_on.wait
    show = asyncio.create_task(stage.run())
    await until(lambda: len(stage.finals("zh")) == 3)
    assert stage.session.unsaved == 9
    assert any("not being saved" in warning for warning in stage.session.monitor.report().warnings)
    async with stage.session.hub.attach("zh", since=0) as viewer:
        recalled = [await anext(viewer) for _ in range(5)]
    assert sum('"seq":' in text and '"caption"' in text for text in recalled) == 3
    stage.store.failure = None
    go_on.set()
    await show
    assert stage.session.unsaved == 0
    assert stage.store.kept == list(range(1, 10))


async def test_what_the_store_never_takes_is_counted(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    stage.store.failure = StorageError("the disk is full")
    await stage.run()
    assert stage.session.unsaved == 9
    assert stage.texts("es") == [echo(text, "es") for text in LINES]


async def test_silence_makes_no_caption(set_up: SetUp) -> None:
    stage = await set_up(Talk((), 48_000), translator=EchoTranslator())
    await stage.run()
    assert not any(isinstance(each, CaptionMessage) for each in stage.seen)
    assert stage.session.hub.state is State.ENDED


async def test_lags_of_every_stage_are_measured(set_up: SetUp) -> None:
    stage = await set_up(translator=EchoTranslator())
    await stage.run()
    text = stage.session.metrics.render().decode()
    for labels in ('lang="en",stage="final"', 'lang="es",stage="translation"', 'lang="zh",stage="translation"'):
        assert f"sidecar_lag_seconds_count{{{labels}}} 3.0" in text
    assert 'lang="en",stage="partial"' in text
