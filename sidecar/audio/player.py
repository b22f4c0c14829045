"""The thread behind a file or stream: opens it, decodes it, and opens it again when it is lost."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import structlog

from sidecar.audio.address import Address
from sidecar.audio.bridge import Bridge
from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, to_samples
from sidecar.audio.handover import Handover
from sidecar.audio.reconnect import Backoff
from sidecar.audio.source import SourceState
from sidecar.audio.timeline import Chunker, Timeline
from sidecar.errors import InputError

if TYPE_CHECKING:
    from sidecar.audio.ffmpeg import Media

log = structlog.get_logger()

REPEAT_PAUSE_MS = 3_000
HLS_PATIENCE = 3
"""HLS brings audio a segment of several seconds at a time, so it is given this many times the stall time-out."""
LISTEN_AGAIN_S = 0.2


class Player:
    """Plays one address into a `Handover`: `run` in a thread of its own, `stop` from any other.

    ``on_demand`` is known once there is audio: True for what has an end and waits for its reader.
    """

    def __init__(
        self,
        address: Address,
        *,
        name: str,
        repeat: bool,
        stall_timeout_s: float,
        reconnect_max_s: float,
        clock: Callable[[], float],
    ) -> None:
        self.on_demand = address.is_file
        self.opening = f"waiting for a stream at {name}" if address.listen else f"opening {name}"
        self.last_words = f"{name} has ended"
        self._address = address
        self._name = name
        self._repeat = repeat
        self._stall_s = stall_timeout_s * (HLS_PATIENCE if address.is_hls else 1)
        first_s, longest_s = (LISTEN_AGAIN_S, LISTEN_AGAIN_S) if address.listen else (0.5, reconnect_max_s)
        self._backoff = Backoff(first_s=first_s, maximum_s=longest_s)
        self._clock = clock
        self._chunker = Chunker()
        self._ahead_s: float | None = None  # of positions before the clock, once there was audio: the most so far
        self._timeline: Timeline | None = None
        self._bridge: Bridge | None = None
        self._stopped = False

    def run(self, out: Handover) -> None:
        """Until the end of the stream or until the reader goes. Raises `InputError` when it cannot be opened at all."""
        if self._address.listen:
            check_port(self._address)
        while True:
            try:
                if self._play_once(out):
                    return
                if self.on_demand:
                    continue
                reason = f"{self._name} ended"
            except InputError as exc:
                if self.on_demand or not (self._ahead_s is not None or self._address.listen):
                    raise
                reason = exc.message
            if self._stopped:
                return
            self._say_lost(out, reason)
            if not out.pause(self._backoff.next_s()):
                return

    def stop(self) -> None:
        """Wake `run` where it waits for a pusher."""
        self._stopped = True
        if self._bridge is not None:
            self._bridge.close()
        elif self._address.listen and self._address.port:
            host = self._address.host if self._address.host not in ("", "0.0.0.0", "::") else "localhost"
            with contextlib.suppress(OSError):
                socket.create_connection((host, self._address.port), timeout=0.5).close()

    def _play_once(self, out: Handover) -> bool:
        """True when it is over for good."""
        from sidecar.audio.ffmpeg import Media  # loads FFmpeg: here, in the thread, when it is needed

        resumed = self._timeline if self._address.is_hls and not self.on_demand else None
        self._bridge = Bridge(self._address, timeout_s=self._stall_s) if self._address.scheme == "srt" else None
        try:
            with Media(self._address, timeout_s=self._stall_s, timeline=resumed, bridge=self._bridge) as media:
                self.on_demand = media.on_demand and resumed is None
                self._timeline = media.timeline
                heard = self._play(media, out, after_s=resumed.next_s if resumed else None)
                if not self.on_demand or out.closed:
                    return out.closed or media.on_demand  # live HLS whose play list is complete now
                self._settle(media, heard)
                self._chunker.skip(to_samples(REPEAT_PAUSE_MS))
                return not self._repeat
        finally:
            if self._bridge is not None:
                self._bridge.close()

    def _play(self, media: Media, out: Handover, after_s: float | None) -> int:
        """Hand over all its audio; the number of samples there were."""
        heard = 0
        for piece in media.pieces(after_s=after_s):
            if not heard and len(piece.samples):
                self._say_live(out, resumed=after_s is not None)
            chunks = self._chunker.skip(piece.gap_samples) + self._chunker.feed(piece.samples)
            heard += len(piece.samples)
            ahead_s = self._chunker.end / SAMPLE_RATE - self._clock()
            self._ahead_s = ahead_s if self._ahead_s is None else max(self._ahead_s, ahead_s)
            if not self._hand_over(chunks, out):
                return heard
        self._hand_over(self._chunker.flush(), out)
        return heard

    def _hand_over(self, chunks: list[AudioChunk], out: Handover) -> bool:
        return all(out.put(chunk, wait=self.on_demand) for chunk in chunks)

    def _say_live(self, out: Handover, *, resumed: bool) -> None:
        if not self.on_demand and self._ahead_s is not None and not resumed:
            now = round((self._clock() + self._ahead_s) * SAMPLE_RATE)
            self._hand_over(self._chunker.skip(now - self._chunker.end), out)
        self._backoff.reset()
        out.say(SourceState.LIVE, f"{'playing' if self.on_demand else 'receiving'} {self._name}")

    def _say_lost(self, out: Handover, reason: str) -> None:
        waiting = f"waiting for a stream at {self._name}" if self._address.listen else "opening it again"
        state = SourceState.OPENING if self._ahead_s is None else SourceState.RECONNECTING
        log.warning("source lost", source=self._name, reason=reason)
        out.say(state, f"{reason}; {waiting}")

    def _settle(self, media: Media, heard: int) -> None:
        """The end of a file: was there anything, and was all of it readable?"""
        damage = _damage(media)
        if not heard and damage:
            raise InputError(f"{self._name} is damaged: none of its audio can be read", hint="copy or export it again")
        if not heard:
            raise InputError(f"{self._name} has no audio in it", hint="its audio track is 0 s long: record it again")
        if damage:
            self.last_words = f"{self._name} has ended; {damage}"
            log.warning("source damaged", source=self._name, damage=damage)


def check_port(address: Address) -> None:
    """Raises `InputError` when a listening address cannot have its port."""
    kind = socket.SOCK_DGRAM if address.scheme == "srt" else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port or 0))
        except OSError as exc:
            why = (exc.strerror or str(exc)).lower()
            raise InputError(f"cannot listen at {address.label}: {why}", hint="choose another port or address") from exc


def _damage(media: Media) -> str:
    said: list[str] = []
    unread_s = max(media.bad_s, media.missing_s)
    if media.bad_packets or unread_s >= 0.05:
        said.append(f"{max(unread_s, 0.1):.1f} s of it are missing or cannot be read")
    if media.broke_off:
        said.append(f"it broke off early ({media.broke_off})")
    return " and ".join(said)
