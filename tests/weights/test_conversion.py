"""Models that are converted here, and models of which the manifest does not know all."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from stand_in_servers import CONFIG, REPOSITORY, WEIGHTS, Origin, sha256, small_model

from sidecar.errors import CorruptModelError, ModelError
from sidecar.weights import conversion
from sidecar.weights.library import Library
from sidecar.weights.manifest import Manifest
from sidecar.weights.transfer import Patience

pytestmark = pytest.mark.network

COMMIT = "0" * 40
"""What the stand-in hub says that every revision is."""
PYTHON = """#!/bin/sh
# Stands in for a Python with torch: "-c" asks for the modules that are missing, otherwise the model is converted.
[ "$1" = -c ] && exit 0
[ -e "{refusal}" ] && echo "ValueError: no such architecture" >&2 && exit 1
mkdir -p "$3" && tr a-z A-Z <"$2/config.json" >"$3/model.bin" && echo "$4" >"$3/quantization" && shift 4
for name; do cp "{models}/small/$name" "{models}/.partial/small/converted/"; done
"""


def unpinned(**more: object) -> Manifest:
    """The small model from whatever its repository has on its main branch."""
    model = small_model(sources="hub", pinned=False).model_dump(exclude_none=True)
    files = [{"path": file["path"]} for file in model["files"]]
    source = {"type": "hub", "repository": REPOSITORY, "revision": "main"}
    return Manifest.model_validate({**model, "files": files, "sources": [source], **more})


def offer(origin: Origin, weights: bytes = WEIGHTS, config: bytes = CONFIG) -> None:
    for revision in ("main", COMMIT):
        origin.add_to_hub(REPOSITORY, revision, "model.bin", weights)
        origin.add_to_hub(REPOSITORY, revision, "config.json", config)


def library(root: Path, model: Manifest, python: str = sys.executable) -> Library:
    patience = Patience(attempts=1, sleep=lambda seconds: None)
    return Library(root=root / "models", catalogue={"small": model}, patience=patience, python=python)


@pytest.fixture
def python(tmp_path: Path) -> str:
    path = tmp_path / "python"
    path.write_text(PYTHON.format(refusal=tmp_path / "refused", models=tmp_path / "models"))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_model_that_nobody_has_pinned_is_what_it_was_when_it_first_came(tmp_path: Path, origin: Origin) -> None:
    offer(origin)
    here = library(tmp_path, unpinned())
    place = here.ensure("small")
    assert (place / "model.bin").read_bytes() == WEIGHTS
    assert all(COMMIT in path for method, path, _ in origin.requests if method == "GET" and "/resolve/" in path)
    (place / "model.bin").write_bytes(b"x" * len(WEIGHTS))
    with pytest.raises(CorruptModelError, match=r"model\.bin"):
        here.locate("small")
    offer(origin, weights=b"y" * len(WEIGHTS))
    with pytest.raises(CorruptModelError, match="is not the file that it was"):
        here.ensure("small")
    offer(origin)
    origin.requests.clear()
    assert (here.ensure("small") / "model.bin").read_bytes() == WEIGHTS
    assert not any("/main/" in path for _, path, _ in origin.requests)


def test_a_file_that_the_hub_states_no_checksum_of_is_not_taken(tmp_path: Path, origin: Origin) -> None:
    offer(origin)
    origin.etags = dict.fromkeys(origin.etags, "opaque")
    with pytest.raises(ModelError, match="states no checksum"):
        library(tmp_path, unpinned()).ensure("small")


def test_originals_are_converted_and_deleted(tmp_path: Path, origin: Origin, python: str) -> None:
    offer(origin)
    here = library(tmp_path, unpinned(conversion={"keep": ["config.json"]}), python)
    with pytest.raises(ModelError, match="is not here"):
        here.locate("small")
    place = here.ensure("small")
    assert place == here.root / "small" / "converted"
    assert {path.name for path in place.iterdir()} == {"model.bin", "quantization", "config.json"}
    assert (place / "model.bin").read_bytes() == CONFIG.upper()
    assert (place / "quantization").read_text() == "int8\n"
    assert not (here.root / "small" / "model.bin").exists()
    assert here.verify("small")
    origin.requests.clear()
    assert library(tmp_path, here.manifest("small")).ensure("small") == place
    assert not origin.requests


def test_a_damaged_conversion_is_found_and_made_again(tmp_path: Path, origin: Origin, python: str) -> None:
    offer(origin)
    here = library(tmp_path, unpinned(conversion={"keep": []}), python)
    place = here.ensure("small")
    (place / "model.bin").write_bytes(b"damaged")
    with pytest.raises(CorruptModelError, match=r"converted/model\.bin"):
        here.verify("small")
    assert not here.is_here("small")
    assert (here.ensure("small") / "model.bin").read_bytes() == CONFIG.upper()


def test_a_failed_conversion_keeps_what_was_downloaded(tmp_path: Path, origin: Origin, python: str) -> None:
    offer(origin)
    (tmp_path / "refused").touch()
    here = library(tmp_path, unpinned(conversion={"keep": []}), python)
    with pytest.raises(ModelError, match="no such architecture"):
        here.ensure("small")
    assert not here.is_here("small")
    (tmp_path / "refused").unlink()
    origin.requests.clear()
    assert here.ensure("small").is_dir()
    assert not origin.requests


def test_without_torch_nothing_is_downloaded_and_the_way_is_told(tmp_path: Path, origin: Origin) -> None:
    offer(origin)
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    bare.chmod(0o755)
    here = library(tmp_path, unpinned(conversion={"keep": []}), str(bare))
    with pytest.raises(ModelError, match="converting needs ctranslate2, torch, transformers") as caught:
        here.ensure("small")
    assert "--python" in caught.value.hint
    assert not origin.requests


def test_a_python_that_does_not_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no Python that runs"):
        conversion.check(str(tmp_path / "none"))


def test_a_file_to_keep_is_one_of_the_files() -> None:
    with pytest.raises(ValueError, match="keeps a file"):
        unpinned(conversion={"keep": ["tokenizer.json"]})


def test_what_the_licence_forbids_is_said_before_the_download(
    tmp_path: Path, origin: Origin, capsys: pytest.CaptureFixture[str]
) -> None:
    from sidecar.weights.progress import OnTerminal

    offer(origin)
    library(tmp_path, unpinned(restriction="not for commercial use")).ensure("small", OnTerminal())
    assert "licence MIT, not for commercial use (about:blank)" in capsys.readouterr().err


def test_a_checksum_in_the_manifest_is_held_to_on_any_revision(tmp_path: Path, origin: Origin) -> None:
    offer(origin, weights=b"z" * len(WEIGHTS))
    files = [{"path": "model.bin", "sha256": sha256(WEIGHTS)}, {"path": "config.json"}]
    with pytest.raises(CorruptModelError, match="is not the file that it was"):
        library(tmp_path, unpinned(files=files)).ensure("small")
