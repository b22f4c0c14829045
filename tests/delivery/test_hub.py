"""Hub: who gets what, in which order."""

from __future__ import annotations

import asyncio

import pytest
from delivery_show import Show, brief, caption, parse

from sidecar.delivery.hub import HOPELESS, FullError, Viewer
from sidecar.delivery.screen import YOUNG_S
from sidecar.delivery.wire import Answer, CloseCode, Hello, Remove, State, caption_message
from sidecar.errors import StorageError


async def waiting(viewer: Viewer) -> list[str]:
    """Everything the viewer gets before it would have to wait."""
    found: list[str] = []
    while True:
        try:
            async with asyncio.timeout(0.01):
                found.append(brief(await anext(viewer)))
        except (TimeoutError, StopAsyncIteration):
            return found


async def test_a_newcomer_gets_hello_state_the_last_finals_and_the_open_partial():
    show = Show()
    for _ in range(3):
        show.final("es")
    show.final("en")
    show.partial("es", 9)
    show.live()
    async with show.hub.attach("es") as viewer:
        assert await waiting(viewer) == ["hello", "live", "es2", "es3", "es…9.1"]
        show.final("en")
        show.final("es")
        assert await waiting(viewer) == ["es6"]


async def test_the_screen_is_empty_once_its_finals_are_old():
    show = Show()
    show.final("es")
    show.clock_s += YOUNG_S + 1
    show.final("es")
    show.clock_s += YOUNG_S
    async with show.hub.attach("es") as viewer:
        assert await waiting(viewer) == ["hello", "waiting", "es2"]


async def test_two_languages_come_in_the_order_of_their_numbers():
    show = Show()
    for lang in ("zh", "es", "en", "zh", "es"):
        show.final(lang)
    async with show.hub.attach("es", "zh") as viewer:
        assert await waiting(viewer) == ["hello", "waiting", "zh1", "es2", "zh4", "es5"]


async def test_since_brings_everything_after_it_and_what_is_published_meanwhile_once():
    show = Show()
    for _ in range(20):
        show.final("es")
    gate = asyncio.Event()
    show.delay.append(gate)
    async with show.hub.attach("es", since=15) as viewer:
        assert brief(await anext(viewer)) == "hello"
        assert brief(await anext(viewer)) == "waiting"
        reading = asyncio.create_task(waiting_through(viewer, 7))
        await asyncio.sleep(0)
        show.final("es")
        show.store("es")
        gate.set()
        await asyncio.sleep(0)
        show.release()
        assert await reading == [f"es{seq}" for seq in range(16, 23)]
        assert await waiting(viewer) == []


async def waiting_through(viewer: Viewer, count: int) -> list[str]:
    return [brief(await anext(viewer)) for _ in range(count)]


async def test_what_is_stored_but_not_published_yet_waits_for_its_publication():
    show = Show()
    show.final("es")
    show.store("es")
    async with show.hub.attach("es", since=0) as viewer:
        assert await waiting(viewer) == ["hello", "waiting", "es1"]
        show.release()
        assert await waiting(viewer) == ["es2"]


async def test_a_since_that_the_session_has_not_reached_counts_as_none():
    show = Show()
    show.final("es")
    async with show.hub.attach("es", since=400) as viewer:
        assert await waiting(viewer) == ["hello", "waiting", "es1"]
        show.final("es")
        assert await waiting(viewer) == ["es2"]


async def test_of_a_partial_only_the_latest_revision_waits_and_its_final_replaces_it():
    show = Show()
    async with show.hub.attach("es") as viewer:
        await waiting(viewer)
        for revision in range(1, 6):
            show.partial("es", 7, revision)
        assert await waiting(viewer) == ["es…7.5"]
        show.partial("es", 1, 6)
        show.final("es")
        assert await waiting(viewer) == ["es1"]
        assert show.hub.counts().partials_dropped == 5
    assert show.hub.counts().partials_dropped == 5


async def test_partials_never_push_a_final_out():
    show = Show(mailbox=3)
    async with show.hub.attach("es") as viewer:
        await waiting(viewer)
        show.final("es")
        for id_ in range(10, 20):
            show.partial("es", id_)
        show.final("es")
        assert [text for text in await waiting(viewer) if "…" not in text] == ["es1", "es2"]
    assert show.recalls == 0


async def test_a_slow_viewer_resumes_from_the_store_without_a_gap():
    show = Show(mailbox=4)
    async with show.hub.attach("es") as viewer:
        assert await waiting(viewer) == ["hello", "waiting"]
        for _ in range(11):
            show.final("es")
        show.partial("es", 12)
        assert await waiting(viewer) == [*(f"es{seq}" for seq in range(1, 12)), "es…12.1"]
        show.final("es")
        assert await waiting(viewer) == ["es12"]
    assert show.recalls == 1
    assert show.hub.counts().messages_skipped == 11


