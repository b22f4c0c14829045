"""The assistant of a show, put together: questions in, drafts for people, answers out; the shop's FAQ read anew.

intake → desk (audit log) → moderators → desk → askers
            ↑ drafter ← FAQ, and what the host says
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

import structlog

from sidecar.assistant import read as faq
from sidecar.assistant import saved, triage
from sidecar.assistant.ahead import Ahead, Wanted
from sidecar.assistant.approval import Group, Reason, State
from sidecar.assistant.clocks import Clocks
from sidecar.assistant.desk import LOOKED_BACK_MS, Desk, Log, Publish, Times
from sidecar.assistant.draft import Citation
from sidecar.assistant.drafting import ShopDrafter
from sidecar.assistant.entry import Knowledge
from sidecar.assistant.handover import Summary, summary
from sidecar.assistant.intake import Intake
from sidecar.assistant.past import Past, PastAnswers
from sidecar.assistant.question import Question
from sidecar.assistant.wordings import Wordings
from sidecar.errors import SidecarError, StorageError, TranslationError, UsageError
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.translator import Translator

LOOK_AT_FILES_S = 2.0
LOOK_FOR_TIME_S, PATIENCE_S = 0.2, 5.0
"""How often, and for how long, a text that a moderator would like to read waits for the show to need no translation."""
AGAIN_S = 5.0
"""After what should not happen, it goes on."""
log = structlog.get_logger()


class Show(Protocol):
    """What the assistant needs of the show that is on."""

    @property
    def translator(self) -> Translator | None: ...

    @property
    def has_time(self) -> bool:
        """Whether nothing of the show waits for the translator."""
        ...

    @property
    def said(self) -> Sequence[Citation]:
        """What was said in the last minutes, the oldest first."""
        ...

    def languages(self) -> Sequence[str]:
        """What viewers read."""
        ...


class Assistant:
    """`run` it for as long as questions may come. ``path``: the shop's FAQ, a file or folder."""

    def __init__(
        self,
        path: Path,
        audit: Log,
        show: Show,
        *,
        publish: Publish,
        clocks: Clocks | None = None,
        times: Times | None = None,
        ahead: Path | None = None,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.path = path
        self.clocks = clocks or Clocks()
        self.intake = Intake(now_ms)
        self.knowledge = Knowledge()
        self.problems = 0
        self._audit = audit
        self._show = show
        self._readings = Ahead()
        """Of what viewers and moderators wrote: not kept beyond this show."""
        self._seen: dict[Path, tuple[int, int]] = {}
        self._filing = asyncio.Lock()
        """Of the FAQ's files: one reads or writes them."""
        self._readings_turn = asyncio.Lock()
        self._past = PastAnswers()
        self._watchers: list[Callable[[Group | str], None]] = []
        self.drafter = ShopDrafter(ahead=Ahead(ahead), transcript=lambda: show.said)
        self.desk = Desk(
            audit,
            drafter=self.drafter,
            publish=publish,
            wordings=Wordings(self.drafter, self.translate),
            changed=self._changed,
            forgot=self._tell,
            times=times,
            now_ms=now_ms,
        )

    async def open(self) -> None:
        """Read the FAQ and what was asked before. Raises `UsageError` where there is no FAQ, and `StorageError`."""
        self._seen = await asyncio.to_thread(_looked_at, self.path)
        reading = await asyncio.to_thread(faq.read, self.path)
        if not reading.knowledge.entries:
            raise UsageError(f"{self.path} has no entry that can be used", hint=f"see sidecar faq check {self.path}")
        self._take(reading)
        await self.desk.restore()

    async def run(self) -> None:
        """Until it is cancelled. Whatever fails is logged, and the rest goes on."""
        async with asyncio.TaskGroup() as tasks:
            for work in (self.desk.run, self._know, self._attend):
                tasks.create_task(_again_and_again(work), name=f"assistant: {work.__name__}")

    async def aclose(self) -> None:
        await self.drafter.aclose()

    def watch(self, watcher: Callable[[Group | str], None]) -> Callable[[], None]:
        """Tell ``watcher`` of each group that changes, and the id of each that is forgotten; returns what stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    async def ask(
        self, text: str, *, key: str, reads: str | None, channel: str, name: str = "", id: str | None = None
    ) -> Question:
        """Take a question; on return it is on the disk. Raises `NotTaken`, and `StorageError` if it cannot be kept."""
        question = self.intake.take(text, key=key, reads=reads, channel=channel, name=name, id=id)
        try:
            await self.desk.ask(question, aside=Reason.ABUSE if triage.is_abuse(question.text) else None)
        except StorageError:
            self.intake.release(question)
            raise
        return question

    def questions_of(self, asker: str) -> list[tuple[Question, Group]]:
        """What was asked by the one whose key has the digest ``asker``, the oldest first."""
        found = [
            (question, group) for group in self.desk.groups for question in group.questions if question.asker == asker
        ]
        return sorted((each for each in found if each[1].state is not State.MERGED), key=lambda each: each[0].at_ms)

    def past(self, group: Group) -> tuple[Past, ...]:
        return self._past.like(group, self.desk.vector(group.id))

    async def translate(self, text: str, source: str, target: str) -> str | None:
        """``text`` in ``target``, or None where there is no translator, or no translation that passes the checks.

        One text at a time: captions share the translator.
        """
        translator = self._show.translator
        if translator is None or not text.strip():
            return None
        try:
            async with self._readings_turn:
                made = await self._readings.translate(Wanted(text=text, source=source, target=target), translator)
        except (TranslationError, CheckFailedError) as exc:
            log.info("not translated", target=target, reason=str(exc))
            return None
        return None if made.failed_checks else made.text

    async def read_out(self, text: str, source: str, target: str) -> str | None:
        """`translate`, when nothing of the show waits for the translator, or it did for `PATIENCE_S`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                while self._show.translator and not self._show.has_time:  # noqa: ASYNC110 - it has no event
                    await asyncio.sleep(LOOK_FOR_TIME_S)
        return await self.translate(text, source, target)

    async def save(self, question: str, answer: str, lang: str) -> str:
        """Keep ``answer`` as an entry of the FAQ; returns its id. Raises `UsageError` where it cannot be."""
        async with self._filing:
            entry = await asyncio.to_thread(saved.add, self.path, question, answer, lang)
            await self._read_again()
        if not self.knowledge.entry(entry):
            raise UsageError(
                f"it is in {saved.NAME}, and not in use: another entry may ask the same",
                hint=f"sidecar faq check {self.path}",
            )
        return entry

    @property
    def can_save(self) -> bool:
        return saved.file_in(self.path) is not None

    async def handover(self, since_ms: int) -> Summary:
        """Raises `StorageError`."""
        entries = await self._audit.entries(since_ms=max(since_ms, self.desk.now_ms() - LOOKED_BACK_MS))
        return summary(self.desk.groups, entries, since_ms)

    def is_translated(self, entry: str, lang: str) -> bool:
        """Whether the shop did not write the answer of ``entry`` in ``lang`` itself."""
        found = self.knowledge.entry(entry)
        return found is not None and found.wording(lang) is None

    def product_names(self, entry: str | None, lang: str) -> tuple[str, ...]:
        """What ``entry`` is about."""
        found = self.knowledge.entry(entry) if entry else None
        products = (self.knowledge.product(id) for id in (found.products if found else ()))
        return tuple(product.name(lang) for product in products if product)

    def _changed(self, group: Group) -> None:
        if group.state is State.SENT or group.state is State.RETRACTED:
            self._past.note(group, self.desk.vector(group.id))
        self._tell(group)

    def _tell(self, news: Group | str) -> None:
        for watcher in list(self._watchers):
            watcher(news)

    async def _know(self) -> None:
        """Knows the FAQ, and again whenever its files or the day change."""
        await self.drafter.know(self.knowledge)
        self.desk.redraft()
        while True:
            await asyncio.sleep(LOOK_AT_FILES_S)
            if await asyncio.to_thread(_looked_at, self.path) != self._seen:
                async with self._filing:
                    await self._read_again()
            elif not self.drafter.is_of_today:
                await self.drafter.know(self.knowledge)
                self.desk.redraft()

    async def _read_again(self) -> None:
        """A file that cannot be read, or lost all its entries, changes nothing: somebody may be writing it.

        What is written while it is read is seen the next time.
        """
        self._seen = await asyncio.to_thread(_looked_at, self.path)
        try:
            reading = await asyncio.to_thread(faq.read, self.path)
        except UsageError as exc:
            log.warning("the FAQ is gone; what was known is kept", reason=exc.message)
            return
        if reading.broken or not reading.knowledge.entries:
            log.warning("the FAQ cannot be read; what was known is kept", files=[str(path) for path in reading.broken])
            return
        self._take(reading)
        await self.drafter.know(self.knowledge)
        self.desk.redraft()
        log.info("the FAQ was read again", entries=len(self.knowledge.entries), problems=self.problems)

    def _take(self, reading: faq.Reading) -> None:
        self.knowledge = reading.knowledge
        self.problems = len(reading.errors)
        if self.problems:
            log.warning("the FAQ has errors: sidecar faq check shows them", errors=self.problems)

    async def _attend(self) -> None:
        await self.drafter.attend(
            lambda: self._show.translator, self._show.languages, lambda: self._show.has_time and not self.desk.undrafted
        )


async def _again_and_again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        try:
            await work()
        except SidecarError as exc:
            log.error("the assistant stumbled", reason=exc.message, hint=exc.hint)
        except Exception as exc:
            log.error("the assistant stumbled", exc_info=exc)
        await asyncio.sleep(AGAIN_S)


def _looked_at(path: Path) -> dict[Path, tuple[int, int]]:
    """When each file was written, and its size."""
    try:
        return {file: (file.stat().st_mtime_ns, file.stat().st_size) for file in faq.files(path)}
    except (UsageError, OSError):
        return {}
