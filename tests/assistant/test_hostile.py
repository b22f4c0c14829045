"""What people write who want to break something, in ``hostile.jsonl``: cleaned, masked and drafted like any question.

A line there says what it ``tries``; its text is repeated ``times``, and nothing of ``gone`` may be kept.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from sidecar.assistant import triage
from sidecar.assistant.draft import Candidate, Decision, Draft
from sidecar.assistant.drafting import ShopDrafter
from sidecar.assistant.intake import kept
from sidecar.assistant.kept_vectors import KeptVectors
from sidecar.assistant.read import read
from sidecar.demo import SHOP

UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
JOINERS = "\u200c\u200d"
WHY = re.compile(r"(?:none of the entries \d+%; |asks for )“([^”]+)” \d+%(?:, “([^”]+)” \d+%)?")


@dataclass(frozen=True, kw_only=True)
class Hostile:
    tries: str
    lang: str
    text: str
    gone: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.tries


def hostile() -> list[Hostile]:
    lines = Path(__file__).with_name("hostile.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Hostile(
            tries=each["tries"],
            lang=each["lang"],
            text=each["text"] * each.get("times", 1),
            gone=tuple(each.get("gone", ())),
        )
        for each in map(json.loads, lines)
    ]


ALL = hostile()


def test_there_are_a_hundred_of_them_in_eight_languages() -> None:
    assert len({each.tries for each in ALL}) == len(ALL) >= 100
    assert {each.lang for each in ALL} == {"zh", "en", "es", "pt", "id", "vi", "ja", "ar"}
    assert max(len(each.text.encode("utf-8", "surrogatepass")) for each in ALL) >= 50_000


@pytest.mark.parametrize("each", ALL, ids=str)
def test_what_is_kept_is_one_short_line_that_can_be_seen(each: Hostile) -> None:
    clean = triage.clean(each.text)
    assert len(clean) <= triage.MOST_CHARACTERS
    assert not [char for char in clean if unicodedata.category(char) in UNSEEN and char not in JOINERS]
    assert not re.search(r"\s\s|^\s|\s$|[^\S ]", clean)
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert triage.clean(clean) == clean
    triage.refused(clean), triage.is_question(clean), triage.concern(clean)


@pytest.mark.parametrize("each", ALL, ids=str)
def test_who_somebody_is_is_not_kept(each: Hostile) -> None:
    masked = kept(each.text, each.lang)
    assert [piece for piece in each.gone if piece in masked] == []
    assert kept(masked, each.lang) == masked
    if each.gone:
        assert re.search(r"\[(?:e-mail|card|phone|address)\]", masked)
    assert len(masked) <= triage.MOST_CHARACTERS


@pytest.mark.model
async def test_whatever_is_written_the_answer_is_one_that_the_shop_wrote(tmp_path: Path) -> None:
    knowledge = read(SHOP).knowledge
    drafter = ShopDrafter(vectors=KeptVectors(tmp_path / "vectors.npz"))
    try:
        await drafter.know(knowledge)
        for each in ALL:
            for text in (each.text, kept(each.text, each.lang)):
                draft = await drafter.draft(text, each.lang)
                await _is_of_the_shop(drafter, draft, {entry.question for entry in knowledge.entries})
    finally:
        await drafter.aclose()


async def _is_of_the_shop(drafter: ShopDrafter, draft: Draft, questions: set[str]) -> None:
    """All that a moderator is shown of ``draft`` is what the shop wrote, and figures."""
    assert (draft.entry is None) == (draft.decision is Decision.ABSTAIN) == (draft.text == "")
    shown = [(each.entry, each.text) for each in draft.alternatives]
    shown += [(draft.entry, draft.text)] if draft.entry else []
    for entry, text in shown:
        answer = await drafter.render(entry, draft.lang)
        assert isinstance(answer, Candidate)
        assert text == answer.text
        assert "{" not in text
    assert {each.question for each in draft.alternatives} <= questions
    said = WHY.fullmatch(draft.why)
    assert said is not None
    assert {each for each in said.groups() if each} <= questions
    assert draft.cited == ()
