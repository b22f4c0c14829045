"""Text into the pieces that a translation model reads, and back. The only importer of sentencepiece and tokenizers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from sidecar.errors import CorruptModelError, ModelError

SOURCE, TARGET = "source.spm", "target.spm"
SHARED = ("sentencepiece.bpe.model", "sentencepiece.model", "spm.model")
JSON = "tokenizer.json"


class Pieces(Protocol):
    """A tokeniser without any special tokens."""

    def encode(self, text: str) -> list[str]:
        """The pieces of ``text``; what looks like a special token is text."""
        ...

    def decode(self, pieces: Sequence[str]) -> str: ...


def open_pieces(folder: Path) -> Pieces:
    """The tokeniser whose files are in ``folder``. Raises `ModelError`."""
    if (folder / SOURCE).is_file():
        return SentencePieces(folder / SOURCE, folder / TARGET)
    for name in SHARED:
        if (folder / name).is_file():
            return SentencePieces(folder / name, folder / name)
    if (folder / JSON).is_file():
        return JsonPieces(folder / JSON)
    raise ModelError(
        f"{folder.name} has no tokeniser", hint=f"put {SHARED[0]}, {JSON}, or {SOURCE} and {TARGET} beside model.bin"
    )


class SentencePieces:
    """One SentencePiece model for both languages, or one for each."""

    def __init__(self, source: Path, target: Path) -> None:
        self._source = _sentence_piece(source)
        self._target = self._source if target == source else _sentence_piece(target)

    def encode(self, text: str) -> list[str]:
        return list(self._source.encode(text, out_type=str))

    def decode(self, pieces: Sequence[str]) -> str:
        return str(self._target.decode(list(pieces))).replace("▁", " ").strip()


class JsonPieces:
    """A ``tokenizer.json``."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Any = Tokenizer.from_file(str(path))
        except Exception as exc:  # the library raises nothing narrower
            raise _corrupt(path) from exc
        self._tokenizer.encode_special_tokens = True

    def encode(self, text: str) -> list[str]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).tokens)

    def decode(self, pieces: Sequence[str]) -> str:
        return str(self._tokenizer.decoder.decode(list(pieces))).strip()


def _sentence_piece(path: Path) -> Any:
    import sentencepiece

    library = cast("Any", sentencepiece)
    try:
        return library.SentencePieceProcessor(model_file=str(path))
    except (OSError, RuntimeError) as exc:
        raise _corrupt(path) from exc


def _corrupt(path: Path) -> CorruptModelError:
    return CorruptModelError(
        f"{path.name} of {path.parent.name} is no tokeniser", hint="fetch it again with `sidecar models pull`"
    )
