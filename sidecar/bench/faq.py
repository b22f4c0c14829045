"""How well questions find their entries: right answers and abstention at one threshold, and how long a draft takes."""

from __future__ import annotations

import asyncio
import csv
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar import demo, language
from sidecar.assistant import meaning, renderings, shelf
from sidecar.assistant.draft import Decision
from sidecar.assistant.drafting import ShopDrafter, decide
from sidecar.assistant.entry import Entry, Knowledge, Wording
from sidecar.assistant.likeness import Texts
from sidecar.assistant.retrieval import Embed, Ranked, Retrieval, Worded
from sidecar.bench.half import Half
from sidecar.errors import UsageError
from sidecar.translation import numbers

SHOP, QUESTIONS = (Path(__file__).with_name(name) for name in ("faq_shop.csv", "faq_questions.tsv"))
"""A shop with one wording an entry, in English, asked in eight languages. Nothing was fitted or tuned on it."""
BUILT_IN = {"small": (SHOP, QUESTIONS), "demo": (demo.SHOP, Path(__file__).with_name("demo_questions.tsv"))}
"""Shops, each with what its viewers ask. The demo shop has several wordings an entry, three questions a language for
each, and two hundred lines that none answers; nothing was fitted on it."""
EVERY_MS = 50
"""Questions a second in the measurement of time: 20."""
_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with the entry that answers it, None if none does; ``half`` is the one it belongs to."""

    text: str
    lang: str
    entry: str | None
    half: Half


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Of ``inside`` questions that an entry answers and ``outside`` ones that none does, in one language or in all.

    ``recall``: the right entry comes first. ``right``: it does, and is proposed. ``wrong``: another one is proposed.
    ``abstained``: share of those outside. ``right_at_90``: the right one is proposed at the threshold at which nine in
    ten of all that are outside are abstained from. Shares, 0 where there is nothing to count.
    """

    lang: str
    inside: int
    outside: int
    recall: float
    right: float
    wrong: float
    abstained: float
    right_at_90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Milliseconds from a question to its draft, twenty questions a second."""

    questions: int
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """Answers in languages beside the one they were written in first, and those whose numbers are not the same."""

    answers: int
    numbers_wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``scores`` by name of the set and half, by language and for all."""

    scores: Mapping[str, tuple[Score, ...]]
    pace: Pace | None = None
    fidelity: Fidelity | None = None


