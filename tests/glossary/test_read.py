"""Glossaries as people save them: every encoding and separator a spreadsheet has, and every slip of the hand."""

from __future__ import annotations

import zipfile
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.demo import GLOSSARY
from sidecar.errors import GlossaryError, UsageError
from sidecar.glossary import sheet, tables
from sidecar.glossary.check import check
from sidecar.glossary.problem import Severity
from sidecar.glossary.read import Reading, read

PLAIN = "zh,en,heard_as\n燕之屋,Yan Palace,宴之屋|研之屋\n小棕瓶,Little Brown Bottle,\n"


OFFICE = "http://schemas.openxmlformats.org"
RELATIONS = f"{OFFICE}/officeDocument/2006/relationships"


def _relation(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{RELATIONS}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{one}</Relationships>'


def saved(folder: Path, content: str | bytes, name: str = "shop.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def messages(reading: Reading) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in reading.problems]


def test_a_plain_csv(tmp_path: Path) -> None:
    reading = read(saved(tmp_path, PLAIN))
    first, second = reading.glossary.terms
    assert reading.problems == ()
    assert (first.forms, first.sounds("zh"), first.line) == (
        {"zh": "燕之屋", "en": "Yan Palace"},
        ("宴之屋", "研之屋"),
        2,
    )
    assert (second.forms, second.sounds("zh")) == ({"zh": "小棕瓶", "en": "Little Brown Bottle"}, ())


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [
        *product(",;\t，；", ["utf-8", "utf-8-sig", "utf-16"]),
        *product(",;\t", ["gb18030"]),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_spreadsheets_write(tmp_path: Path, delimiter: str, encoding: str, newline: str) -> None:
    text = PLAIN.replace(",", delimiter).replace("\n", newline)
    assert read(saved(tmp_path, text.encode(encoding))).glossary == read(saved(tmp_path, PLAIN)).glossary


@pytest.mark.parametrize(
    ("content", "encoding", "form"),
    [
        ("zh-TW,en\n燕之屋,Yan Palace\n", "cp950", "燕之屋"),
        ("ja,en\n旅行かばん,bag\n", "cp932", "旅行かばん"),
        ("ru,en\nсумка,bag\n", "cp1251", "сумка"),
        ("es,en\nniño,child\n", "cp1252", "niño"),
    ],
)
def test_the_code_page_is_that_of_the_languages_and_is_told(
    tmp_path: Path, content: str, encoding: str, form: str
) -> None:
    reading = read(saved(tmp_path, content.encode(encoding)))
    assert form in reading.glossary.terms[0].forms.values()
    assert [(each.severity, each.line) for each in reading.problems] == [(Severity.WARNING, 2)]
    assert encoding.upper() in reading.problems[0].message


def test_columns_are_called_in_several_ways(tmp_path: Path) -> None:
    head = "ZH_cn,pt-BR,Heard as (zh),aliases:pt,Translate,forbidden pt,Notes"
    term = read(saved(tmp_path, f"{head}\n燕之屋,Yan,宴之屋;烟之屋,Ian,否,Palácio,bird's nest\n")).glossary.terms[0]
    assert term.forms == {"zh": "燕之屋", "pt-BR": "Yan"}
    assert (term.sounds("zh"), term.sounds("pt")) == (("宴之屋", "烟之屋"), ())
    assert (term.names("pt-BR"), term.never("pt"), term.note) == (("Ian",), ("Palácio",), "bird's nest")
    assert not term.translate


def test_toml_and_csv_say_the_same(tmp_path: Path) -> None:
    toml = """
[[term]]
zh = "燕之屋"
en = "Yan Palace"
heard_as = { zh = ["宴之屋"] }
forbidden = { en = "Swallow House" }
translate = true

[[term]]
en = "Anna"
translate = false
note = "a viewer"
"""
    head = "zh,en,heard_as:zh,forbidden:en,translate,note\n"
    csv = head + "燕之屋,Yan Palace,宴之屋,Swallow House,yes,\n,Anna,,,no,a viewer\n"
    one, other = read(saved(tmp_path, toml, "shop.toml")), read(saved(tmp_path, csv))
    assert one.problems == other.problems == ()
    assert [term.line for term in one.glossary.terms] == [2, 9]
    assert [(t.forms, t.heard_as, t.forbidden, t.translate, t.note) for t in one.glossary.terms] == [
        (t.forms, t.heard_as, t.forbidden, t.translate, t.note) for t in other.glossary.terms
    ]


def test_excel(tmp_path: Path) -> None:
    """The least that is a workbook, with a number and an empty line in it."""
    cell = '<c r="{}" t="inlineStr"><is><t>{}</t></is></c>'
    rows = [
        [cell.format("A1", "zh"), cell.format("B1", "en"), cell.format("C1", "note")],
        [],
        [cell.format("A3", "三顿半"), cell.format("B3", "Saturnbird"), '<c r="C3"><v>403</v></c>'],
    ]
    data = "".join(f'<row r="{at}">{"".join(cells)}</row>' for at, cells in enumerate(rows, 1))
    path = tmp_path / "shop.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("_rels/.rels", _relation("officeDocument", "xl/workbook.xml"))
        book.writestr("xl/_rels/workbook.xml.rels", _relation("worksheet", "worksheets/sheet1.xml"))
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{OFFICE}/spreadsheetml/2006/main" xmlns:r="{RELATIONS}">'
            '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData>{data}</sheetData></worksheet>',
        )
    term = read(path).glossary.terms[0]
    assert (term.forms, term.note, term.line) == ({"zh": "三顿半", "en": "Saturnbird"}, "403", 3)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (",,", None),
        ("  ,\u3000,", None),
        (",,宴之屋", "the term has no form that can be used"),
        ("！,,", "'！' has no letter or digit"),
        ("a,b,c,d", "4 cells, but 3 columns"),
        ("燕|屋,,", "zh has more than one form"),
        ("燕" * 101 + ",,", f"'{'燕' * 20}…' has 101 characters"),
        ("马应龙,Mayinglong,马", "'马' in heard_as is too short"),
        ("马应龙,Mayinglong,马应龙", "'马应龙' in heard_as is the form itself"),
        ("燕之屋,Yan Palace,", "'燕之屋' is in line 2 already"),
        ("燕之屋,Swallow House,", "'燕之屋' is 'Swallow House' in en, but 'Yan Palace' in line 2"),
        ("马应龙,Mayinglong,研之屋", "'研之屋' in heard_as means the term of line 2 as well"),
        ("马应龙,Mayinglong,小棕瓶", "'小棕瓶' in heard_as means the term of line 3 as well"),
    ],
)
def test_a_slip_is_named_with_its_line_and_the_rest_is_used(tmp_path: Path, line: str, message: str | None) -> None:
    reading = read(saved(tmp_path, PLAIN + line + "\n"))
    assert (4, message) in messages(reading) if message else not reading.problems
    assert all(problem.line == 4 and problem.hint for problem in reading.problems)
    assert [term.forms["zh"] for term in reading.glossary.terms][:2] == ["燕之屋", "小棕瓶"]


