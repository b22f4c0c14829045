"""What must not appear: text that nobody said, and loops. Pure."""

from __future__ import annotations

import regex

from sidecar.speech.recognizer import Hypothesis

NO_SPEECH = 0.6
DOUBTFUL_LOGPROB = -0.8
"""Whisper's own rule: silence is likely and the words are doubtful (Radford et al. 2022, section 4.5). It has -1.0 for
windows of 30 s; what it makes of a second of music in a short window scores a little better."""
MUCH_LOOP = 0.3
LONG_LOOP = 24
"""A text of so many characters that shrinks to less than this share without its loops is humming."""
HUMMING_NO_SPEECH = 0.3
_HUMMING = regex.compile(r"[^\p{L}\p{N}]*(?P<unit>\p{L}{1,4}?)[^\p{L}\p{N}]*(?:(?P=unit)[^\p{L}\p{N}]*){5,}")
"""One syllable over and over: humming, unless it is surely speech, as 对对对对对对 may be."""
_AGAIN = regex.compile(
    r"[^\p{L}\p{N}]*(?P<unit>\p{L}{1,6}?)[^\p{L}\p{N}]*(?:(?P=unit)[^\p{L}\p{N}]*){3,}", regex.IGNORECASE
)
_LOOP = regex.compile(r"(?P<unit>.{2,40}?)(?P=unit){3,}", regex.DOTALL)
"""A phrase said more than three times in a row, unless it is as short as a laugh."""
_TWICE = regex.compile(r"\b(?P<unit>\p{Han}{8,40}|(?:\w+['’ ]+){3,15}\w+)[\s\p{P}]*(?P=unit)(?!\w)", regex.IGNORECASE)
"""A sentence that is said again at once: at the end of a window Whisper likes to."""
_DIGITS = regex.compile(r"[\d.,]*\d[\d.,]*")


def is_nobody(hypothesis: Hypothesis) -> bool:
    """Nothing was said: no text, nothing but a loop, or words that are doubtful on audio that is likely silence."""
    text = hypothesis.text
    if not any(char.isalnum() for char in text):
        return True
    if len(text) >= LONG_LOOP and len(without_loops(text)) < MUCH_LOOP * len(text):
        return True
    if hypothesis.no_speech > HUMMING_NO_SPEECH and _HUMMING.fullmatch(text):
        return True
    return hypothesis.no_speech > NO_SPEECH and hypothesis.logprob < DOUBTFUL_LOGPROB


def may_be_humming(text: str) -> bool:
    """One syllable or short word several times over and nothing else: more audio will tell what it is."""
    return _AGAIN.fullmatch(text) is not None


def without_loops(text: str) -> str:
    """``text`` with each phrase said once that stands there more than three times in a row, or, if it is as long as a
    sentence, twice; the noughts of a number stay."""
    once = _LOOP.sub(lambda match: match.group(0 if _DIGITS.fullmatch(match.group("unit")) else "unit"), text)
    return _TWICE.sub(lambda match: match.group("unit"), once)


def tidy(text: str) -> str:
    """One line, single spaces, no control characters."""
    visible = "".join(char for char in text if char.isprintable() or char.isspace())
    return " ".join(visible.replace("\ufffd", "").split())
