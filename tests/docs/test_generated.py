from __future__ import annotations

import importlib.util
import re
from types import ModuleType
from typing import get_args, get_origin

import pytest
import written

from sidecar.config import Settings


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", written.ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_comes_from_the_code_is_up_to_date(generate: ModuleType) -> None:
    assert list(generate.outdated()) == [], "run scripts/docs"


def test_a_page_that_is_out_of_date_is_found(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(generate.PARTS, "configuration.md", ("settings", lambda: "something else"))
    assert list(generate.outdated()) == ["configuration.md"]
    assert generate.main(check=True) == 1


def test_every_module_is_in_the_map() -> None:
    page = written.read("docs/modules.md")
    rooms = dict(re.findall(r"^### `sidecar/(.*?)/?`$\n(.*?)(?=^### |^<!-- /)", page, re.MULTILINE | re.DOTALL))
    package = written.ROOT / "sidecar"
    for path in [*package.rglob("*.py"), *package.rglob("*.js")]:
        room, *rest = path.relative_to(package).parts
        if (path.name == "__init__.py" and len(rest) == 1) or room == "_models":
            continue
        table, module = (rooms[room], "/".join(rest)) if rest else (rooms[""], room)
        assert f"| `{module}` |" in table, path


def test_every_setting_is_documented() -> None:
    page = written.read("docs/configuration.md")
    for table, field in Settings.model_fields.items():
        several = get_origin(field.annotation) is tuple
        section = page.partition(f"### `[[{table}]]`" if several else f"### `[{table}]`")[2].partition("###")[0]
        for setting in (get_args(field.annotation)[0] if several else field.annotation).model_fields:
            assert f"| `{setting}` |" in section, f"{table}.{setting}"
