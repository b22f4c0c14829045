"""Into English by the recogniser: Whisper hears a final line a second time, in English, from the same encoder output.

The last resort. It costs no memory, but knows nothing of the glossary, and a small Whisper understands little.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sidecar import language
from sidecar.errors import TranslationError, UsageError
from sidecar.translation import checks
from sidecar.translation.translator import MAX_LINE_CHARACTERS, Line

NAME = "whisper"
"""What it is called in the settings."""
TARGET = "en"


class HeardInEnglish:
    """A Translator: what the recogniser wrote of a line in English, if that passes the checks."""

    name = NAME

    async def translate(self, line: Line) -> str:
        """Raises `checks.CheckFailedError`, or `TranslationError` where nothing was heard in English."""
        if language.base(line.target) != TARGET:
            raise TranslationError(f"Whisper translates into English, not into {line.target}")
        if not line.heard_in_english:
            raise TranslationError("Whisper heard nothing of this line in English")
        if len(line.heard_in_english) > MAX_LINE_CHARACTERS:
            raise checks.CheckFailedError(("length",))
        verdict = checks.check(
            line.text, line.heard_in_english, source=line.source, target=line.target, wanted=line.terms
        )
        if not verdict.ok:
            raise checks.CheckFailedError(verdict.failed)
        return line.heard_in_english

    def worker(self, target: str) -> object:
        """There is nothing to share."""
        return (self, target)

    async def aclose(self) -> None:
        pass


def is_recogniser(path: Path) -> bool:
    """Whether ``path`` is the folder of a Whisper model rather than of a translation model."""
    try:
        return "lang_ids" in json.loads((path / "config.json").read_bytes())
    except (OSError, ValueError):
        return False


def check_reads(path: Path) -> None:
    """Raises `UsageError` where the model at ``path`` cannot translate lines that nobody says."""
    if is_recogniser(path):
        raise UsageError(f"{path.name} translates what it hears, and no text", hint="choose another, or auto")


def check_languages(targets: Sequence[str]) -> None:
    """Raises `UsageError` for a target that is not English."""
    for target in targets:
        if language.base(target) != TARGET:
            raise UsageError(
                f"Whisper translates into English only, not into {language.english_name(target)} ({target})",
                hint="set another translator, and Whisper for English alone, in [translation.models]",
            )
