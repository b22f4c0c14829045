"""The header of a GGUF file is read, or refused with words."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import CorruptModelError, ModelError
from sidecar.translation.gguf import metadata


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def header(*entries: bytes) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", 3, 0, len(entries)) + b"".join(entries)


ARCHITECTURE = text("general.architecture") + struct.pack("<I", 8) + text("qwen2")
TOKENS = text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
WEIGHTS = text("weights") + struct.pack("<IIQ", 9, 6, 2) + struct.pack("<ff", 1, 2)
LAYERS = text("layers") + struct.pack("<II", 4, 28)


def test_strings_and_numbers_are_read_and_arrays_skipped(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(header(TOKENS, ARCHITECTURE, WEIGHTS, LAYERS))
    assert metadata(file) == {"general.architecture": "qwen2", "layers": 28}


def test_a_missing_file_is_a_model_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        metadata(tmp_path / "nothing.gguf")
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"not a model", header(TOKENS, ARCHITECTURE)[:-3], b"GGUF" + b"\xff" * 40])
def test_what_is_not_gguf_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    with pytest.raises(CorruptModelError):
        metadata(file)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.mktemp("gguf") / "model.gguf"
    file.write_bytes(header(ARCHITECTURE)[:24] + content)
    with contextlib.suppress(CorruptModelError):
        metadata(file)
