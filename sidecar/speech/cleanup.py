"""What must not appear: text that nobody said, and loops. Pure."""

from __future__ import annotations

import regex

from sidecar.speech.recognizer import Hypothesis

NO_SPEECH = 0.6
DOUBTFUL_LOGPROB = -1.0
"""Whisper's own rule: silence is likely and the words are doubtful (Radford et al. 2022, section 4.5)."""
_LOOP = regex.compile(r"(?P<unit>.{2,40}?)(?P=unit){3,}", regex.DOTALL)
"""A phrase said more than three times in a row, unless it is as short as a laugh."""
_DIGITS = regex.compile(r"[\d.,]*\d[\d.,]*")


def is_nobody(hypothesis: Hypothesis) -> bool:
    """Nothing was said: no text, or text that Whisper itself doubts on audio that it takes for silence."""
    if not any(char.isalnum() for char in hypothesis.text):
        return True
    return hypothesis.no_speech > NO_SPEECH and hypothesis.logprob < DOUBTFUL_LOGPROB


def without_loops(text: str) -> str:
    """``text`` with each phrase repeated more than three times in a row said once; the noughts of a number stay."""
    return _LOOP.sub(lambda match: match.group(0 if _DIGITS.fullmatch(match.group("unit")) else "unit"), text)


def tidy(text: str) -> str:
    """One line, single spaces, no control characters."""
    visible = "".join(char for char in text if char.isprintable() or char.isspace())
    return " ".join(visible.replace("\ufffd", "").split())
