"""What the host said in the last minutes, looked at so that a draft can cite it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sidecar import language
from sidecar.assistant import likeness, ranking
from sidecar.assistant.draft import Citation
from sidecar.assistant.embedding import E5_DIMENSIONS, USE_DIMENSIONS, Vectors, embed
from sidecar.assistant.likeness import Texts

MOST_HEARD = 100
"""Segments that are kept."""
BEARS = 0.5
"""How likely a segment has to be an answer, were it the only one, to be cited."""
MOST_CITED = 2
_AT_ONCE = 8
"""Segments that are embedded at once, about 0.2 s."""


class Heard:
    """Some of the host's ``segments``, the oldest first."""

    def __init__(self, segments: tuple[Citation, ...] = (), vectors: Vectors | None = None) -> None:
        nothing = Vectors(np.empty((0, E5_DIMENSIONS), np.float32), np.empty((0, USE_DIMENSIONS), np.float32))
        self.segments = segments
        self._vectors = nothing if vectors is None else vectors
        langs = [language.base(segment.lang) for segment in segments]
        self._texts: Texts = likeness.look([segment.text for segment in segments], langs, self._vectors)

    def moved_on(self, current: Sequence[Citation]) -> Heard:
        """What was heard by now, with the latest of ``current`` that are new; more of them the next time."""
        row = {segment: at for at, segment in enumerate(self.segments)}
        new = [segment for segment in current if segment not in row][-_AT_ONCE:]
        fresh = embed([segment.text for segment in new])
        row |= {segment: len(self.segments) + at for at, segment in enumerate(new)}
        segments = tuple(segment for segment in current if segment in row)
        rows = [row[segment] for segment in segments]
        every = Vectors(np.concatenate([self._vectors.e5, fresh.e5]), np.concatenate([self._vectors.use, fresh.use]))
        return Heard(segments, every[rows])

    def bearing_on(self, question: Texts) -> tuple[Citation, ...]:
        """What bears on one ``question``, the latest first."""
        if not self.segments:
            return ()
        chances = ranking.odds(question, self._texts)[0]
        best = sorted(np.flatnonzero(chances > BEARS), key=lambda at: -chances[at])[:MOST_CITED]
        return tuple(self.segments[at] for at in sorted(best, reverse=True))
