"""Which language is spoken, when nobody said. Pure.

A recogniser says how likely each language is in each utterance. One utterance is weak evidence: a second of speech, a
brand name or a jingle is easily taken for another language. So evidence is added up over utterances, by their length,
as in Page's test for a change (CUSUM; Page 1954): a language is taken for another one when all that was heard since
speaks clearly enough against it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

LEAST = 0.01
"""A probability below this says no more than this: so no utterance, however clear, outweighs all others, and languages
that are all unlikely are not told apart by noise."""
LONGEST_S = 8.0
"""An utterance counts for no more than so many seconds."""
SETTLE = 8.0
"""Evidence from which the host's language is known. Evidence is seconds times the logarithm of the ratio of two
probabilities: one second in which a language is 99 times as likely as another is 4.6."""
SWITCH = 24.0
"""Evidence against the host's language, added up over utterances, from which the host has changed to another."""
SWITCH_AT_ONCE = 2.0
"""The same, of a single utterance, for a host who changes from one utterance to the next."""


class Switching(StrEnum):
    """How a host changes languages: once in a while, or from one utterance to the next."""

    STICKY = "sticky"
    UTTERANCE = "utterance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What is believed of the host's language. ``allowed`` is what may be spoken, bare tags; anything if empty.

    ``current`` is "" until it is known. ``evidence`` is for each language until then, and against ``current`` later.
    """

    allowed: tuple[str, ...] = ()
    switching: Switching = Switching.STICKY
    current: str = ""
    evidence: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def language(self) -> str:
        """The language to take speech for: the current one, else the likeliest so far; "" if nothing was heard."""
        if len(self.allowed) == 1:
            return self.allowed[0]
        return self.current or max(self.evidence, key=lambda tag: self.evidence[tag], default="")

    def asks(self, *, final: bool) -> bool:
        """Whether what is heard in an utterance, finished if ``final``, may change its language."""
        if len(self.allowed) == 1:
            return False
        return final or not self.current or self.switching is Switching.UTTERANCE

    def after(self, probabilities: Mapping[str, float], seconds: float) -> Belief:
        """What is believed after ``seconds`` of speech in which languages have these ``probabilities``."""
        tags = self.allowed or tuple(probabilities)
        weight = min(seconds, LONGEST_S)
        heard = {tag: weight * math.log(max(probabilities.get(tag, 0.0), LEAST)) for tag in tags}
        if not self.current:
            return self._settled({tag: self.evidence.get(tag, 0.0) + one for tag, one in heard.items()})
        sticky = self.switching is Switching.STICKY
        known = heard.get(self.current, weight * math.log(LEAST))
        against = {
            tag: max(0.0, one - known + (self.evidence.get(tag, 0.0) if sticky else 0.0)) for tag, one in heard.items()
        }
        other = max(against, key=lambda tag: against[tag])
        if against[other] >= (SWITCH if sticky else SWITCH_AT_ONCE):
            return replace(self, current=other, evidence={})
        return replace(self, evidence=against)

    def _settled(self, evidence: Mapping[str, float]) -> Belief:
        """The language that is clearly ahead of all others becomes the current one."""
        first, *others = sorted(evidence, key=lambda tag: evidence[tag], reverse=True)
        if not others or evidence[first] - evidence[others[0]] >= SETTLE:
            return replace(self, current=first, evidence={})
        return replace(self, evidence=evidence)
