import json
from collections import Counter

import pytest
from typer.testing import CliRunner

from sidecar.assistant.concepts import LANGUAGES
from sidecar.assistant.read import read
from sidecar.bench import faq
from sidecar.bench.half import Half
from sidecar.cli import app
from sidecar.errors import UsageError

SHOP = """id,lang,question,answer
fee,en,How much is shipping?,Shipping is 5 dollars.
fee,es,¿Cuánto cuesta el envío?,El envío cuesta 6 dólares.
back,en,Can I return it?,Within 14 days.
"""
QUESTIONS = "text\tlang\tentry\nquanto é o frete?\tpt\tfee\n能退货吗\tzh\tback\n谁是总统\tzh\t\ntell me a joke\ten\t\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "shop.csv").write_text(SHOP, encoding="utf-8")
    (tmp_path / "asked.tsv").write_text(QUESTIONS, encoding="utf-8")
    return str(tmp_path / "shop.csv"), str(tmp_path / "asked.tsv")


def test_halves_share_no_entry(tmp_path):
    path = tmp_path / "q.tsv"
    path.write_text("text\tlang\tentry\n" + "".join(f"q{n}\ten\te{n % 5}\n" for n in range(40)) + "x\ten\t\ny\ten\t\n")
    asked = faq.questions(path)
    halves = [{each.entry for each in asked if each.half is half and each.entry} for half in (Half.TUNE, Half.REPORT)]
    assert halves[0]
    assert halves[1]
    assert not halves[0] & halves[1]
    assert {each.half for each in asked if each.entry is None} == {Half.TUNE, Half.REPORT}


def test_a_table_without_its_columns_is_an_error(tmp_path):
    (tmp_path / "q.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(UsageError):
        faq.questions(tmp_path / "q.tsv")


@pytest.mark.model
def test_what_is_measured(files):
    result = CliRunner().invoke(app, ["bench", "faq", *files, "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert set(report["scores"]) == {"as it is", "only en", "only zh"}
    whole = report["scores"]["as it is"][-1]
    assert (whole["lang"], whole["inside"], whole["outside"]) == ("all", 2, 2)
    assert (whole["recall"], whole["right"], whole["wrong"], whole["abstained"]) == (1, 1, 0, 1)
    assert report["pace"]["questions"] == 4
    assert report["pace"]["p95_ms"] >= report["pace"]["p50_ms"] > 0
    assert report["fidelity"] == {"answers": 1, "numbers_wrong": 1}


@pytest.mark.model
def test_sets_of_intents_are_shops(tmp_path):
    rows = [
        (f"how much is the {thing} {n}", "price")
        for n, thing in enumerate(["shirt", "hat", "bag", "cup", "pan", "fan"])
    ]
    table = "text\tintent\n" + "".join(f"{text}\t{intent}\n" for text, intent in rows)
    for name in ("clinc_oos.val.en", "xsid-0.5.valid.en", "xsid-0.5.valid.zh"):
        (tmp_path / f"{name}.tsv").write_text(table)
    (tmp_path / "clinc_oos.oos_val.en.tsv").write_text("text\tintent\nwho am I\toos\n")
    sets = faq.public(tmp_path)
    worded, asked = sets["CLINC-OOS"]
    assert len(worded) == 5
    assert [each.entry for each in asked] == ["price", None]
    assert {each.lang for each in sets["xSID"][1]} == {"zh"}


def test_lines_that_none_answers_are_halved_in_each_language(tmp_path):
    path = tmp_path / "q.tsv"
    langs = ["zh", "en", "es", "pt"]
    path.write_text("text\tlang\tentry\n" + "".join(f"q{n}\t{langs[n % 4]}\t\n" for n in range(24)))
    asked = faq.questions(path)
    for lang in langs:
        assert [each.half for each in asked if each.lang == lang] == [Half.TUNE, Half.REPORT] * 3


@pytest.mark.parametrize("name", [*faq.BUILT_IN])
def test_the_built_in_questions_are_of_the_built_in_shop(name):
    shop, questions = faq.BUILT_IN[name]
    entries = {entry.id for entry in read(shop).knowledge.entries if not entry.matter}
    asked = faq.questions(questions)
    assert {each.entry for each in asked} == entries | {None}
    assert {each.lang for each in asked} == set(LANGUAGES)


def test_a_shop_without_its_questions_is_an_error(files):
    assert CliRunner().invoke(app, ["bench", "faq", files[0]]).exit_code != 0


def test_every_entry_of_the_demo_shop_is_asked_three_times_in_each_language():
    shop, questions = faq.BUILT_IN["demo"]
    asked = Counter((each.entry, each.lang) for each in faq.questions(questions))
    entries = [entry for entry in read(shop).knowledge.entries if not entry.matter]
    assert asked == {(entry.id, lang): 3 for entry in entries for lang in LANGUAGES} | dict.fromkeys(
        ((None, lang) for lang in LANGUAGES), 25
    )


def test_nothing_asked_of_the_demo_shop_is_one_of_its_own_wordings():
    shop, questions = faq.BUILT_IN["demo"]
    own = {
        text.casefold()
        for entry in read(shop).knowledge.entries
        for each in entry.wordings.values()
        for text in each.questions
    }
    asked = [each.text.casefold() for each in faq.questions(questions)]
    assert len(set(asked)) == len(asked)
    assert not own.intersection(asked)
