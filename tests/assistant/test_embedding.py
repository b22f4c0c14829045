import numpy as np
import pytest

from sidecar.assistant import embedding

HOSTILE = [
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e\u200b" * 500,
    "a" * 50_000,
    "買" * 50_000,
    "😀" * 999,
    "'; DROP TABLE x;--",
]


def test_what_cannot_be_seen_is_not_compared():
    assert embedding.plain("how\u200b  much\u202e is\x00 this\n？") == "how much is this ?"


def test_long_text_is_cut():
    assert len(embedding.plain("价" * 50_000)) == embedding.MAX_CHARACTERS


@pytest.mark.model
def test_any_text_has_unit_vectors():
    vectors = embedding.embed(HOSTILE)
    assert len(vectors) == len(HOSTILE)
    for space in (vectors.e5, vectors.use):
        assert np.isfinite(space).all()
        assert np.allclose(np.linalg.norm(space, axis=1), 1, atol=1e-3)


@pytest.mark.model
def test_no_texts_have_no_vectors():
    assert len(embedding.embed([])) == 0


@pytest.mark.model
def test_the_same_question_in_two_languages_is_alike():
    vectors = embedding.embed(["How much does it cost?", "这个多少钱？", "明天会下雨吗？"])
    for space in (vectors.e5, vectors.use):
        assert space[0] @ space[1] > space[0] @ space[2]
