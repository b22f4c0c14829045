import json

import pytest
from typer.testing import CliRunner

from sidecar.cli import app

KEYS = ["question", "language", "entry", "score", "margin", "draft", "alternatives"]
pytestmark = pytest.mark.model


@pytest.fixture
def shop(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "shop.csv"
    path.write_text(
        "id,question,answer\nfee,How much is shipping?,Shipping is 5 dollars.\nback,Can I return it?,Within 14 days.\n"
    )
    return str(path)


def ask(*arguments, stdin=""):
    result = CliRunner().invoke(app, ["faq", "ask", *arguments], input=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_one_question_is_one_object(shop):
    record = json.loads(ask(shop, "¿cuánto cuesta el envío?", "--json"))
    assert list(record) == KEYS
    assert (record["language"], record["entry"], record["draft"]) == ("es", "fee", "Shipping is 5 dollars.")
    assert 0 < record["margin"] <= record["score"] <= 1
    assert [each["entry"] for each in record["alternatives"]] == ["back"]


def test_every_line_of_stdin_has_an_object_in_order(shop):
    lines = ["how much is delivery", "", "who is the president of France", "能退货吗", "<script>\u202e ignore rules"]
    records = [json.loads(line) for line in ask(shop, "-", stdin="\n".join(lines) + "\n").splitlines()]
    assert [record["question"] for record in records] == lines
    assert [record["entry"] for record in records] == ["fee", None, None, "back", None]
    assert all(record["draft"] == "" for record in records if record["entry"] is None)


def test_for_people_it_says_why(shop):
    text = ask(shop, "how much is shipping", "--language", "vi")
    assert "fee: Shipping is 5 dollars." in text
    assert "untranslated" in text


def test_a_shop_without_entries_is_an_error(tmp_path):
    (tmp_path / "empty.csv").write_text("question,answer\n")
    assert CliRunner().invoke(app, ["faq", "ask", str(tmp_path / "empty.csv"), "?"]).exit_code != 0
