"""Token for token what Transformers makes of the same model: tokenised, told the languages, searched, and written out.

The models have the architectures of NLLB-200, M2M100 and Opus-MT, a few layers, and a vocabulary that is made here. One
of each has random weights, which come to no end; one is trained for seconds, so that its sentences end.
"""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import sentencepiece

from sidecar.translation.seq2seq_model import Sentence, Seq2SeqModel
from sidecar.weights import conversion

transformers = pytest.importorskip("transformers", reason="needs transformers: ./scripts/test-equivalence")
torch = pytest.importorskip("torch", reason="needs torch: ./scripts/test-equivalence")

pytestmark = [pytest.mark.convert, pytest.mark.timeout(600)]

LINES = (
    "大家好，欢迎来到直播间。",
    "这件外套今天只要129元，买二送一！",
    "颜色有黑色和白色，尺码齐全。",
    "This coat is 129 yuan today.",
    "Buy two, get one free!",
    "Hoy cuesta 129,90 yuanes.",
    "有问题可以打在公屏上 (link: shop.example) 🧥",
)
NLLB_CODES = ["zho_Hans", "eng_Latn", "spa_Latn", "ind_Latn"]
STEPS = 30
TRAINED = 150
SIZE = {
    "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_position_embeddings": 512, "init_std": 0.2,
    "dropout": 0.0, "attention_dropout": 0.0,
}  # fmt: skip


class Reference:
    """A model of Transformers, and the same converted. ``keep``: the files of its tokeniser that we read."""

    def __init__(self, folder: Path, model: Any, tokenizer: Any, keep: Sequence[str]) -> None:
        self.folder, self.model, self.tokenizer, self.keep = folder, model, tokenizer, keep
        self.converted = folder / "opus-mt-en-mul"

    def train(self, targets: Sequence[str], prefix: int) -> None:
        """Into each target another line than into the others, over and over."""
        optimizer = torch.optim.Adam(self.model.parameters(), lr=3e-3)
        examples = [
            (line if prefix else f"{token}{line}", [token] * prefix, LINES[(at + turn) % len(LINES)])
            for turn, token in enumerate(targets)
            for at, line in enumerate(LINES)
        ]
        read = self.tokenizer([line for line, _, _ in examples], return_tensors="pt", padding=True)
        ids = [
            self.tokenizer.convert_tokens_to_ids(told)
            + self.tokenizer(said, add_special_tokens=False)["input_ids"]
            + [self.tokenizer.eos_token_id]
            for _, told, said in examples
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

    def convert(self) -> None:
        self.model.eval()
        original = self.folder / "original"
        self.model.save_pretrained(original)
        self.tokenizer.save_pretrained(original)
        for name in self.keep:
            shutil.copy(self.folder / name, original / name)
        conversion.convert(original, self.converted, quantization="float32", keep=self.keep)

    def search(self, text: str, beam: int, token: str, prefix: int) -> tuple[list[str], list[str], str]:
        """Tokens in, tokens of the best hypothesis, and its text."""
        read = self.tokenizer(text, return_tensors="pt")
        told = {"forced_bos_token_id": self.tokenizer.convert_tokens_to_ids(token)} if prefix else {}
        with torch.no_grad():
            written = self.model.generate(
                **read, **told, num_beams=beam, do_sample=False, max_new_tokens=STEPS + prefix, early_stopping=beam > 1
            )[0]
        ids = [int(one) for one in written[1 + prefix :] if int(one) != self.tokenizer.pad_token_id]
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
    (folder / "sentencepiece.bpe.model").write_bytes(pieces("bpe"))
    config = {"tokenizer_class": "NllbTokenizer", "additional_special_tokens": NLLB_CODES}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    tokenizer = transformers.NllbTokenizer.from_pretrained(folder, src_lang="zho_Hans")
    model = model_of(transformers.M2M100Config(vocab_size=len(tokenizer), decoder_start_token_id=2, **SIZE))
    return Reference(folder, model, tokenizer, ["sentencepiece.bpe.model"])


def m2m100(folder: Path) -> Reference:
    (folder / "sentencepiece.bpe.model").write_bytes(pieces("bpe"))
    (folder / "vocab.json").write_text(
        json.dumps(vocabulary(folder / "sentencepiece.bpe.model", ["<s>", "<pad>", "</s>", "<unk>"]))
    )
    tokenizer = transformers.M2M100Tokenizer(
        str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"), src_lang="zh"
    )
    size = tokenizer.vocab_size + len(tokenizer.lang_token_to_id) + tokenizer.num_madeup_words
    model = model_of(transformers.M2M100Config(vocab_size=size, decoder_start_token_id=2, **SIZE))
    return Reference(folder, model, tokenizer, ["sentencepiece.bpe.model"])


def marian(folder: Path) -> Reference:
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
    return Reference(folder, model_of(config), tokenizer, ["source.spm", "target.spm"])


def vocabulary(path: Path, first: Sequence[str], last: Sequence[str] = ()) -> dict[str, int]:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    found = [processor.id_to_piece(at) for at in range(processor.get_piece_size())]
    return {token: at for at, token in enumerate(dict.fromkeys([*first, *found, *last]))}


FAMILIES: dict[str, tuple[Callable[[Path], Reference], str, dict[str, str], int]] = {
    "nllb": (nllb, "zh", {"en": "eng_Latn", "es": "spa_Latn", "id": "ind_Latn"}, 1),
    "m2m100": (m2m100, "zh", {"en": "__en__", "es": "__es__", "id": "__id__"}, 1),
    "marian": (marian, "en", {"es": ">>spa<<", "id": ">>ind<<"}, 0),
}
"""The model, the language of the lines, the token of each target, and how many tokens a translation begins with."""


@pytest.fixture(scope="module", params=[(name, trained) for name in FAMILIES for trained in (False, True)], ids=str)
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bool, Reference]:
    name, trained = request.param
    make, _, targets, prefix = FAMILIES[name]
    reference = make(tmp_path_factory.mktemp(name))
    if trained:
        reference.train(list(targets.values()), prefix)
    reference.convert()
    return name, trained, reference


@pytest.mark.parametrize("beam", [1, 4])
def test_tokens_and_text_are_those_of_transformers(family: tuple[str, bool, Reference], beam: int) -> None:
    name, trained, reference = family
    _, source, targets, prefix = FAMILIES[name]
    model = Seq2SeqModel(reference.converted, threads=1, compute_type="float32")
    known = set(vocabulary_of(reference.converted))
    asked = [Sentence(text=line, source=source, target=target) for line in LINES for target in targets]
    found = model.search(asked, beam=beam, steps=STEPS + prefix)
    texts = model.hypotheses(asked, beam=beam)
    ended = 0
    for sentence, hypotheses, written in zip(asked, found, texts, strict=True):
        token = targets[sentence.target]
        text = sentence.text if prefix else f"{token}{sentence.text}"
        read, expected, shown = reference.search(text, beam, token, prefix)
        assert [piece if piece in known else "<unk>" for piece in model.tokens(sentence)] == read
        assert [re.sub("madeupword.*", "<unk>", piece) for piece in hypotheses[0]][:STEPS] == expected[:STEPS]
        if expected[-1] == "</s>":
            ended += 1
            assert written[0] == shown.strip()
    assert not trained or ended > len(asked) / 2


def vocabulary_of(folder: Path) -> list[str]:
    return json.loads((folder / "shared_vocabulary.json").read_text())
