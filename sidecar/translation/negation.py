"""Is what was denied still denied? "不能机洗" must not become "machine wash". Pure.

Only what is plainly a negation in the source is looked for ("不错" is praise), and only whether any is left in the
translation, or a word that says as much ("other", "different"). None of 22 such lines of the live-commerce set is
refused in its five references; of 83 lines of news (NTREX, from English) those in thirteen languages lack it in none
to 13.
"""

from __future__ import annotations

import regex

from sidecar import language


def _pattern(words: str) -> regex.Pattern[str]:
    return regex.compile(words, regex.IGNORECASE)


_PLAIN = {
    "zh": _pattern(
        r"不(?:是|能|会|要(?!太)|用|含|可以|支持|退|掉色|起球|想|需要|接受|拆|包邮|加|透|褪|补|送|显|粘|油|变)(?!不)"
        r"|(?<![有好])没有(?!不|问题)|没能|无法|无需|别(?:再|忘|急|走|错过|担心|拍)"
    ),
    "en": _pattern(r"\b(?:cannot|never|without|is not|are not|was not|does not|do not|did not|will not)\b|\w+n['’]t\b"),
}
"""Of source languages: plain negations."""
_ANY = {
    "en": _pattern(
        r"\b(?:no|not|cannot|never|none|nothing|nobody|nor|neither|without|unable|unavailable|"
        r"other|differ\w*|non\w*|un\w+|avoid\w*|stop\w*|refuse\w*|instead|hardly|lack\w*|"
        r"(?:out|run|ran|runs) (?:of|out)|sold out)\b|n['’]t\b|-free\b|-proof\b|-resistant\b|less\b"
    ),
    "es": _pattern(
        r"\b(?:no|nunca|jamás|nada|nadie|ningun\w*|ningún|ni|sin|tampoco|otr[oa]s?|distint\w+|diferent\w+|evit\w+|in\w+ble|agot\w+|falta\w*)\b"
        r"|\banti\w+"
    ),
    "pt": _pattern(
        r"\b(?:não|nunca|jamais|nada|ninguém|nenhum\w*|nem|sem|tampouco|outr[oa]s?|diferent\w+|evit\w+|in\w+vel|esgot\w+"
        r"|falta\w*)\b|\banti\w+"
    ),
    "fr": _pattern(
        r"\b(?:ne|non|pas|jamais|rien|personne|aucune?|ni|sans|autres?|différent\w*|évit\w+|épuis\w+|rupture|manqu\w+)\b|\bn['’]|\banti\w+"
    ),
    "de": _pattern(
        r"\b(?:nicht|nichts|nie|niemals|niemand|kein\w*|ohne|weder|noch|ander\w+|nein|un\w+|ausverkauft|vergriffen|fehl\w+)\b|\w+(?:frei|los)\b"
    ),
    "it": _pattern(
        r"\b(?:non|no|mai|nulla|niente|nessun\w*|né|senza|altr\w+|divers\w+|evit\w+|esaurit\w+|manca\w*)\b|\banti\w+"
    ),
    "id": _pattern(
        r"\b(?:tidak|tidaklah|bukan|belum|jangan|tanpa|tak|nggak|gak|tiada|hindari|berbeda|habis|kosong|anti\w*)\b"
    ),
    "ms": _pattern(r"\b(?:tidak|bukan|belum|jangan|tanpa|tak|tiada|elakkan|berbeza|habis|kehabisan|anti\w*)\b"),
    "vi": _pattern(r"\b(?:không|chưa|chẳng|đừng|chớ|ko|phi|miễn|khỏi|tránh|chống|khác|hết)\b"),
    "th": _pattern(r"ไม่|ไร้|มิได้|อย่า|ห้าม|ยังไม่|ปราศจาก|กัน|ต่าง|หมด"),
    "ja": _pattern(r"ない|なく|なかっ|ません|なし|ず|ぬ|無|不|非|禁止|防|違|外|切れ|売り切"),
    "ko": _pattern(r"않|안 |안되|없|아니|아닙|아닌|못|말|무료|무|불|금지|방지|다르|다른|품절|매진"),
    "ar": _pattern(r"\b[وفب]?(?:لا|ليس\w*|لست|لم|لن|بدون|دون|غير|بلا|ما|عدم|مختلف\w*|خارج|نفد\w*|نفذ\w*|نفاد)\b"),
    "ru": _pattern(r"\bне|\bни|\bнет|\bбез|\bдруг|\bнельзя|\bзакончил|\bраспродан|\bотсутств"),
    "zh": _pattern(r"[不没沒無无未别別勿非莫否免防]"),
}
"""Of target languages: anything that may be one."""


def is_lost(said: str, written: str, *, source: str, target: str) -> bool:
    """``said`` plainly denies something and ``written`` nothing. False for languages that are not known here."""
    plain, any_ = _PLAIN.get(language.base(source)), _ANY.get(language.base(target))
    return bool(plain and any_ and plain.search(said) and not any_.search(written))
