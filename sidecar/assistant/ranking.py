"""How likely an entry answers a question, from how alike they are: a small model with a choice for "none of them".

A question has one chance to be spent on all entries and on none; what each gets is the softmax of weighted sums, so a
second entry that is as good takes half. Weights were fitted on made-up shops, each entry worded in one language.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from sidecar.assistant import likeness
from sidecar.assistant.embedding import Floats
from sidecar.assistant.likeness import Texts

WEIGHTS = "ranking.json"
_SOFTLY = 0.5
"""How far the mean of an entry's wordings is from the best one (large) to the plain mean (0). With this, chances mean
the same whether an entry has one wording or eight."""


@dataclass(frozen=True, slots=True)
class Weights:
    """``pair`` as in `likeness.PAIR`, ``alone`` as in `likeness.ALONE`; ``language`` is added to the latter's sum;
    ``enough`` is how likely it must be that any entry answers."""

    pair: Floats
    alone: Floats
    language: Mapping[str, float]
    enough: float


@lru_cache(maxsize=1)
def weights() -> Weights:
    """Those in `WEIGHTS`."""
    read = json.loads(resources.files("sidecar.assistant").joinpath(WEIGHTS).read_text(encoding="utf-8"))
    return Weights(
        pair=np.array([read["pair"][name] for name in likeness.PAIR], np.float32),
        alone=np.array([read["alone"][name] for name in likeness.ALONE], np.float32),
        language=read["language"],
        enough=read["enough"],
    )


def chances(
    questions: Texts, wordings: Texts, answers: Texts, entry_of: Sequence[int], *, using: Weights | None = None
) -> Floats:
    """(questions, 1 + entries): how likely it is that none answers, and each entry. ``entry_of`` has the row of the
    entry of each wording; all wordings of an entry have a say, the best most."""
    using = using or weights()
    sums = np.full((len(questions.langs), 1 + max(entry_of, default=-1) + 1), -np.inf, np.float32)
    sums[:, 0] = _none(questions, using)
    if len(entry_of):
        each = np.exp(_SOFTLY * (likeness.pairs(questions, wordings, answers) @ using.pair))
        belongs = np.zeros((len(entry_of), sums.shape[1] - 1), np.float32)
        belongs[np.arange(len(entry_of)), entry_of] = 1
        sums[:, 1:] = np.log(each @ (belongs / belongs.sum(axis=0))) / _SOFTLY
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def odds(questions: Texts, statements: Texts) -> Floats:
    """(questions, statements): how likely each statement would be to answer, if it were the only one."""
    using = weights()
    each = likeness.pairs(questions, statements, statements) @ using.pair
    return (1 / (1 + np.exp(_none(questions, using)[:, None] - each))).astype(np.float32)


def _none(questions: Texts, using: Weights) -> Floats:
    of_language = np.array([using.language.get(lang, 0.0) for lang in questions.langs], np.float32)
    return likeness.alone(questions) @ using.alone + of_language
