"""Prompts as data: how each family of models is asked for one line, and examples in every language we know."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from sidecar import language

_CONTROL_TOKEN = re.compile(r"<(?=[|/]?\w+[|]?>|\|)|\[(?=/?INST\])")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")


class Family(StrEnum):
    """What a model continues: a conversation in its own chat template, or plain text."""

    CHAT = "chat"
    BASE = "base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation: ``role`` is system, user or assistant."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What a model is given: ``turns`` for a chat model, ``text`` for a base model (the other is empty).

    Everything before the line's terms is the same for every line of a language pair, so it stays in the model's cache.
    """

    turns: tuple[Turn, ...]
    text: str
    stop: tuple[str, ...]


def build(
    family: Family,
    line: str,
    *,
    source: str,
    target: str,
    context: Sequence[str] = (),
    terms: Sequence[tuple[str, str]] = (),
) -> Prompt:
    """The prompt that asks for ``line`` in ``target``; ``context`` is what was translated just before, oldest first.

    ``terms`` of the line, each with its translation, are shown as if they had been translated just before.
    """
    form = _families()[family]
    names = {"source": language.english_name(source), "target": language.english_name(target)}
    shown = [*examples(source, target), *terms]
    text = clean(line)
    if family is Family.BASE:
        parts = [form["system"].format(**names)]
        parts += [form["pair"].format(**names, text=one, translation=other) for one, other in shown]
        parts.append(form["turn"].format(**names, text=text))
        return Prompt(turns=(), text="".join(parts), stop=tuple(form["stop"]))
    turns = [Turn(role="system", text=form["system"].format(**names))]
    for one, other in shown:
        turns += [Turn(role="user", text=form["turn"].format(text=one)), Turn(role="assistant", text=other)]
    turns.append(Turn(role="user", text=form["turn"].format(text=text)))
    return Prompt(turns=tuple(turns), text="", stop=tuple(form["stop"]))


def examples(source: str, target: str) -> tuple[tuple[str, str], ...]:
    """Pairs of lines that mean the same, for languages we have lines in; none where either is missing."""
    pairs = ((_rendering(line, source), _rendering(line, target)) for line in _examples())
    return tuple((one, other) for one, other in pairs if one and other)


def clean(line: str) -> str:
    """The line on one line, with nothing left in it that a tokeniser would read as a control token."""
    return _CONTROL_TOKEN.sub(lambda match: match.group() + " ", _BLANKS.sub(" ", line)).strip()


def _rendering(line: dict[str, str], tag: str) -> str:
    return line.get(tag) or line.get(language.base(tag), "")


@cache
def _families() -> dict[str, dict[str, str]]:
    return tomllib.loads((files(__name__) / "families.toml").read_text(encoding="utf-8"))


@cache
def _examples() -> tuple[dict[str, str], ...]:
    return tuple(tomllib.loads((files(__name__) / "examples.toml").read_text(encoding="utf-8"))["line"])
