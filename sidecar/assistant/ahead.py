"""Answers in languages that nobody wrote them in: translated while nothing else is to be done, checked, kept.

What is translated is the filled answer, so a new price is a new text, and its numbers are checked like any others. A
translation that fails its checks is kept with the names of the checks: a person reads it before it goes out. What a
person corrected stays until the answer itself changes.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import structlog

from sidecar.errors import TranslationError
from sidecar.translation import checks, sentences
from sidecar.translation.translator import Line, Translator

CORRECTED = "corrected"
_MOST = 20_000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A text that is wanted in another language."""

    text: str
    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A translation; ``failed_checks`` names what is wrong with it, ``corrected``: a person wrote it."""

    text: str
    failed_checks: tuple[str, ...] = ()
    corrected: bool = False


class Ahead:
    """Translations that were made ahead, in ``path`` if it is given."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._kept: dict[Wanted, Translated] = dict(_read(path)) if path else {}

    def get(self, wanted: Wanted) -> Translated | None:
        return self._kept.get(wanted)

    def correct(self, wanted: Wanted, text: str) -> None:
        """From now on ``text`` is the translation of what is ``wanted``."""
        self._keep(wanted, Translated(text=text.strip(), corrected=True))

    async def translate(self, wanted: Wanted, translator: Translator) -> Translated:
        """The translation, made now if it was not before. Raises `TranslationError` where the engine fails."""
        if kept := self._kept.get(wanted):
            return kept
        parts: list[str] = []
        failed: list[str] = []
        for part in sentences.split(wanted.text):
            try:
                parts.append(await translator.translate(Line(text=part, source=wanted.source, target=wanted.target)))
            except checks.CheckFailedError as exc:
                parts.append(part)
                failed += exc.failed
        text = sentences.join(parts, wanted.target)
        failed += checks.check(wanted.text, text, source=wanted.source, target=wanted.target).failed
        made = Translated(text=text, failed_checks=tuple(dict.fromkeys(failed)))
        if (kept := self._kept.get(wanted)) is None or not kept.corrected:
            self._keep(wanted, made)
        return self._kept[wanted]

    async def translate_next(self, wanted: Iterable[Wanted], translator: Translator) -> bool:
        """Translates the first of ``wanted`` that is not yet; False if none is left, or the engine failed on it."""
        for one in wanted:
            if one in self._kept or not one.text.strip():
                continue
            try:
                await self.translate(one, translator)
            except TranslationError as exc:
                log.warning("an answer was not translated ahead", target=one.target, error=str(exc))
                return False
            return True
        return False

    def _keep(self, wanted: Wanted, made: Translated) -> None:
        self._kept.pop(wanted, None)
        self._kept[wanted] = made
        while len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]
        if self._path:
            _write(self._path, self._kept)


def _read(path: Path) -> Iterable[tuple[Wanted, Translated]]:
    try:
        rows = cast(list[dict[str, Any]], json.loads(path.read_text(encoding="utf-8")))
        return [
            (
                Wanted(text=row["text"], source=row["source"], target=row["target"]),
                Translated(text=row["translation"], failed_checks=tuple(row["failed"]), corrected=bool(row[CORRECTED])),
            )
            for row in rows
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        log.warning("translations of answers cannot be read and are made anew", path=str(path))
        return []


def _write(path: Path, kept: dict[Wanted, Translated]) -> None:
    rows = [
        {
            "text": wanted.text,
            "source": wanted.source,
            "target": wanted.target,
            "translation": made.text,
            "failed": made.failed_checks,
            CORRECTED: made.corrected,
        }
        for wanted, made in kept.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(rows, stream, ensure_ascii=False, indent=1)
        Path(name).replace(path)
    except OSError as exc:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        log.warning("translations of answers were not kept", path=str(path), error=str(exc))
