"""Phrases of live rooms that are localised and not translated, in a glossary of our own: phrases.csv."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sidecar.glossary.read import read
from sidecar.glossary.term import Glossary

PHRASES = Path(__file__).with_name("phrases.csv")


@cache
def phrases() -> Glossary:
    """What hosts say to everybody (家人们) or of an offer (秒杀), in sober words of many languages."""
    return read(PHRASES).glossary
