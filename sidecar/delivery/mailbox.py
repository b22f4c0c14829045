"""What waits for one viewer, bounded: finals are kept, of partials only the latest. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum, auto

Name = tuple[int, str]
"""What names a caption on a screen: its id and its language."""


class Kind(Enum):
    """How a message may be treated on its way."""

    NOTICE = auto()  # hello, status, error: only the latest of its topic counts, and it is never dropped
    TENTATIVE = auto()  # a partial caption: the latest revision counts, and it may be dropped
    LASTING = auto()  # a final caption or a removal: each one counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message, encoded once and shared by all its viewers. ``seq`` is None for what is not stored."""

    text: str
    kind: Kind
    topic: str = ""  # of a notice: what it is about
    name: Name = (0, "")  # of a caption or removal
    seq: int | None = None

    @property
    def lang(self) -> str:
        return self.name[1]


class Mailbox:
    """At most ``size`` captions in the order they came; notices come on top, one of each topic."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._parcels: OrderedDict[tuple[object, ...], Parcel] = OrderedDict()
        self._notices = 0
        self.replaced = 0
        """Partials that gave way: to a later revision, to their final, or for want of room."""

    def __len__(self) -> int:
        return len(self._parcels)

    def put(self, parcel: Parcel) -> bool:
        """Let ``parcel`` wait. False when a lasting one finds no room: the viewer has to resume from the store."""
        match parcel.kind:
            case Kind.NOTICE:
                key: tuple[object, ...] = ("notice", parcel.topic)
                self._forget(key)
            case Kind.TENTATIVE:
                key = ("tentative", *parcel.name)
                self.replaced += self._forget(key)
                if self._captions >= self._size and not self._evict_tentative():
                    self.replaced += 1
                    return True
            case Kind.LASTING:
                key = ("lasting", *parcel.name, parcel.seq)
                self.replaced += self._forget(("tentative", *parcel.name))
                if self._captions >= self._size and not self._evict_tentative():
                    return False
        self._notices += parcel.kind is Kind.NOTICE
        self._parcels[key] = parcel
        return True

    def take(self) -> Parcel | None:
        """The parcel that has waited longest."""
        if not self._parcels:
            return None
        _, parcel = self._parcels.popitem(last=False)
        self._notices -= parcel.kind is Kind.NOTICE
        return parcel

    def drop_captions(self, keep: Collection[str] = ()) -> int:
        """Throw captions away, except those in the languages ``keep``; the number of lasting ones that went."""
        gone = [
            (key, parcel)
            for key, parcel in self._parcels.items()
            if parcel.kind is not Kind.NOTICE and parcel.lang not in keep
        ]
        for key, _ in gone:
            del self._parcels[key]
        return sum(parcel.kind is Kind.LASTING for _, parcel in gone)

    def take_lasting(self) -> list[Parcel]:
        """Every final and removal that waits, at once."""
        lasting = [(key, parcel) for key, parcel in self._parcels.items() if parcel.kind is Kind.LASTING]
        for key, _ in lasting:
            del self._parcels[key]
        return [parcel for _, parcel in lasting]

    def names(self) -> set[Name]:
        """The captions that something waits for."""
        return {parcel.name for parcel in self._parcels.values() if parcel.kind is not Kind.NOTICE}

    @property
    def _captions(self) -> int:
        return len(self._parcels) - self._notices

    def _forget(self, key: tuple[object, ...]) -> int:
        parcel = self._parcels.pop(key, None)
        if parcel is not None:
            self._notices -= parcel.kind is Kind.NOTICE
        return int(parcel is not None)

    def _evict_tentative(self) -> bool:
        oldest = next((key for key, parcel in self._parcels.items() if parcel.kind is Kind.TENTATIVE), None)
        if oldest is None:
            return False
        self.replaced += self._forget(oldest)
        return True
