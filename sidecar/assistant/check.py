"""From what is written in a shop's files to what it knows: whatever cannot be used is named, and left out. Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256

import regex

from sidecar.assistant import columns, placeholders, prices
from sidecar.assistant.columns import ANY, Column, Kind
from sidecar.assistant.days import read_day
from sidecar.assistant.entry import EVERYTHING, Entry, Knowledge, Product, Wording
from sidecar.assistant.record import Found, ProductRecord, Record, several, tidy
from sidecar.glossary.problem import Problem

LONGEST_QUESTION = 300
LONGEST_ANSWER = 1000
"""Characters."""
LONGEST_ID = 60
SURE = 0.9
"""A text that is likelier than this of one language is taken to be; another is of the language of its file."""
_WHOLE_SHOP = frozenset({EVERYTHING, "all", "shop", "store", "全店", "全部"})
_ADDRESS = regex.compile(r"\b(?P<scheme>[a-z][a-z0-9+.-]*):(?P<rest>//\S+|\S+)", regex.IGNORECASE)
_SAFE = frozenset({"https", "mailto", "tel"})
_UNSAFE = frozenset({"javascript", "data", "vbscript", "file", "blob", "ftp"})
_TAG = regex.compile(r"</?[a-z][^<>]*>", regex.IGNORECASE)
_DIRECTION = regex.compile("[\u202a-\u202e\u2066-\u2069]")
_BRACE = regex.compile(r"[{}｛｝]")

Shares = Callable[[str], Mapping[str, float]]
"""How likely a text is of each language."""


def check(found: Found, shares: Shares) -> tuple[Knowledge, list[Problem]]:
    """What of ``found`` can be used, and every problem with it, in the order of files and lines."""
    checker = _Checker(found, shares)
    products = tuple(checker.products())
    entries = tuple(checker.entries(Knowledge(products=products)))
    problems = sorted(dict.fromkeys(found.problems), key=lambda each: (each.file, each.line))
    written = Knowledge(entries=entries, products=products)
    return replace(written, entries=(*entries, *prices.entries(written))), problems


def folded(question: str) -> str:
    """``question`` as two are compared: letters and digits alone, without case."""
    return "".join(char for char in unicodedata.normalize("NFKC", question).casefold() if char.isalnum())


def named(question: str) -> str:
    """An id for an entry that has none: always the same for the same question."""
    words = regex.findall(r"\w+", unicodedata.normalize("NFKC", question).casefold())
    whole = "-".join(words)
    return whole if len(whole) <= LONGEST_ID else f"{whole[:LONGEST_ID]}-{sha256(whole.encode()).hexdigest()[:6]}"


class _Checker:
    def __init__(self, found: Found, shares: Shares) -> None:
        self._found = found
        self._shares = shares
        self._files = dict(self._languages_of_files())

    def products(self) -> Iterator[Product]:
        """In the order of the files; lines about the whole shop are joined."""
        lines: dict[str, list[ProductRecord]] = defaultdict(list)
        for record in self._found.products:
            lines[_product_id(record)].append(record)
        for id, records in lines.items():
            first = records[0]
            if not id:
                for each in records:
                    self._error(each, "the product has neither id nor name", "fill in one of them")
                continue
            if id != EVERYTHING:
                for each in records[1:]:
                    self._error(each, f"product '{id}' is in line {first.line} already", "keep one of the two")
                records = records[:1]
            values = {where: value for each in records for where, value in each.values.items() if value}
            yield Product(
                id=id,
                names={lang: value for (name, lang), value in values.items() if name == placeholders.NAME},
                fields={
                    f"{name}:{lang}" if lang else name: value
                    for (name, lang), value in values.items()
                    if name not in ("id", placeholders.NAME)
                },
                where=f"{first.file}:{first.line}",
            )

    def entries(self, shop: Knowledge) -> Iterator[Entry]:
        """Those without an error, in the order of the files."""
        asked: dict[str, list[Entry]] = defaultdict(list)
        taken: set[str] = set()
        for records in self._by_id():
            entry = self._entry(records, shop)
            if entry is None or not self._is_new(records[0], entry, asked):
                continue
            if entry.id in taken:  # without an id of its own, and asked before of other days
                entry = _of_days(entry)
            taken.add(entry.id)
            yield entry

    def _by_id(self) -> list[list[Record]]:
        """Lines with the same id are wordings of one entry; a line without one is an entry."""
        groups: dict[object, list[Record]] = defaultdict(list)
        for at, record in enumerate(self._found.records):
            id = _only(record, Kind.ID)
            groups[id or at].append(record)
        return list(groups.values())

    def _entry(self, records: Sequence[Record], shop: Knowledge) -> Entry | None:
        """None, and its problems are named, if it cannot be used."""
        before = len(self._errors)
        first = records[0]
        wordings = self._wordings(records)
        questions = [question for each in wordings.values() for question in each.questions]
        if not questions:
            self._error(first, "the entry has no question", "write what viewers ask")
        if not any(each.answer for each in wordings.values()):
            self._error(first, "the entry has no answer", "write one, in one language at least")
        days = [self._day(records, kind) for kind in (Kind.FROM, Kind.UNTIL)]
        if days[0] and days[1] and days[1] < days[0]:
            self._error(first, f"it ends on {days[1]}, before it begins on {days[0]}", "exchange the two dates")
        entry = Entry(
            id=_only(first, Kind.ID) or (named(questions[0]) if questions else ""),
            wordings=dict(sorted(wordings.items(), key=lambda each: not each[1].answer)),
            products=tuple(self._products_of(records, shop)),
            valid_from=days[0],
            valid_until=days[1],
            where=f"{first.file}:{first.line}",
        )
        self._check_places(first, entry, shop)
        return entry if len(self._errors) == before else None

    def _wordings(self, records: Sequence[Record]) -> dict[str, Wording]:
        questions: dict[str, list[str]] = defaultdict(list)
        answers: dict[str, str] = {}
        for record in records:
            for column, texts in sorted(record.texts.items(), key=lambda each: each[0].kind is Kind.VARIANTS):
                if column.kind not in (Kind.QUESTION, Kind.VARIANTS, Kind.ANSWER) or not any(map(tidy, texts)):
                    continue
                lang = column.lang or self._language(record)
                if column.kind is Kind.ANSWER:
                    answer = tidy("\n".join(texts))
                    if lang in answers and answers[lang] != answer:
                        id = _only(record, Kind.ID)
                        message = f"'{id}' is answered in {lang} already" if id else f"there are two answers in {lang}"
                        self._error(record, message, "an entry has its own id, and one answer in each language")
                    answers[lang] = answer
                    self._check_answer(record, answer)
                else:
                    questions[lang] += self._asked(record, several(texts))
        return {
            lang: Wording(lang=lang, questions=tuple(dict.fromkeys(questions[lang])), answer=answers.get(lang, ""))
            for lang in dict.fromkeys([*questions, *answers])
        }

    def _asked(self, record: Record, questions: Sequence[str]) -> Sequence[str]:
        for question in questions:
            if len(question) > LONGEST_QUESTION:
                message = f"'{question[:20]}…' has {len(question)} characters"
                self._error(record, message, f"a question has {LONGEST_QUESTION} at most")
            elif not folded(question):
                self._error(record, f"'{question}' has no letter or digit", "write the question")
            elif _DIRECTION.search(question):
                self._error(record, "a question has hidden marks of direction", "type it anew")
        return questions

    def _check_answer(self, record: Record, answer: str) -> None:
        if len(answer) > LONGEST_ANSWER:
            self._error(record, f"the answer has {len(answer)} characters", f"{LONGEST_ANSWER} at most")
        if _DIRECTION.search(answer):
            self._error(record, "the answer has hidden marks of direction", "type it anew")
        if _TAG.search(answer):
            self._warn(record, "the answer has HTML in it, which viewers see as it is", "write plain text")
        for found in _ADDRESS.finditer(answer):
            self._check_address(record, found["scheme"].casefold(), found["rest"])

    def _check_address(self, record: Record, scheme: str, rest: str) -> None:
        host = regex.split(r"[/?#]", rest.removeprefix("//"), maxsplit=1)[0]
        if scheme in _UNSAFE or (rest.startswith("//") and scheme not in (*_SAFE, "http")):
            self._error(record, f"a link begins with {scheme}:", "use https links")
        elif rest.startswith("//") and "@" in host:
            self._error(record, f"the link to {host} hides where it leads", "leave out what is before the @")
        elif rest.startswith("//") and scheme == "http":
            self._warn(record, f"the link to {host} is not encrypted", "use https")

    def _check_places(self, record: Record, entry: Entry, shop: Knowledge) -> None:
        """Every place in every answer has a value, in the language of the answer."""
        for wording in entry.wordings.values():
            filled = placeholders.fill(wording.answer, entry, shop, wording.lang)
            for place in filled.missing:
                self._error(record, f"{{{place}}} has no value", _fields(entry, shop))
            rest = wording.answer
            for place in placeholders.spelt(rest):
                rest = rest.replace(place, "")
            if _BRACE.search(rest):
                self._error(record, "a brace that belongs to no placeholder", "write {price}, with both braces")

    def _products_of(self, records: Sequence[Record], shop: Knowledge) -> Iterator[str]:
        """Ids; products may be called by id or by any of their names."""
        called = {folded(name): product.id for product in shop.products for name in product.names.values()}
        called |= {folded(product.id): product.id for product in shop.products}
        names = (text for record in records for text in record.texts.get(Column(Kind.PRODUCTS), ()))
        for name in dict.fromkeys(part.strip() for text in names for part in regex.split(r"[|｜,，;；、\n]", text)):
            if not name or name.casefold() in _WHOLE_SHOP:
                continue
            if shop.products and folded(name) not in called:
                self._warn(records[0], f"no product is called '{name}'", "use an id of the product table")
            yield called.get(folded(name), name)

    def _day(self, records: Sequence[Record], kind: Kind) -> date | None:
        for record in records:
            if text := _only(record, kind):
                try:
                    return read_day(text)
                except ValueError as exc:
                    self._error(record, f"{kind}: {exc}", "write dates as 2026-11-30")
        return None

    def _is_new(self, record: Record, entry: Entry, asked: dict[str, list[Entry]]) -> bool:
        """Whether no other entry has one of its questions on one of its days."""
        questions = {folded(each): each for wording in entry.wordings.values() for each in wording.questions}
        for key, question in questions.items():
            for other in asked[key]:
                if _meet(entry, other):
                    self._error(record, f"'{question}' is asked in {other.where} as well", "join the two entries")
                    return False
        for key in questions:
            asked[key].append(entry)
        return True

    def _language(self, record: Record) -> str:
        """What the texts of ``record`` are in whose column does not say it."""
        if written := _only(record, Kind.LANG):
            if tag := columns.tag(written):
                return tag
            self._error(record, f"'{written}' is not a language", "use codes such as zh, en, es, pt-BR, zh-Hant")
        if record.lang:
            return record.lang
        tag, share = _likeliest(self._shares(" ".join(_untold(record))))
        return tag if share >= SURE else self._files.get(record.file, tag)

    def _languages_of_files(self) -> Iterator[tuple[str, str]]:
        texts: dict[str, list[str]] = defaultdict(list)
        for record in self._found.records:
            if not record.lang and not _only(record, Kind.LANG):
                texts[record.file] += _untold(record)
        return ((file, _likeliest(self._shares("\n".join(each)))[0]) for file, each in texts.items() if each)

    @property
    def _errors(self) -> list[Problem]:
        return [problem for problem in self._found.problems if problem.severity == "error"]

    def _error(self, at: Record | ProductRecord, message: str, hint: str) -> None:
        self._found.problem(at.file, at.line, message, hint)

    def _warn(self, at: Record | ProductRecord, message: str, hint: str) -> None:
        self._found.warning(at.file, at.line, message, hint)


def _only(record: Record, kind: Kind) -> str:
    return " ".join(tidy(" ".join(record.texts.get(Column(kind), ()))).split())


def _untold(record: Record) -> list[str]:
    """Its texts that do not say their language."""
    kinds = (Kind.QUESTION, Kind.VARIANTS, Kind.ANSWER)
    return [text for kind in kinds for text in record.texts.get(Column(kind, ANY), ())]


def _likeliest(shares: Mapping[str, float]) -> tuple[str, float]:
    return max(shares.items(), key=lambda each: each[1])


def _product_id(record: ProductRecord) -> str:
    id = record.values.get(("id", ANY), "")
    names = (value for (name, _), value in record.values.items() if name == placeholders.NAME)
    return EVERYTHING if id.casefold() in _WHOLE_SHOP else id or named(next(names, ""))


def _fields(entry: Entry, shop: Knowledge) -> str:
    about = {*entry.products, EVERYTHING}
    names = {key.split(":")[0] for product in shop.products if product.id in about for key in product.fields}
    known = ", ".join(f"{{{name}}}" for name in sorted(names))
    return f"known here are {known}" if known else "add it to the product table"


def _meet(entry: Entry, other: Entry) -> bool:
    """Whether both hold on some day."""
    return (entry.valid_from or date.min) <= (other.valid_until or date.max) and (other.valid_from or date.min) <= (
        entry.valid_until or date.max
    )


def _of_days(entry: Entry) -> Entry:
    return replace(entry, id=f"{entry.id}-{entry.valid_from or entry.valid_until}")
