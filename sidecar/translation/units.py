"""Units of measure that a translation makes up: 38码 (a size) must not become 38 inches. Pure.

Only a unit right after digits of the translation counts, and the source may name it anywhere, in any language. Units
that a translation may change to, like half an hour to 30 minutes, are allowed; whether the value is right is for
`numbers`. Of the references of a hundred lines of live shopping in five languages none is refused; of a thousand lines
of news (NTREX) in seventeen, from Chinese and from English, none to 20, nearly all for miles and pounds changed to
kilometres and kilograms.
"""

from __future__ import annotations

import regex

_UNITS = {
    "in": r"inch(?:es)?\b|″|pulgadas?\b|polegadas?\b|pouces?\b|zoll\b|inci\b|นิ้ว|インチ|인치|بوص[ةات]|дюйм|英?寸",
    "ft": r"f(?:ee|oo)?t\b|pies\b|pés\b|pieds?\b|fuß\b|ฟุต|フィート|피트|قدم\b|أقدام|фут(?!бол)|英?尺(?!寸|码|碼)",
    "yd": r"yards?\b|yardas?\b|jardas?\b|หลา|ヤード|야드|يارد|ярд",
    "mm": r"mm\b|mil[ií]?metr|milímetr|millim[eè]t|มิลลิเมตร|มม\b|ミリ(?!リ)|밀리미터|ملم\b|مليمتر|мм\b"
    r"|миллиметр|毫米",
    "cm": r"cm\b|cent[ií]metr|centim[eè]t|zentimeter|sentimeter|xentimet|เซนติเมตร|ซม\b|センチ|센티|سم\b|سنتيمتر|см\b"
    r"|сантиметр|厘米|公分",
    "m": r"(?-i:m)\b|met(?:er|re)s?\b|metros?\b|mètres?\b|mét\b|เมตร|メートル|미터|متر|أمتار|м\b|метр"
    r"|(?<![厘毫微纳])米(?![饭飯粉粥色白其])|公尺",
    "km": r"km\b|quil[oô]met|kil[oóo]m[eèé]t|กิโลเมตร|กม\b|キロメートル|킬로미터|كم\b|كيلومتر|км\b|километр"
    r"|公里|千米",
    "mg": r"mg\b|miligram|milligram|มิลลิกรัม|ミリグラム|밀리그램|ملغ|мг\b|миллиграмм|毫克",
    "g": r"gr?\b(?!\.)|gram(?:s|m|me|mes|os|as|o|a)?\b|กรัม|グラム|그램|جرام|غرام|гр?\b(?!\.)|грамм"
    r"|(?<![千毫])克(?![服隆])"
    r"|斤|[\d一二三四五六七八九半][两兩]",
    "kg": r"kgs?\b|kilos?\b|kilog|quilos?\b|quilog|กิโลกรัม|กก\b|キロ(?!メ)|킬로그램|كجم\b|كغ|كيلوغ|كيلوج"
    r"|كيلو\b(?! ?مت)|кг\b"
    r"|килограмм|кило\b|公斤|千克|斤|[\d一二三四五六七八九半][两兩]",
    "lb": r"lbs?\b|pounds?\b|libras?\b|livres?\b|pfund\b|pon\b|ปอนด์|ポンド|파운드|رطل|фунт|磅",
    "oz": r"oz\b|ounces?\b|onzas?\b|onças?\b|onces?\b|unzen?\b|ออนซ์|オンス|온스|أونصة|унци|盎司",
    "ml": r"ml\b|mil+ilit|mil[ií]litr|มิลลิลิตร|มล\b|ミリリットル|밀리리터|مل\b|مليلتر|мл\b|миллилитр|毫升",
    "l": r"l\b|lit(?:er|re)s?\b|lit[r]?os?\b|lít\b|ลิตร|リットル|리터|لتر|л\b|литр|(?<!毫)升(?![级級高降])",
    "s": r"sec(?:ond)?s?\b|segundos\b|secondes\b|sekunden?\b|detik\b|giây\b|วินาที|秒|초(?!대|과)|ثانية|ثوان|секунд",
    "min": r"min(?:ute)?s?\b|minutos?\b|minuten\b|menit\b|minit\b|phút\b|นาที|分(?:[钟鐘間]|以内)"
    r"|분(?:간| 동안| 안에| 이내)|دقيقة"
    r"|دقائق|минут|мин\b",
    "h": r"h(?:ou)?rs?\b|horas?\b|heures?\b|stunden?\b|jam\b|giờ\b|tiếng\b|ชั่วโมง|時間|시간|ساعة|ساعات"
    r"|час(?:а|ов)?\b|小[时時]"
    r"|钟头|鐘頭|个钟",
    "d": r"days?\b|d[ií]as?\b|jours?\b|tagen?\b|tage\b|hari\b|ngày\b"
    r"|วัน(?!จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|เสาร์|อาทิตย์)"
    r"|天(?!猫|貓|然|气)|日間|일간|يوم(?!ا? ال)|أيام|дн(?:я|ей|и)\b|день|сут",
    "wk": r"w(?:ee)?ks?\b|semanas?\b|semaines?\b|wochen?\b|minggu\b|tuần\b|สัปดาห์|週間|주(?:간|일)|أسبوع"
    r"|أسابيع|недел"
    r"|[周週](?![岁歲年])|礼拜|星期",
    "mo": r"months?\b|mes(?:es)?\b|m[eê]s(?:es)?\b|mois\b|monaten?\b|monate\b|bulan\b|tháng\b|เดือน"
    r"|[かヶカケ個个]月|개월|شهر"
    r"|أشهر|месяц",
    "yr": r"y(?:ea)?rs?\b|años?\b|anos?\b|ans\b|années?\b|jahren?\b|jahre\b|tahun\b|năm\b|ปี|(?<!\d{4} ?)年|년간|سنة"
    r"|سنوات|أعوام|лет\b|года?\b|[岁歲]",
    "W": r"w(?:att)?s?\b|vatios?\b|วัตต์|ワット|와트|واط|вт\b|ватт|瓦(?![楞斯])",
    "V": r"v(?:olt)?s?\b|voltios?\b|โวลต์|ボルト|볼트|فولت|вольт|伏(?:特)?(?!击)",
    "mAh": r"mah\b|毫安",
    "GB": r"gb\b|гб\b|กิกะไบต์|ギガ|기가|جيجا|غيغا",
}
"""Of each unit, its names in the languages of captions, as they follow a number."""
_MEANS = {
    "h": r"\d ?[:：h] ?\d\d|[点點時时]|o['’]clock|[\d ][ap]\.?m\b|\buhr\b|pukul|\bjam\b|โมง|시|الساعة",
    "min": r"\d ?[:：h] ?\d\d|[点點時时]半?|半(?:个|個)?(?:小|钟|鐘)|刻|\bhalf\b|\bmedia\b|\bmeia\b|demi|halbe"
    r"|setengah"
    r"|nửa|ครึ่ง|半時間|반|نصف|полчаса",
    "d": r"[天日号號]|\bnights?\b|晚",
    "mo": r"月|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "yr": r"[年岁歲才]|살|\b(?:19|20)\d\d|, \d\d,|\bold\b|\bage[ds]?\b|\banni?",
    "cm": r"米[\d一二三四五六七八九]|身高|[身衣裤褲裙袖肩][长長宽寬]|[胸腰臀][围圍]",
    "GB": r"[\d个個]\s?g(?!\p{Latin})",
    "m": r"[万萬亿億]|million|millón|milhão|миллион",
    "km": r"\bkph\b",
    "lb": r"[镑鎊£]",
}
"""What else in the source allows a unit."""
_SPACED = r"[\p{Latin}\p{Cyrillic}\p{Arabic}]"
"""Letters of writing that parts words by blanks. 500g装 has no ``\\b`` after the g."""


def _compiled(before: str, names: str, otherwise: str) -> regex.Pattern[str]:
    ending = names.replace(r"\b", f"(?!{_SPACED})")
    return regex.compile(f"{before}(?:{ending})|{otherwise}", regex.IGNORECASE)


_WRITTEN = {unit: _compiled(r"\d[\s\u00a0\u202f-]?", names, "(?!)") for unit, names in _UNITS.items()}
_SAID = {unit: _compiled(f"(?<!{_SPACED})", names, _MEANS.get(unit, "(?!)")) for unit, names in _UNITS.items()}


def made_up(said: str, written: str) -> frozenset[str]:
    """Units, as the SI and their usual signs, that ``written`` puts after a number and ``said`` does not name."""
    return frozenset(
        unit for unit, pattern in _WRITTEN.items() if pattern.search(written) and not _SAID[unit].search(said)
    )
