"""What the recogniser says in English, as a translation: checked like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.errors import TranslationError, UsageError
from sidecar.translation import heard
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.heard import HeardInEnglish
from sidecar.translation.translator import Line


def line(english: str, *, text: str = "这件外套今天只要129元。", target: str = "en") -> Line:
    return Line(text=text, source="zh", target=target, heard_in_english=english)


async def test_what_was_heard_is_the_translation() -> None:
    assert await HeardInEnglish().translate(line("This coat is 129 yuan today.")) == "This coat is 129 yuan today."


@pytest.mark.parametrize(
    ("english", "failed"),
    [
        ("This coat is 29 yuan today.", "numbers"),
        ("This coat is 129 dollars today.", "currency"),
        ("这件外套今天只要129元。", "script"),
        ("129 yuan " * 60, "length"),
    ],
)
async def test_it_is_checked(english: str, failed: str) -> None:
    with pytest.raises(CheckFailedError) as caught:
        await HeardInEnglish().translate(line(english))
    assert failed in caught.value.failed


async def test_where_nothing_was_heard_in_english_another_is_asked() -> None:
    with pytest.raises(TranslationError, match="heard nothing"):
        await HeardInEnglish().translate(line(""))
    with pytest.raises(TranslationError, match="not into es"):
        await HeardInEnglish().translate(line("This coat is 129 yuan today.", target="es"))


def test_a_recogniser_is_known_by_its_languages(tmp_path: Path) -> None:
    assert not heard.is_recogniser(tmp_path)
    (tmp_path / "config.json").write_text("{")
    assert not heard.is_recogniser(tmp_path)
    (tmp_path / "config.json").write_text('{"lang_ids": [50259]}')
    assert heard.is_recogniser(tmp_path)
    with pytest.raises(UsageError, match="translates what it hears"):
        heard.check_reads(tmp_path)
