"""The live-commerce set holds together: every language, and the references pass the checks that models must pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.bench.lines import SOURCE, BenchLine, aligned, commerce, listed
from sidecar.errors import UsageError
from sidecar.translation import numbers
from sidecar.translation.checks import check

LANGUAGES = ("en", "es", "id", "ja", "ar")


def values(found: tuple[numbers.Number, ...]) -> list[list[str]]:
    return sorted(sorted(map(str, one.values)) for one in found if one.required)


def test_there_are_a_hundred_different_lines_in_all_languages() -> None:
    lines = commerce()
    assert len(lines) == 100
    assert len({line.text for line in lines}) == 100
    assert all(tuple(line.references) == LANGUAGES for line in lines)
    assert all(text.strip() == text and text for line in lines for text in (line.text, *line.references.values()))


@pytest.mark.parametrize("line", commerce(), ids=lambda line: line.text[:12])
def test_the_references_pass_every_check(line: BenchLine) -> None:
    for target, reference in line.references.items():
        assert check(line.text, reference, source=SOURCE, target=target).failed == ()


@pytest.mark.parametrize("line", commerce(), ids=lambda line: line.text[:12])
def test_the_numbers_listed_by_hand_are_those_of_the_line_and_of_its_references(line: BenchLine) -> None:
    assert not numbers.differ(line.numbers, numbers.find(line.text, SOURCE))
    assert len(values(line.numbers)) == len(values(numbers.find(line.text, SOURCE)))
    for target, reference in line.references.items():
        assert not numbers.differ(line.numbers, numbers.find(reference, target))


def test_a_listed_number_knows_its_values() -> None:
    assert values((listed("8|20"), listed("1?"))) == [["20", "8"]]
    assert listed("20%").percent
    assert not numbers.differ((listed("99.9"),), numbers.find("It is 99.90 yuan.", "en"))
    assert numbers.differ((listed("99.9"),), numbers.find("It is 99 yuan.", "en"))


def test_texts_in_a_folder_are_aligned_by_line(tmp_path: Path) -> None:
    (tmp_path / "zh.txt").write_text("九十九块九\n你好\n谢谢\n", encoding="utf-8")
    (tmp_path / "en.txt").write_text("99.9 yuan\nHello\nThanks\n", encoding="utf-8")
    first, second = aligned(tmp_path, "zh", ["en"], 2)
    assert (first.text, first.references) == ("九十九块九", {"en": "99.9 yuan"})
    assert not numbers.differ(first.numbers, numbers.find("99.9 yuan", "en"))
    assert second.numbers == ()


def test_a_missing_or_shorter_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zh.txt").write_text("你好\n谢谢\n", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot read"):
        aligned(tmp_path, "zh", ["en"], 0)
    (tmp_path / "en.txt").write_text("Hello\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not aligned"):
        aligned(tmp_path, "zh", ["en"], 0)
