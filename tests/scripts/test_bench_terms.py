"""What scripts/bench/terms counts in what was recognised."""

from __future__ import annotations

import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from sidecar.bench.captions import ErrorCount
from sidecar.bench.references import Clip

SCRIPT = Path(__file__).parents[2] / "scripts" / "bench" / "terms"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    loader = SourceFileLoader("bench_terms", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, loader.name, module)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    return module


def test_rare_nouns_are_the_terms_of_chinese(script: ModuleType) -> None:
    assert script.pick(["我们今天去肯德基，吃的是螃蟹。", "肯德基的生意很好。"], "zh") == ["肯德基", "螃蟹"]
    assert script.pick(["這本書說的是螃蟹"], "zh") == script.pick(["这本书说的是螃蟹"], "zh") == ["螃蟹"]


def test_rare_words_are_the_terms_of_english(script: ModuleType) -> None:
    texts = ["then Quilter went to the house, shrinkage and all", "quilter again"]
    assert script.pick(texts, "en") == ["Quilter", "shrinkage"]


def test_terms_that_are_said_are_found_or_not(script: ModuleType) -> None:
    terms = script.Terms(["燕窝", "豆奶"], "zh")
    score = terms.score("吃燕窝就选燕窝，喝豆奶", "吃燕窩就選眼窝,喝豆奶")
    assert (score.said, score.found, score.invented) == (3, 2, 0)
    assert score.everywhere == ErrorCount(errors=1, length=10)
    assert score.outside == ErrorCount(errors=0, length=4)


def test_terms_that_are_written_and_not_said_are_counted(script: ModuleType) -> None:
    score = script.Terms(["Hester Prynne", "gospel"], "en").score("we read the gospel", "Hester Prynne, the gospel.")
    assert (score.said, score.found, score.invented) == (1, 1, 1)
    assert score.outside == ErrorCount(errors=2, length=3)


def test_words_of_a_longer_term_are_no_terms_by_themselves(script: ModuleType) -> None:
    score = script.Terms(["Hester", "Hester Prynne"], "en").score("hester prynne saw", "Hester Prynne saw")
    assert (score.said, score.found, score.invented) == (1, 1, 0)


def test_an_error_beside_a_term_is_outside_a_word_too_many_at_it_is_not(script: ModuleType) -> None:
    said = ["a", "b", "term", "c", "d"]
    assert script.outside(said, ["a", "x", "term", "c"], [(2, 3)]) == ErrorCount(errors=2, length=4)
    assert script.outside(said, ["a", "b", "te", "rm", "c", "d"], [(2, 3)]) == ErrorCount(errors=0, length=4)


def test_a_row_says_what_a_glossary_changed_and_what_got_worse(script: ModuleType, tmp_path: Path) -> None:
    clips = [Clip(path=tmp_path, language="en", text=text) for text in ("the gospel", "good old days", "so it is")]
    before, after = ["the go spell", "good old days", "so it is"], ["the gospel", "good gospel days", "So, it is."]
    row = script.row("", "", clips, before, after, script.Terms(["gospel"], "en"))
    assert (row.changed, row.worse) == (2, 1)
    assert (row.score.said, row.score.found, row.score.invented) == (1, 1, 1)


async def test_the_unrelated_glossary_has_nothing_that_is_said(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Written:
        """Hears everything as it is written, ``hotwords`` after it."""

        def __init__(self) -> None:
            self.hotwords: set[str | None] = set()

        async def text(self, clip: Clip, hotwords: str | None) -> str:
            self.hotwords.add(hotwords)
            return f"{clip.text} {hotwords or ''}"

    clips = [Clip(path=tmp_path, language="en", text="the Gutenberg press")]
    written = Written()
    rows = await script.measure(clips, "en", ["Gutenberg", "Quilter"], written, show=False)
    assert written.hotwords == {None, "", "Gutenberg", "Gutenberg Quilter", "Quilter"}
    found = {(row.system, row.glossary): (row.score.invented, row.changed, row.worse) for row in rows}
    assert found["finals", "said and 200"] == (0, 0, 0)
    assert found["hotwords 200 others", "none"] == (1, 1, 1)
    assert "1 terms said: Gutenberg" in capsys.readouterr().out


def test_lines_that_were_right_are_counted_where_terms_of_others_change_them(script: ModuleType) -> None:
    lines = ["Quilter was here", "a house", "Quiltor was there", "the Gutenberg press"]
    said = script.disturbed(lines, "en", script.Half.REPORT, show=False)
    assert said == "en: 1 terms of other texts change 1 of 2 lines that were right"
