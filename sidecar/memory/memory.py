"""A translation memory: finds the approved translation of a line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sidecar import language
from sidecar.memory.likeness import Features, features, is_near
from sidecar.memory.unit import Unit


@dataclass(frozen=True, slots=True)
class Match:
    """What was approved. ``exact``: for the same words; otherwise for words that mean the same."""

    text: str
    exact: bool


class Memory:
    """Units, found by their text in any of their languages. Of two that say the same the newer one counts.

    A language is read through when it is first asked for: `prepare` does so beforehand.
    """

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        self._units: dict[tuple[str, str], Unit] = {}
        self._read: dict[str, dict[object, list[tuple[Features, Unit]]]] = {}
        for unit in units:
            self.add(unit)

    def __len__(self) -> int:
        return len(self._units)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._units.values())

    def add(self, unit: Unit) -> bool:
        """Take ``unit``, its texts instead of those that the same line had before; whether that is anything new."""
        key = (unit.source, unit.texts[unit.source])
        before = self._units.pop(key, None)
        merged = replace(unit, texts={**before.texts, **unit.texts}) if before else unit
        self._units[key] = merged
        for lang, known in self._read.items():
            _index(known, merged, lang)
        return before is None or dict(before.texts) != dict(merged.texts)

    def prepare(self, lang: str) -> None:
        """Read the lines in ``lang``, so that the first `find` is as fast as the others."""
        if lang not in self._read:
            known: dict[object, list[tuple[Features, Unit]]] = {}
            for unit in self._units.values():
                _index(known, unit, lang)
            self._read[lang] = known

    def find(self, text: str, source: str, target: str) -> Match | None:
        """The approved translation of ``text``; of an exact and a near match the exact one."""
        if not self._units:
            return None
        self.prepare(source)
        asked = features(text, source)
        candidates = [
            (found, written)
            for found, unit in reversed(self._read[source].get(_key(asked), []))
            if (written := unit.text(target))
        ]
        for found, written in candidates:
            if found.words == asked.words:
                return Match(written, exact=True)
        return next((Match(written, exact=False) for found, written in candidates if is_near(found, asked)), None)


def _index(known: dict[object, list[tuple[Features, Unit]]], unit: Unit, lang: str) -> None:
    text = _said(unit, lang)
    if text:
        found = features(text, lang)
        if found.core or found.exact[0]:
            known.setdefault(_key(found), []).append((found, unit))


def _said(unit: Unit, lang: str) -> str | None:
    """What is said in ``lang``: Chinese is compared in simplified characters, whatever it is written in."""
    base = language.base(lang)
    related = (text for tag, text in unit.texts.items() if language.base(tag) == base)
    return unit.texts.get(lang) or next(related, None)


def _key(found: Features) -> object:
    return found.core, found.exact
