from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from stand_in_servers import small_model

from sidecar.errors import ModelError
from sidecar.weights import manifest
from sidecar.weights.manifest import HubSource, Manifest, ModelFile, PackageSource

SHIPPED = manifest.catalogue()
EMBEDDED = ("whisper-base", "whisper-base-mirror", "qwen2.5-coder-1.5b", "qwen2.5-coder-0.5b", "gemma-3-270m")


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_manifest_is_complete(name: str) -> None:
    model = SHIPPED[name]
    assert model.license
    assert model.license_url.startswith("https://")
    assert len(set(model.languages)) == len(model.languages)
    if model.engine == "llama.cpp":
        assert model.entry.endswith(".gguf")
    else:
        assert not model.entry
        weights = "pytorch_model.bin" if model.conversion else "model.bin"
        assert {weights, "config.json"} <= {file.path for file in model.files}


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_model_has_a_checksum_for_every_file_and_part_and_comes_from_packages(name: str) -> None:
    model = SHIPPED[name]
    assert all(file.sha256 for file in model.files)
    assert isinstance(model.sources[-1], PackageSource)


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_wheel_is_needed_once_only(name: str) -> None:
    """Files are put together in order, and a wheel is deleted after use: so each must be used in one go."""
    packed = next(source for source in SHIPPED[name].sources if isinstance(source, PackageSource))
    appended = {file.path: 0 for file in packed.files}
    fetched: list[str] = []
    while waiting := [file for file in packed.files if appended[file.path] < len(file.parts)]:
        wheel = waiting[0].parts[appended[waiting[0].path]].package
        fetched.append(wheel)
        for file in waiting:
            while appended[file.path] < len(file.parts) and file.parts[appended[file.path]].package == wheel:
                appended[file.path] += 1
    assert len(fetched) == len(set(fetched))


def test_every_source_of_a_ready_model_is_pinned() -> None:
    for model in SHIPPED.values():
        for source in model.sources:
            if isinstance(source, HubSource) and not model.conversion:
                assert re.fullmatch("[0-9a-f]{40}", source.revision)


def test_an_alternative_is_a_known_model_of_the_same_kind() -> None:
    for model in SHIPPED.values():
        if model.alternative:
            assert SHIPPED[model.alternative].kind == model.kind


@given(st.sampled_from(["/x", "../x", "a/../../x", "a\\x", "", ".hidden", "a/.hidden", "..", "a/.."]))
def test_a_file_cannot_leave_the_folder_of_its_model(path: str) -> None:
    with pytest.raises(ValidationError):
        ModelFile(path=path, size=1)


@given(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}\.[a-z]{1,4}", fullmatch=True))
def test_a_plain_relative_path_is_accepted(path: str) -> None:
    assert ModelFile(path=path, size=1).path == path


def _changed(**changes: object) -> dict[str, object]:
    return {**small_model().model_dump(exclude_none=True), **changes}


def test_a_file_from_a_package_needs_a_checksum() -> None:
    with pytest.raises(ValidationError, match="needs its sha256 and size"):
        small_model(pinned=False)
    assert small_model(sources="hub", pinned=False).files[0].sha256 is None


def test_parts_must_add_up_to_the_file() -> None:
    files = small_model().model_dump(exclude_none=True)["files"]
    files[0]["size"] += 1
    with pytest.raises(ValidationError, match="do not add up"):
        Manifest.model_validate(_changed(files=files))


def test_the_entry_must_be_a_file_of_the_model() -> None:
    with pytest.raises(ValidationError, match="entry"):
        Manifest.model_validate(_changed(entry="other.gguf"))


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError):
        Manifest.model_validate(_changed(licence="MIT"))


def _write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


MINIMAL = """
name = "mine"
kind = "llm"
engine = "llama.cpp"
license = "MIT"
license_url = "https://example.org"
description = "d"
memory_mb = 1
languages = ["en"]
entry = "m.gguf"
[[files]]
path = "m.gguf"
size = 3
[[sources]]
type = "hub"
repository = "me/mine"
revision = "0123456789012345678901234567890123456789"
"""


def test_a_folder_of_ones_own_adds_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path, "mine", MINIMAL)
    monkeypatch.setenv("SIDECAR_MANIFESTS", str(tmp_path))
    found = manifest.catalogue()
    assert found["mine"].entry == "m.gguf"
    assert set(found) == {*SHIPPED, "mine"}


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("other", MINIMAL, "names itself mine"),
        ("mine", MINIMAL.replace("size = 3", "size = 0"), "files.0.size"),
        ("mine", "name =", "cannot read"),
    ],
)
def test_a_wrong_manifest_is_named_with_what_is_wrong(tmp_path: Path, name: str, text: str, told: str) -> None:
    path = _write(tmp_path, name, text)
    with pytest.raises(ModelError, match=told) as caught:
        manifest.read(path)
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="absent"):
        manifest.catalogue([tmp_path / "absent"])
