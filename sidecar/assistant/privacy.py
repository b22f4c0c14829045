"""What says who somebody is, or how to reach them, is taken out of a question before it is kept. Pure (phonenumbers).

Each piece gives way to a word in brackets that says what it was. A street is found only with a number beside it, and
what looks like a telephone number of one of the asker's countries is taken for one.
"""

from __future__ import annotations

import phonenumbers
import regex

from sidecar import language

EMAIL, CARD, PHONE, ADDRESS = "[e-mail]", "[card]", "[phone]", "[address]"

_EMAIL = regex.compile(r"[\p{L}\p{N}._%+-]+\s?(?:@|＠|\[at\]|\(at\))\s?[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+")
_CARD = regex.compile(r"(?<![\p{N}.,])\p{Nd}(?:[ \u00a0\-–]?\p{Nd}){12,18}(?![\p{N}])")
_ADDRESS = regex.compile(
    r"""
    (?<!\p{N})\p{Nd}{1,5}[a-z]?,?\ (?:(?!(?:on|the|a|an|in|for|to|of|is|and|or|per|with)\b)[\p{L}.'’-]+\ ){1,4}
        (?:street|st\.|road|rd\.?|avenue|ave\.?|lane|drive|blvd|boulevard|court|terrace|close)\b
    | \b\p{Nd}{1,4},?\ (?:rue|avenue|boulevard|chemin|impasse)\ (?:[\p{L}'’-]+\ ?){1,5}
    | \b(?:calle|avenida|avda?\.|carrera|rua|travessa|alameda|jalan|jln?\.?|lorong|đường|ngõ|улица|ул\.|проспект|شارع)
        \ (?:[\p{L}.'’-]+,?\ ){1,5}?(?:n[oº°]?\.?\ ?|№\ ?|số\ |д\.\ ?|дом\ |رقم\ )?\p{Nd}{1,5}\b
    | \bsố\ \p{Nd}{1,5}\ (?:đường|ngõ|phố)\ (?:\p{L}+\ ?){1,4}
    | \b\p{L}+(?:straße|strasse|str\.|weg|allee|platz|gasse)\ \p{Nd}{1,4}\s?[a-z]?\b
    | [\p{Script=Han}]{2,20}(?:路|街|巷|弄|大道|胡同|小区|村)\s?[\p{Nd}一二三四五六七八九十百]{1,6}\s?(?:号|號|弄|栋|棟)
        (?:\s?[\p{Nd}A-Za-z一二三四五六七八九十-]{1,6}\s?(?:号楼|楼|栋|单元|室|號|樓))*
    | [\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{2,20}\p{Nd}{1,3}(?:丁目|番地|番)
        (?:[\p{Nd}\-ー－番号の]{1,10})?
    | [\p{Script=Hangul}]{1,10}(?:로|길)\s\p{Nd}{1,4}(?:-\p{Nd}{1,3})?(?:번지|번길|호)?
    | (?:ถนน|ซอย)\s?[\p{Script=Thai}]+\s?\p{Nd}{1,4}
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
_REGIONS = {
    "en": ("US", "GB", "AU", "SG"),
    "zh": ("CN", "TW", "HK"),
    "es": ("ES", "MX", "CO", "AR", "CL", "PE"),
    "pt": ("BR", "PT"),
    "fr": ("FR", "CA"),
    "de": ("DE", "AT", "CH"),
    "id": ("ID",),
    "ms": ("MY",),
    "vi": ("VN",),
    "th": ("TH",),
    "ja": ("JP",),
    "ko": ("KR",),
    "ar": ("SA", "AE", "EG", "MA"),
    "ru": ("RU", "KZ"),
}
"""Where readers of a language mostly are; a number with its country's code is found for everybody."""
_NOWHERE = "ZZ"
_DIGITS_OF_A_PHONE = 7


def mask(text: str, lang: str) -> str:
    """``text`` of somebody who reads ``lang``, without what should not be kept. Masking again changes nothing."""
    text = _EMAIL.sub(EMAIL, text)
    text = _CARD.sub(lambda found: CARD if _is_card(found.group()) else found.group(), text)
    for region in (_NOWHERE, *_REGIONS.get(language.base(lang), ())):
        text = _without_phones(text, region)
    return _ADDRESS.sub(ADDRESS, text)


def _is_card(text: str) -> bool:
    """The check digit that numbers of payment cards have (Luhn)."""
    digits = [int(char) for char in reversed(text) if char.isdecimal()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return any(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _without_phones(text: str, region: str) -> str:
    if sum(char.isdecimal() for char in text) < _DIGITS_OF_A_PHONE:
        return text
    found = phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.VALID)
    for match in reversed(list(found)):
        text = text[: match.start] + PHONE + text[match.end :]
    return text
