"""The shop's names in what was recognised: written as the glossary has them where they were heard nearly right. Pure.

Spellings, aliases and listed mishearings are replaced wherever they stand as words of their own. Beyond that a name is
found by its sound, with care: the shorter it is, the closer the sound must be, and common words, numbers and pieces of
other words stay as they are. The same text always becomes the same text, so that partials and finals agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from sidecar import language
from sidecar.glossary.term import Glossary
from sidecar.speech import edits, lexicon
from sidecar.speech.candidate import Candidate
from sidecar.speech.edits import Edit
from sidecar.speech.homophones import ByPinyin
from sidecar.speech.lexicon import ChineseWords
from sidecar.speech.names import Heard, Name, joined, names
from sidecar.speech.recognizer import Hypothesis, Word
from sidecar.speech.spelling import SPLIT, BySpelling

SURE = 3
"""Chinese characters of a name that is found even across the borders of words."""
_EXTRA_WORDS = 2


class Vocabulary:
    """Corrects hypotheses by ``glossary``. Safe to share between threads."""

    def __init__(self, glossary: Glossary) -> None:
        self._glossary = glossary
        self._in = lru_cache(maxsize=8)(self._make)

    def prepare(self, lang: str) -> None:
        """Load what ``lang`` takes, which is a second or so, before anything is said in it."""
        if known := self._in(lang):
            known.edits("OK 好的")

    def correct(self, hypothesis: Hypothesis) -> Hypothesis:
        """``hypothesis`` with the names right, in its text and in its words."""
        lang = self._in(hypothesis.language)
        if not lang:
            return hypothesis
        spoken = "".join(word.text for word in hypothesis.words)
        words = _with_words(hypothesis.words, lang.edits(spoken)) if spoken else hypothesis.words
        return replace(hypothesis, text=edits.apply(hypothesis.text, lang.edits(hypothesis.text)), words=words)

    def corrected(self, text: str, lang: str) -> str:
        """``text``, spoken in ``lang``, with the names right."""
        known = self._in(lang)
        return edits.apply(text, known.edits(text)) if known else text

    def _make(self, lang: str) -> _Known | None:
        known = names(self._glossary, lang)
        return _Known(known, lang) if known else None


class _Known:
    """The names that are known in one language."""

    def __init__(self, known: Sequence[Name], lang: str) -> None:
        self._lang = lang
        self._exact = {name.plain: name for name in known}
        self._longest = max(len(name.tokens) for name in known) + _EXTRA_WORDS
        han = tuple(name for name in known if name.han)
        self._words = ChineseWords([name.plain for name in han]) if han else None
        self._by_spelling = BySpelling(known, lang)
        self._by_pinyin = ByPinyin(known, self._words) if self._words and language.base(lang) == "zh" else None

    def edits(self, text: str) -> list[Edit]:
        """What to change in ``text``, from its start to its end."""
        heard = Heard(text)
        free = [True] * len(heard.tokens)
        written = list(self._spelt(heard, free))
        alike = [*self._by_spelling.candidates(heard, free)]
        if self._by_pinyin:
            alike += self._by_pinyin.candidates(heard, free)
        written += _best(alike, free)
        changes = (_edit(heard, candidate) for candidate in written)
        return sorted(edit for edit in changes if edit.new != text[edit.start : edit.end])

    def _spelt(self, heard: Heard, free: list[bool]) -> Iterable[Candidate]:
        """Names that stand there as they are spelt, the longest first; their tokens are free no more."""
        windows = sorted(heard.windows(self._longest), key=lambda window: window[0] - window[1])
        for first, stop in windows:
            name = self._exact.get(joined(heard.tokens[first:stop]))
            if name is None or not all(free[first:stop]) or not self._stands_alone(heard, first, stop, name):
                continue
            free[first:stop] = [False] * (stop - first)
            if name.listed or self._is_misspelt(heard, first, stop, name):
                yield Candidate(first, stop, name.written, 0.0)

    def _stands_alone(self, heard: Heard, first: int, stop: int, name: Name) -> bool:
        """Whether no short Chinese name is found in pieces of other words, no long one in common words run together."""
        if name.han:
            start, end = heard.tokens[first].start, heard.tokens[stop - 1].end
            spans = self._words.spans(heard.simplified) if self._words else []
            return stop - first >= SURE or not any(one < at < other for one, other in spans for at in (start, end))
        if stop - first == len(name.tokens):
            return True
        words = [token.plain for token in heard.tokens[first:stop]]
        common = all(lexicon.is_common(word, self._lang) for word in words)
        return not common or (len(name.plain) >= SPLIT and not lexicon.is_common(name.plain, self._lang))

    def _is_misspelt(self, heard: Heard, first: int, stop: int, name: Name) -> bool:
        """Whether the form itself stands there, but with other capitals or spaces; a common word keeps its own."""
        if name.han or (stop - first == len(name.tokens) and name.written.islower()):
            return False
        styled = not name.written.isupper() and any(char.isupper() for char in name.written[1:])
        return stop - first > 1 or styled or not lexicon.is_common(name.plain, self._lang)


def _best(candidates: Sequence[Candidate], free: list[bool]) -> Iterable[Candidate]:
    """The likeliest first, the longer of equals, none over another; two terms that are as likely are neither."""
    ranked = sorted(candidates, key=lambda each: (each.doubt, each.first - each.stop, each.first, each.written))
    for each in ranked:
        if all(free[each.first : each.stop]):
            free[each.first : each.stop] = [False] * (each.stop - each.first)
            rivals = {other.written for other in ranked if other[:2] == each[:2] and other.doubt == each.doubt}
            if len(rivals) == 1:
                yield each


def _edit(heard: Heard, candidate: Candidate) -> Edit:
    """A sentence goes on beginning with a capital."""
    start, end = heard.tokens[candidate.first].start, heard.tokens[candidate.stop - 1].end
    written = candidate.written
    return Edit(start, end, written[0].upper() + written[1:] if heard.text[start].isupper() else written)


def _with_words(words: Sequence[Word], changes: Sequence[Edit]) -> tuple[Word, ...]:
    """``words`` after ``changes`` of their joined text: those that one edit goes across become one."""
    groups: list[list[Word]] = []
    starts: list[int] = []
    at = 0
    for word in words:
        if groups and any(edit.start < at < edit.end for edit in changes):
            groups[-1].append(word)
        else:
            groups.append([word])
            starts.append(at)
        at += len(word.text)
    return tuple(_joined_word(group, start, changes) for group, start in zip(groups, starts, strict=True))


def _joined_word(group: Sequence[Word], start: int, changes: Sequence[Edit]) -> Word:
    text = "".join(word.text for word in group)
    inside = [edit for edit in changes if start <= edit.start < start + len(text)]
    return Word(
        text=edits.apply(text, [Edit(edit.start - start, edit.end - start, edit.new) for edit in inside]),
        start_s=group[0].start_s,
        end_s=group[-1].end_s,
        probability=min(word.probability for word in group),
    )
