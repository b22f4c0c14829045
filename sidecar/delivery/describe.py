"""The tables of docs/wire.md that come from the code: ``python -m sidecar.delivery.describe`` prints them."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

from sidecar.assistant.question import Fate
from sidecar.delivery import wire

SERVER = (
    wire.Hello,
    wire.CaptionMessage,
    wire.Remove,
    wire.StatusMessage,
    wire.Answer,
    wire.QuestionMessage,
    wire.End,
    wire.ErrorMessage,
)
VIEWER = (wire.Subscribe,)


def describe() -> str:
    """Markdown: every message with its fields, and the states."""
    lines = ["### Server to viewer", ""]
    for message in SERVER:
        lines += _section(message)
    lines += ["### Viewer to server", ""]
    for message in VIEWER:
        lines += _section(message)
    states = ", ".join(f"`{state.value}`" for state in wire.State)
    fates = ", ".join(f"`{fate.value}`" for fate in Fate)
    return "\n".join([*lines, f"States of a show: {states}.", f"States of a question: {fates}.", ""])


def _section(message: type[wire.Message]) -> list[str]:
    schema = message.model_json_schema()
    name = schema["properties"]["type"]["const"]
    words = re.sub(r"``([^`]+)``", r"`\1`", inspect.cleandoc(message.__doc__ or ""))
    rows = list(_rows(schema))
    table = ["| field | type | |", "|---|---|---|", *rows, ""] if rows else []
    return [f"#### `{name}`", "", words, "", *table]


def _rows(schema: dict[str, Any]) -> Iterator[str]:
    required = schema.get("required", [])
    for name, field in schema["properties"].items():
        if name not in ("v", "type"):
            optional = "" if name in required else "optional"
            words = "; ".join(part for part in (field.get("description", ""), optional) if part)
            yield f"| `{name}` | {_type(field)} | {words} |"


def _type(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return "a state"
    if "anyOf" in field:
        return " or ".join(_type(option) for option in field["anyOf"] if option.get("type") != "null")
    if field["type"] == "array":
        return f"list of {_type(field['items'])}s"
    return str(field["type"])


if __name__ == "__main__":
    sys.stdout.write(describe())
