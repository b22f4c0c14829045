"""The store: what was appended is there, in order, after a crash too; every failure says what to do."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from sidecar.captions.caption import Caption, Removal
from sidecar.errors import StorageError
from sidecar.storage.database import SCHEMA_VERSION
from sidecar.storage.record import SessionRecord, session_id
from sidecar.storage.store import Store

SESSION = SessionRecord(
    id="2026-11-22-1915-k3f9", started_epoch_ms=1_795_000_000_000, source="zh", languages=("zh", "en"), input="mic"
)


def caption(seq: int | None, *, id: int = 0, lang: str = "en", revision: int = 1, text: str = "Hello 你好") -> Caption:
    return Caption(
        id=id,
        revision=revision,
        final=seq is not None,
        lang=lang,
        text=text,
        lines=(text, "second line"),
        start_ms=id * 10,
        end_ms=id * 10 + 5,
        source_lang="zh",
        seq=seq,
        translated=False,
        speaker="Li",
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/folder/sidecar.db"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with await Store.open(url) as opened:
        await opened.begin(SESSION)
        yield opened


async def test_captions_come_back_as_they_were_in_order_of_seq(store: Store) -> None:
    items: list[Caption | Removal] = [
        caption(1),
        caption(2, id=1),
        Removal(id=1, lang="en", seq=3),
        caption(4, lang="zh"),
    ]
    await store.append(SESSION.id, items[:2])
    await store.append(SESSION.id, items[2:])
    assert await store.captions(SESSION.id) == items
    assert await store.captions(SESSION.id, since=2) == items[2:]
    assert await store.captions(SESSION.id, languages=["zh"]) == items[3:]
    assert await store.captions(SESSION.id, languages=[]) == []
    assert await store.last_seq(SESSION.id) == 4
    assert await store.counts(SESSION.id) == {"en": 2, "zh": 1}


async def test_a_transcript_has_the_newest_revisions_without_what_was_removed(store: Store) -> None:
    newest = caption(4, revision=2, text="new")
    await store.append(
        SESSION.id, [caption(1), caption(2, id=1), caption(3, id=100), newest, Removal(id=1, lang="en", seq=5)]
    )
    assert await store.transcript(SESSION.id, "en") == [newest, caption(3, id=100)]


async def test_partials_are_passed_over(store: Store) -> None:
    await store.append(SESSION.id, [caption(None)])
    assert await store.captions(SESSION.id) == []


async def test_appending_the_same_item_again_is_harmless_but_another_with_its_seq_is_not(store: Store) -> None:
    await store.append(SESSION.id, [caption(1)])
    await store.append(SESSION.id, [caption(1), caption(2)])
    assert len(await store.captions(SESSION.id)) == 2
    with pytest.raises(StorageError, match="already kept"):
        await store.append(SESSION.id, [caption(3), caption(1, text="another")])
    assert len(await store.captions(SESSION.id)) == 2


async def test_sessions_are_listed_newest_first_and_finished(store: Store) -> None:
    later = replace(SESSION, id="2026-11-23-1915-aaaa", started_epoch_ms=SESSION.started_epoch_ms + 1, source="auto")
    await store.begin(later)
    await store.finish(later.id, ended_epoch_ms=later.started_epoch_ms + 5, source="zh", note="stopped")
    ended = replace(later, source="zh", ended_epoch_ms=later.started_epoch_ms + 5, note="stopped")
    assert await store.sessions() == [ended, SESSION]


async def test_beginning_a_session_again_updates_it(store: Store) -> None:
    await store.begin(replace(SESSION, title="Tonight"))
    assert [record.title for record in await store.sessions()] == ["Tonight"]


async def test_what_was_kept_is_there_when_opened_again(url: str) -> None:
    async with await Store.open(url) as store:
        await store.begin(SESSION)
        await store.append(SESSION.id, [caption(1)])
    async with await Store.open(url, create=False) as store:
        assert await store.captions(SESSION.id) == [caption(1)]


async def test_two_processes_can_read_while_one_writes(store: Store, url: str) -> None:
    await store.append(SESSION.id, [caption(1)])
    async with await Store.open(url) as reader:
        assert await reader.captions(SESSION.id) == [caption(1)]
        await store.append(SESSION.id, [caption(2)])
        assert await reader.last_seq(SESSION.id) == 2


async def test_a_closed_store_says_so_and_closes_twice(url: str) -> None:
    store = await Store.open(url)
    await store.aclose()
    await store.aclose()
    with pytest.raises(StorageError, match="closed"):
        await store.sessions()


async def test_a_caption_of_a_session_never_begun_is_refused(store: Store) -> None:
    with pytest.raises(StorageError):
        await store.append("nobody", [caption(1)])


async def test_a_store_that_is_not_there_is_not_made_for_reading(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no captions have been kept"):
        await Store.open(f"sqlite:///{tmp_path}/none.db", create=False)
    assert not (tmp_path / "none.db").exists()


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(b"These are notes, not a database. " * 50)
    with pytest.raises(StorageError, match="not a database") as raised:
        await Store.open(f"sqlite:///{path}")
    assert raised.value.hint
    assert path.read_bytes() == b"These are notes, not a database. " * 50


async def test_a_folder_that_cannot_be_made_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as raised:
        await Store.open(f"sqlite:///{tmp_path}/file/sidecar.db")
    assert raised.value.hint
    assert "\n" not in raised.value.message


async def test_a_path_that_is_a_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened") as raised:
        await Store.open(f"sqlite:///{tmp_path}")
    assert raised.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_an_error_with_a_hint(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError) as raised:
        asyncio.run(Store.open(f"sqlite:///{tmp_path}/sidecar.db"))
    assert raised.value.hint


async def test_a_newer_schema_is_refused(url: str, tmp_path: Path) -> None:
    await (await Store.open(url)).aclose()
    with sqlite3.connect(tmp_path / "folder" / "sidecar.db") as connection:
        connection.execute("UPDATE sidecar_schema SET version = ?", (SCHEMA_VERSION + 1,))
    connection.close()
    with pytest.raises(StorageError, match="newer Sidecar"):
        await Store.open(url)


async def test_a_database_locked_by_another_program_is_an_error_until_it_is_free(store: Store, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "folder" / "sidecar.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked") as raised:
        await store.append(SESSION.id, [caption(1)])
    assert raised.value.retryable
    other.execute("ROLLBACK")
    other.close()
    await store.append(SESSION.id, [caption(1)])
    assert await store.last_seq(SESSION.id) == 1


@pytest.mark.parametrize("url", ["nonsense", "foo://bar", "mysql+nodriver://a@b/c"])
async def test_a_wrong_url_is_an_error_with_a_hint(url: str) -> None:
    with pytest.raises(StorageError) as raised:
        await Store.open(url)
    assert raised.value.hint


async def test_a_password_is_not_shown_in_an_error() -> None:
    with pytest.raises(StorageError) as raised:
        await Store.open("postgresql+psycopg://me:secret@127.0.0.1:1/none")
    assert "secret" not in raised.value.message


WRITER = """
import asyncio, sys
sys.path.insert(0, sys.argv[2])
from test_store import SESSION, Store, caption

