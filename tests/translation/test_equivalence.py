"""Token for token what Transformers makes of the same model: tokenised, told the languages, searched, and written out.

One of each architecture has random weights, which come to no end; one is trained for seconds, so that its sentences
end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from transformers_models import LINES, Reference, m2m100, marian, nllb

from sidecar.translation.seq2seq_model import Sentence, Seq2SeqModel
from sidecar.weights import conversion

pytestmark = pytest.mark.timeout(600)

STEPS = 30
FAMILIES: dict[str, tuple[Callable[[Path], Reference], str, dict[str, str]]] = {
    "nllb": (nllb, "zh", {"en": "eng_Latn", "es": "spa_Latn", "id": "ind_Latn"}),
    "m2m100": (m2m100, "zh", {"en": "__en__", "es": "__es__", "id": "__id__"}),
    "marian": (marian, "en", {"es": ">>spa<<", "id": ">>ind<<"}),
}
"""The model, the language of the lines, and the token of each target."""


@pytest.fixture(scope="module", params=[(name, trained) for name in FAMILIES for trained in (False, True)], ids=str)
def family(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, bool, Reference, Path]:
    """Name, whether it is trained, the model, and the same converted."""
    name, trained = request.param
    make, _, targets = FAMILIES[name]
    reference = make(tmp_path_factory.mktemp(name))
    if trained:
        reference.train(
            [
                (line, token, LINES[(at + turn) % len(LINES)])  # into each language another line than into the others
                for turn, token in enumerate(targets.values())
                for at, line in enumerate(LINES)
            ]
        )
    reference.save()
    converted = tmp_path_factory.mktemp("converted")
    conversion.convert(reference.folder, converted, quantization="float32", keep=reference.keep)
    return name, trained, reference, converted


@pytest.mark.parametrize("beam", [1, 4])
def test_tokens_and_text_are_those_of_transformers(family: tuple[str, bool, Reference, Path], beam: int) -> None:
    name, trained, reference, converted = family
    _, source, targets = FAMILIES[name]
    model = Seq2SeqModel(converted, threads=1, compute_type="float32")
    known = set(json.loads((converted / "shared_vocabulary.json").read_text()))
    asked = [Sentence(text=line, source=source, target=target) for line in LINES for target in targets]
    found = model.search(asked, beam=beam, steps=STEPS + reference.prefix)
    texts = model.hypotheses(asked, beam=beam)
    ended = 0
    for sentence, hypotheses, written in zip(asked, found, texts, strict=True):
        read, expected, shown = reference.search(sentence.text, beam, STEPS, targets[sentence.target])
        assert [piece if piece in known else "<unk>" for piece in model.tokens(sentence)] == read
        assert [re.sub("madeupword.*", "<unk>", piece) for piece in hypotheses[0]][:STEPS] == expected[:STEPS]
        if expected[-1] == "</s>":
            ended += 1
            assert written[0] == shown.strip()
    assert not trained or ended > len(asked) / 2
