"""``sidecar faq ask``: what the assistant would propose, before anybody asks."""

from __future__ import annotations

import asyncio
import json as json_format
import sys
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidecar.errors import UsageError

if TYPE_CHECKING:
    from sidecar.assistant.draft import Candidate, Draft
    from sidecar.assistant.entry import Knowledge

STDIN = "-"


def ask(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .xlsx, .yaml, .toml or .md file, or a folder.")],
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="In any language; -: one a line from stdin.")],
    language: Annotated[
        str, typer.Option("--language", metavar="LANG", help="What the asker reads; auto: as the question is written.")
    ] = "auto",
    json: Annotated[bool, typer.Option("--json", help="As a JSON object; always so from stdin.")] = False,
) -> None:
    """Draft the answer to a question from a shop's FAQ, or abstain.

    A JSON object has question, language, entry (null when it abstains), score, margin, draft and alternatives.
    """
    from sidecar import language as tags
    from sidecar import logs
    from sidecar.assistant.read import read

    logs.configure("warning")
    reads = None if language == tags.AUTO else tags.normalise(language)
    knowledge = read(file).knowledge
    if not knowledge.entries:
        raise UsageError(f"{file} has no entry that can be used", hint=f"see sidecar faq check {file}")
    from_stdin = question == STDIN
    questions = (line.rstrip("\r\n") for line in sys.stdin) if from_stdin else iter([question])

    async def answer() -> None:
        async for asked, draft in _drafts(knowledge, questions, reads):
            typer.echo(_record(asked, draft) if json or from_stdin else _report(draft))

    asyncio.run(answer())


async def _drafts(
    knowledge: Knowledge, questions: Iterator[str], reads: str | None
) -> AsyncGenerator[tuple[str, Draft]]:
    """A draft for each question, in the language that it is written in, unless the asker ``reads`` another."""
    from sidecar.assistant.asked_in import asked_in
    from sidecar.assistant.drafting import ShopDrafter
    from sidecar.cli.bar import bar

    drafter = ShopDrafter()
    try:
        with bar("reading the FAQ", None):  # some 18 s for a shop that is new, and then what it means is kept
            await drafter.know(knowledge)
        for question in questions:
            yield question, await drafter.draft(question, reads or asked_in(question))
    finally:
        await drafter.aclose()


def _record(question: str, draft: Draft) -> str:
    record = {
        "question": question,
        "language": draft.lang,
        "entry": draft.entry,
        "score": round(draft.score, 4),
        "margin": round(draft.margin, 4),
        "draft": draft.text,
        "alternatives": [_alternative(each) for each in draft.alternatives],
    }
    return json_format.dumps(record, ensure_ascii=False)


def _alternative(candidate: Candidate) -> dict[str, object]:
    return {
        "entry": candidate.entry,
        "question": candidate.question,
        "score": round(candidate.score, 4),
        "draft": candidate.text,
    }


def _report(draft: Draft) -> str:
    answer = f"{draft.entry}: {draft.text}" if draft.entry else "no entry answers it"
    failed = f"\nnot to be sent as it is: {', '.join(draft.failed_checks)}" if draft.failed_checks else ""
    return f"{answer}{failed}\n{draft.decision}, {draft.lang}: {draft.why}"
