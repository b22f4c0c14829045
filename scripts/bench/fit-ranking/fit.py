"""Makes the vectors of the background lines and the weights of `sidecar.assistant.ranking`.

    python scripts/bench/fit-ranking/fit.py

Shops are drawn from ``entries.tsv``, each with one wording an entry in one language; ``questions.tsv`` asks them in
eight. The tune half of what viewers ask the demo shop is fitted on besides. What is left out of a shop is answered by
none of it, and neither is small talk. Prints what weights fitted on one half of the entries do with the other.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sidecar.assistant import background, likeness, ranking
from sidecar.assistant.concepts import LANGUAGES
from sidecar.assistant.embedding import embed
from sidecar.assistant.likeness import Texts
from sidecar.assistant.placeholders import fill
from sidecar.assistant.read import read
from sidecar.bench import faq
from sidecar.bench.half import Half

HERE = Path(__file__).parent
ROOM = Path(background.__file__).parent
WORDED_IN = ("en", "zh", "en", "zh", "es", "ja")
LEFT_OUT = 0.3
"""Of the entries, and what a question about one of them counts."""
STEPS, RATE, DECAY, LANGUAGE_DECAY = 300, 0.06, 2e-3, 2e-2
DEMO = 1.0
"""What a question to the demo shop counts."""
ENOUGH = 0.2
"""How likely it must be that any entry answers: in a shop of sixty entries, one in ten lines of CLINC-OOS and xSID,
which are no questions to any shop, is taken for one."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """Questions (n), what is known of each with each entry (n, m, pair) and alone, the entry that is right or -1."""

    pairs: Floats
    alone: Floats
    right: NDArray[np.int64]
    weight: float


def look(texts: Sequence[str], langs: Sequence[str]) -> Texts:
    return likeness.look(texts, langs, embed(texts))


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def alone(texts: Texts, near: Floats | None = None) -> Floats:
    of_language = [[lang == one for one in LANGUAGES] for lang in texts.langs]
    return np.concatenate([likeness.alone(texts, near), np.array(of_language, float)], axis=1)


def softmax(sums: Floats) -> Floats:
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def chances(task: Task, weights: Floats) -> Floats:
    size = task.pairs.shape[-1]
    return softmax(np.concatenate([(task.alone @ weights[size:])[:, None], task.pairs @ weights[:size]], axis=1))


def fit(tasks: Sequence[Task]) -> Floats:
    size = tasks[0].pairs.shape[-1]
    weights = np.zeros(size + tasks[0].alone.shape[-1])
    decay = np.full_like(weights, DECAY)
    decay[size], decay[-len(LANGUAGES) :] = 0, LANGUAGE_DECAY
    total = sum(task.weight * len(task.right) for task in tasks)
    slow, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        slope = decay * weights
        for task in tasks:
            wrong = chances(task, weights)
            wrong[np.arange(len(task.right)), task.right + 1] -= 1
            wrong *= task.weight / total
            of_pairs = np.tensordot(wrong[:, 1:], task.pairs, ([0, 1], [0, 1]))
            slope += np.concatenate([of_pairs, wrong[:, 0] @ task.alone])
        slow, square = 0.9 * slow + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        weights -= RATE * (slow / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


class Material:
    """Everything that is fitted on, looked at once."""

    def __init__(self) -> None:
        entries, questions = rows("entries.tsv"), rows("questions.tsv")
        self.entries = list(dict.fromkeys(row["entry"] for row in entries))
        self.langs = np.array([row["lang"] for row in questions])
        self.right = np.array([self.entries.index(row["entry"]) for row in questions])
        asked = look([row["text"] for row in questions], [row["lang"] for row in questions])
        self.asked_alone = alone(asked)
        lines = background.lines()
        besides = [
            (lang, text, lines.topic(at))
            for lang in LANGUAGES
            for at, text in enumerate(lines.texts[lang])
            if lines.topic(at) >= lines.asked
        ]
        small_talk = look([text for _, text, _ in besides], [lang for lang, _, _ in besides])
        near = small_talk.near.copy()
        near[np.arange(len(besides)), [topic for *_, topic in besides]] = -1  # its own topic is no rival
        small_talk = replace(small_talk, near=near)
        self.small_talk_alone = alone(small_talk)
        self.asked, self.small_talk = {}, {}
        for lang in dict.fromkeys(WORDED_IN):
            own = [row for row in entries if row["lang"] == lang]
            wordings = look([row["question"] for row in own], [lang] * len(own))
            answers = look([row["answer"] for row in own], [lang] * len(own))
            self.asked[lang] = likeness.pairs(asked, wordings, answers)
            self.small_talk[lang] = likeness.pairs(small_talk, wordings, answers)

    def tasks(self, entries: NDArray[np.int64], seed: int) -> list[Task]:
        """Shops of some of ``entries``."""
        rng = np.random.default_rng(seed)
        tasks: list[Task] = []
        for lang in WORDED_IN:
            shop = np.sort(rng.permutation(entries)[: round(len(entries) * (1 - LEFT_OUT))])
            drawn = rng.random(len(self.right)) < 0.5
            inside = drawn & np.isin(self.right, shop)
            outside = drawn & np.isin(self.right, entries) & ~inside
            tasks += [
                self.task(lang, shop, inside),
                Task(self.asked[lang][outside][:, shop], self.asked_alone[outside], none(outside.sum()), LEFT_OUT),
                self.besides(lang, shop),
            ]
        return tasks

    def task(self, lang: str, shop: NDArray[np.int64], which: NDArray[np.bool_]) -> Task:
        right = np.searchsorted(shop, self.right[which])
        return Task(self.asked[lang][which][:, shop], self.asked_alone[which], right, 1.0)

    def besides(self, lang: str, shop: NDArray[np.int64]) -> Task:
        pairs = self.small_talk[lang][:, shop]
        return Task(pairs, self.small_talk_alone, none(len(pairs)), 1.0)


def demo_tasks() -> list[Task]:
    """The tune half of what viewers ask the demo shop, with one wording an entry."""
    path, questions = faq.BUILT_IN["demo"]
    asked = [each for each in faq.questions(questions) if each.half is Half.TUNE]
    texts = look([each.text for each in asked], [each.lang for each in asked])
    of_alone = alone(texts)
    knowledge = read(path).knowledge
    entries = [entry for entry in knowledge.entries if not entry.matter]
    names = [entry.id for entry in entries]
    right = np.array([names.index(each.entry) if each.entry else -1 for each in asked])
    tasks: list[Task] = []
    for lang in ("en", "zh"):
        wordings = [entry.wordings[lang] for entry in entries]
        answers = [
            fill(word.answer, entry, knowledge, lang).text for word, entry in zip(wordings, entries, strict=True)
        ]
        pairs = likeness.pairs(
            texts,
            look([word.questions[0] for word in wordings], [lang] * len(entries)),
            look(answers, [lang] * len(entries)),
        )
        for which in (right >= 0, right < 0):
            tasks.append(Task(pairs[which], of_alone[which], right[which], DEMO))
    return tasks


def none(count: int) -> NDArray[np.int64]:
    return np.full(count, -1, np.int64)


def report(material: Material) -> None:
    """Prints what halves do with each other."""
    order = np.random.default_rng(0).permutation(len(material.entries))
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    for worded in ("en", "zh"):
        found: list[tuple[Floats, NDArray[np.bool_], NDArray[np.str_]]] = []
        others: list[Floats] = []
        for seen, held in (halves, halves[::-1]):
            weights, shop = fit(material.tasks(seen, seed=5)), np.sort(held)
            which = np.isin(material.right, shop)
            task = material.task(worded, shop, which)
            got = chances(task, weights)
            found.append((1 - got[:, 0], got[:, 1:].argmax(axis=1) == task.right, material.langs[which]))
            others.append(1 - chances(material.besides(worded, shop), weights)[:, 0])
        sure = np.concatenate([likely for likely, *_ in found]) >= ENOUGH
        right, lang = (np.concatenate([each[at] for each in found]) for at in (1, 2))
        each = ", ".join(f"{one} {(right & sure)[lang == one].mean():.2f}" for one in LANGUAGES)
        abstained = (np.concatenate(others) < ENOUGH).mean()
        print(f"worded in {worded}: {right.mean():.3f} first, {(right & sure).mean():.3f} proposed ({each}), "  # noqa: T201
              f"{abstained:.3f} of small talk abstained from")  # fmt: skip


def main() -> None:
    every = embed([text for texts in background.lines().texts.values() for text in texts])
    np.savez_compressed(ROOM / background.VECTORS, vectors=background.pack(every))
    material = Material()
    report(material)
    tasks = [*material.tasks(np.arange(len(material.entries)), seed=7), *demo_tasks()]
    weights = [round(float(weight), 3) for weight in fit(tasks)]
    pair, rest = weights[: len(likeness.PAIR)], weights[len(likeness.PAIR) :]
    written = {
        "pair": dict(zip(likeness.PAIR, pair, strict=True)),
        "alone": dict(zip(likeness.ALONE, rest[: len(likeness.ALONE)], strict=True)),
        "language": dict(zip(LANGUAGES, rest[len(likeness.ALONE) :], strict=True)),
        "enough": ENOUGH,
    }
    (ROOM / ranking.WEIGHTS).write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
