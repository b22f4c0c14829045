"""Short words that belong to what follows them: a line breaks before one, never after it.

Conjunctions, prepositions and articles of the languages captions are mostly read in. Hindi and Turkish put such words
after their noun, so only their conjunctions are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONNECTIVES: Final[Mapping[str, frozenset[str]]] = {
    "ar": _words("في من على إلى عن مع أو ثم لكن حتى بين عند منذ قبل بعد إذا لأن أن"),
    "de": _words(
        "und oder aber denn weil dass wenn als ob mit für von zu zum zur in im an am auf aus bei nach ohne um über"
    ),
    "en": _words(
        "and or but nor so because if when while that which who than as at by for from in into of on onto over to "
        "under until with without about after before between"
    ),
    "es": _words("y e o u pero ni porque si cuando que como de del a al en con por para sin sobre desde hasta entre"),
    "fr": _words(
        "et ou mais donc car ni parce que qui si quand comme de du des à au aux en dans avec pour par sans sur"
    ),
    "hi": _words("और या लेकिन मगर कि क्योंकि अगर तो जब"),
    "id": _words("dan atau tetapi tapi karena jika kalau ketika yang di ke dari dengan untuk pada oleh tanpa tentang"),
    "it": _words("e ed o ma perché se quando che come di del della a al alla in nel con per da dal su tra fra senza"),
    "ms": _words("dan atau tetapi tapi kerana jika kalau apabila yang di ke dari dengan untuk pada oleh tanpa tentang"),
    "nl": _words("en of maar want omdat als dat die met voor van naar in op aan uit bij zonder over tot"),
    "pl": _words("i lub ale bo że jeśli gdy który jak w we z ze na do od po za przy przez dla bez"),
    "pt": _words(
        "e ou mas nem porque se quando que como de do da a ao à em no na com por para sem sobre desde até entre"
    ),
    "ru": _words("и или но а что если когда как который в во на с со к по за из от до для без при о об у"),
    "sv": _words("och eller men för att om när som i på av till från med utan vid över under"),
    "tr": _words("ve veya ama fakat çünkü eğer ki ile"),
    "uk": _words("і й або але а що якщо коли як який в у на з до від по за для без при про"),
    "vi": _words("và hoặc nhưng vì nếu khi mà của cho với từ trong trên dưới ở đến để bằng"),
}

ARTICLES: Final[Mapping[str, frozenset[str]]] = {
    "de": _words("der die das den dem des ein eine einen einem einer"),
    "en": _words("the a an"),
    "es": _words("el la los las un una unos unas"),
    "fr": _words("le la les un une"),
    "it": _words("il lo la i gli le un uno una"),
    "nl": _words("de het een"),
    "pt": _words("o a os as um uma"),
}

OPENERS: Final[Mapping[str, tuple[str, ...]]] = {
    "ja": ("しかし", "そして", "でも", "また", "だから", "ただし", "それから"),
    "th": ("และ", "หรือ", "แต่", "เพราะ", "ถ้า", "ที่", "กับ", "สำหรับ"),
    "zh": (
        *(
            "但是",
            "但",
            "因为",
            "所以",
            "而且",
            "如果",
            "或者",
            "然后",
            "不过",
            "并且",
            "以及",
            "还有",
            "就是",
            "和",
            "跟",
        ),
        *("因為", "然後", "不過", "並且", "還有"),
    ),
}
"""Phrases that a line may well begin with, where words are not divided by spaces."""
