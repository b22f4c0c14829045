"""A translator's lines are counted as right, marked or silently wrong."""

from __future__ import annotations

import json
import sys

import pytest
from typer.testing import CliRunner

from sidecar.bench.lines import BenchLine, commerce, commerce_terms, listed
from sidecar.bench.mt import bleu, chrf, report, translate_all
from sidecar.cli import app
from sidecar.errors import TranslationError, UsageError
from sidecar.glossary.term import Glossary, Term
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.terms import Terminology, missing
from sidecar.translation.translator import Line


class Scripted:
    """Says what it was given for a line, or raises it."""

    name = "scripted"
    languages = None

    def __init__(self, script: dict[tuple[str, str], str | Exception]) -> None:
        self._script = script
        self.asked: list[tuple[str, str]] = []

    async def translate(self, line: Line) -> str:
        self.asked.append((line.text, line.target))
        said = self._script[line.text, line.target]
        if isinstance(said, Exception):
            raise said
        return said

    def worker(self, target: str) -> object:
        return self

    async def aclose(self) -> None: ...


async def test_terms_are_counted_in_what_viewers_see() -> None:
    terms = Terminology(Glossary((Term(forms={"zh": "毛巾", "en": "towel"}),)))
    lines = [BenchLine(text=text, references={"en": "-"}, numbers=()) for text in ("毛巾", "毛巾好", "毛巾坏", "好")]
    script = {"毛巾": "Two towels", "毛巾好": "A cloth", "毛巾坏": CheckFailedError(("terms",)), "好": "Good"}
    translator = Scripted({(text, "en"): said for text, said in script.items()})
    (score,) = report(await translate_all(translator, lines, "zh", ["en"], terminology=terms)).scores
    assert (score.terms, score.terms_right) == (3, 1)


def test_the_references_of_the_set_call_things_as_its_glossary_does() -> None:
    terms = Terminology(commerce_terms())
    for line in commerce():
        for target in ("en", "es"):
            assert not missing(terms.find(line.text, "zh", target), line.references[target], target)


LINES = (
    BenchLine(text="九十九块九", references={"en": "99.9 yuan", "es": "99,9 yuanes"}, numbers=(listed("99.9"),)),
    BenchLine(text="打八折", references={"en": "20% off", "es": "20 % menos"}, numbers=(listed("20%"),)),
)


async def test_every_line_is_right_marked_or_wrong() -> None:
    translator = Scripted(
        {
            ("九十九块九", "en"): "99.9 yuan",
            ("九十九块九", "es"): "99 yuanes",
            ("打八折", "en"): CheckFailedError(("numbers",)),
            ("打八折", "es"): TranslationError("gone"),
        }
    )
    shown: list[tuple[str, tuple[str, ...], bool]] = []
    done = await translate_all(
        translator, LINES, "zh", ["en", "es"], step=lambda one, target: shown.append((target, one.failed, one.wrong))
    )
    figures = report(done)
    english, spanish = figures.scores
    assert (english.right, english.marked, english.wrong) == (1, 1, 0)
    assert (spanish.right, spanish.marked, spanish.wrong) == (0, 1, 1)
    assert shown[1:] == [("es", (), True), ("en", ("numbers",), False), ("es", ("error",), False)]
    assert translator.asked == [(line.text, target) for line in LINES for target in ("en", "es")]


async def test_a_marked_line_counts_as_the_source_line() -> None:
    said = {("九十九块九", "en"): "99.9 yuan", ("打八折", "en"): CheckFailedError(("numbers",))}
    done = await translate_all(Scripted(dict(said)), LINES, "zh", ["en"])
    (score,) = report(done).scores
    assert done["en"][1].shown == "打八折"
    assert score.chrf_translated == pytest.approx(100)
    assert score.chrf < 100
    assert tuple(report(done).seconds) == (1,)


async def test_no_figure_is_made_up_where_every_line_is_marked() -> None:
    failing = Scripted({(line.text, "en"): CheckFailedError(("script",)) for line in LINES})
    (score,) = report(await translate_all(failing, LINES, "zh", ["en"])).scores
    assert score.chrf_translated is None
    assert score.marked == 2


def test_bleu_counts_characters_where_there_are_no_spaces() -> None:
    said, meant = "今日はとても安いです", "今日はとても高いです"
    assert 0 < bleu([said], [meant], "ja") < 100
    assert bleu([said], [meant], "en") == 0, "the whole line would be one word"
    assert bleu([meant], [meant], "ja") == pytest.approx(100)


def test_without_sacrebleu_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(UsageError) as caught:
        chrf(["a"], ["a"])
    assert "pip install sacrebleu" in caught.value.hint


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--to", "fr"], "has no fr"),
        (["--from", "en", "--to", "zh"], "in Chinese"),
        (["--to", ""], "no language"),
    ],
)
def test_what_the_set_lacks_is_refused(options: list[str], words: str) -> None:
    result = CliRunner().invoke(app, ["bench", "mt", *options])
    assert isinstance(result.exception, UsageError)
    assert words in result.exception.message


@pytest.mark.model
@pytest.mark.timeout(300)
def test_two_lines_are_measured_for_real() -> None:
    result = CliRunner().invoke(app, ["bench", "mt", "--lines", "2", "--to", "en", "--json"])
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    (score,) = figures["scores"]
    assert score["right"] + score["marked"] == 2
    assert score["wrong"] == 0
    assert figures["memory_mb"] > 500
