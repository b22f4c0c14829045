"""The backlog, whatever is given, taken and watched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidecar.captions.caption import Segment
from sidecar.translation.backlog import Backlog

TARGETS = ("en", "es", "id", "fr")
Watched = st.none() | st.frozensets(st.sampled_from(TARGETS))


def said(number: int) -> Segment:
    return Segment(
        number=number, text=f"好{number}", stable=0, final=True, language="zh", start_ms=number, end_ms=number + 1
    )


@given(st.lists(st.none() | st.tuples(Watched)))
def test_watched_languages_first_then_priority_then_age(steps: list[tuple[frozenset[str] | None] | None]) -> None:
    """A step gives a line (None) or takes one while some languages are watched."""
    backlog = Backlog(TARGETS, max_lag_s=10.0)
    waiting: dict[str, list[int]] = {target: [] for target in TARGETS}
    for number, step in enumerate(steps):
        if step is None:
            backlog.add(said(number), 0.0)
            for queue in waiting.values():
                queue.append(number)
            continue
        (watched,) = step
        job = backlog.take(watched)
        backlog.finish()
        if job is None:
            assert not any(waiting.values())
            continue
        assert job.segment.number == waiting[job.target].pop(0)
        before = TARGETS[: TARGETS.index(job.target)]
        if watched is None:
            assert not any(waiting[target] for target in before)
        elif job.target in watched:
            assert not any(waiting[target] for target in before if target in watched)
        else:
            assert not any(waiting[target] for target in (*before, *watched))
    assert len(backlog) == sum(map(len, waiting.values()))
