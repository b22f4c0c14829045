"""From what a recogniser wrote to what captions show: script, marks and numbers.

Partials and finals are written alike, so that a caption does not change when it becomes final. Of a partial, a number
that its end may have cut off is held back until it is known to be whole: 九十 would be 90, and 99 a moment later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sidecar.captions.caption import Segment
from sidecar.speech import edits, figures, marks
from sidecar.speech.edits import Edit
from sidecar.speech.script import chinese_converter, chinese_tag

_CHINESE = frozenset({"zh", "yue"})
_Step = Callable[[str, str], Sequence[Edit]]


class Writing:
    """``chinese``: script, see `chinese_converter`. ``digits``: numbers with digits where subtitles have them."""

    def __init__(self, *, chinese: str = "simplified", digits: bool = True) -> None:
        self._convert = chinese_converter(chinese)
        self._chinese_tag = chinese_tag(chinese)
        self._digits = digits
        self._steps: tuple[_Step, ...] = (marks.marks, marks.spaces)

    def tag(self, spoken: str) -> str:
        """The tag of captions in the bare language ``spoken``."""
        return self._chinese_tag if spoken == "zh" else spoken

    def written(self, segment: Segment) -> Segment:
        """``segment`` as captions show it; what is stable of it stays so."""
        spoken, text, stable = segment.language, segment.text, segment.stable
        if spoken in _CHINESE:
            text = self._convert(text)
        for step in self._steps:
            text, stable = _edited(text, stable, step(text, spoken))
        if self._digits:
            whole = len(text) if segment.final else figures.unfinished(text, spoken)
            changes = [edit for edit in figures.figures(text, spoken) if edit.end <= whole]
            text, stable = _edited(text[:whole].rstrip(), min(stable, whole), changes)
        return replace(segment, language=self.tag(spoken), text=text, stable=min(stable, len(text)))


def _edited(text: str, stable: int, changes: Sequence[Edit]) -> tuple[str, int]:
    return edits.apply(text, changes), edits.place(stable, changes)
