"""An original model from a stand-in for the hub to a translated line: fetched, resumed, verified, converted, opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from stand_in_servers import Origin, sha256
from transformers_models import Reference, marian, nllb
from typer.testing import CliRunner, Result

from sidecar.cli import app
from sidecar.errors import CorruptModelError, ModelError
from sidecar.weights.transfer import Patience

pytestmark = [pytest.mark.network, pytest.mark.timeout(600)]

REPOSITORY, REVISION = "somebody/tiny", "2" * 40
ZH, EN, ID = "这件外套今天只要129元。", "This coat is 129 yuan today.", "Jaket ini hanya 129 yuan hari ini."
ES = "Hoy cuesta 129 yuanes."


@pytest.fixture
def manifests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIDECAR_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("SIDECAR_MANIFESTS", str(tmp_path / "manifests"))
    (tmp_path / "manifests").mkdir()
    return tmp_path / "manifests"


def sidecar(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=said)


def manifest(files: dict[str, bytes], keep: Sequence[str]) -> str:
    listed = "".join(
        f'[[files]]\npath = "{name}"\nsize = {len(content)}\nsha256 = "{sha256(content)}"\n'
        for name, content in files.items()
    )
    return f"""
name = "tiny"
kind = "seq2seq"
engine = "ctranslate2"
license = "MIT"
license_url = "about:blank"
description = "a few lines"
memory_mb = 1
languages = ["en", "es", "id", "zh"]
{listed}
[[sources]]
type = "hub"
repository = "{REPOSITORY}"
revision = "{REVISION}"

[conversion]
keep = {json.dumps(list(keep))}
"""


def offer(origin: Origin, manifests: Path, model: Reference) -> None:
    """Put ``model`` on the hub and write its manifest."""
    files = {name: (model.folder / name).read_bytes() for name in model.save()}
    for name, content in files.items():
        origin.add_to_hub(REPOSITORY, REVISION, name, content)
    (manifests / "tiny.toml").write_text(manifest(files, model.keep))


def test_nllb_is_fetched_resumed_verified_converted_and_translates(
    tmp_path: Path, origin: Origin, manifests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = nllb(tmp_path / "original")
    model.train([(ZH, "eng_Latn", EN), (ZH, "ind_Latn", ID)])
    offer(origin, manifests, model)

    with monkeypatch.context() as impatient:
        impatient.setattr(Patience, "back_off", interrupt)
        origin.cuts = [150_000]
        assert sidecar("models", "pull", "tiny").exit_code
    assert not sidecar("models", "path", "tiny").stdout

    pulled = sidecar("models", "pull", "tiny")
    assert pulled.exit_code == 0, pulled.exception
    assert [span[:7] for span in origin.gets("model.safetensors") if span] == ["bytes=1"]
    converted = tmp_path / "models" / "tiny" / "converted"
    assert pulled.stdout.strip() == str(converted)
    assert sidecar("models", "verify", "tiny").exit_code == 0

    translated = sidecar("translate", "--model", "tiny", "--to", "en,id", said=f"{ZH}\n")
    assert translated.exit_code == 0, translated.exception
    checks = {"en": {"ok": True}, "id": {"ok": True}}
    assert json.loads(translated.stdout) == {"source": ZH, "en": EN, "id": ID, "checks": checks}

    (converted / "model.bin").write_bytes((converted / "model.bin").read_bytes()[:-1] + b"x")
    assert isinstance(sidecar("models", "verify", "tiny").exception, CorruptModelError)


def test_opus_mt_says_after_conversion_between_which_languages_it_translates(
    tmp_path: Path, origin: Origin, manifests: Path
) -> None:
    model = marian(tmp_path / "original")
    model.train([(EN, ">>spa<<", ES), (EN, ">>ind<<", ID)])
    offer(origin, manifests, model)
    pulled = sidecar("models", "convert", "tiny")
    assert pulled.exit_code == 0, pulled.exception
    translated = sidecar("translate", "--model", "tiny", "--from", "en", "--to", "es,id", said=f"{EN}\n")
    assert translated.exit_code == 0, translated.exception
    found = json.loads(translated.stdout)
    assert (found["es"], found["id"]) == (ES, ID)


def test_weights_with_a_wrong_checksum_are_not_converted(tmp_path: Path, origin: Origin, manifests: Path) -> None:
    model = marian(tmp_path / "original")
    offer(origin, manifests, model)
    path = f"/{REPOSITORY}/resolve/{REVISION}/model.safetensors"
    origin.files[path] = origin.files[path][:-1] + b"x"
    assert isinstance(sidecar("models", "pull", "tiny").exception, ModelError)
    assert not (tmp_path / "models" / "tiny" / "model.safetensors").exists()
    assert not (tmp_path / "models" / "tiny" / "converted").exists()


def interrupt(patience: Patience, failures: int) -> None:
    """Ctrl-C, while the line is down."""
    raise KeyboardInterrupt
