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
        job = backlog.take(lambda target, watched=watched: int(watched is not None and target not in watched))
        if job is None:
            assert not any(waiting.values())
            continue
        backlog.finish(job.target)
        assert job.segment.number == waiting[job.target].pop(0)
        before = TARGETS[: TARGETS.index(job.target)]
        if watched is None:
            assert not any(waiting[target] for target in before)
        elif job.target in watched:
            assert not any(waiting[target] for target in before if target in watched)
        else:
            assert not any(waiting[target] for target in (*before, *watched))
    assert len(backlog) == sum(map(len, waiting.values()))


Step = st.sampled_from(["add", "take"]) | st.tuples(st.just("finish"), st.sampled_from(TARGETS))


@given(st.lists(Step | st.lists(st.sampled_from(TARGETS), unique=True).map(tuple)))
def test_one_line_of_a_language_in_work_and_none_lost_whatever_happens(steps: list[str | tuple[str, ...]]) -> None:
    """A step gives a line, takes one, finishes that of a language, or sets the languages."""
    backlog = Backlog(TARGETS, max_lag_s=10.0)
    waiting: dict[str, list[int]] = {target: [] for target in TARGETS}
    in_work: set[str] = set()
    for number, step in enumerate(steps):
        match step:
            case "add":
                backlog.add(said(number), 0.0)
                for queue in waiting.values():
                    queue.append(number)
            case "take":
                job = backlog.take()
                ready = [target for target, queue in waiting.items() if queue and target not in in_work]
                assert (job.target if job else None) == (ready[0] if ready else None)
                if job:
                    assert job.segment.number == waiting[job.target].pop(0)
                    in_work.add(job.target)
            case ("finish", target):
                backlog.finish(target)
                in_work.discard(target)
            case targets:
                backlog.set_targets(targets)
                waiting = {target: waiting.get(target, []) for target in targets}
                in_work &= set(targets)
        assert len(backlog) == sum(map(len, waiting.values())) + len(in_work)
    assert len(backlog.everything()) == sum(map(len, waiting.values())) + len(in_work)


def test_a_language_may_be_left_out_for_now() -> None:
    backlog = Backlog(TARGETS, max_lag_s=10.0)
    backlog.add(said(1), 0.0)
    job = backlog.take(lambda target: None if target == "en" else 0)
    assert job is not None
    assert job.target == "es"
    assert backlog.take(lambda _target: None) is None
