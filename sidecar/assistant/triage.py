"""What a line of chat is, before anybody looks at it: clean text, spam, a question or not, how urgent. Pure.

The words that tell are in triage.tsv, in fourteen languages, without accents. All languages are asked at once: viewers
write in others than they read, and mix them.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import lru_cache
from importlib import resources

import regex

from sidecar.assistant.approval import Reason
from sidecar.assistant.question import Concern

MOST_CHARACTERS = 500
_UNSEEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+")
_JOINERS = "\u200c\u200d"
"""Belong to words of some scripts, and to emoji."""
_NO_WIDTH = frozenset("\u00ad\u200b\u2060\u2061\u2062\u2063\u2064\ufeff")
"""Take no room between two letters, and part nothing."""
_OUT_OF_PLACE = regex.compile(rf"(?<=[\p{{Nd}}!-~])[{_JOINERS}]+|[{_JOINERS}]+(?=[\p{{Nd}}!-~])")
"""Joiners beside digits and what ASCII has: they join nothing there, and hide numbers and addresses."""
_AT_AN_END = " " + _JOINERS
_MANY_MARKS = regex.compile(r"(\p{M}{3})\p{M}+")
_BLANKS = regex.compile(r"\s+")
_LONG_RUN = regex.compile(r"(.)\1{9,}")
_SAME_AGAIN = regex.compile(r"(.{2,40}?)(?:\s*\1){4,}")
_LINK = regex.compile(
    r"\b(?:https?://|www\.|t\.me/|wa\.me/|bit\.ly/)\S+|\b[\p{L}\p{N}-]+\.(?:com|net|shop|top|xyz|ru|cn|vip)\b/?\S*",
    regex.I,
)
_MARK = regex.compile(r"[?？؟⁇⁈՞;](?=\s|$|\p{P})|[?？؟⁇⁈]")
_QUESTION, _ABUSE = "question", "abuse"
_UNSPACED = frozenset({"zh", "ja", "th", "ko"})
"""Written without blanks, or with endings: a word is found inside others."""
_ALEF = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ـ": None, "’": "'", "đ": "d", "ß": "ss"})
_KEEPS_MARKS = regex.compile(
    r"[\p{Script=Thai}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Devanagari}]"
)


def clean(text: str, most: int = MOST_CHARACTERS) -> str:
    """``text`` on one line, composed (NFC), with nothing in it that is not seen, at most ``most`` characters."""
    text = _UNSEEN.sub(lambda found: _instead_of(found.group()), text[: 8 * MOST_CHARACTERS])
    text = _MANY_MARKS.sub(r"\1", unicodedata.normalize("NFC", _OUT_OF_PLACE.sub("", text)))
    text = _BLANKS.sub(" ", text).strip(_AT_AN_END)
    return text[:most].rstrip(_AT_AN_END)


def _instead_of(unseen: str) -> str:
    joiners = "".join(char for char in unseen if char in _JOINERS)
    return joiners or ("" if _NO_WIDTH.issuperset(unseen) else " ")


def refused(text: str) -> Reason | None:
    """Why clean ``text`` is not for the shop, whatever it means; None if it may be."""
    if not regex.search(r"[\p{L}\p{N}]", text) and not _MARK.search(text):
        return Reason.NO_QUESTION
    if _LINK.search(text) or _LONG_RUN.search(text) or _SAME_AGAIN.search(text):
        return Reason.SPAM
    return None


def is_question(text: str) -> bool:
    """Whether clean ``text`` asks, or asks for something, with or without a question mark."""
    return bool(_MARK.search(text)) or _says(_QUESTION, text)


def is_abuse(text: str) -> bool:
    """Whether clean ``text`` insults somebody and asks nothing: who swears at a late parcel wants an answer."""
    return _says(_ABUSE, text) and not is_question(text) and concern(text) is None


def concern(text: str) -> Concern | None:
    """The gravest concern that clean ``text`` speaks of."""
    return next((each for each in Concern if _says(each, text)), None)


def _says(kind: str, text: str) -> bool:
    spaced, unspaced = _patterns()[kind]
    plain = _plain(text)
    return bool(spaced.search(plain) or unspaced.search(plain))


def _plain(text: str) -> str:
    """Without case and accents, as people write in a hurry; scripts whose marks are letters keep them."""
    text = unicodedata.normalize("NFKC", text).casefold().translate(_ALEF)
    if _KEEPS_MARKS.search(text):
        return text
    return regex.sub(r"\p{Mn}+", "", unicodedata.normalize("NFD", text))


@lru_cache(maxsize=1)
def _patterns() -> dict[str, tuple[regex.Pattern[str], regex.Pattern[str]]]:
    """For each kind, its words that stand apart, and those that are found inside others."""
    words: dict[str, tuple[set[str], set[str]]] = {}
    with resources.files("sidecar.assistant").joinpath("triage.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            own = words.setdefault(row["kind"], (set(), set()))[row["lang"] in _UNSPACED]
            own.update(_plain(word) for word in row["words"].split("|"))
    return {
        kind: (
            regex.compile(r"(?<![\p{L}\p{M}\p{N}])(?:\L<words>)(?![\p{L}\p{M}\p{N}])", words=sorted(apart)),
            regex.compile(r"\L<words>", words=sorted(inside)),
        )
        for kind, (apart, inside) in words.items()
    }
