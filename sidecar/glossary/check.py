"""From entries to a glossary: what is wrong or contradictory is named and left out. Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sidecar import language
from sidecar.glossary.entry import Column, Entry, Kind
from sidecar.glossary.problem import Problem, Severity
from sidecar.glossary.term import ANY, Glossary, Term, Words

LONGEST = 100
"""Characters of a form, alias or mishearing at most."""
SHORTEST = 2
"""Characters of an alias or mishearing at least: every one that is said is written as the form."""
_YES = frozenset({"yes", "y", "true", "1", "是"})
_NO = frozenset({"no", "n", "false", "0", "否", "不"})


def check(entries: Sequence[Entry]) -> tuple[Glossary, list[Problem]]:
    """The terms of ``entries`` that can be used, and every problem, in the order of lines."""
    checker = _Checker()
    named = [(entry, forms) for entry in entries if (forms := checker.forms(entry))]
    terms = [checker.term(entry, forms) for entry, forms in named]
    return Glossary(tuple(terms)), sorted(checker.problems, key=lambda each: each.line)


def folded(text: str) -> str:
    """``text`` as spellings of one name are compared: NFKC, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class _Checker:
    """First every entry's `forms`, then every `term`: a form is known before any alias is compared with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._forms: dict[tuple[str, str], tuple[int, Mapping[str, str]]] = {}  # by language and folded form
        self._taken: dict[str, list[tuple[str, int]]] = defaultdict(list)  # languages and lines of a folded text

    def forms(self, entry: Entry) -> dict[str, str]:
        """The forms of ``entry`` by language; none if it cannot be used."""
        forms = dict(self._usable_forms(entry))
        if not forms:
            self._error(entry.line, "the term has no form that can be used", "fill in a column called by a language")
        if not forms or not self._is_new(entry.line, forms):
            return {}
        for lang, form in forms.items():
            self._forms[lang, folded(form)] = (entry.line, forms)
            self._taken[folded(form)].append((lang, entry.line))
        return forms

    def term(self, entry: Entry, forms: Mapping[str, str]) -> Term:
        return Term(
            forms=forms,
            aliases=self._heard(entry, Kind.ALIASES, forms),
            heard_as=self._heard(entry, Kind.HEARD_AS, forms),
            translate=self._translate(entry, forms),
            forbidden=self._forbidden(entry, forms),
            note=" ".join(entry.texts.get(Column(Kind.NOTE), ())),
            line=entry.line,
        )

    def _usable_forms(self, entry: Entry) -> Iterator[tuple[str, str]]:
        for column, texts in entry.texts.items():
            if column.kind is not Kind.FORM:
                continue
            if len(texts) != 1 or "|" in texts[0]:
                hint = f"keep one, and put the others under aliases:{column.lang}"
                self._error(entry.line, f"{column.lang} has more than one form", hint)
            elif self._is_name(entry.line, texts[0]):
                yield column.lang, texts[0]

    def _is_name(self, line: int, text: str) -> bool:
        if len(text) > LONGEST:
            self._error(line, f"'{text[:20]}…' has {len(text)} characters", f"a term has {LONGEST} at most")
        elif not any(char.isalnum() for char in text):
            self._error(line, f"'{text}' has no letter or digit", "write the name itself")
        else:
            return True
        return False

    def _is_new(self, line: int, forms: Mapping[str, str]) -> bool:
        """Whether no earlier term is called by one of ``forms``."""
        for lang, form in forms.items():
            if (lang, folded(form)) not in self._forms:
                continue
            other_line, other = self._forms[lang, folded(form)]
            differs = next((tag for tag in forms if folded(other.get(tag, forms[tag])) != folded(forms[tag])), None)
            if differs:
                message = f"'{form}' is '{forms[differs]}' in {differs}, but '{other[differs]}' in line {other_line}"
                self._error(line, message, "keep one of the two lines")
            else:
                self._warn(line, f"'{form}' is in line {other_line} already", "join the two lines")
            return False
        return True

    def _heard(self, entry: Entry, kind: Kind, forms: Mapping[str, str]) -> Words:
        """Aliases or mishearings that mean this term and no other."""
        found: dict[str, tuple[str, ...]] = {}
        for column in (each for each in entry.texts if each.kind is kind):
            usable = tuple(text for text in entry.texts[column] if self._is_its_own(entry.line, column, text, forms))
            if usable:
                found[column.lang] = usable
        return found

    def _is_its_own(self, line: int, column: Column, text: str, forms: Mapping[str, str]) -> bool:
        if not self._is_name(line, text):
            return False
        if len(text) < SHORTEST:
            self._error(line, f"'{text}' in {column} is too short", "every one that is said would be replaced")
            return False
        if text in _in_language(forms, column.lang):
            self._warn(line, f"'{text}' in {column} is the form itself", "leave it out")
            return False
        others = [at for lang, at in self._taken[folded(text)] if at != line and _meet(lang, column.lang)]
        if others:
            self._error(
                line, f"'{text}' in {column} means the term of line {others[0]} as well", "leave one of them out"
            )
            return False
        self._taken[folded(text)].append((column.lang, line))
        return True

    def _translate(self, entry: Entry, forms: Mapping[str, str]) -> bool:
        word = next(iter(entry.texts.get(Column(Kind.TRANSLATE), ())), "yes")
        if word.casefold() in _YES:
            return True
        if word.casefold() not in _NO:
            self._error(entry.line, f"translate is '{word}'", "write yes or no, or leave it empty")
            return True
        if len({folded(form) for form in forms.values()}) > 1:
            message = "translate is no, but there are several forms: each is used in its own language"
            self._warn(entry.line, message, "leave one form, or leave translate empty")
        return False

    def _forbidden(self, entry: Entry, forms: Mapping[str, str]) -> Words:
        found: dict[str, tuple[str, ...]] = {}
        for column in (each for each in entry.texts if each.kind is Kind.FORBIDDEN):
            wanted = {folded(form) for form in _in_language(forms, column.lang)}
            clash = [text for text in entry.texts[column] if folded(text) in wanted]
            for text in clash:
                self._error(entry.line, f"'{text}' is {column} and a form as well", "decide for one of them")
            if usable := tuple(text for text in entry.texts[column] if text not in clash):
                found[column.lang] = usable
        return found

    def _error(self, line: int, message: str, hint: str) -> None:
        self.problems.append(Problem(line=line, message=message, hint=hint))

    def _warn(self, line: int, message: str, hint: str) -> None:
        self.problems.append(Problem(line=line, message=message, hint=hint, severity=Severity.WARNING))


def _in_language(forms: Mapping[str, str], lang: str) -> list[str]:
    return [form for tag, form in forms.items() if _meet(tag, lang)]


def _meet(tag: str, other: str) -> bool:
    """Whether some speech is of both: one of them is `ANY`, or they are of one language."""
    return ANY in (tag, other) or language.base(tag) == language.base(other)