def test_columns_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    reading = read(saved(tmp_path, "zh,价格,en,en-US\n燕之屋,99,Yan Palace,Swallow\n"))
    assert messages(reading) == [(1, "unknown column '价格'"), (1, "column en is there twice")]
    assert reading.glossary.terms[0].forms == {"zh": "燕之屋", "en": "Yan Palace"}


def test_translate_and_forbidden_are_held_against_the_forms(tmp_path: Path) -> None:
    head = "zh,en,translate,forbidden:en\n"
    reading = read(saved(tmp_path, head + "燕之屋,Yan Palace,no,yan palace|Swallow\n小棕瓶,,perhaps,\n"))
    assert messages(reading) == [
        (2, "translate is no, but there are several forms: each is used in its own language"),
        (2, "'yan palace' is forbidden:en and a form as well"),
        (3, "translate is 'perhaps'"),
    ]
    assert reading.glossary.terms[0].never("en") == ("Swallow",)


def test_a_quote_that_is_never_closed_costs_only_what_it_swallows(tmp_path: Path) -> None:
    reading = read(saved(tmp_path, 'zh,en\n燕之屋,Yan Palace\n小棕瓶,"Little\n马应龙,Mayinglong\n'))
    assert messages(reading) == [(3, "a cell goes on in the next line")]
    assert len(reading.glossary.terms) == 1


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("", "shop.csv", "is empty"),
        ("\n , \n", "shop.csv", "is empty"),
        ("name,price\na,1\n", "shop.csv", "no column is called by a language"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(128, 256)), "shop.csv", "neither UTF-8"),
        ("term = 1", "shop.toml", "has no [[term]]"),
        ("[[term]\n", "shop.toml", "is not valid TOML"),
        ("no workbook", "shop.xlsx", "is no workbook"),
    ],
)
def test_what_is_no_glossary(tmp_path: Path, content: str | bytes, name: str, said: str) -> None:
    with pytest.raises(GlossaryError) as told:
        read(saved(tmp_path, content, name))
    assert said in told.value.message
    assert name in told.value.message
    assert told.value.hint


@pytest.mark.parametrize("name", ["missing.csv", "folder.csv", "shop.pdf"])
def test_what_cannot_be_read_at_all(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "shop.pdf").write_text("zh,en")
    with pytest.raises(UsageError) as told:
        read(tmp_path / name)
    assert name in told.value.message
    assert told.value.hint


def test_problems_in_toml_name_the_line_where_the_term_begins(tmp_path: Path) -> None:
    toml = '[[term]]\nzh = "燕之屋"\nprice = 9\n\n[[term]]\nzh = 3\nen = "x"\n\n[shop]\n'
    reading = read(saved(tmp_path, toml, "shop.toml"))
    assert messages(reading) == [
        (1, "unknown table [shop]"),
        (1, "unknown key 'price'"),
        (5, "zh: not a text"),
    ]


def test_ten_thousand_terms(tmp_path: Path) -> None:
    lines = [f"商品{number}号,Item {number},尚品{number}好" for number in range(10_000)]
    reading = read(saved(tmp_path, "zh,en,heard_as\n" + "\n".join(lines)))
    assert reading.problems == ()
    assert len(reading.glossary.terms) == 10_000


def test_the_glossary_of_the_demo_is_without_a_problem() -> None:
    reading = read(GLOSSARY)
    assert reading.problems == ()
    assert len(reading.glossary.terms) == 5


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_a_glossary_or_refused(tail: bytes) -> None:
    for reader, head in ((sheet.read_csv, b"zh,en,heard_as\n"), (tables.read_toml, b'[[term]]\nzh = "a"\n')):
        for raw in (tail, head + tail):
            try:
                entries, problems = reader(raw, "shop")
            except GlossaryError:
                continue
            check(entries)
            assert all(problem.line >= 1 and problem.hint for problem in problems)
