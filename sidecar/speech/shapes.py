"""How much more work one Whisper model is than another, from its shape alone.

Shapes are those of Radford et al. 2022, table 1, and of the turbo model's configuration. Counted are the
multiplications of the matrices: of a position in an encoder layer 12 width² and for cross-attention 2 width² a decoder
layer, of a token in a decoder layer 14 width² and for the vocabulary its size times the width. Larger matrices are
multiplied more efficiently, so a larger model takes less time than this says: random weights in the shape of small took
2.5 times as long as in that of base for 7 s, greedily, and 3.4 times for 20 s with a beam of five (int8, one thread),
against 4.3 here.
"""

from __future__ import annotations

from dataclasses import dataclass

POSITIONS_PER_SECOND = 50
TOKENS_PER_SECOND = 4
"""Of fluent speech."""
VOCABULARY = 51_865


@dataclass(frozen=True, slots=True)
class Shape:
    """Layers of the encoder and of the decoder, and their width."""

    encoder: int
    decoder: int
    width: int

    def work(self, seconds: float) -> float:
        """Multiplications for so many seconds of speech, decoded greedily."""
        square = self.width**2
        position = (12 * self.encoder + 2 * self.decoder) * square
        token = 14 * self.decoder * square + VOCABULARY * self.width
        return seconds * (POSITIONS_PER_SECOND * position + TOKENS_PER_SECOND * token)


SHAPES = {
    "whisper-base": Shape(6, 6, 512),
    "whisper-base-mirror": Shape(6, 6, 512),
    "whisper-small": Shape(12, 12, 768),
    "whisper-medium": Shape(24, 24, 1024),
    "whisper-large-v3-turbo": Shape(32, 4, 1280),
    "whisper-large-v3": Shape(32, 32, 1280),
}
"""Of the multilingual models; those of one language are not alternatives to them."""


def larger(model: str) -> dict[str, float]:
    """Models that are more work than ``model``, and how many times as much, least first; none for an unknown one."""
    if model not in SHAPES:
        return {}
    own = SHAPES[model].work(1.0)
    times = {name: shape.work(1.0) / own for name, shape in SHAPES.items()}
    return {name: each for name, each in sorted(times.items(), key=lambda item: item[1]) if each > 1}
