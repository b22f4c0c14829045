"""Which line is translated into which language next, and which is given up. Pure: time is an argument.

Every language has its own queue, first in first out, one line of it in work at most, and languages come in order of
priority: a line that waits for an earlier language always goes before one that waits for a later language, among those
of the same rank. On a machine too slow for all of them the first languages stay live and the last show the source line.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sidecar import language
from sidecar.captions.caption import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One line for one language. ``given_s`` is when the source line became final; ``context`` is in its language."""

    segment: Segment
    target: str
    context: tuple[str, ...]
    given_s: float

    @property
    def as_is(self) -> bool:
        """The line needs no translation: there is no word in it, or it is in the target language already."""
        return not has_words(self.segment.text) or same_language(self.segment.language, self.target)


class Backlog:
    """What waits, by language. A job that was `take`n blocks its language until `finish`: results keep their order."""

    def __init__(self, targets: Sequence[str], *, max_lag_s: float, context_lines: int = 2) -> None:
        self.targets = tuple(dict.fromkeys(targets))
        self._max_lag_s = max_lag_s
        self._waiting: dict[str, deque[Job]] = {target: deque() for target in self.targets}
        self._context_lines = context_lines
        self._recent: dict[str, deque[str]] = {}
        self._taken: dict[str, Job] = {}

    def __len__(self) -> int:
        return sum(map(self.waiting, self.targets))

    def waiting(self, target: str) -> int:
        """Lines of ``target`` without a result, the one in work included."""
        return len(self._waiting[target]) + (target in self._taken)

    def set_targets(self, targets: Sequence[str]) -> None:
        """From now on lines go into these, in this order. Of languages that are not among them nothing waits."""
        self.targets = tuple(dict.fromkeys(targets))
        self._waiting = {target: self._waiting.get(target, deque()) for target in self.targets}
        self._taken = {target: job for target, job in self._taken.items() if target in self._waiting}

    def add(self, segment: Segment, now_s: float) -> None:
        recent = self._recent.setdefault(segment.language, deque(maxlen=self._context_lines))
        context = tuple(recent)
        for target in self.targets:
            self._waiting[target].append(Job(segment=segment, target=target, context=context, given_s=now_s))
        if has_words(segment.text):
            recent.append(segment.text)

    def take(self, rank: Callable[[str], int | None] = lambda _target: 0) -> Job | None:
        """The next line to translate, or None if none is to be. Call `finish` before taking another of its language.

        ``rank`` of a language: lines for a lower one go first, None: not now.
        """
        ranks = {target: rank(target) for target, queue in self._waiting.items() if queue and target not in self._taken}
        ready = {target: found for target, found in ranks.items() if found is not None}
        if not ready:
            return None
        target = min(ready, key=ready.__getitem__)
        self._taken[target] = self._waiting[target].popleft()
        return self._taken[target]

    def finish(self, target: str) -> None:
        self._taken.pop(target, None)

    def as_is(self) -> list[Job]:
        """Lines that come next in their language and need no translation; they leave the backlog."""
        return [job for queue in self._open() for job in _pop_while(queue, lambda job: job.as_is)]

    def overdue(self, now_s: float) -> list[Job]:
        """Lines to be given up, oldest first in each language; they leave the backlog.

        Where the oldest has waited for ``max_lag_s``, all that waited for half of it go too: otherwise a language that
        once fell behind would stay as late as is just allowed.
        """
        gone: list[Job] = []
        for queue in self._open():
            if queue and now_s - queue[0].given_s >= self._max_lag_s:
                gone += _pop_while(queue, lambda job: now_s - job.given_s >= self._max_lag_s / 2)
        return gone

    def everything(self) -> list[Job]:
        """All that waits, lines in work first; the backlog is empty afterwards."""
        gone = list(self._taken.values())
        self._taken = {}
        for queue in self._waiting.values():
            gone += _pop_while(queue, lambda _job: True)
        return gone

    def next_overdue_s(self) -> float | None:
        """When `overdue` will next find something."""
        return min((queue[0].given_s + self._max_lag_s for queue in self._open() if queue), default=None)

    def _open(self) -> list[deque[Job]]:
        return [queue for target, queue in self._waiting.items() if target not in self._taken]


def has_words(text: str) -> bool:
    return any(char.isalnum() for char in text)


def same_language(source: str, target: str) -> bool:
    """Whether viewers of ``target`` read ``source`` as it is. Simplified and traditional Chinese are two."""
    return source == target or (language.base(source) == language.base(target) != "zh")


def _pop_while(queue: deque[Job], wanted: Callable[[Job], bool]) -> list[Job]:
    gone: list[Job] = []
    while queue and wanted(queue[0]):
        gone.append(queue.popleft())
    return gone
