"""``sidecar bench faq``: whether questions find their answers, and whether others are left to people."""

from __future__ import annotations

import asyncio
import dataclasses
import json as json_format
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.bench.half import Half
from sidecar.cli.table import aligned
from sidecar.errors import UsageError

if TYPE_CHECKING:
    from sidecar.assistant.entry import Knowledge
    from sidecar.bench.faq import Asked, Pace, Report, Score

COLUMNS = ("set", "language", "inside", "outside", "first", "proposed", "wrong", "abstained", "at 90 %")
WORDED_IN = ("en", "zh")
PACED = 200


class BuiltIn(StrEnum):
    """Shops that come with their questions."""

    SMALL = "small"
    DEMO = "demo"


def faq(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A shop's FAQ, a file or a folder; default: a built-in one.")
    ] = None,
    asked: Annotated[
        Path | None, typer.Argument(metavar="[QUESTIONS]", help="A table with the columns text, lang and entry.")
    ] = None,
    built_in: Annotated[
        BuiltIn, typer.Option("--set", help="Which built-in shop, if no file is given.")
    ] = BuiltIn.SMALL,
    half: Annotated[Half, typer.Option("--half", help="Which questions.")] = Half.ALL,
    shared: Annotated[
        Path | None, typer.Option("--shared", metavar="FOLDER", help="CLINC-OOS and xSID too, as tables in FOLDER.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure the assistant: right entries first and proposed, abstention, milliseconds from question to draft.

    A shop in several languages is also asked as if each entry had one wording, in English or in Chinese.
    """
    from sidecar import logs
    from sidecar.assistant.kept_vectors import KeptVectors
    from sidecar.assistant.read import read
    from sidecar.bench import faq as bench

    logs.configure("warning")
    if (file is None) != (asked is None):
        raise UsageError("a shop and its questions go together", hint="give both files, or none")
    shop, lines = bench.BUILT_IN[built_in]
    knowledge, questions = read(file or shop).knowledge, bench.questions(asked or lines)
    chosen = [each for each in questions if half in (Half.ALL, each.half)]
    vectors, texts = KeptVectors(), bench.looked(chosen)
    scores = {
        name: tuple(bench.measure(bench.worded(shop), chosen, texts, vectors=vectors))
        for name, shop in _shops(knowledge).items()
    }
    for name, (worded, lines) in (bench.public(shared) if shared else {}).items():
        scores[name] = tuple(bench.measure(worded, lines, bench.looked(lines), vectors=vectors))
    report = bench.Report(scores=scores, pace=asyncio.run(_pace(knowledge, chosen)), fidelity=bench.fidelity(knowledge))
    typer.echo(json_format.dumps(dataclasses.asdict(report), indent=2) if json else _table(report))


def _shops(knowledge: Knowledge) -> Mapping[str, Knowledge]:
    from sidecar.bench import faq as bench

    single = {f"only {lang}": bench.in_one_language(knowledge, lang) for lang in WORDED_IN}
    return {"as it is": knowledge} | (single if len(knowledge.languages) > 1 else {})


async def _pace(knowledge: Knowledge, chosen: Sequence[Asked]) -> Pace:
    from sidecar.assistant.drafting import ShopDrafter
    from sidecar.bench import faq as bench

    drafter = ShopDrafter()
    try:
        await drafter.know(knowledge)
        step = max(1, len(chosen) // PACED)
        return await bench.pace(drafter, chosen[::step][:PACED])
    finally:
        await drafter.aclose()


def _table(report: Report) -> str:
    rows = [COLUMNS, *(_row(name, score) for name, scores in report.scores.items() for score in scores)]
    lines = aligned(rows)
    if report.pace:
        pace = report.pace
        lines.append(f"draft: {pace.p50_ms:.0f} ms median, {pace.p95_ms:.0f} ms p95, at 20 questions a second")
    if report.fidelity:
        same = report.fidelity
        lines.append(f"answers in other languages: {same.answers}, numbers wrong: {same.numbers_wrong}")
    return "\n".join(lines)


def _row(name: str, score: Score) -> tuple[str, ...]:
    inside = [f"{share:.3f}" if score.inside else "-" for share in (score.recall, score.right, score.wrong)]
    abstained = f"{score.abstained:.3f}" if score.outside else "-"
    at_90 = f"{score.right_at_90:.3f}" if score.inside else "-"
    return (name, score.lang, str(score.inside), str(score.outside), *inside, abstained, at_90)
