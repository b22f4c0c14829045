"""Translation models of a few kilobytes that say what a test wants: real CTranslate2, real SentencePiece.

In such a model the next word depends on the last one alone: every embedding is one-hot, no layer adds anything, and the
projection says which words follow which, and how gladly. So the words of all sentences of a model must differ, apart
from those that alternatives share.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
HEADS, STEPS = 4, 300
ENDLESS = "…"
"""Last word of a sentence that says it again and again, and never ends."""


def nllb(folder: Path, sentences: Mapping[str, Sequence[str]], also: Iterable[str] = ()) -> Path:
    """A model that says ``sentences``: by code such as ``zho_Hans``, the likeliest first. It knows ``also`` too."""
    codes = list(dict.fromkeys([*sentences, "eng_Latn", *also]))
    words = _words(sentences)
    _write_weights(folder, [*SPECIAL, *words, *codes], {code: sentences[code] for code in sentences})
    (folder / "sentencepiece.bpe.model").write_bytes(word_pieces(words))
    return folder


def m2m100(folder: Path, sentences: Mapping[str, Sequence[str]], also: Iterable[str] = ()) -> Path:
    """The same, by code such as ``zh``."""
    codes = list(dict.fromkeys([*sentences, "en", *also]))
    words = _words(sentences)
    tokens = [*SPECIAL, *words, *(f"__{code}__" for code in codes)]
    _write_weights(folder, tokens, {f"__{code}__": sentences[code] for code in sentences})
    (folder / "sentencepiece.bpe.model").write_bytes(word_pieces(words))
    return folder


def marian(
    folder: Path, sentences: Sequence[str], *, codes: Iterable[str] = (), config: Mapping[str, str] | None = None
) -> Path:
    """An Opus-MT model that says ``sentences``, the likeliest first; ``codes`` are those of its ``>>xxx<<`` tokens."""
    words = _words({"": sentences})
    tokens = ["</s>", "<unk>", *words, *(f">>{code}<<" for code in codes)]
    _write_weights(folder, tokens, {"": sentences})
    for name in ("source.spm", "target.spm"):
        (folder / name).write_bytes(word_pieces(words))
    if config:
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def word_pieces(words: Iterable[str]) -> bytes:
    """A SentencePiece model with one piece a word."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([" ".join(word.removeprefix("▁") for word in words)] * 3),
        model_writer=written,
        model_type="word",
        vocab_size=1000,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    return written.getvalue()


def _words(sentences: Mapping[str, Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(f"▁{word}" for several in sentences.values() for one in several for word in one.split()))


def _write_weights(folder: Path, tokens: Sequence[str], sentences: Mapping[str, Sequence[str]]) -> None:
    """``sentences`` by the token that they begin after; "" is the beginning itself, for a decoder without a prefix."""
    at = {token: index for index, token in enumerate(tokens)}
    width = -(-(len(tokens) + 1) // 32) * 32
    begin = len(tokens)
    follows = np.zeros((len(tokens), width), np.float32)
    for prefix, several in sentences.items():
        for rank, sentence in enumerate(several):
            words = [f"▁{word}" for word in sentence.split()]
            path = [*words, words[0] if sentence.endswith(ENDLESS) else "</s>"]
            for before, after in zip([prefix, *words], path, strict=True):
                column = at[before] if before else begin
                follows[at[after], column] = max(follows[at[after], column], 6.0 - 0.2 * rank)
    spec = TransformerSpec.from_config((1, 1), HEADS, pre_norm=True)
    embeddings = np.zeros((len(tokens), width), np.float32)
    embeddings[np.arange(len(tokens)), np.arange(len(tokens))] = 10.0
    for part in (spec.encoder, spec.decoder):
        _silence(part, width)
        part.scale_embeddings = False
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = embeddings
    spec.decoder.layer_norm.beta = np.eye(1, width, begin, dtype=np.float32)[0]
    spec.decoder.projection.weight = follows
    spec.decoder.start_from_zero_embedding = "" in sentences
    spec.register_source_vocabulary(list(tokens))
    spec.register_target_vocabulary(list(tokens))
    spec.config.unk_token, spec.config.eos_token, spec.config.decoder_start_token = "<unk>", "</s>", "</s>"
    spec.config.bos_token = "</s>"
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))


def _silence(part: Any, width: int) -> None:
    """Weights with which every layer passes on what it gets."""
    part.position_encodings.encodings = np.zeros((STEPS, width), np.float32)
    _norm(part.layer_norm, width)
    for layer in part.layer:
        _attention(layer.self_attention, (3, 1), width)
        if hasattr(layer, "attention"):
            _attention(layer.attention, (1, 2, 1), width)
        _norm(layer.ffn.layer_norm, width)
        layer.ffn.linear_0.weight = layer.ffn.linear_1.weight = np.zeros((width, width), np.float32)


def _attention(spec: Any, rows: Sequence[int], width: int) -> None:
    _norm(spec.layer_norm, width)
    for linear, times in zip(spec.linear, rows, strict=True):
        linear.weight = np.zeros((times * width, width), np.float32)


def _norm(spec: Any, width: int) -> None:
    spec.gamma, spec.beta = np.ones(width, np.float32), np.zeros(width, np.float32)
