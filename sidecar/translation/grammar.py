"""What a translation may be made of, as a GBNF grammar for llama.cpp: no foreign script, no number of its own. Pure.

Format: https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sidecar import language
from sidecar.translation.numbers import Number, spellings

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_KANA = r"\u3040-\u30ff"
_HANGUL = r"\u1100-\u11ff\uac00-\ud7af"
_CYRILLIC = r"\u0400-\u052f"
_ARABIC = r"\u0600-\u06ff\u0750-\u077f"
_THAI = r"\u0e00-\u0e7f"
_HEBREW = r"\u0590-\u05ff"
_DEVANAGARI = r"\u0900-\u097f"
_CJK_PUNCTUATION = r"\u3000-\u303f\uff00-\uffef"
_FOREIGN = (_HAN, _KANA, _HANGUL, _CYRILLIC, _ARABIC, _THAI, _HEBREW, _DEVANAGARI, _CJK_PUNCTUATION)
_OWN = {
    "zh": (_HAN, _CJK_PUNCTUATION),
    "yue": (_HAN, _CJK_PUNCTUATION),
    "ja": (_HAN, _KANA, _CJK_PUNCTUATION),
    "ko": (_HANGUL, _CJK_PUNCTUATION),
    "ru": (_CYRILLIC,),
    "uk": (_CYRILLIC,),
    "bg": (_CYRILLIC,),
    "sr": (_CYRILLIC,),
    "kk": (_CYRILLIC,),
    "ar": (_ARABIC,),
    "fa": (_ARABIC,),
    "ur": (_ARABIC,),
    "th": (_THAI,),
    "he": (_HEBREW,),
    "hi": (_DEVANAGARI,),
    "mr": (_DEVANAGARI,),
    "ne": (_DEVANAGARI,),
}
_OTHER_DIGITS = (
    r"\u0660-\u0669\u06f0-\u06f9\u0e50-\u0e59\uff10-\uff19"
    r"\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u209f\u2150-\u218b\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\U0001d7ce-\U0001d7ff"
)
_ENDS = ".!?…。！？؟"
_NEVER = "0-9%<|>"
"""A model's special tokens, like ``<|fim_pad|>``, are text to the grammar and nothing to the reader."""
MAX_NUMBERS = 6
"""More numbers than this in one line, and they may come again and again: the grammar has a rule a subset."""
_NUMBERED = r"""first ::= number | other+ number | other
root ::= first (other+ number)* other* [\n]*"""


def for_line(numbers: Sequence[Number], target: str, names: Sequence[str] = ()) -> str:
    """A grammar of one line in the scripts of ``target`` whose digits and percentages are those of ``numbers``.

    ``names`` may be written whatever they are made of.
    """
    other = _other(target)
    faces = [text for number in numbers for text in _faces(number, target)]
    said = _choice([*faces, *(name for name in names if _is_odd(name, target))])
    if not said:
        return "\n".join((other, r"root ::= other+ [\n]*"))
    return "\n".join((other, f"number ::= {said}", _NUMBERED))


def with_all(numbers: Sequence[Number], target: str, names: Sequence[str] = (), *, one_sentence: bool = False) -> str:
    """The same, and every required number is there exactly once, every other at most once, in any order.

    ``one_sentence``: none ends before the last required number. A model that would end, but lacks a number, makes up a
    sentence for it otherwise.
    "" where that says no more than `for_line`: no number is required, or there are more than `MAX_NUMBERS`.
    """
    firm = [_choice(_firm_faces(number, target)) for number in numbers if number.required]
    loose = [_choice(_firm_faces(number, target)) for number in numbers if not number.required]
    items = [*firm, *loose, *(_choice([name]) for name in names if _is_odd(name, target))]
    required = len(firm)
    if not required or len(items) > MAX_NUMBERS:
        return ""
    ends = _ENDS if one_sentence else ""
    rules = [
        _other(target),
        _other(target, "word", ":"),
        _other(target, "inner", ends),
        _other(target, "start", f":{ends}"),
        'gap ::= ":" | start inner*',
    ]
    rules += [f"n{at} ::= {faces}" for at, faces in enumerate(items)]
    everything = 2 ** len(items) - 1
    rules += [_after(left, len(items), 2**required - 1) for left in range(everything + 1)]
    return "\n".join((*rules, f"root ::= left{everything}"))


def _after(left: int, count: int, required: int) -> str:
    """What follows where the numbers of the bits of ``left`` are still to come. Only a line begins without a gap.

    A colon after a number is followed by another: a model that may not write 9:30 twice does not stop at the colon.
    """
    gap = "inner*" if left == 2**count - 1 else "gap"
    ways = [f"{gap} n{at} left{left & ~(1 << at)}" for at in range(count) if left >> at & 1]
    ways += [] if left & required else [r"(word other*)? [\n]*"]
    return f"left{left} ::= {' | '.join(ways)}"


def _other(target: str, name: str = "other", more: str = "") -> str:
    """Any character but digits, foreign ones and ``more``."""
    return rf"{name} ::= [^{more}\n{_NEVER}{_OTHER_DIGITS}{foreign_scripts(target)}]"


def _choice(texts: Iterable[str]) -> str:
    """The longest first; "" for none."""
    return " | ".join(f'"{_escaped(text)}"' for text in sorted(set(texts), key=lambda text: (-len(text), text)))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"")


def _is_odd(name: str, target: str) -> bool:
    """Whether some character of it is not allowed in any other word."""
    return re.search(rf"[{_NEVER}{_OTHER_DIGITS}{foreign_scripts(target)}]", name) is not None


def _firm_faces(number: Number, target: str) -> Iterator[str]:
    """With its sign, where it is a percentage."""
    return (text for text in _faces(number, target) if not number.percent or text.endswith("%"))


def _faces(number: Number, target: str) -> Iterator[str]:
    for text in spellings(number, target):
        yield text
        if number.percent:
            yield from (f"{text}%", f"{text} %", f"{text}\u00a0%")


def foreign_scripts(target: str) -> str:
    """Character ranges that do not belong in ``target``, as the inside of a character class."""
    own = _OWN.get(language.base(target), ())
    return "".join(script for script in _FOREIGN if script not in own)
