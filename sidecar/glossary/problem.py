"""What is wrong with a glossary, in words for the shop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    """What it is about is left out."""
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong at ``line`` of the file (from 1), and what to do about it; ``file`` where there are several."""

    line: int
    message: str
    hint: str
    severity: Severity = Severity.ERROR
    file: str = ""