def questions(path: Path) -> list[Asked]:
    """The questions in a table with columns ``text``, ``lang`` and ``entry``, empty if none answers.

    Halves are by entry, so that no entry has questions in both, and every other line, in each language, of those that
    none answers. Raises `UsageError`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            delimiter = "," if path.suffix == ".csv" else "\t"
            rows = list(csv.DictReader(stream, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL))
    except (OSError, ValueError) as exc:
        raise UsageError(f"cannot read {path}", hint="a table with the columns text, lang and entry") from exc
    if not rows or not {"text", "lang", "entry"} <= rows[0].keys():
        raise UsageError(f"{path} has no columns text, lang and entry", hint="name them in the first line")
    order = {entry: at for at, entry in enumerate(sorted({row["entry"] for row in rows}))}
    outside: Counter[str] = Counter()
    asked: list[Asked] = []
    for row in rows:
        text, lang, entry = row["text"], row["lang"], row["entry"] or None
        asked.append(Asked(text=text, lang=lang, entry=entry, half=_half(order[entry] if entry else outside[lang])))
        outside[lang] += entry is None
    return asked


def _half(number: int) -> Half:
    return Half.REPORT if number % 2 else Half.TUNE


def looked(asked: Sequence[Asked]) -> Texts:
    """``asked`` as they are compared, about 30 ms each."""
    return meaning.looked([each.text for each in asked], [each.lang for each in asked])


def measure(worded: Sequence[Worded], asked: Sequence[Asked], texts: Texts, *, vectors: Embed) -> list[Score]:
    """Scores of ``asked``, that are `looked` at in ``texts``, in a shop that knows ``worded``.

    By language, those of all last.
    """
    retrieval = Retrieval(worded, vectors=vectors)
    ranked: list[Ranked] = []
    for at in range(0, len(asked), _AT_ONCE):
        ranked += retrieval.rank(texts[range(at, min(at + _AT_ONCE, len(asked)))])
    outside = [_sure(found) for each, found in zip(asked, ranked, strict=True) if each.entry is None]
    limit = float(np.quantile(outside, 0.9)) if outside else 0.0
    langs = dict.fromkeys(each.lang for each in asked)
    together = list(zip(asked, ranked, strict=True))
    by_language = [[(each, found) for each, found in together if each.lang == lang] for lang in langs]
    return [_score(name, pairs, limit) for name, pairs in zip([*langs, "all"], [*by_language, together], strict=True)]


def _score(lang: str, pairs: Sequence[tuple[Asked, Ranked]], limit: float) -> Score:
    inside = [(each, found) for each, found in pairs if each.entry is not None]
    outside = [found for each, found in pairs if each.entry is None]
    first = [bool(found.entries) and found.entries[0][0] == each.entry for each, found in inside]
    proposed = [decide(found) is not Decision.ABSTAIN for _, found in inside]
    return Score(
        lang=lang,
        inside=len(inside),
        outside=len(outside),
        recall=_share(first),
        right=_share(right and is_proposed for right, is_proposed in zip(first, proposed, strict=True)),
        wrong=_share(not right and is_proposed for right, is_proposed in zip(first, proposed, strict=True)),
        abstained=_share(decide(found) is Decision.ABSTAIN for found in outside),
        right_at_90=_share(right and _sure(found) > limit for right, (_, found) in zip(first, inside, strict=True)),
    )


def _sure(found: Ranked) -> float:
    """The chance of the best entry, which is the score of a draft."""
    return found.entries[0][1] if found.entries else 0.0


def _share(of: Iterable[bool]) -> float:
    each = list(of)
    return round(sum(each) / len(each), 4) if each else 0.0


async def pace(drafter: ShopDrafter, asked: Sequence[Asked]) -> Pace:
    """How long drafts of ``asked`` take if twenty are asked a second."""

    async def one(question: Asked, at: float) -> float:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        started = time.perf_counter()
        await drafter.draft(question.text, question.lang)
        return (time.perf_counter() - started) * 1000

    begin = time.perf_counter()
    taken = await asyncio.gather(*(one(each, begin + at * EVERY_MS / 1000) for at, each in enumerate(asked)))
    p50, p95 = np.percentile(taken, [50, 95])
    return Pace(questions=len(taken), p50_ms=round(float(p50), 1), p95_ms=round(float(p95), 1))


def fidelity(knowledge: Knowledge) -> Fidelity:
    """How many answers have other numbers than the one that the entry was written with first."""
    answers = wrong = 0
    for entry in knowledge.entries:
        original, *others = [tag for tag, wording in entry.wordings.items() if wording.answer] or [""]
        for tag in others:
            own, first = (renderings.rendering(entry, lang, knowledge, _nothing) for lang in (tag, original))
            answers += 1
            wrong += numbers.differ(numbers.find(first.text, original), numbers.find(own.text, tag))
    return Fidelity(answers=answers, numbers_wrong=wrong)


def _nothing(_: object) -> None:
    return None


def public(folder: Path) -> dict[str, tuple[list[Worded], list[Asked]]]:
    """CLINC-OOS and xSID in ``folder`` as shops: an intent is an entry, five of its English lines are its wordings.

    Of CLINC the other lines and those of no intent are asked; of xSID those in other languages. Raises `UsageError`.
    """
    clinc, oos = _tsv(folder / "clinc_oos.val.en.tsv"), _tsv(folder / "clinc_oos.oos_val.en.tsv")
    inside = _asked(row for rows in _by_intent(clinc).values() for row in rows[_WORDINGS:])
    outside = [Asked(text=row["text"], lang="en", entry=None, half=Half.ALL) for row in oos]
    sets = {"CLINC-OOS": (_worded(clinc), [*inside, *outside])}
    english = _tsv(folder / "xsid-0.5.valid.en.tsv")
    known = {row["intent"] for row in english}
    others = [
        Asked(text=row["text"], lang=file.name.split(".")[-2], entry=row["intent"], half=Half.ALL)
        for file in sorted(folder.glob("xsid-0.5.valid.*.tsv"))
        for row in _tsv(file)
        if row["intent"] in known and not file.name.endswith(".en.tsv")
    ]
    return sets | {"xSID": (_worded(english), others)}


_WORDINGS = 5


def _worded(rows: Sequence[Mapping[str, str]]) -> list[Worded]:
    return [
        Worded(entry=intent, lang="en", question=row["text"], answer=intent.replace("_", " ").replace("/", " "))
        for intent, of_intent in _by_intent(rows).items()
        for row in of_intent[:_WORDINGS]
    ]


def _asked(rows: Iterable[Mapping[str, str]]) -> list[Asked]:
    return [Asked(text=row["text"], lang="en", entry=row["intent"], half=Half.ALL) for row in rows]


def _by_intent(rows: Sequence[Mapping[str, str]]) -> dict[str, list[Mapping[str, str]]]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in rows:
        found.setdefault(row["intent"], []).append(row)
    return found


def _tsv(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except OSError as exc:
        raise UsageError(f"cannot read {path}", hint="the folder has CLINC-OOS and xSID as tables") from exc


def worded(knowledge: Knowledge) -> list[Worded]:
    """Every wording of ``knowledge``, whatever the day."""
    return shelf.worded(knowledge)


def in_one_language(knowledge: Knowledge, lang: str) -> Knowledge:
    """The shop as if every entry had one wording, in ``lang`` where it has one."""
    return Knowledge(entries=tuple(_in_one(entry, lang) for entry in knowledge.entries), products=knowledge.products)


def _in_one(entry: Entry, lang: str) -> Entry:
    own = next((each for tag, each in entry.wordings.items() if language.base(tag) == lang and each.questions), None)
    chosen = own or next((each for each in entry.wordings.values() if each.questions), entry.original)
    single = Wording(lang=chosen.lang, questions=chosen.questions[:1], answer=chosen.answer)
    return Entry(id=entry.id, wordings={chosen.lang: single}, products=entry.products, where=entry.where)
