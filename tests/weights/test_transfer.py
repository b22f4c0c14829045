from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stand_in_servers import Origin

from sidecar.errors import ModelError
from sidecar.weights import transfer

pytestmark = pytest.mark.network

BODY = random.Random(7).randbytes(600_000)


def _patience(**changes: object) -> transfer.Patience:
    return transfer.Patience(**{"attempts": 3, "sleep": lambda seconds: None, **changes})  # type: ignore[arg-type]


def _fetch(origin: Origin, target: Path, size: int | None = len(BODY), **changes: object) -> None:
    with transfer.session() as http:
        transfer.fetch(http, f"{origin.address}/f", target, what="it", size=size, patience=_patience(**changes))


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, len(BODY)), max_size=6), size_known=st.booleans())
def test_any_cuts_give_the_same_bytes(cuts: list[int], size_known: bool) -> None:
    with Origin(files={"/f": BODY}, cuts=list(cuts)) as origin, TemporaryDirectory() as folder:
        target = Path(folder) / "f"
        _fetch(origin, target, len(BODY) if size_known else None, attempts=len(cuts) + 1)
        assert target.read_bytes() == BODY
        assert origin.sent <= len(BODY) + len(cuts) * transfer.BLOCK


def test_an_interrupted_download_goes_on_in_another_run(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = BODY
    origin.cuts = [400_000]
    target = tmp_path / "f"
    with pytest.raises(ModelError, match="it: "):
        _fetch(origin, target, attempts=1, restarts=1)
    kept = target.stat().st_size
    assert 400_000 - transfer.BLOCK <= kept <= 400_000
    _fetch(origin, target)
    assert target.read_bytes() == BODY
    assert origin.gets("/f") == ["", f"bytes={kept}-"]


def test_a_server_without_ranges_starts_afresh(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = BODY
    origin.ranges = False
    target = tmp_path / "f"
    target.write_bytes(BODY[:1000])
    _fetch(origin, target)
    assert target.read_bytes() == BODY


def test_too_much_is_thrown_away(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = BODY
    target = tmp_path / "f"
    target.write_bytes(BODY + b"more")
    _fetch(origin, target)
    assert target.read_bytes() == BODY


def test_a_beginning_longer_than_the_file_is_thrown_away(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = BODY
    target = tmp_path / "f"
    target.write_bytes(BODY + b"more")
    _fetch(origin, target, None)
    assert target.read_bytes() == BODY


def test_a_complete_file_is_not_fetched_again(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = BODY
    target = tmp_path / "f"
    target.write_bytes(BODY)
    _fetch(origin, target)
    assert origin.requests == []
    _fetch(origin, target, None)
    assert origin.sent == 0


def test_a_busy_server_is_asked_again_after_growing_waits(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = BODY
    origin.statuses = [503, 429, 500]
    waits: list[float] = []
    _fetch(origin, tmp_path / "f", attempts=4, sleep=waits.append)
    assert (tmp_path / "f").read_bytes() == BODY
    assert waits == [0.5, 1.0, 2.0]


def test_it_gives_up_when_nothing_comes(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = BODY
    origin.statuses = [503] * 10
    with pytest.raises(ModelError, match="503") as caught:
        _fetch(origin, tmp_path / "f")
    assert caught.value.hint
    assert len(origin.requests) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refusal_is_not_asked_again(tmp_path: Path, origin: Origin, status: int) -> None:
    origin.files["/f"] = BODY
    origin.statuses = [status]
    with pytest.raises(ModelError, match=str(status)):
        _fetch(origin, tmp_path / "f")
    assert len(origin.requests) == 1


def test_another_length_than_the_known_one_is_refused_before_a_byte_is_kept(tmp_path: Path, origin: Origin) -> None:
    origin.files["/f"] = b"<html>please log in</html>"
    with pytest.raises(ModelError, match="26 bytes"):
        _fetch(origin, tmp_path / "f")
    assert not (tmp_path / "f").exists()


def test_nobody_there_is_said_plainly(tmp_path: Path) -> None:
    with transfer.session() as http, pytest.raises(ModelError, match="no connection"):
        transfer.fetch(http, "http://127.0.0.1:9/f", tmp_path / "f", what="it", patience=_patience())


def test_the_bundle_of_authorities_is_the_one_the_user_set(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    assert transfer.session({"PIP_CERT": str(bundle)}).verify == str(bundle)
    assert transfer.session({"SSL_CERT_FILE": str(tmp_path / "absent")}).verify is True
