"""Glossaries as shops have them: from a spreadsheet of any country, from TOML, with mistakes."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.demo import GLOSSARY
from sidecar.errors import GlossaryError, UsageError
from sidecar.glossary import sheet
from sidecar.glossary.read import Reading, read

SHEET = """\
en,zh,aliases,heard_as,translate,forbidden:es,note
Glow Serum,水光精华,Glow,hydro glow|grow serum,,suero,new
Anker,,,,no,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "names.csv"


def reading(file: Path, text: str, encoding: str = "utf-8") -> Reading:
    file.write_bytes(text.encode(encoding))
    return read(file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sheet_is_read_however_it_was_saved(file: Path, encoding: str, delimiter: str) -> None:
    glossary = reading(file, SHEET.replace(",", delimiter), encoding).glossary
    serum, anker = glossary.terms
    assert dict(serum.forms) == {"en": "Glow Serum", "zh": "水光精华"}
    assert serum.names("en") == ("Glow",)
    assert serum.sounds("en") == ("hydro glow", "grow serum")
    assert (serum.never("es"), serum.never("en")) == (("suero",), ())
    assert anker.form("th") == "Anker"
    assert serum.form("th") is None


def test_toml_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "names.toml"
    file.write_text('[[term]]\nen = "Glow Serum"\nzh = "水光精华"\nheard_as = ["hydro glow"]\n', encoding="utf-8")
    (term,) = read(file).glossary.terms
    assert dict(term.forms) == {"en": "Glow Serum", "zh": "水光精华"}
    assert term.sounds("en") == ("hydro glow",)


def test_what_is_wrong_is_named_with_its_line_and_the_rest_is_used(file: Path) -> None:
    found = reading(file, "en,zh,translate\nSerum,精华,\nSerum,乳液,\nCream,面霜,maybe\n")
    assert [problem.line for problem in found.errors] == [3, 4]
    assert "Serum" in found.errors[0].message
    assert found.glossary.terms[0].form("zh") == "精华"


def test_pairs_are_what_a_translator_needs(file: Path) -> None:
    glossary = reading(file, SHEET).glossary
    assert [(said, written) for _, said, written in glossary.pairs("zh", "en")] == [
        ("水光精华", "Glow Serum"),
        ("Anker", "Anker"),
    ]


def test_ten_thousand_lines_are_read(file: Path) -> None:
    lines = "".join(f"Product {n} x,产品{n}号\n" for n in range(10_000))
    assert len(reading(file, "en,zh\n" + lines).glossary.terms) == 10_000


@pytest.mark.parametrize(("name", "error"), [("gone.csv", UsageError), ("names.pdf", UsageError)])
def test_what_is_no_glossary_is_refused(tmp_path: Path, name: str, error: type[Exception]) -> None:
    if name != "gone.csv":
        (tmp_path / name).write_text("x")
    with pytest.raises(error):
        read(tmp_path / name)


@pytest.mark.parametrize("text", ["", "price;stock\n1;2\n", "[[term]\n"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / ("names.toml" if text.startswith("[") else "names.csv")
    file.write_text(text)
    with pytest.raises(GlossaryError):
        read(file)


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "names.xlsx"
    file.write_bytes(b"no zip")
    with pytest.raises(GlossaryError):
        read(file)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_glossary_or_are_refused(raw: bytes) -> None:
    with contextlib.suppress(GlossaryError):
        entries, problems = sheet.read_csv(raw, "names.csv")
        assert all(each.line >= 1 for each in [*entries, *problems])


def test_the_demo_glossary_has_no_problems() -> None:
    assert read(GLOSSARY).problems == ()
