"""Memories in files: TMX and CSV, from anybody; what is learned is kept."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import StorageError, TranslationMemoryError, UsageError
from sidecar.glossary.entry import tidy
from sidecar.memory import library, sheet, tmx
from sidecar.memory.library import Library
from sidecar.memory.unit import MAX_CHARACTERS, Unit

TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="ZH-CN" datatype="html" segtype="sentence" adminlang="en" o-tmf="x"
  creationtool="x" creationtoolversion="1"/><body>
<tu tuid="1"><note>checked</note>
  <tuv xml:lang="EN-US"><seg>Buy 2 <bpt i="1">&lt;b&gt;</bpt>towels<ept i="1">&lt;/b&gt;</ept> &amp; get 1</seg></tuv>
  <tuv xml:lang="ZH-CN"><seg>毛巾<hi>买二</hi>送一
    哦</seg></tuv></tu>
<tu><tuv lang="es"><seg>Hola</seg></tuv><tuv lang="xx-nonsense"><seg>?</seg></tuv></tu>
</body></tmx>
"""


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_tmx_file_of_another_program_is_read(tmp_path: Path, encoding: str) -> None:
    text = TMX.replace("UTF-8", encoding)
    reading = library.read(write(tmp_path / "a.tmx", text.encode(encoding)))
    (unit,) = reading.units
    assert unit == Unit(texts={"en": "Buy 2 towels & get 1", "zh": "毛巾买二送一 哦"}, source="zh", line=unit.line)
    assert [problem.message for problem in reading.problems] == [
        "'xx-nonsense' is no language",
        "there is only one language",
    ]


ENTITIES = '<!DOCTYPE tmx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><tmx><body><tu>&b;</tu></body></tmx>'
OUTSIDE = '<!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/passwd">]><tmx>&a;</tmx>'
PARAMETER = '<!DOCTYPE tmx [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><tmx/>'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENTITIES, "entity"),
        (OUTSIDE, "entity"),
        (PARAMETER, "entity"),
        ("<tmx><body>", "no element found"),
        ("<html/>", "no TMX"),
        ('<?xml version="1.0" encoding="x-odd"?><tmx/>', "encoding"),
        (b"\xff\xfe\x00", ""),
        ("", ""),
    ],
)
def test_what_is_no_memory_is_refused_with_a_hint(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(TranslationMemoryError) as caught:
        library.read(write(tmp_path / "a.tmx", text))
    assert words in caught.value.message
    assert caught.value.hint


def test_csv_has_a_column_for_each_language(tmp_path: Path) -> None:
    reading = library.read(write(tmp_path / "a.csv", "zh,en,es\n谢谢,Thanks,Gracias\n你好,,\n,Hello,Hola\n!,?,.\n"))
    assert [(dict(unit.texts), unit.source) for unit in reading.units] == [
        ({"zh": "谢谢", "en": "Thanks", "es": "Gracias"}, "zh"),
        ({"en": "Hello", "es": "Hola"}, "en"),
    ]
    assert [(problem.line, problem.message) for problem in reading.problems] == [
        (3, "there is only one language"),
        (5, "a text has no word"),
    ]
    with pytest.raises(TranslationMemoryError, match="no column"):
        library.read(write(tmp_path / "b.csv", "a line,another\n"))


LINES = st.text(min_size=1, max_size=40).map(tidy).filter(lambda text: any(char.isalnum() for char in text))
UNITS = st.lists(
    st.builds(lambda zh, en: Unit(texts={"zh": zh, "en": en}, source="zh"), LINES, LINES), min_size=1, max_size=5
)


@given(units=UNITS)
def test_what_is_written_is_read_again(units: list[Unit]) -> None:
    for read, written in ((tmx.read_tmx, tmx.write_tmx(units)), (sheet.read_csv, sheet.write_csv(units))):
        again, problems = read(written, "file")
        assert [(dict(unit.texts), unit.source) for unit in again] == [(dict(u.texts), u.source) for u in units]
        assert not problems


async def test_what_is_learned_counts_at_once_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "memory.tmx"
    opened = Library.open(path)
    await opened.learn("谢谢\n大家", "zh-CN", " Thank you all ", "en-US")
    for memory in (opened.memory, Library.open(path).memory):
        match = memory.find("谢谢大家", "zh", "en")
        assert match
        assert match.text == "Thank you all"
    assert [each.name for each in path.parent.glob("*.part")] == []


async def test_what_others_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "memory.csv"
    opened = Library.open(path)
    library.merge(path, [Unit(texts={"zh": "你好", "en": "Hello"}, source="zh")])
    await asyncio.gather(*(opened.learn(f"第{n}行", "zh", f"Line {n}", "en") for n in range(8)))
    assert len(Library.open(path).memory) == 9


@pytest.mark.parametrize(
    ("said", "source", "written", "target"),
    [
        ("", "zh", "x", "en"),
        ("你好", "zh", "!", "en"),
        ("你好", "zh", "您好", "zh"),
        ("你好", "zh", "x" * (MAX_CHARACTERS + 1), "en"),
        ("你好", "zh", "x", "no language"),
    ],
)
async def test_what_is_no_line_is_not_learned(
    tmp_path: Path, said: str, source: str, written: str, target: str
) -> None:
    opened = Library.open(tmp_path / "memory.tmx")
    with pytest.raises(UsageError):
        await opened.learn(said, source, written, target)
    assert len(opened.memory) == 0
    assert not opened.path.exists()


async def test_a_file_that_cannot_be_read_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    opened = Library.open(path)
    write(path, "half a fi")
    with pytest.raises(TranslationMemoryError):
        await opened.learn("你好", "zh", "Hello", "en")
    assert path.read_text() == "half a fi"


async def test_a_memory_that_cannot_be_written_still_counts_in_this_show(tmp_path: Path) -> None:
    write(tmp_path / "file", "")
    opened = Library.open(tmp_path / "file" / "memory.tmx")
    with pytest.raises(StorageError):
        await opened.learn("你好", "zh", "Hello", "en")
    assert opened.memory.find("你好", "zh", "en")


def test_a_name_that_says_no_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="by its name"):
        library.merge(tmp_path / "memory.xml", [])