async def test_one_slow_viewer_does_not_delay_another():
    show = Show(mailbox=2)
    async with show.hub.attach("es"), show.hub.attach("es") as reader:
        await waiting(reader)
        for seq in range(1, 30):
            show.final("es")
            assert await waiting(reader) == [f"es{seq}"]
    assert show.recalls == 0


async def test_a_partial_whose_end_was_missed_is_taken_off_the_screen():
    show = Show(mailbox=2)
    async with show.hub.attach("es") as viewer:
        show.partial("es", 90)
        assert await waiting(viewer) == ["hello", "waiting", "es…90.1"]
        for _ in range(3):
            show.final("es")
        show.hub.publish(Remove(id=90, lang="es"))
        assert await waiting(viewer) == ["-es90", "es1", "es2", "es3"]


async def test_a_viewer_that_reads_nothing_at_all_is_cut_off():
    show = Show(mailbox=2)
    async with show.hub.attach("es") as viewer:
        for _ in range(HOPELESS * 2 + 1):
            show.final("es")
            show.partial("es", 99)
        assert viewer.cut.result() is CloseCode.TOO_SLOW
    assert show.hub.counts().viewers_cut == 1


async def test_the_store_failing_costs_the_past_but_not_the_present():
    show = Show()
    show.final("es")

    async def broken(since: int, languages: object) -> list[Remove]:
        raise StorageError("the disk is gone")

    show.hub._recall = broken
    async with show.hub.attach("es", since=0) as viewer:
        assert await waiting(viewer) == ["hello", "waiting", "history_unavailable"]
        show.final("es")
        assert await waiting(viewer) == ["es2"]


async def test_switching_language_brings_its_screen_and_nothing_more_of_the_old_one():
    show = Show()
    async with show.hub.attach("es") as viewer:
        await waiting(viewer)
        show.final("en")
        show.partial("en", 8)
        show.final("es")
        viewer.subscribe("en")
        show.final("es")
        show.final("en")
        assert await waiting(viewer) == ["en1", "en…8.1", "en4"]
        assert show.hub.viewers() == {"zh": 0, "en": 1, "es": 0}


async def test_a_language_kept_through_a_switch_loses_nothing():
    show = Show()
    async with show.hub.attach("es", "zh") as viewer:
        await waiting(viewer)
        for lang in ("zh", "en", "zh", "es", "en"):
            show.final(lang)
        viewer.subscribe("en", "zh")
        assert await waiting(viewer) == ["zh1", "en2", "zh3", "en5"]


async def test_a_switch_while_resuming_keeps_what_is_still_wanted():
    show = Show()
    for lang in ("zh", "es", "zh", "en", "zh"):
        show.final(lang)
    async with show.hub.attach("es", "zh", since=0) as viewer:
        assert await waiting_through(viewer, 3) == ["hello", "waiting", "zh1"]
        viewer.subscribe("zh")
        assert await waiting(viewer) == ["zh3", "zh5"]


async def test_no_language_gets_no_captions():
    show = Show()
    async with show.hub.attach("") as viewer:
        show.final("es")
        assert await waiting(viewer) == ["hello", "waiting"]
        viewer.subscribe("es")
        viewer.subscribe("")
        show.final("es")
        assert await waiting(viewer) == []


async def test_an_unknown_language_is_answered_with_those_there_are():
    show = Show()
    show.final("es")
    async with show.hub.attach("es", "xx-nonsense") as viewer:
        texts = [await anext(viewer) for _ in range(4)]
        assert [brief(text) for text in texts] == ["hello", "waiting", "es1", "unknown_language"]
        assert parse(texts[3]).message == "no captions in 'xx-nonsense'; there are: zh, en, es"
        viewer.subscribe("de")
        show.final("es")
        assert await waiting(viewer) == ["unknown_language", "es2"]


@pytest.mark.parametrize("asked", ["zh", "ZH_cn", "cmn", "source"])
async def test_a_language_may_be_asked_for_by_any_of_its_names(asked: str):
    show = Show()
    show.final("zh")
    async with show.hub.attach(asked) as viewer:
        assert await waiting(viewer) == ["hello", "waiting", "zh1"]


async def test_source_waits_until_the_language_of_the_host_is_known():
    show = Show(languages=("en", "es"))
    show.hub.source = "auto"
    async with show.hub.attach("source") as viewer:
        assert await waiting(viewer) == ["hello", "waiting"]
        show.hub.announce(source="zh", languages=("zh", "en", "es"), epoch_ms=5)
        text = await anext(viewer)
        hello = parse(text)
        assert isinstance(hello, Hello)
        assert (hello.source, hello.languages, hello.epoch_ms) == ("zh", ("zh", "en", "es"), 5)
        show.final("zh")
        assert await waiting(viewer) == ["zh1"]


