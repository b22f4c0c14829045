"""What a viewer who looks up now should see in one language. Pure: the time is an argument."""

from __future__ import annotations

from collections import OrderedDict

from sidecar.delivery.mailbox import Kind, Name, Parcel

FINALS = 2
"""Final captions that stay on a screen."""
YOUNG_S = 8.0
"""A final caption older than this has left the screen: subtitles stay for seven seconds at most."""
PARTIALS = 8
"""Partials that may be open at once; older ones were forgotten by their maker."""


class Screen:
    """The last finals and the open partials of one language."""

    def __init__(self) -> None:
        self._finals: OrderedDict[Name, tuple[float, Parcel]] = OrderedDict()
        self._partials: OrderedDict[Name, Parcel] = OrderedDict()

    def show(self, parcel: Parcel, now_s: float, *, removed: bool) -> None:
        """Take in a caption, or with ``removed`` its removal, at the time ``now_s`` of any steady clock."""
        self._partials.pop(parcel.name, None)
        if parcel.kind is Kind.TENTATIVE:
            self._partials[parcel.name] = parcel
            _trim(self._partials, PARTIALS)
            return
        self._finals.pop(parcel.name, None)
        if not removed:
            self._finals[parcel.name] = (now_s, parcel)
            _trim(self._finals, FINALS)

    def finals(self, now_s: float) -> list[Parcel]:
        """Finals still young, oldest first."""
        return [parcel for shown_s, parcel in self._finals.values() if now_s - shown_s <= YOUNG_S]

    def partials(self) -> list[Parcel]:
        """Captions that are being spoken."""
        return list(self._partials.values())

    def is_open(self, name: Name) -> bool:
        """Whether ``name`` is a partial now."""
        return name in self._partials


def _trim(shelf: OrderedDict[Name, Parcel] | OrderedDict[Name, tuple[float, Parcel]], size: int) -> None:
    while len(shelf) > size:
        shelf.popitem(last=False)
