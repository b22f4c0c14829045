"""``sidecar bench``: what the models do on this machine, measured."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.cli.bench_asr import asr
from sidecar.cli.bench_faq import faq
from sidecar.cli.table import aligned
from sidecar.errors import UsageError

if TYPE_CHECKING:
    from sidecar.bench.lines import BenchLine
    from sidecar.bench.mt import Rendering, Report
    from sidecar.translation.terms import Terminology

app = typer.Typer(help="Measure recognition, translation and the assistant on this machine.")


@app.callback()
def bench() -> None:
    """Measure recognition, translation and the assistant on this machine."""


app.command()(asr)
app.command()(faq)


@app.command()
def mt(
    model: Annotated[str, typer.Option("--model", help="Name of a model, or path of a .gguf.")] = "qwen2.5-coder-1.5b",
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Aligned texts, TAG.txt each; default: the live-commerce set.")
    ] = None,
    source: Annotated[str, typer.Option("--from", metavar="LANG", help="Language of the lines.")] = "zh",
    to: Annotated[str, typer.Option("--to", metavar="LANG,…", help="Languages to translate into.")] = "en,es",
    count: Annotated[int, typer.Option("--lines", min=0, help="How many lines; 0: all.")] = 0,
    threads: Annotated[int, typer.Option("--threads", min=0, help="CPU threads; 0: chosen for this machine.")] = 0,
    glossary: Annotated[
        bool, typer.Option(help="Give the translator the glossary of the live-commerce set, and phrases of live rooms.")
    ] = True,
    show: Annotated[
        bool, typer.Option("--show", help="Print the lines that are marked or wrong or lack a term, on stderr.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Measure a translator: chrF, BLEU, numbers right, marked and silently wrong, terms right, seconds a line, memory.

    A line that fails its checks is marked: viewers see the source line. Needs sacrebleu.
    """
    from sidecar import language, logs

    logs.configure("warning")
    spoken, targets = language.normalise(source), language.normalise_list(to)
    if not targets:
        raise UsageError("no language to translate into", hint="for example --to en,es")
    lines = _lines(folder, spoken, targets, count)
    terms = None if folder else _terms()
    report = asyncio.run(_mt(model, lines, spoken, targets, threads, terms, glossary, show))
    typer.echo(json.dumps(dataclasses.asdict(report), indent=2) if as_json else _mt_table(report))


def _lines(folder: Path | None, source: str, targets: Sequence[str], count: int) -> tuple[BenchLine, ...]:
    from sidecar.bench import lines

    if folder:
        return lines.aligned(folder, source, targets, count)
    if source != lines.SOURCE:
        raise UsageError(f"the live-commerce set is in Chinese, not in {source}", hint="give other texts with --folder")
    chosen = lines.commerce()[: count or None]
    missing = [target for target in targets if target not in chosen[0].references]
    if missing:
        there = ", ".join(chosen[0].references)
        raise UsageError(f"the live-commerce set has no {', '.join(missing)}", hint=f"it has {there}")
    return chosen


def _terms() -> Terminology:
    from sidecar.bench import lines
    from sidecar.glossary.phrases import phrases
    from sidecar.translation.terms import Terminology

    return Terminology(lines.commerce_terms(), phrases())


async def _mt(
    model: str,
    lines: Sequence[BenchLine],
    source: str,
    targets: Sequence[str],
    threads: int,
    terms: Terminology | None,
    told: bool,
    show: bool,
) -> Report:
    from sidecar import weights
    from sidecar.bench import mt
    from sidecar.translation import heard, opening
    from sidecar.translation.informed import InformedTranslator
    from sidecar.weights.progress import OnTerminal

    mt.chrf(["a"], ["a"])  # without sacrebleu it is better to say so at once
    path = await asyncio.to_thread(weights.ensure, model, OnTerminal())
    heard.check_reads(path)
    opening.check_languages(path, source, targets)
    translator = await opening.open_translator(path, threads=threads, sources=(source,), targets=targets)
    if terms and told:
        translator = InformedTranslator(translator, terms)
    try:
        step = _show if show else _pass_over
        return mt.report(await mt.translate_all(translator, lines, source, targets, terminology=terms, step=step))
    finally:
        await translator.aclose()


def _show(rendering: Rendering, target: str) -> None:
    lacking = rendering.terms_right < rendering.terms
    if rendering.failed or rendering.wrong or lacking:
        what = (
            f"marked ({', '.join(rendering.failed)})" if rendering.failed else "wrong" if rendering.wrong else "terms"
        )
        typer.echo(f"{target} {what}: {rendering.said} → {rendering.shown}", err=True)


def _pass_over(rendering: Rendering, target: str) -> None: ...


def _mt_table(report: Report) -> str:
    rows = [("to", "chrF", "chrF, translated", "BLEU", "right", "marked", "wrong", "terms right", "s a line")]
    for score in report.scores:
        translated = "-" if score.chrf_translated is None else f"{score.chrf_translated:.1f}"
        terms = f"{score.terms_right} of {score.terms}" if score.terms else "-"
        counts = (str(score.right), str(score.marked), str(score.wrong), terms)
        closeness = (f"{score.chrf:.1f}", translated, f"{score.bleu:.1f}")
        rows.append((score.target, *closeness, *counts, f"{score.seconds:.2f}"))
    speed = ", ".join(f"{count}: {seconds:.2f}" for count, seconds in report.seconds.items())
    return "\n".join(
        [*aligned(rows), f"{report.lines} lines; seconds a line by targets: {speed}; memory {report.memory_mb:,} MB"]
    )