async def main():
    store = await Store.open(sys.argv[1])
    await store.begin(SESSION)
    for seq in range(1, 100_000):
        await store.append(SESSION.id, [caption(seq, id=seq)])
        print(seq, flush=True)

asyncio.run(main())
"""


def kill_after(count: int, url: str) -> int:
    """Run a writer, kill it once it has said that ``count`` captions are kept; how many it said in all."""
    command = [sys.executable, "-c", WRITER, url, str(Path(__file__).parent)]
    paths = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=paths) as writer:
        assert writer.stdout is not None
        said = 0
        for line in writer.stdout:
            said = int(line)
            if said == count:
                writer.send_signal(signal.SIGKILL)
    return said


async def test_everything_append_returned_for_survives_kill_9(url: str) -> None:
    said = await asyncio.to_thread(kill_after, 50, url)
    assert said >= 50
    async with await Store.open(url, create=False) as store:
        kept = await store.captions(SESSION.id)
    assert [item.seq for item in kept[:said]] == list(range(1, said + 1))
    assert len(kept) <= said + 1


def test_a_session_id_is_readable_sorts_by_time_and_is_unlike_others() -> None:
    rng = random.Random(1)
    evening = datetime(2026, 11, 22, 19, 15, 40)
    first = session_id(evening, rng)
    assert first.startswith("2026-11-22-1915-")
    assert len(first) == 20
    assert first != session_id(evening, rng)
    assert first < session_id(evening.replace(minute=16), rng)
