"""Answers that are kept as entries: what is there stays, whatever has touched the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.assistant import read, saved
from sidecar.errors import UsageError


def test_answers_are_entries_of_the_faq_and_the_same_question_is_one(tmp_path: Path) -> None:
    first = saved.add(tmp_path, "Do you ship to Peru?", "Not yet.", "en")
    saved.add(tmp_path, "=1+1 Is it warm?", "-20 % today, and warm.", "en")
    assert saved.add(tmp_path, "Do you ship to Peru?", "Yes.", "en") == first
    entries = read.read(tmp_path).knowledge.entries
    assert {each.question: each.wording("en").answer for each in entries} == {
        "1+1 Is it warm?": "−20 % today, and warm.",
        "Do you ship to Peru?": "Yes.",
    }


@pytest.mark.parametrize("answer", ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)"])
def test_an_answer_that_a_spreadsheet_would_run_is_refused(tmp_path: Path, answer: str) -> None:
    with pytest.raises(UsageError, match="must not begin"):
        saved.add(tmp_path, "How?", answer, "en")


@pytest.mark.parametrize(
    "written",
    [
        b"id;question;answer;lang\r\nsaved-1;Is it warm?;Yes.;en\r\n",
        "id,question,answer,lang\nsaved-1,暖和吗？,暖和。,zh\n".encode("gb18030"),
        "id\tquestion\nsaved-1\tIs it warm?\n".encode("utf-16"),
    ],
)
def test_a_file_that_another_program_has_written_is_left_as_it_is(tmp_path: Path, written: bytes) -> None:
    (tmp_path / saved.NAME).write_bytes(written)
    with pytest.raises(UsageError, match="another program"):
        saved.add(tmp_path, "Do you ship to Peru?", "Not yet.", "en")
    assert (tmp_path / saved.NAME).read_bytes() == written
