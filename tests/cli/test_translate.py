"""`sidecar translate`: the contract of its output, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sidecar import weights
from sidecar.cli.translate import records
from sidecar.errors import TranslationError
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.translator import Line


class Scripted:
    """Translates into English, gets numbers wrong in Spanish, and fails in French."""

    name = "scripted"

    async def translate(self, line: Line) -> str:
        if line.target == "es":
            raise CheckFailedError(("numbers",))
        if line.target == "fr":
            raise TranslationError("no")
        return f"{line.target}:{line.text}"

    def worker(self, target: str) -> object:
        return self

    async def aclose(self) -> None:
        pass


async def test_each_line_comes_out_with_its_translations_and_checks() -> None:
    found = [record async for record in records(iter(["九十九块九"]), Scripted(), "zh", ("en", "es"))]
    assert found == [
        {
            "source": "九十九块九",
            "en": "en:九十九块九",
            "es": "九十九块九",
            "checks": {"en": {"ok": True}, "es": {"ok": False, "failed": ["numbers"], "marked": True}},
        }
    ]


async def test_a_line_that_the_engine_cannot_translate_is_marked() -> None:
    (record,) = [record async for record in records(iter(["你好"]), Scripted(), "zh", ("fr",))]
    assert record["fr"] == "你好"
    assert record["checks"] == {"fr": {"ok": False, "failed": ["error"], "marked": True}}


async def test_blank_lines_and_lines_in_the_target_language_pass_through() -> None:
    found = [record async for record in records(iter(["", "hello"]), Scripted(), "en", ("en",))]
    assert [(record["source"], record["en"]) for record in found] == [("", ""), ("hello", "hello")]


def sidecar(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "sidecar", *arguments], input=stdin, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--to", "xx-nonsense"), 2, "not a language"),
        (("--to", ""), 2, "no language"),
        (("--to", "en", "/nowhere/lines.txt"), 2, "cannot read"),
        (("--to", "en", "--model", "/nowhere/model.gguf"), 69, "model"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line_with_a_hint(
    arguments: tuple[str, ...], status: int, words: str
) -> None:
    ended = sidecar("translate", "--from", "zh", *arguments)
    said = ended.stderr.decode().splitlines()
    assert ended.returncode == status
    assert len(said) == 2
    assert said[0].startswith("error: ")
    assert words in said[0]
    assert said[1].startswith("hint: ")
    assert ended.stdout == b""


@pytest.mark.model
@pytest.mark.timeout(900)
def test_lines_on_stdin_come_out_as_json_lines(tmp_path: Path) -> None:
    model = os.environ.get("SIDECAR_TEST_GGUF") or str(weights.ensure("qwen2.5-coder-1.5b"))
    ended = sidecar(
        "translate", "--to", "en,es", "--model", model, stdin="这件外套是纯棉的。\n\n只要一百二十九块。\n".encode()
    )
    found = [json.loads(line) for line in ended.stdout.decode().splitlines()]
    assert ended.returncode == 0, ended.stderr.decode()
    assert [record["source"] for record in found] == ["这件外套是纯棉的。", "", "只要一百二十九块。"]
    assert all(set(record) == {"source", "en", "es", "checks"} for record in found)
    for lang in ("en", "es"):
        assert found[2]["checks"][lang].get("marked") or "129" in found[2][lang]
    assert ended.stderr == b""
