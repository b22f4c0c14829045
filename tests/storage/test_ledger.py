"""The ledger: nothing final is lost and nothing waits while the store cannot be written."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from sidecar.captions.caption import Caption, Removal
from sidecar.errors import StorageError
from sidecar.storage.ledger import BATCH, Ledger
from sidecar.storage.record import SessionRecord
from sidecar.storage.store import Store

SESSION = SessionRecord(id="s", started_epoch_ms=0, source="en", languages=("en",))


def caption(seq: int | None, text: str = "Hello") -> Caption:
    return Caption(
        id=seq or 0,
        revision=1,
        final=seq is not None,
        lang="en",
        text=text,
        lines=(text,),
        start_ms=0,
        end_ms=1,
        source_lang="en",
        seq=seq,
    )


class Shelf:
    """An appender that can be told to fail, and keeps what it took."""

    def __init__(self) -> None:
        self.kept: list[int | None] = []
        self.failing = False
        self.batches: list[int] = []

    async def append(self, session_id: str, items: Sequence[Caption | Removal]) -> None:
        await asyncio.sleep(0)
        if self.failing:
            raise StorageError("the disk is full", hint="make room")
        self.batches.append(len(items))
        self.kept += [item.seq for item in items]


async def test_items_are_written_and_partials_are_not() -> None:
    shelf = Shelf()
    assert await Ledger(shelf, "s").record([caption(1), caption(None), Removal(id=1, lang="en", seq=2)])
    assert shelf.kept == [1, 2]


async def test_while_the_store_fails_items_wait_and_are_written_in_order_afterwards() -> None:
    shelf = Shelf()
    ledger = Ledger(shelf, "s")
    await ledger.record([caption(1)])
    shelf.failing = True
    assert not await ledger.record([caption(2)])
    assert not await ledger.record([caption(3), caption(4)])
    assert ledger.unsaved == 3
    assert ledger.error is not None
    shelf.failing = False
    assert await ledger.record([caption(5)])
    assert shelf.kept == [1, 2, 3, 4, 5]
    assert (ledger.unsaved, ledger.error) == (0, None)


async def test_flush_tries_one_item_and_then_writes_what_waits_in_batches() -> None:
    shelf = Shelf()
    shelf.failing = True
    ledger = Ledger(shelf, "s")
    await ledger.record([caption(seq) for seq in range(1, 2 * BATCH + 2)])
    assert not await ledger.flush()
    shelf.failing = False
    assert await ledger.flush()
    assert shelf.kept == list(range(1, 2 * BATCH + 2))
    assert shelf.batches == [1, BATCH, BATCH]


async def test_concurrent_records_keep_their_order() -> None:
    shelf = Shelf()
    ledger = Ledger(shelf, "s")
    await asyncio.gather(*(ledger.record([caption(seq)]) for seq in range(1, 30)))
    assert shelf.kept == list(range(1, 30))


async def test_a_cancelled_record_loses_nothing(tmp_path: Path) -> None:
    async with await Store.open(f"sqlite:///{tmp_path}/sidecar.db") as store:
        await store.begin(SESSION)
        ledger = Ledger(store, SESSION.id)
        task = asyncio.create_task(ledger.record([caption(1), caption(2)]))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await ledger.record([caption(3)])
        assert [item.seq for item in await store.captions(SESSION.id)] == [1, 2, 3]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


@pytest.fixture
async def small_store(small_disk: Path) -> AsyncIterator[Store]:
    async with await Store.open(f"sqlite:///{small_disk}/sidecar.db") as store:
        await store.begin(SESSION)
        yield store


async def test_a_disk_that_fills_up_costs_no_caption(small_store: Store, small_disk: Path) -> None:
    ledger = Ledger(small_store, SESSION.id)
    assert await ledger.record([caption(1)])
    ballast = small_disk / "ballast"
    _fill(ballast)
    for seq in range(2, 60):
        await ledger.record([caption(seq, "word " * 200)])
    assert ledger.unsaved > 0
    assert ledger.error is not None
    assert "disk is full" in ledger.error.message
    ballast.unlink()
    assert await ledger.record([caption(60)])
    assert ledger.unsaved == 0
    assert [item.seq for item in await small_store.captions(SESSION.id)] == list(range(1, 61))


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


async def test_a_store_cannot_be_opened_on_a_full_disk_and_says_why(small_disk: Path) -> None:
    _fill(small_disk / "ballast")
    with pytest.raises(StorageError) as raised:
        await Store.open(f"sqlite:///{small_disk}/sidecar.db")
    assert "disk" in raised.value.message
    assert raised.value.hint


LIMITED = """
import asyncio, resource, sys
sys.path.insert(0, sys.argv[2])
from test_ledger import SESSION, caption
from sidecar.storage.ledger import Ledger
from sidecar.storage.store import Store

async def main():
    async with await Store.open(sys.argv[1]) as store:
        await store.begin(SESSION)
        ledger = Ledger(store, SESSION.id)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, hard))
        for seq in range(1, 100):
            await ledger.record([caption(seq, "word " * 100)])
        waiting = ledger.unsaved
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert await ledger.flush()
        kept = [item.seq for item in await store.captions(SESSION.id)]
        print(waiting, ledger.unsaved, kept == list(range(1, 100)))

asyncio.run(main())
"""


def test_a_file_that_may_not_grow_costs_no_caption(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LIMITED, f"sqlite:///{tmp_path}/sidecar.db", str(Path(__file__).parent)]
    paths = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=paths)
    assert done.returncode == 0, done.stderr
    waiting, left, complete = done.stdout.split()[-3:]
    assert int(waiting) > 0
    assert (left, complete) == ("0", "True")
