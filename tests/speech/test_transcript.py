"""The streaming policy: whatever is said, and however slowly it is recognised, no speech is lost unnoticed."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from fakes import ScriptedRecognizer, Spoken, Talk, activity, positions, talk
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import MS, Rehearsal, check, policies, talks

from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, to_ms, to_samples
from sidecar.speech.recognizer import Hypothesis
from sidecar.speech.transcript import OMISSION, Policy, Transcript

MAX_WINDOW_S = 28.0
"""What Whisper can take at once."""
PIECE = 4096
costs = st.sampled_from([0.0, 0.1, 0.5, 1.0, 2.5])


def by(factor: float) -> Callable[[float], float]:
    return lambda seconds: factor * seconds


@given(talks(), policies, costs)
@settings(max_examples=50)
def test_every_word_is_in_exactly_one_final_and_everything_is_in_order(
    said: Talk, policy: Policy, factor: float
) -> None:
    show = Rehearsal(said, policy, cost=by(factor))
    check(show.segments, said)
    assert all(0 < job.seconds <= MAX_WINDOW_S for job in show.jobs)


@given(talks(), policies)
@settings(max_examples=30)
def test_a_recogniser_that_is_fast_and_right_gives_exactly_what_was_said(said: Talk, policy: Policy) -> None:
    show = Rehearsal(said, policy)
    assert show.text == said.text
    assert show.transcript.skipped_samples == 0


@given(talks(), policies, costs, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_whatever_the_recogniser_makes_of_it_the_transcript_keeps_its_order(
    said: Talk, policy: Policy, factor: float, random: object
) -> None:
    heard = ["", "", "…", "word1", "word1 word1 word1 word1 word1 word1", "  a  b ", "\x00\ufffd", "x" * 300]

    def mishears(_: int, word: Spoken) -> str:
        return random.choice([word.text, *heard])  # type: ignore[attr-defined]

    recognizer = ScriptedRecognizer(said, mishears=mishears)
    check(Rehearsal(said, policy, recognizer=recognizer, cost=by(factor)).segments, said)


@given(talks(max_utterances=6), policies, st.sampled_from([1.5, 4.0]))
@settings(max_examples=30)
def test_what_is_skipped_is_counted_and_marked(said: Talk, policy: Policy, factor: float) -> None:
    show = Rehearsal(said, policy, cost=by(factor))
    recognised = {job.number for job in show.jobs if job.final}
    skipped = [segment for segment in show.finals if segment.number not in recognised]
    shown = {segment.number: segment.text for segment in show.segments if not segment.final}
    for segment in skipped:
        assert segment.text == (f"{shown[segment.number]}…" if segment.number in shown else OMISSION)
    spans_ms = sum(segment.end_ms - segment.start_ms for segment in skipped)
    assert abs(spans_ms - show.transcript.skipped_samples / MS) <= len(skipped)


def test_what_is_skipped_before_the_language_is_known_is_withdrawn() -> None:
    said = talk(*(f"say{n} this{n} and{n} that{n}" for n in range(6)))
    policy = Policy(partials=False, max_waiting_ms=3000)
    show = Rehearsal(said, policy, cost=lambda _: 60.0)
    assert [final.text for final in show.finals[1:-1]] == [OMISSION] * (len(show.finals) - 2)
    transcript, hears = Transcript(policy), activity()
    for chunk in said.chunks():
        transcript.feed(chunk, hears.feed(chunk))
    assert {segment.text for segment in transcript.take_skipped()} <= {""}
    assert transcript.skipped_samples > 0


def test_a_machine_far_too_slow_skips_speech_instead_of_falling_behind_for_ever() -> None:
    said = talk(*(f"say{n} this{n} and{n} that{n}" for n in range(30)))
    policy = Policy(max_waiting_ms=8000)
    show = Rehearsal(said, policy, cost=by(3.0))
    assert show.transcript.skipped_samples > 0
    assert 5 < len([final for final in show.finals if final.text.startswith("say")]) < 25


@given(talks(max_words=6), st.sampled_from([10, 20, 50, 100]))
@settings(max_examples=15)
def test_short_utterances_come_out_the_same_however_the_audio_is_chunked(said: Talk, chunk_ms: int) -> None:
    policy = Policy(partials=False, soft_ms=9000, max_ms=20_000)
    one, other = (Rehearsal(said, policy, chunk_ms=ms).finals for ms in (32, chunk_ms))
    assert one == other


def test_partials_show_words_while_they_are_spoken() -> None:
    said = talk("one two three four five six seven eight", word_ms=400)
    show = Rehearsal(said, Policy())
    shown = [segment for segment in show.segments if not segment.final]
    assert len(shown) >= 5
    assert all(said.text.startswith(segment.text) for segment in shown)
    assert [len(segment.text) for segment in shown] == sorted(len(segment.text) for segment in shown)
    for before, after in pairwise(shown):
        assert after.stable >= len(before.text)  # heard twice alike
    assert show.segments[-1].final
    assert show.segments[-1].text == said.text


def test_words_that_change_are_not_stable() -> None:
    said = talk("one two three four five six seven eight", word_ms=400)

    def mishears(call: int, word: Spoken) -> str:
        return f"{word.text}{call}" if word.text == "three" else word.text

    show = Rehearsal(said, Policy(), recognizer=ScriptedRecognizer(said, mishears=mishears))
    shown = [segment for segment in show.segments if not segment.final and "three" in segment.text]
    assert shown
    assert all(segment.text[: segment.stable] in ("one two", "one", "") for segment in shown)


def test_partials_come_less_often_where_they_cost_much() -> None:
    said = talk("one two three four five six seven eight", word_ms=500)
    cheap, dear = (Rehearsal(said, Policy(), cost=lambda _, s=s: s) for s in (0.05, 1.0))
    assert 0 < sum(not job.final for job in dear.jobs) < sum(not job.final for job in cheap.jobs) / 2


def test_without_partials_only_finals_come_out() -> None:
    said = talk("one two three", "four five")
    show = Rehearsal(said, Policy(partials=False))
    assert [segment.text for segment in show.segments] == ["one two three", "four five"]


def test_a_host_who_takes_no_breath_is_cut_between_words() -> None:
    said = talk(" ".join(f"word{n}" for n in range(90)), word_ms=330)
    policy = Policy(max_ms=9000)
    show = Rehearsal(said, policy, cost=by(0.1))
    assert len(show.finals) >= 3
    assert all(segment.end_ms - segment.start_ms <= policy.max_ms + 2000 for segment in show.finals)
    assert show.text == said.text


def test_a_cut_takes_nothing_off_the_screen() -> None:
    said = talk(" ".join(f"word{n}" for n in range(60)), word_ms=330)
    screen: dict[int, str] = {}
    before = ""
    for segment in Rehearsal(said, Policy()).segments:
        screen[segment.number] = segment.text
        shown = " ".join(screen[number] for number in sorted(screen))
        if not segment.final:
            # while both halves of a cut are told one after the other, the second may be missing for a moment
            assert shown.startswith(before) or before.startswith(shown)
            before = max(before, shown, key=len)
    assert before == said.text


def test_a_sentence_end_is_where_a_long_utterance_is_cut() -> None:
    words = [f"word{n}" for n in range(60)]
    words[17] += "."
    said = talk(" ".join(words), word_ms=330)
    assert Rehearsal(said, Policy(max_ms=9000)).finals[0].text.endswith("word17.")


def test_a_word_or_two_at_its_beginning_are_not_cut_off_alone() -> None:
    words = [f"word{n}" for n in range(60)]
    words[1] += ","
    said = talk(" ".join(words), word_ms=330)
    first = Rehearsal(said, Policy(max_ms=9000)).finals[0]
    assert not first.text.endswith(",")
    assert first.end_ms - first.start_ms > 2000


def test_silence_makes_nothing() -> None:
    show = Rehearsal(Talk((), 10 * SAMPLE_RATE), Policy())
    assert (show.segments, show.jobs) == ([], [])


def test_what_nobody_said_is_withdrawn() -> None:
    said = talk("one two three four")

    class Doubtful(ScriptedRecognizer):
        def recognize(self, *arguments: object, **options: object) -> Hypothesis:
            heard = super().recognize(*arguments, **options)  # type: ignore[arg-type]
            return Hypothesis(
                text="Thanks for watching!",
                words=heard.words,
                language="en",
                logprob=-1.5,
                no_speech=0.95,
                compression=1.0,
            )

    show = Rehearsal(said, Policy(), recognizer=Doubtful(said))
    assert [(segment.final, segment.text) for segment in show.segments] == [(True, "")]


@pytest.mark.parametrize("speaks", [True, False])
def test_audio_that_is_kept_is_bounded(speaks: bool) -> None:
    """Nobody recognises anything for minutes: neither speech nor silence may pile up."""
    policy = Policy(max_ms=9000, max_waiting_ms=20_000)
    transcript, hears = Transcript(policy), activity()
    said = talk(*["word " * 20] * 15 if speaks else [], word_ms=230)
    samples = said.samples() if speaks else Talk((), 80 * SAMPLE_RATE).samples()
    kept: list[weakref.ref[np.ndarray]] = []
    bound = policy.max_waiting_ms + 3 * policy.max_ms + 5000
    for at in range(0, len(samples), PIECE):
        own = samples[at : at + PIECE].copy()
        kept.append(weakref.ref(own))
        chunk = AudioChunk(samples=own, position=at)
        transcript.feed(chunk, hears.feed(chunk))
        del own, chunk
        kept = [ref for ref in kept if ref() is not None]
        assert to_ms(PIECE * len(kept)) <= bound
    assert speaks == (transcript.skipped_samples > 0)
    assert transcript.waiting_ms <= bound


def test_a_gap_in_the_audio_is_silence_in_the_window_and_moves_the_clock() -> None:
    said = talk("one two three four five six", word_ms=500)
    lost = range(to_samples(2016), to_samples(2400))
    transcript, hears = Transcript(Policy(partials=False)), activity()
    for chunk in said.chunks(32):
        if chunk.position not in lost:
            transcript.feed(chunk, hears.feed(chunk))
    transcript.flush(hears.flush())
    heard = list[int]()
    while (job := transcript.next_job()) is not None:
        at = positions(transcript.audio(job))
        known = at[at >= 0]
        assert (np.diff(known) > 0).all()
        assert (known == np.arange(job.start, job.end)[at >= 0]).all()
        heard += known.tolist()
        nothing = Hypothesis(text="", words=(), language="en", logprob=0, no_speech=0, compression=0)
        transcript.resolve(job, nothing)
    assert not set(heard) & set(lost)
    for word in said.words:
        assert set(range(word.start, word.end)) - set(lost) <= set(heard)


def test_what_was_shown_for_long_enough_is_not_rewritten_before_the_final() -> None:
    said = talk("one two three four five six seven eight", word_ms=400)

    class Second(ScriptedRecognizer):
        """Has second thoughts of the first word when it hears the seventh."""

        def recognize(self, *arguments: object, **options: object) -> Hypothesis:
            heard = super().recognize(*arguments, **options)  # type: ignore[arg-type]
            return replace(heard, text=heard.text.replace("one", "won")) if "seven" in heard.text else heard

    def partials(commit_ms: int) -> list[str]:
        show = Rehearsal(said, Policy(max_ms=9000, commit_ms=commit_ms), recognizer=Second(said))
        assert show.text == "won two three four five six seven eight"
        return [segment.text for segment in show.segments if not segment.final]

    assert all(text.startswith("one") for text in partials(1500))
    assert any(text.startswith("won") for text in partials(60_000))


def test_what_may_be_humming_is_shown_only_when_it_is_final() -> None:
    said = talk("yeah yeah yeah yeah yeah yeah", word_ms=300)
    show = Rehearsal(said, Policy())
    assert show.text.startswith("yeah")
    assert all(len(segment.text.split()) < 4 for segment in show.segments if not segment.final)
