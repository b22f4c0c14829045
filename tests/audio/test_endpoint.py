from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.audio.chunk import to_samples
from sidecar.audio.endpoint import (
    WINDOW_SAMPLES,
    Endpointer,
    SpeechEnded,
    SpeechEvent,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

LOUD, SILENT = -20.0, -120.0


def run(endpointer: Endpointer, probabilities: list[float], start: int = 0, level: float = LOUD) -> list[SpeechEvent]:
    events: list[SpeechEvent] = []
    for number, probability in enumerate(probabilities):
        events += endpointer.feed(probability, level, start + number * WINDOW_SAMPLES)
    return events


def test_an_utterance_starts_with_its_pre_roll_and_ends_after_the_silence() -> None:
    endpointer = Endpointer(endpoint_ms=600, pre_roll_ms=300, post_roll_ms=150)
    started, _, ended = run(endpointer, [0.0] * 20 + [0.9] * 30 + [0.0] * 25)
    assert started == SpeechStarted(position=20 * WINDOW_SAMPLES - to_samples(300))
    assert ended == SpeechEnded(position=50 * WINDOW_SAMPLES + to_samples(150))


def test_the_end_is_told_once_the_silence_is_long_enough() -> None:
    endpointer = Endpointer(endpoint_ms=640, pause_ms=640)
    assert run(endpointer, [0.9] * 10 + [0.0] * 19) == [SpeechStarted(position=0)]
    assert len(run(endpointer, [0.0], start=29 * WINDOW_SAMPLES)) == 1


def test_a_few_words_wait_longer_for_the_next() -> None:
    options = {"endpoint_ms": 320, "short_endpoint_ms": 960, "short_ms": 1000, "pause_ms": 2000}
    few = [0.9] * 20 + [0.0] * 25 + [0.9] * 10
    assert run(Endpointer(**options), few) == [SpeechStarted(position=0)]
    assert len(run(Endpointer(**options), [0.9] * 20 + [0.0] * 30)) == 2
    many = [0.9] * 40 + [0.0] * 10
    assert isinstance(run(Endpointer(**options), many)[-1], SpeechEnded)


def test_a_cough_is_no_speech() -> None:
    assert run(Endpointer(min_speech_ms=120), [0.0] * 5 + [0.9] * 3 + [0.0] * 30) == []


def test_a_short_pause_does_not_end_it() -> None:
    events = run(Endpointer(endpoint_ms=600, pause_ms=1000), [0.9] * 10 + [0.0] * 15 + [0.9] * 10)
    assert events == [SpeechStarted(position=0)]


def test_a_pause_is_told_once_and_so_is_what_comes_after_it() -> None:
    events = run(Endpointer(pause_ms=192, pre_roll_ms=64), [0.9] * 10 + [0.0] * 12 + [0.9] * 10)
    assert events[1:] == [
        SpeechPaused(position=13 * WINDOW_SAMPLES),
        SpeechResumed(position=20 * WINDOW_SAMPLES),
    ]


def test_an_utterance_does_not_end_before_the_pause_that_was_told() -> None:
    endpointer = Endpointer(endpoint_ms=640, pause_ms=480, post_roll_ms=32)
    _, paused, ended = run(endpointer, [0.9] * 10 + [0.0] * 20)
    assert isinstance(ended, SpeechEnded)
    assert ended.position == paused.position


def test_speech_goes_on_below_the_threshold_but_does_not_start_there() -> None:
    assert run(Endpointer(threshold=0.5), [0.4] * 50) == []
    assert run(Endpointer(threshold=0.5), [0.9] * 5 + [0.4] * 50) == [SpeechStarted(position=0)]


def test_digital_silence_is_silence_whatever_the_model_says() -> None:
    assert run(Endpointer(), [0.99] * 50, level=SILENT) == []


def test_a_gap_ends_the_utterance_and_the_next_starts_after_it() -> None:
    endpointer = Endpointer()
    assert len(run(endpointer, [0.9] * 10)) == 1
    ended, started = run(endpointer, [0.9] * 10, start=100 * WINDOW_SAMPLES)
    assert ended == SpeechEnded(position=10 * WINDOW_SAMPLES)
    assert started == SpeechStarted(position=100 * WINDOW_SAMPLES)


def test_flushing_ends_what_is_going_on() -> None:
    endpointer = Endpointer()
    run(endpointer, [0.9] * 10)
    assert endpointer.speaking
    assert endpointer.flush() == [SpeechEnded(position=10 * WINDOW_SAMPLES)]
    assert endpointer.flush() == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([LOUD, SILENT]), st.integers(0, 3)), max_size=120))
def test_events_alternate_never_go_back_and_start_within_the_lookback(steps: list[tuple[float, float, int]]) -> None:
    endpointer = Endpointer(endpoint_ms=300)
    position, last, state = 0, 0, "silent"
    after = {SpeechStarted: "speaking", SpeechPaused: "paused", SpeechResumed: "speaking", SpeechEnded: "silent"}
    before = {
        SpeechStarted: {"silent"},
        SpeechPaused: {"speaking"},
        SpeechResumed: {"paused"},
        SpeechEnded: {"speaking", "paused"},
    }
    for probability, level, gap in steps:
        position += gap * 700 if gap == 3 else 0
        for event in endpointer.feed(probability, level, position):
            assert state in before[type(event)]
            assert last <= event.position <= position + WINDOW_SAMPLES
            if isinstance(event, SpeechStarted):
                assert position + WINDOW_SAMPLES - event.position <= endpointer.lookback_samples
            state, last = after[type(event)], event.position
        assert endpointer.speaking is (state != "silent")
        position += WINDOW_SAMPLES
