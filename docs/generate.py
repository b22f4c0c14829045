"""The parts of docs/ that come from the code: settings, command line, module map, messages of the wire.

``scripts/docs`` runs it; ``scripts/docs --check`` only says which pages are out of date. A generated part stands
between ``<!-- NAME -->`` and ``<!-- /NAME -->``; what is around it is written by hand.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import typer.main
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sidecar import config
from sidecar.cli import app
from sidecar.delivery.describe import describe

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "sidecar"
ROOMS = (
    "audio",
    "speech",
    "translation",
    "captions",
    "delivery",
    "chat",
    "web",
    "storage",
    "weights",
    "demo",
    "cli",
)
"""In the order in which data goes through them; a folder that is not here comes after these."""


def settings() -> str:
    """Every table of ``sidecar.toml``."""
    lines: list[str] = []
    for name, field in config.Settings.model_fields.items():
        section, title = field.annotation, f"[{name}]"
        if get_origin(section) is tuple:
            section, title = get_args(section)[0], f"[[{name}]]"
        assert isinstance(section, type)
        assert issubclass(section, BaseModel)
        lines += [f"### `{title}`", "", inspect.cleandoc(section.__doc__ or ""), ""]
        lines += ["| setting | values | default | |", "|---|---|---|---|"]
        schema = section.model_json_schema()["properties"]
        lines += [_setting(key, each, schema[key]) for key, each in section.model_fields.items()]
        lines.append("")
    return "\n".join(lines)


def _setting(name: str, field: FieldInfo, schema: dict[str, Any]) -> str:
    return f"| `{name}` | {_values(schema)} | {_default(field)} | {_cell(field.description or '')} |"


def _values(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    words = {
        "string": "text",
        "boolean": "`true`, `false`",
        "integer": "whole number",
        "number": "number",
    }
    of = {"array": "lists", "string": "texts", "object": "tables"}
    match schema["type"]:
        case "array":
            kind = "list of texts"
        case "object":
            kind = f"table of {of[schema['additionalProperties']['type']]}"
        case other:
            kind = words[other]
    above, at_least = schema.get("exclusiveMinimum"), schema.get("minimum")
    below, at_most = schema.get("exclusiveMaximum"), schema.get("maximum")
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("above", above), ("from", at_least), ("below", below), ("to", at_most))
        if bound is not None
    ]
    return " ".join([kind, *bounds])


def _default(field: FieldInfo) -> str:
    value = field.default
    if field.is_required():
        return "must be set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{each}"' for each in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def commands() -> str:
    """Every command with its arguments and options."""
    return "\n".join(_commands(typer.main.get_command(app), "sidecar"))


def _commands(command: Any, path: str) -> Iterator[str]:
    context = command.context_class(command, info_name=path)
    if hasattr(command, "commands"):
        for name, each in command.commands.items():
            yield from _commands(each, f"{path} {name}")
        return
    pieces = [re.sub(r"\[\[(\w+)\](\.*)\]\.*", r"[\1]\2", piece) for piece in command.collect_usage_pieces(context)]
    yield from (f"## `{path}`", "", f"`{path} {' '.join(pieces)}`", "")
    yield from (inspect.cleandoc(command.help or ""), "")
    shown = [parameter.get_help_record(context) for parameter in command.params]
    records = [record for record in shown if record and "--help" not in record[0]]
    if records:
        yield from ("| | |", "|---|---|")
        yield from (f"| `{_cell(_plain(name))}` | {_cell(help)} |" for name, help in records)
        yield ""


def _plain(record: str) -> str:
    """How an option is written, with the names of types as people write them."""
    record = re.sub(r" <list\[\w+\]>$|(?<=\]) <path>$", "", record)
    record = re.sub(r"<(.*\|.*)>", r"\1", record)
    return record.replace("<str>", "TEXT").replace("<path>", "PATH").replace("<int range>", "NUMBER")


def modules() -> str:
    """Every module with the first paragraph of what it says of itself."""
    folders = sorted({path.relative_to(PACKAGE).parts[0] for path in sources() if path.parent != PACKAGE})
    rooms = [*(room for room in ROOMS if room in folders), *(room for room in folders if room not in ROOMS)]
    lines: list[str] = []
    for room in rooms:
        found = [path for path in sources() if path.is_relative_to(PACKAGE / room)]
        start = PACKAGE / room / "__init__.py"
        lines += [f"### `sidecar/{room}/`", ""]
        lines += [_cell(purpose(start)), ""] if start in found else []
        table = list(_map(found, PACKAGE / room))
        lines += ["| module | |", "|---|---|", *table, ""] if table else []
    top = [path for path in sources() if path.parent == PACKAGE]
    lines += ["### `sidecar/`", "", "| module | |", "|---|---|", *_map(top, PACKAGE), ""]
    return "\n".join(lines)


def _map(paths: list[Path], folder: Path) -> Iterator[str]:
    for path in paths:
        if path.name != "__init__.py" or path.parent != folder or folder == PACKAGE:
            yield f"| `{path.relative_to(folder)}` | {_cell(purpose(path))} |"


def sources() -> list[Path]:
    """Every module of ours, Python and JavaScript."""
    found = [path for pattern in ("*.py", "*.js") for path in PACKAGE.rglob(pattern)]
    return sorted(path for path in found if "_models" not in path.parts)


def purpose(path: Path) -> str:
    """The first paragraph of a module's docstring or leading comment. Raises `ValueError` where there is none."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        words = ast.get_docstring(ast.parse(text)) or ""
    else:
        comment = re.match(r"\s*/\*\*(.*?)\*/", text, re.DOTALL)
        words = re.sub(r"(?m)^\s*\*? ?", "", comment[1]).strip() if comment else ""
    first = re.split(r"\n\s*\n|\n@", words.strip(), maxsplit=1)[0]
    if not first:
        raise ValueError(f"{path.relative_to(ROOT)} does not say what it is for: begin it with a sentence")
    return " ".join(first.split())


def _cell(text: str) -> str:
    """``text`` inside a table: Markdown's code marks, no bars."""
    return re.sub(r"``([^`]+)``", r"`\1`", text).replace("|", "\\|")


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "configuration.md": ("settings", settings),
    "cli.md": ("commands", commands),
    "modules.md": ("modules", modules),
    "wire.md": ("messages", describe),
}
"""By page: the name of its generated part, and what makes it."""


def with_part(page: str, name: str, part: str) -> str:
    """``page`` with ``part`` between the marks of ``name``. Raises `ValueError` where they are missing."""
    before, begin, rest = page.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not (begin and end):
        raise ValueError(f"the marks of {name} are missing")
    return f"{before}{begin}\n{part.strip()}\n\n{end}{after}"


def outdated() -> dict[str, str]:
    """The pages that are not what the code says, by name, as they should be."""
    found: dict[str, str] = {}
    for page, (name, make) in PARTS.items():
        old = (ROOT / "docs" / page).read_text(encoding="utf-8")
        new = with_part(old, name, make())
        if new != old:
            found[page] = new
    return found


def main(*, check: bool) -> int:
    """Exit status: 1 where ``check`` found something to write."""
    found = outdated()
    for page, text in found.items():
        if not check:
            (ROOT / "docs" / page).write_text(text, encoding="utf-8")
        sys.stderr.write(f"docs/{page} is out of date: run scripts/docs\n" if check else f"wrote docs/{page}\n")
    return int(check and bool(found))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
