"""Codes and addresses, which no translation may change: SPF50, SAVE20, example.com, a@example.com. Pure.

Of the seven codes in a thousand lines of news (NTREX) the references in seventeen languages have all but SS19, which
some write out as spring and summer 2019.
"""

from __future__ import annotations

import regex

_CODE = regex.compile(r"(?<![\p{Latin}\d.-])[A-Z]{1,8}-?\d[A-Z\d]{0,11}(?:-[A-Z\d]{1,12}){0,3}(?![\p{Latin}\d.-]|\.\d)")
_ADDRESS = regex.compile(
    r"(?:https?://|www\.)[\w.-]+(?:/[\w./?=&%#~+-]*[\w/])?"
    r"|(?<![\w.@-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w-])"
    r"|(?<![\w.@-])(?:[a-z\d-]+\.)+(?:com|net|org|shop|store|live|cn|hk|tw|jp|kr|th|vn|id|my|sg|ru|es|fr|de|br|mx|uk)"
    r"(?:/[\w./?=&%#~+-]*[\w/])?(?![\w-])",
    regex.IGNORECASE | regex.ASCII,
)
_JOINTS = regex.compile(r"[\s\u00a0\u202f-]+")


def lost(said: str, written: str) -> tuple[str, ...]:
    """Codes and addresses of ``said`` that ``written`` lacks. A code may be parted: SPF 50."""
    addresses = _ADDRESS.findall(said)
    rest = _ADDRESS.sub(" ", said)
    joined = _JOINTS.sub("", written).casefold()
    missing = [one for one in addresses if one.casefold() not in written.casefold()]
    missing += [one for one in _CODE.findall(rest) if _JOINTS.sub("", one).casefold() not in joined]
    return tuple(missing)
