"""Lines with reference translations and the numbers that must arrive: the live-commerce set, or a folder of texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from sidecar.errors import UsageError
from sidecar.glossary.read import read
from sidecar.glossary.term import Glossary
from sidecar.translation import numbers
from sidecar.translation.numbers import Number

SOURCE = "zh"
"""What the lines of the live-commerce set are spoken in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchLine:
    """A line, what it is in other languages (tag → text), and its numbers.

    A number that is not ``required`` may be said in the translation, and need not.
    """

    text: str
    references: dict[str, str]
    numbers: tuple[Number, ...]


def commerce() -> tuple[BenchLine, ...]:
    """A hundred Chinese lines of live shopping. Their numbers are listed by hand, not read by `numbers.find`."""
    said = (files("sidecar.bench") / "commerce.jsonl").read_text(encoding="utf-8")
    return tuple(_commerce_line(json.loads(line)) for line in said.splitlines())


def commerce_terms() -> Glossary:
    """What things in these lines are to be called, as a shop would list it."""
    return read(Path(__file__).with_name("commerce_terms.csv")).glossary


def aligned(folder: Path, source: str, targets: Sequence[str], count: int) -> tuple[BenchLine, ...]:
    """The first ``count`` lines (0: all) of ``folder``/TAG.txt, one sentence a line in each language.

    Their numbers are those that `numbers.find` reads. Raises `UsageError`.
    """
    columns = {tag: _read(folder / f"{tag}.txt") for tag in (source, *targets)}
    lengths = {tag: len(lines) for tag, lines in columns.items()}
    if len(set(lengths.values())) != 1:
        raise UsageError(f"the files in {folder} are not aligned: {lengths}", hint="give as many lines in each file")
    chosen = columns[source][: count or None]
    return tuple(
        BenchLine(
            text=text,
            references={tag: columns[tag][at] for tag in targets},
            numbers=numbers.find(text, source),
        )
        for at, text in enumerate(chosen)
    )


def listed(number: str) -> Number:
    """A number as the set lists it: ``8|20`` is either, ``20%`` a percentage, ``1?`` may be left out."""
    required, percent = not number.endswith("?"), "%" in number
    values = frozenset(Decimal(value) for value in number.rstrip("?%").split("|"))
    return Number(start=0, end=0, values=values, required=required, percent=percent)


def _commerce_line(record: dict[str, str | list[str]]) -> BenchLine:
    texts = {tag: text for tag, text in record.items() if isinstance(text, str)}
    return BenchLine(text=texts.pop(SOURCE), references=texts, numbers=tuple(map(listed, record["numbers"])))


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageError(f"cannot read {path}", hint="give a folder with one TAG.txt a language, in UTF-8") from exc
