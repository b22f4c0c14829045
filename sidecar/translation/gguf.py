"""The header of a GGUF file: enough to know what a model is before it is loaded.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little-endian).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sidecar.errors import CorruptModelError, ModelError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MAX_STRING_BYTES = 16_000_000

Scalar = str | int | float | bool


def metadata(path: Path) -> dict[str, Scalar]:
    """Every key of the header whose value is a string or a number; arrays are skipped.

    Raises `ModelError` where there is no such file, `CorruptModelError` where it is not GGUF.
    """
    try:
        with path.open("rb") as file:
            return dict(_entries(file, path))
    except FileNotFoundError as exc:
        raise ModelError(
            f"no model at {path}", hint="see `sidecar models list`, or give the path of a .gguf file"
        ) from exc
    except OSError as exc:
        raise ModelError(f"cannot read {path}: {exc.strerror}", hint="check the path and its permissions") from exc
    except (struct.error, UnicodeDecodeError, KeyError, OverflowError) as exc:
        raise _corrupt(path) from exc


def _entries(file: BinaryIO, path: Path) -> Iterator[tuple[str, Scalar]]:
    magic, version, _tensors, count = struct.unpack("<4sIQQ", file.read(24))
    if magic != b"GGUF" or version not in (2, 3):
        raise _corrupt(path)
    for _ in range(count):
        key = _string(file)
        (kind,) = struct.unpack("<I", file.read(4))
        if kind == _ARRAY:
            _skip_array(file)
        else:
            yield key, _value(file, kind)


def _value(file: BinaryIO, kind: int) -> Scalar:
    if kind == _STRING:
        return _string(file)
    form = "<" + _SCALARS[kind]
    (value,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return value


def _string(file: BinaryIO) -> str:
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _MAX_STRING_BYTES:
        raise OverflowError
    content = file.read(length)
    if len(content) < length:
        raise OverflowError
    return content.decode("utf-8")


def _skip_array(file: BinaryIO) -> None:
    kind, count = struct.unpack("<IQ", file.read(12))
    if kind != _STRING:
        file.seek(count * struct.calcsize("<" + _SCALARS[kind]), 1)
        return
    for _ in range(count):
        (length,) = struct.unpack("<Q", file.read(8))
        file.seek(length, 1)


def _corrupt(path: Path) -> CorruptModelError:
    return CorruptModelError(f"{path} is not a GGUF model", hint="fetch it again with `sidecar models pull`")
