"""A session that was kept is translated again, loses nothing on the way, and goes on where it was stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sidecar.captions.board import Board
from sidecar.captions.caption import Segment
from sidecar.errors import TranslationError
from sidecar.retranslation import retranslate, said
from sidecar.storage.record import SessionRecord
from sidecar.storage.store import Store
from sidecar.translation.translator import Line

RECORD = SessionRecord(id="show", started_epoch_ms=0, source="zh", languages=("zh", "en"), ended_epoch_ms=9_000)
LONG = "这件外套今天只要一百二十九元，颜色有黑色和白色，尺码从小号到加大号都有，喜欢的朋友可以直接下单。" * 2


class Scripted:
    """Says what it was asked, in the target language's name; ``refused`` lines fail."""

    name = "scripted"

    def __init__(self, *refused: str, words: str = "new") -> None:
        self.asked: list[Line] = []
        self._refused, self._words = refused, words

    async def translate(self, line: Line) -> str:
        self.asked.append(line)
        if line.text in self._refused:
            raise TranslationError("no")
        return f"{self._words} {line.target} {line.text[:2]}"

    def worker(self, target: str) -> object:
        return self

    async def aclose(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A session of three lines: in English one is translated, one is not, and one, long, takes several captions."""
    async with await Store.open(f"sqlite:///{tmp_path / 'sidecar.db'}") as opened:
        await opened.begin(RECORD)
        board = Board()
        for number, text in enumerate(("你好", "再见", LONG), 1):
            segment = Segment(
                number=number,
                text=text,
                stable=len(text),
                final=True,
                language="zh",
                start_ms=number * 1_000,
                end_ms=number * 1_000 + 900,
            )
            await opened.append("show", board.source(segment))
            translated = number != 2
            written = text if not translated else "old words, " * (1 if number == 1 else 20)
            await opened.append("show", board.translation(number, "en", written, translated=translated))
        yield opened


async def texts(store: Store, lang: str) -> list[str]:
    return [caption.text for caption in await store.transcript("show", lang)]


async def work(store: Store, translator: Scripted, *targets: str, everything: bool = False) -> list[bool]:
    found = retranslate(store, RECORD, translator, targets, everything=everything)
    return [each.translated async for each in found]


async def test_what_was_said_is_put_together_from_its_captions(store: Store) -> None:
    assert [segment.text for segment in await said(store, RECORD)] == ["你好", "再见", LONG]


async def test_a_new_language_gets_every_line_with_the_times_of_the_source(store: Store) -> None:
    translator = Scripted()
    assert await work(store, translator, "es") == [True, True, True]
    assert await texts(store, "es") == ["new es 你好", "new es 再见", "new es 这件"]
    assert [caption.start_ms for caption in await store.transcript("show", "es")] == [1_000, 2_000, 3_000]
    assert translator.asked[2].context == ("你好", "再见")
    assert (await store.sessions())[0].languages == ("zh", "en", "es")


async def test_only_what_is_missing_is_translated(store: Store) -> None:
    before = await texts(store, "en")
    translator = Scripted()
    await work(store, translator, "en")
    assert [line.text for line in translator.asked] == ["再见"]
    after = await texts(store, "en")
    assert after[1] == "new en 再见"
    assert [after[0], *after[2:]] == [before[0], *before[2:]]


async def test_all_replaces_captions_and_removes_those_that_are_left_over(store: Store) -> None:
    assert len(await texts(store, "en")) > 3
    await work(store, Scripted(), "en", everything=True)
    assert await texts(store, "en") == ["new en 你好", "new en 再见", "new en 这件"]
    await work(store, Scripted(words="newer"), "en", everything=True)
    assert await texts(store, "en") == ["newer en 你好", "newer en 再见", "newer en 这件"]


async def test_a_line_that_fails_keeps_what_it_had(store: Store) -> None:
    before = await texts(store, "en")
    assert await work(store, Scripted("你好"), "en", everything=True) == [False, True, True]
    assert (await texts(store, "en"))[0] == before[0]


async def test_stopped_it_goes_on_where_it_was(store: Store) -> None:
    async for _ in retranslate(store, RECORD, Scripted(), ("es",), everything=False):
        break
    translator = Scripted()
    await work(store, translator, "es")
    assert [line.text for line in translator.asked] == ["再见", LONG]


async def test_nothing_is_translated_into_itself(store: Store) -> None:
    translator = Scripted()
    assert await work(store, translator, "zh", everything=True) == []
    assert translator.asked == []
