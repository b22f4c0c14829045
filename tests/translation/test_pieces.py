from __future__ import annotations

import io
from pathlib import Path

import pytest
import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from sidecar.errors import CorruptModelError, ModelError
from sidecar.translation.pieces import open_pieces

TEXT = ["大家好，欢迎来到直播间。", "this costs 129 yuan today", "esta chaqueta cuesta 129 yuanes"]


@pytest.fixture(scope="module")
def trained() -> bytes:
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT * 5), model_writer=written, vocab_size=80, hard_vocab_limit=False, minloglevel=2
    )
    return written.getvalue()


def test_a_shared_model_reads_and_writes(tmp_path: Path, trained: bytes) -> None:
    (tmp_path / "sentencepiece.bpe.model").write_bytes(trained)
    pieces = open_pieces(tmp_path)
    for text in TEXT:
        written = pieces.encode(text)
        assert len(written) > 1
        assert pieces.decode(written) == text.replace("，", ",")  # SentencePiece makes wide punctuation narrow


def test_each_side_has_its_own_model(tmp_path: Path, trained: bytes) -> None:
    (tmp_path / "source.spm").write_bytes(trained)
    with pytest.raises(CorruptModelError, match=r"target\.spm"):
        open_pieces(tmp_path)
    (tmp_path / "target.spm").write_bytes(trained)
    assert open_pieces(tmp_path).decode(["▁this", "▁costs"]) == "this costs"


def test_a_token_that_means_something_to_the_model_is_text_in_a_line(tmp_path: Path) -> None:
    vocabulary = {token: at for at, token in enumerate(["<unk>", "</s>", "eng_Latn", "▁", "<", "/", "s", ">", "e"])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens([AddedToken("</s>", special=True), AddedToken("eng_Latn", special=True)])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    pieces = open_pieces(tmp_path)
    assert pieces.encode("e</s>") == ["▁", "e", "<", "/", "s", ">"]
    assert "eng_Latn" not in pieces.encode("eng_Latn")
    assert pieces.decode(["▁", "s", "e"]) == "se"


def test_a_folder_without_a_tokeniser_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no tokeniser") as caught:
        open_pieces(tmp_path)
    assert "sentencepiece.bpe.model" in caught.value.hint


@pytest.mark.parametrize("name", ["sentencepiece.bpe.model", "tokenizer.json"])
def test_a_damaged_tokeniser_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"damaged")
    with pytest.raises(CorruptModelError, match=name):
        open_pieces(tmp_path)
