"""A translation model from a stand-in for the hub to a translated line: fetched, resumed, verified, opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import tiny_models
from stand_in_servers import Origin, sha256
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.errors import CorruptModelError, ModelError
from sidecar.weights.library import Library
from sidecar.weights.manifest import Manifest
from sidecar.weights.transfer import Patience

pytestmark = pytest.mark.network

REPOSITORY, REVISION = "somebody/tiny-nllb", "2" * 40
SAID = {
    "eng_Latn": ["This coat is 129 yuan today."],
    "spa_Latn": ["Hoy cuesta 129.00 yuanes."],
    "fra_Latn": [" ".join(f"mot{number}" for number in range(200))],  # so that the weights are worth resuming
}


@pytest.fixture
def model(tmp_path: Path, origin: Origin) -> Manifest:
    """A model on the hub, and what is known of it."""
    folder = tiny_models.nllb(tmp_path / "original", SAID, also=["zho_Hans"])
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    for name, content in files.items():
        origin.add_to_hub(REPOSITORY, REVISION, name, content)
    return Manifest.model_validate(
        {
            "name": "tiny-nllb",
            "kind": "seq2seq",
            "engine": "ctranslate2",
            "license": "CC-BY-NC-4.0",
            "license_url": "about:blank",
            "restriction": "not for commercial use",
            "description": "a few words",
            "languages": ["zh", "en", "es"],
            "memory_mb": 1,
            "files": [{"path": name, "size": len(each), "sha256": sha256(each)} for name, each in files.items()],
            "sources": [{"type": "hub", "repository": REPOSITORY, "revision": REVISION}],
        }
    )


def test_it_is_fetched_resumed_verified_and_translates(
    tmp_path: Path, origin: Origin, model: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = Patience(attempts=1, restarts=1, sleep=lambda seconds: None)
    library = Library(root=tmp_path / "models", catalogue={"tiny-nllb": model}, patience=patience)
    origin.cuts = [150_000]
    with pytest.raises(ModelError, match="the connection"):
        library.ensure("tiny-nllb")
    origin.cuts = []
    place = library.ensure("tiny-nllb")
    assert library.verify("tiny-nllb")

    weights = bytearray((place / "model.bin").read_bytes())
    weights[len(weights) // 2] ^= 1
    (place / "model.bin").write_bytes(weights)
    with pytest.raises(CorruptModelError, match=r"model\.bin of tiny-nllb"):
        library.verify("tiny-nllb")
    library.ensure("tiny-nllb")

    monkeypatch.setenv("SIDECAR_MODELS", str(library.root))
    monkeypatch.setenv("SIDECAR_MANIFESTS", str(tmp_path / "manifests"))
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "tiny-nllb.toml").write_text(_toml(model))
    done = CliRunner().invoke(
        app, ["translate", "--model", "tiny-nllb", "--to", "en,es"], input="这件外套今天只要一百二十九块。\n"
    )
    assert json.loads(done.stdout) == {
        "source": "这件外套今天只要一百二十九块。",
        "en": "This coat is 129 yuan today.",
        "es": "Hoy cuesta 129.00 yuanes.",
        "checks": {"en": {"ok": True}, "es": {"ok": True}},
    }
    resumed = [span for span in origin.gets("model.bin") if span]
    assert [span[:7] for span in resumed] == ["bytes=1"]


def test_a_language_that_it_lacks_is_told_before_it_is_loaded(model: Manifest, tmp_path: Path, origin: Origin) -> None:
    place = Library(root=tmp_path / "models", catalogue={"tiny-nllb": model}).ensure("tiny-nllb")
    (place / "model.bin").write_bytes(b"not to be read")
    done = CliRunner().invoke(app, ["translate", "--model", str(place), "--to", "en,th"], input="你好\n")
    assert "does not translate from Simplified Chinese (zh) into Thai (th)" in str(done.exception)


def _toml(model: Manifest) -> str:
    table = model.model_dump(exclude_none=True, mode="json")
    lists = {key: table.pop(key) for key in ("files", "sources")}
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    for key, tables in lists.items():
        for each in tables:
            lines += [f"[[{key}]]", *(f"{name} = {json.dumps(value)}" for name, value in each.items())]
    return "\n".join(lines)
