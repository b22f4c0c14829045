"""Logs of live captions are scored: by hand on small ones, and as the reference scorer does on any."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.bench.captions import Event, Score, TimedWord, count_errors, percentile, plain, score, transcript

SCORER = Path(__file__).parents[3] / "shared" / "bench" / "capscore.py"

HELLO = (TimedWord(text="Hello", start_s=0.0, end_s=0.5), TimedWord(text="world", start_s=0.5, end_s=1.0))


def shown(*events: tuple[float, int, str | None]) -> list[Event]:
    return [Event(t_s=t_s, id=number, text=text) for t_s, number, text in events]


def test_each_character_is_timed_from_its_end_inside_the_word() -> None:
    """ "hello" ends at 0.1 … 0.5 s and is shown at 1.0 s: 0.9 … 0.5 s late; "world" 0.6 … 1.0 s, shown at 2.0 s."""
    figures = score(shown((1.0, 1, "Hello"), (2.0, 1, "Hello, world.")), "Hello world", HELLO, "en")
    assert figures == Score(
        error_percent=0.0,
        matched_percent=100.0,
        first_p50_s=1.0,
        first_p90_s=1.4,
        stable_p50_s=1.0,
        stable_p90_s=1.4,
        stable_mean_s=0.95,
        erasure=0.0,
        events_per_s=2.0,
    )


def test_what_is_rewritten_is_erased_and_stable_only_then() -> None:
    """Of "ald", shown at 1 s, "ld" is still there at 2 s: one of ten characters is erased. "hellow" is stable at 1 s,
    0.9 … 0.4 s after it was said, "orld" at 2 s, 1.3 … 1.0 s after. Its "ld" was seen at 1 s, 0.1 and 0 s after."""
    figures = score(shown((1.0, 1, "Hello wald"), (2.0, 1, "Hello world")), "Hello world", HELLO, "en")
    assert figures.erasure == 0.1
    assert (figures.stable_p50_s, figures.stable_p90_s, figures.stable_mean_s) == (0.9, 1.3, 0.85)
    assert (figures.first_p50_s, figures.first_p90_s) == (0.7, 1.3)


def test_a_character_alone_behind_a_difference_is_not_yet_shown() -> None:
    """Shown at 2 s, "abcdef" is 1.9 … 1.4 s late; with "bc" seen at 1 s, these two are 0.8 and 0.7 s late."""
    words = (TimedWord(text="abcdef", start_s=0.0, end_s=0.6),)
    alone = score(shown((1.0, 1, "xbxx"), (2.0, 1, "abcdef")), "abcdef", words, "en")
    pair = score(shown((1.0, 1, "xbcx"), (2.0, 1, "abcdef")), "abcdef", words, "en")
    assert (alone.first_p50_s, pair.first_p50_s) == (1.7, 1.5)


def test_a_word_shown_long_before_it_is_said_is_another_word() -> None:
    """ "one" is shown 1.17, 0.83 and 0.5 s late. "two", said from 9 to 10 s, counts from 10.5 s, or from 9.2 s."""
    words = (TimedWord(text="one", start_s=0.0, end_s=1.0), TimedWord(text="two", start_s=9.0, end_s=10.0))
    long_before = shown((1.0, 2, "x two"), (1.1, 2, None), (1.5, 1, "one"), (10.5, 2, "two"))
    just_before = shown((1.5, 1, "one"), (9.2, 2, "x two"), (10.5, 2, "two"))
    assert score(long_before, "one two", words, "en").first_p50_s == 0.83
    assert score(just_before, "one two", words, "en").first_p50_s == 0.5


def test_captions_are_read_in_the_order_in_which_they_first_appeared() -> None:
    said = shown((1.0, 1, "one"), (2.0, 2, "two"), (3.0, 1, "ONE"), (4.0, 3, "three"), (5.0, 2, None))
    assert transcript(said) == "ONE three"
    assert transcript([]) == ""


def test_languages_without_spaces_are_counted_in_characters() -> None:
    assert count_errors("今天天气", "今日天气", "zh").percent == 25.0
    assert count_errors("안녕 하세요", "안녕하세여", "ko").length == 5
    assert count_errors("It's a fine day", "its a wine day!", "en").errors == 1
    assert count_errors("It's a fine day", "its a wine day!", "en").length == 4


def test_errors_of_several_texts_are_counted_together() -> None:
    pooled = count_errors("a b c", "a b", "en") + count_errors("d", "d", "en")
    assert (pooled.errors, pooled.length, pooled.percent) == (1, 4, 25.0)


def test_scripts_widths_and_cases_of_writing_are_alike() -> None:
    assert plain("優惠 ＡＢＣ，１２３!") == "优惠abc123"
    assert count_errors("优惠价", "優惠價", "zh-Hant").errors == 0
    assert plain("हिन्दी।") == "हिन्दी"


def test_a_percentile_is_one_of_the_values() -> None:
    values = [0.4, 0.1, 0.3, 0.2]
    assert [percentile(values, share) for share in (0.0, 0.5, 0.9, 1.0)] == [0.1, 0.3, 0.4, 0.4]
    assert percentile([], 0.5) is None


def test_without_captions_or_word_times_there_are_no_latencies() -> None:
    nothing = score([], "Hello world", HELLO, "en")
    assert (nothing.error_percent, nothing.first_p50_s, nothing.stable_mean_s) == (100.0, None, None)
    untimed = score(shown((1.0, 1, "Hello"), (2.0, 1, "Hello world")), "Hello world", (), "en")
    assert (untimed.error_percent, untimed.first_p50_s, untimed.events_per_s) == (0.0, None, 1.0)


@pytest.fixture(scope="module")
def reference() -> Callable[[list[dict[str, Any]], dict[str, Any], str], dict[str, Any]]:
    if not SCORER.exists():
        pytest.skip("the reference scorer is not beside this checkout")
    spec = importlib.util.spec_from_file_location("capscore", SCORER)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score


TEXTS = st.text(alphabet="abc 今天優优。'", max_size=12)
TIMES = st.integers(0, 800).map(lambda hundredths: hundredths / 100)
LOGS = st.lists(st.tuples(TIMES, st.integers(1, 4), st.none() | TEXTS), max_size=12)
SPEECH = st.lists(st.tuples(TEXTS, TIMES, TIMES), min_size=1, max_size=6)


@given(log=LOGS, speech=SPEECH, lang=st.sampled_from(["zh", "en", "ko", "ja", "th", "de"]))
def test_figures_are_those_of_the_reference_scorer(reference, log, speech, lang) -> None:
    log = sorted(log, key=lambda event: event[0])
    text = " ".join(word for word, _, _ in speech)
    words = [(word, min(start, end), max(start, end) + 0.1) for word, start, end in speech]
    theirs = reference(
        [
            {"t": t_s, "id": number} | ({"delete": True} if said is None else {"text": said})
            for t_s, number, said in log
        ],
        {"text": text, "words": words},
        lang,
    )
    timed = [TimedWord(text=word, start_s=start, end_s=end) for word, start, end in words]
    ours = score(shown(*log), text, timed, lang)
    assert list(theirs.values()) == [
        ours.error_percent,
        ours.matched_percent,
        ours.first_p50_s,
        ours.first_p90_s,
        ours.stable_p50_s,
        ours.stable_p90_s,
        ours.stable_mean_s,
        ours.erasure,
        ours.events_per_s,
    ]
