"""The board: numbering, revisions, pages and times of captions."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sidecar.captions import board as board_module
from sidecar.captions.board import Board
from sidecar.captions.caption import IDS_PER_SEGMENT, Caption, Removal, Segment

LONG = (
    "Welcome back to the show, everybody who has just joined us. "
    "Tonight we will look at three machines for a clean home. The first of them is the cordless one."
)


def segment(
    text: str,
    *,
    number: int = 0,
    final: bool = True,
    stable: int = 0,
    language: str = "en",
    start_ms: int = 1000,
    end_ms: int = 4000,
    speaker: str | None = None,
) -> Segment:
    return Segment(
        number=number,
        text=text,
        stable=stable,
        final=final,
        language=language,
        start_ms=start_ms,
        end_ms=end_ms,
        speaker=speaker,
    )


def captions(items: list[Caption | Removal]) -> list[Caption]:
    return [item for item in items if isinstance(item, Caption)]


def test_a_partial_is_one_caption_with_its_last_two_lines_and_no_seq() -> None:
    (caption,) = captions(Board().source(segment(LONG, final=False, stable=7, number=3)))
    assert (caption.id, caption.revision, caption.seq, caption.final) == (300, 1, None, False)
    assert caption.text == LONG
    assert len(caption.lines) == 2
    assert LONG.endswith(caption.lines[1])
    assert caption.stable == 7


def test_a_partial_repeated_is_not_sent_and_a_changed_one_is_a_revision() -> None:
    board = Board()
    board.source(segment("Hello", final=False))
    assert board.source(segment("Hello", final=False, end_ms=4200)) == []
    assert captions(board.source(segment("Hello", final=False, stable=5)))[0].revision == 2
    assert captions(board.source(segment("Hello there", final=False, stable=5)))[0].revision == 3


def test_a_final_has_a_caption_a_page_with_rising_seq_and_contiguous_times() -> None:
    pages = captions(Board(first_seq=10).source(segment(LONG)))
    assert len(pages) > 1
    assert [page.seq for page in pages] == list(range(10, 10 + len(pages)))
    assert [page.id for page in pages] == list(range(len(pages)))
    assert " ".join(page.text for page in pages) == LONG
    assert (pages[0].start_ms, pages[-1].end_ms) == (1000, 4000)
    assert all(a.end_ms == b.start_ms for a, b in pairwise(pages))
    spoken = [(page.end_ms - page.start_ms) / len(page.text) for page in pages]
    assert max(spoken) - min(spoken) < 1


def test_a_late_partial_after_the_final_is_ignored() -> None:
    board = Board()
    board.source(segment("Hello."))
    assert board.source(segment("Hello th", final=False)) == []


def test_a_translation_shares_ids_and_time_with_its_source() -> None:
    board = Board()
    source = captions(board.source(segment("Hello, everybody.", number=7)))
    translated = captions(board.translation(7, "zh", "大家好。"))
    assert [caption.id for caption in translated] == [caption.id for caption in source] == [700]
    assert (translated[0].start_ms, translated[0].end_ms) == (1000, 4000)
    assert (translated[0].source_lang, translated[0].lang, translated[0].seq) == ("en", "zh", 2)


def test_a_translation_replaces_the_untranslated_line_but_not_the_other_way_round() -> None:
    board = Board()
    board.source(segment("Hello, everybody."))
    (mark,) = captions(board.translation(0, "zh", "Hello, everybody.", translated=False))
    assert (mark.translated, mark.revision) == (False, 1)
    (late,) = captions(board.translation(0, "zh", "大家好。"))
    assert (late.translated, late.revision, late.final) == (True, 2, True)
    assert board.translation(0, "zh", "Hello, everybody.", translated=False) == []
    assert board.translation(0, "zh", "大家好。") == []


def test_pages_left_over_from_a_longer_line_are_removed() -> None:
    board = Board()
    board.source(segment(LONG))
    pages = captions(board.translation(0, "es", LONG, translated=False))
    assert len(pages) > 1
    sent = board.translation(0, "es", "Bienvenidos.")
    assert [type(item) for item in sent] == [Caption] + [Removal] * (len(pages) - 1)
    assert [item.seq for item in sent] == list(range(board.last_seq - len(sent) + 1, board.last_seq + 1))


def test_a_blank_final_withdraws_what_was_shown_in_every_language() -> None:
    board = Board()
    board.source(segment("you", final=False))
    assert board.source(segment(" ")) == [Removal(id=0, lang="en", seq=1)]
    assert board.translation(0, "zh", "你") == []
    board.source(segment("Thanks.", number=1))
    board.translation(1, "zh", "谢谢。")
    withdrawn = board.source(segment("", number=1))
    assert {(item.id, item.lang) for item in withdrawn} == {(100, "en"), (100, "zh")}
    assert all(isinstance(item, Removal) for item in withdrawn)


def test_a_blank_final_of_nothing_shown_is_nothing() -> None:
    assert Board().source(segment("")) == []


def test_a_partial_in_the_wrong_language_is_withdrawn_when_the_language_is_known() -> None:
    board = Board()
    board.source(segment("Ni hao", final=False, language="en"))
    sent = board.source(segment("你好", language="zh"))
    assert sent[0] == Removal(id=0, lang="en", seq=1)
    assert (captions(sent)[0].lang, captions(sent)[0].seq) == ("zh", 2)


def test_a_translation_of_what_is_not_final_or_not_known_is_refused() -> None:
    board = Board()
    board.source(segment("Hello", final=False))
    assert board.translation(0, "zh", "你好") == []
    assert board.translation(5, "zh", "你好") == []
    board.source(segment("Hello"))
    assert board.translation(0, "en", "Hello") == []
    assert board.translation(0, "zh", "  ") == []


def test_a_caption_lasts_at_least_a_millisecond_and_does_not_start_before_the_one_before() -> None:
    board = Board()
    board.source(segment("One.", number=0, start_ms=5000, end_ms=6000))
    (second,) = captions(board.source(segment("Two.", number=1, start_ms=4000, end_ms=4000)))
    assert (second.start_ms, second.end_ms) == (5000, 5001)


def test_a_text_of_more_pages_than_a_segment_has_ids_keeps_all_its_text() -> None:
    text = "word " * 4000
    pages = captions(Board().source(segment(text)))
    assert len(pages) <= IDS_PER_SEGMENT
    assert " ".join(page.text for page in pages) == text.strip()


def test_characters_no_database_takes_are_left_out() -> None:
    (caption,) = captions(Board().source(segment("a\x00b\ud800c")))
    assert caption.text == "abc"


def test_old_segments_are_forgotten_and_memory_stays_bounded() -> None:
    board, count = Board(), board_module.REMEMBERED_SEGMENTS + 50
    for number in range(count):
        board.source(segment("Hello.", number=number, start_ms=number * 1000, end_ms=number * 1000 + 900))
    assert board.translation(10, "zh", "你好。") == []
    assert board.source(segment("Hello", number=10, final=False)) == []
    assert captions(board.translation(count - 1, "zh", "你好。"))
    assert len(board._entries) == board_module.REMEMBERED_SEGMENTS


LANGS = ("en", "zh", "es")
words = st.text(alphabet="ab ，你好.", max_size=110)
operations = st.lists(
    st.one_of(
        st.builds(
            segment,
            words,
            number=st.integers(0, 4),
            final=st.booleans(),
            stable=st.integers(0, 200),
            language=st.sampled_from(("en", "zh")),
            start_ms=st.integers(-10, 5000),
            end_ms=st.integers(0, 6000),
        ),
        st.tuples(st.integers(0, 5), st.sampled_from(LANGS), words, st.booleans()),
    ),
    max_size=25,
)


@given(operations)
def test_whatever_happens_the_numbering_holds_and_no_final_text_is_lost(
    steps: list[Segment | tuple[int, str, str, bool]],
) -> None:
    board, seq = Board(), 0
    revisions: dict[tuple[int, str], int] = {}
    shown: dict[tuple[int, str], Caption] = {}
    for step in steps:
        if isinstance(step, Segment):
            sent = board.source(step)
        else:
            number, lang, text, translated = step
            sent = board.translation(number, lang, text, translated=translated)
        for item in sent:
            key = (item.id, item.lang)
            if isinstance(item, Removal) or item.final:
                seq += 1
                assert item.seq == seq
            if isinstance(item, Removal):
                assert key in shown
                del shown[key]
                continue
            assert item.seq is None or item.final
            assert item.final or not (key in shown and shown[key].final)
            assert item.revision == revisions.get(key, 0) + 1
            assert item.start_ms < item.end_ms
            assert item.start_ms >= 0
            assert len(item.lines) <= 2
            revisions[key] = item.revision
            shown[key] = item
        assert board.last_seq == seq
        if isinstance(step, Segment) and step.final and sent and any(isinstance(item, Caption) for item in sent):
            own = [shown[key] for key in sorted(shown) if key[1] == step.language and key[0] // 100 == step.number]
            assert "".join("".join(page.text.split()) for page in own) == "".join(step.text.split())


@given(operations)
def test_finals_of_a_language_start_in_the_order_of_their_ids(
    steps: list[Segment | tuple[int, str, str, bool]],
) -> None:
    board, shown = Board(), dict[tuple[str, int], Caption]()
    for step in steps:
        if isinstance(step, Segment):
            sent = board.source(step)
        else:
            sent = board.translation(step[0], step[1], step[2], translated=step[3])
        for item in sent:
            if isinstance(item, Removal):
                shown.pop((item.lang, item.id), None)
            elif item.final:
                shown[item.lang, item.id] = item
            else:
                shown.pop((item.lang, item.id), None)
        for lang in LANGS:
            starts = [shown[key].start_ms for key in sorted(shown) if key[0] == lang]
            assert starts == sorted(starts)


def test_speakers_who_talk_at_once_keep_their_own_times() -> None:
    board = Board()
    host = segment("I will show you", number=1, final=False, start_ms=1000, end_ms=3000, speaker="Host")
    guest = segment("Oh!", number=2, start_ms=2000, end_ms=2500, speaker="Guest")
    assert len(board.source(host)) == 1
    (said,) = captions(board.source(guest))
    assert (said.start_ms, said.end_ms, said.speaker) == (2000, 2500, "Guest")
    cut = segment("the blue one.", number=3, start_ms=1800, end_ms=4000, speaker="Host")
    (after,) = captions(board.source(cut))
    assert after.start_ms == 1800, "a higher number of another speaker does not push it back"
    (first,) = captions(board.source(replace(host, final=True, end_ms=1800)))
    assert (first.start_ms, first.end_ms) == (1000, 1800)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Host", "Guest", None]),
            st.integers(1, 6),
            st.text("ab 。", min_size=0, max_size=60),
            st.booleans(),
            st.integers(0, 9_000),
        ),
        max_size=30,
    )
)
def test_what_one_speaker_gets_does_not_depend_on_the_others(
    steps: list[tuple[str | None, int, str, bool, int]],
) -> None:
    together, alone = Board(), {speaker: Board() for speaker in ("Host", "Guest", None)}
    offsets = {"Host": 0, "Guest": 1, None: 2}
    for speaker, number, text, final, start_ms in steps:
        said = segment(
            text,
            number=number * 3 + offsets[speaker],
            final=final,
            start_ms=start_ms,
            end_ms=start_ms + 900,
            speaker=speaker,
        )
        for board_language in ("source", "es"):
            if board_language == "source":
                found, expected = together.source(said), alone[speaker].source(said)
            else:
                found = together.translation(said.number, "es", text)
                expected = alone[speaker].translation(said.number, "es", text)
            assert [replace(item, seq=None) for item in found] == [replace(item, seq=None) for item in expected]


def test_a_translation_of_what_is_being_said_is_tentative_until_the_final_one():
    board = Board()
    board.source(segment("大家好欢迎", final=False, language="zh"))
    (shown,) = board.tentative(0, "en", "Hello and")
    assert isinstance(shown, Caption)
    assert (shown.final, shown.seq, shown.lang, shown.text, shown.stable) == (False, None, "en", "Hello and", 0)
    assert board.tentative(0, "en", "Hello and") == []
    assert board.tentative(0, "zh", "大家好") == []
    assert board.tentative(7, "en", "Hello") == []
    board.source(segment("大家好欢迎大家。", final=True, language="zh"))
    assert board.tentative(0, "en", "Hello and welcome") == []
    (final,) = board.translation(0, "en", "Hello and welcome.")
    assert isinstance(final, Caption)
    assert final.final
    assert final.id == shown.id
    assert final.revision == shown.revision + 1


def test_what_is_withdrawn_is_withdrawn_in_other_languages_too():
    board = Board()
    board.source(segment("大家好欢迎", final=False, language="zh"))
    board.tentative(0, "en", "Hello and")
    removed = board.source(segment("", final=True, language="zh"))
    assert {(item.lang, item.id) for item in removed if isinstance(item, Removal)} == {("zh", 0), ("en", 0)}
