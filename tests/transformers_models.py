"""Models of Transformers with the architectures of NLLB-200, M2M100 and Opus-MT: a few layers, random weights, and a
vocabulary that is made here.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

transformers = pytest.importorskip("transformers", reason="needs transformers: ./scripts/test-equivalence")
torch = pytest.importorskip("torch", reason="needs torch: ./scripts/test-equivalence")
torch.set_num_threads(1)  # the models are too small to be divided

LINES = (
    "大家好，欢迎来到直播间。",
    "这件外套今天只要129元，买二送一！",
    "颜色有黑色和白色，尺码齐全。",
    "This coat is 129 yuan today.",
    "Buy two, get one free!",
    "Hoy cuesta 129,90 yuanes.",
    "Jaket ini hanya 129 yuan hari ini.",
    "有问题可以打在公屏上 (link: shop.example) 🧥",
)
NLLB_CODES = ["zho_Hans", "eng_Latn", "spa_Latn", "ind_Latn"]
TRAINED = 150
SIZE = {
    "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_position_embeddings": 512, "init_std": 0.2,
    "dropout": 0.0, "attention_dropout": 0.0,
}  # fmt: skip


class Reference:
    """A model of Transformers with its tokeniser.

    ``keep``: the files that we read of the tokeniser. ``prefix``: 1 where a translation begins with the token of its
    language, 0 where the line does.
    """

    def __init__(self, folder: Path, model: Any, tokenizer: Any, keep: Sequence[str], prefix: int) -> None:
        self.folder, self.model, self.tokenizer, self.keep, self.prefix = folder, model, tokenizer, keep, prefix

    def train(self, examples: Sequence[tuple[str, str, str]]) -> None:
        """On ``examples``, over and over: a line, the token of a language, and what the line is in that language."""
        optimizer = torch.optim.Adam(self.model.parameters(), lr=3e-3)
        lines = [line if self.prefix else f"{token}{line}" for line, token, _ in examples]
        read = self.tokenizer(lines, return_tensors="pt", padding=True)
        ids = [
            self.tokenizer.convert_tokens_to_ids([token] * self.prefix)
            + self.tokenizer(said, add_special_tokens=False)["input_ids"]
            + [self.tokenizer.eos_token_id]
            for _, token, said in examples
        ]
        longest = max(map(len, ids))
        labels = torch.tensor([one + [-100] * (longest - len(one)) for one in ids])
        self.model.train()
        for _ in range(TRAINED):
            optimizer.zero_grad()
            self.model(**read, labels=labels).loss.backward()
            optimizer.step()
            with torch.no_grad():  # Opus-MT begins with it, and it is nought in every model
                self.model.get_input_embeddings().weight[self.tokenizer.pad_token_id] = 0.0

    def save(self) -> list[str]:
        """Write the model and its tokeniser into ``folder``; returns the names of all files there."""
        self.model.eval()
        self.model.save_pretrained(self.folder)
        self.tokenizer.save_pretrained(self.folder)
        return sorted(path.name for path in self.folder.iterdir())

    def search(self, text: str, beam: int, steps: int, token: str) -> tuple[list[str], list[str], str]:
        """``text`` into the language of ``token``: tokens in, tokens of the best hypothesis, and its text."""
        read = self.tokenizer(text if self.prefix else f"{token}{text}", return_tensors="pt")
        told = {"forced_bos_token_id": self.tokenizer.convert_tokens_to_ids(token)} if self.prefix else {}
        with torch.no_grad():
            written = self.model.generate(
                **read,
                **told,
                num_beams=beam,
                do_sample=False,
                max_new_tokens=steps + self.prefix,
                early_stopping=beam > 1,
            )[0]
        ids = [int(one) for one in written[1 + self.prefix :] if int(one) != self.tokenizer.pad_token_id]
        return (
            self.tokenizer.convert_ids_to_tokens(read["input_ids"][0].tolist()),
            self.tokenizer.convert_ids_to_tokens(ids),
            self.tokenizer.decode(ids, skip_special_tokens=True),
        )


def pieces(kind: str) -> bytes:
    """A SentencePiece model made of the lines."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES * 4), model_writer=written, model_type=kind, vocab_size=200,
        hard_vocab_limit=False, minloglevel=2,
    )  # fmt: skip
    return written.getvalue()


def model_of(config: Any) -> Any:
    """Random weights, the same every time."""
    torch.manual_seed(1)
    kind = "MarianMTModel" if config.model_type == "marian" else "M2M100ForConditionalGeneration"
    return getattr(transformers, kind)(config)


def nllb(folder: Path) -> Reference:
    folder.mkdir(exist_ok=True)
    (folder / "sentencepiece.bpe.model").write_bytes(pieces("bpe"))
    config = {"tokenizer_class": "NllbTokenizer", "additional_special_tokens": NLLB_CODES}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer = transformers.NllbTokenizer.from_pretrained(folder, src_lang="zho_Hans")
    model = model_of(transformers.M2M100Config(vocab_size=len(tokenizer), decoder_start_token_id=2, **SIZE))
    return Reference(folder, model, tokenizer, ["sentencepiece.bpe.model"], 1)


def m2m100(folder: Path) -> Reference:
    folder.mkdir(exist_ok=True)
    (folder / "sentencepiece.bpe.model").write_bytes(pieces("bpe"))
    (folder / "vocab.json").write_text(
        json.dumps(vocabulary(folder / "sentencepiece.bpe.model", ["<s>", "<pad>", "</s>", "<unk>"]))
    )
    tokenizer = transformers.M2M100Tokenizer(
        str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"), src_lang="zh"
    )
    size = tokenizer.vocab_size + len(tokenizer.lang_token_to_id) + tokenizer.num_madeup_words
    model = model_of(transformers.M2M100Config(vocab_size=size, decoder_start_token_id=2, **SIZE))
    return Reference(folder, model, tokenizer, ["sentencepiece.bpe.model"], 1)


def marian(folder: Path) -> Reference:
    folder.mkdir(exist_ok=True)
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(pieces("unigram"))
    vocab = vocabulary(folder / "source.spm", ["</s>", "<unk>"], [">>spa<<", ">>ind<<", "<pad>"])
    (folder / "vocab.json").write_text(json.dumps(vocab))
    files = [str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")]
    tokenizer = transformers.MarianTokenizer(*files, source_lang="eng", target_lang="mul")
    pad = vocab["<pad>"]
    config = transformers.MarianConfig(
        vocab_size=len(vocab), pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, bad_words_ids=[[pad]],
        scale_embedding=True, activation_function="swish", forced_eos_token_id=None, **SIZE,
    )  # fmt: skip
    return Reference(folder, model_of(config), tokenizer, ["source.spm", "target.spm", "tokenizer_config.json"], 0)


def vocabulary(path: Path, first: Sequence[str], last: Sequence[str] = ()) -> dict[str, int]:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    found = [processor.id_to_piece(at) for at in range(processor.get_piece_size())]
    return {token: at for at, token in enumerate(dict.fromkeys([*first, *found, *last]))}