async def test_a_state_is_told_once_to_everyone_and_to_newcomers():
    show = Show()
    async with show.hub.attach("es") as viewer:
        await waiting(viewer)
        show.hub.set_state(State.RECONNECTING, "the microphone is gone")
        show.hub.set_state(State.RECONNECTING, "the microphone is gone")
        assert await waiting(viewer) == ["reconnecting"]
        async with show.hub.attach("en") as other:
            assert await waiting(other) == ["hello", "reconnecting"]


async def test_who_was_away_is_told_which_answers_were_taken_back_and_nobody_else():
    show = Show()
    show.hub.show_answer(lambda lang: Answer(id="g1", lang=lang, text="19.90"))
    show.hub.show_answer(lambda lang: Answer(id="g1", lang=lang, text="", retracted=True))
    async with show.hub.attach("es", since=0) as viewer:
        told = [parse(await anext(viewer)) for _ in range(3)][-1]
        assert isinstance(told, Answer)
        assert (told.id, told.retracted) == ("g1", True)
    async with show.hub.attach("es") as viewer:
        assert len(await waiting(viewer)) == 2


async def test_the_end_comes_after_everything_that_waits():
    show = Show(mailbox=2)
    async with show.hub.attach("es") as viewer:
        for _ in range(5):
            show.final("es")
        show.hub.end()
        assert await waiting(viewer) == ["hello", "waiting", "es1", "es2", "es3", "es4", "es5", "end"]
        with pytest.raises(StopAsyncIteration):
            await anext(viewer)
    async with show.hub.attach("es", since=3) as late:
        assert await waiting(late) == ["hello", "waiting", "es4", "es5", "end"]


async def test_flush_waits_for_slow_viewers_but_not_for_ever():
    show = Show()
    async with show.hub.attach("es") as viewer:
        assert not await show.hub.flush(0.01)
        reading = asyncio.create_task(waiting(viewer))
        assert await show.hub.flush(1)
        await reading
        show.hub.end()
        assert not await show.hub.flush(0.01)
    assert await show.hub.flush(0.01)


async def test_a_tap_hears_every_language_beginning_with_hello():
    show = Show()
    heard: list[str] = []
    stop = show.hub.tap(lambda message: heard.append(brief(message.encode())))
    show.live()
    show.partial("zh", 1)
    show.final("zh")
    show.final("es")
    show.hub.publish(Remove(seq=3, id=1, lang="zh"))
    show.hub.end()
    stop()
    show.live()
    assert heard == ["hello", "live", "zh…1.1", "zh1", "es2", "-zh1", "end"]


async def test_a_hub_that_is_full_takes_nobody_more_until_somebody_leaves():
    show = Show(max_viewers=1)
    async with show.hub.attach("es"):
        with pytest.raises(FullError):
            async with show.hub.attach("es"):
                pass
    async with show.hub.attach("es"):
        assert show.hub.viewer_count == 1
    assert show.hub.counts().viewers_refused == 1
    assert show.hub.viewers() == {"zh": 0, "en": 0, "es": 0}


async def test_numbers_have_to_rise():
    show = Show()
    show.final("es")
    with pytest.raises(ValueError, match="1 after 1"):
        show.hub.publish(caption_message(caption(5, "en", seq=1)))


async def test_a_message_is_encoded_once_for_all_its_viewers():
    show = Show()
    async with show.hub.attach("es") as one, show.hub.attach("es") as two:
        await waiting(one)
        await waiting(two)
        show.final("es")
        assert await anext(one) is await anext(two)


async def test_a_reader_that_gave_up_waiting_for_the_store_still_misses_nothing():
    show = Show()
    show.final("es")
    gate = asyncio.Event()
    show.delay.append(gate)
    async with show.hub.attach("es", since=0) as viewer:
        assert await waiting(viewer) == ["hello", "waiting"]
        show.final("es")
        gate.set()
        assert await waiting(viewer) == ["es1", "es2"]


async def test_a_switch_while_the_store_is_being_read_reads_it_again():
    show = Show()
    for lang in ("zh", "es", "zh"):
        show.final(lang)
    gate = asyncio.Event()
    show.delay.append(gate)
    async with show.hub.attach("es", "zh", since=0) as viewer:
        assert await waiting_through(viewer, 2) == ["hello", "waiting"]
        reading = asyncio.create_task(waiting_through(viewer, 3))
        await asyncio.sleep(0)
        show.final("zh")
        viewer.subscribe("zh")
        gate.set()
        assert await reading == ["zh1", "zh3", "zh4"]
        assert await waiting(viewer) == []


async def test_after_a_switch_the_store_is_not_asked_for_what_was_before_it():
    show = Show(mailbox=2)
    async with show.hub.attach("es") as viewer:
        await waiting(viewer)
        for _ in range(4):
            show.final("en")
        show.clock_s += YOUNG_S + 1
        viewer.subscribe("en")
        for _ in range(3):
            show.final("en")
        assert await waiting(viewer) == ["en5", "en6", "en7"]
