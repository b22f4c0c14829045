"""Decoding and resampling by FFmpeg, through PyAV. The only file that imports ``av``."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import av
import av.error
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from sidecar.audio.address import Address, check_file
from sidecar.audio.bridge import Bridge
from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.audio.timeline import Timeline
from sidecar.errors import InputError, InputLostError

LISTEN_S = 120.0
"""A listening address is opened anew after so long without a caller; until then its port stays open."""
LIVE_ANALYSIS_US = 1_500_000
"""Live streams are looked at for so long before the first audio; FFmpeg's own default is 5 s."""
REPLAY_S = 120.0
"""A stream opened again may offer so much of what was heard already."""
SAME_S = 0.005
"""Presentation times closer than this are the same, rounded differently."""
ROUNDING_S = 0.5
GUESSED_LENGTH = frozenset({"mp3", "aac", "ac3", "eac3", "mpeg", "mpegts", "hls", "amr"})
"""Formats whose length FFmpeg estimates from the size of the file."""
DOWNMIX = {"rematrix_maxval": "1.0"}
"""Without it FFmpeg mixes float channels down to more than full scale: stereo 1.4 times, 5.1 1.7 times."""

_NOTHING: Samples = np.zeros(0, np.float32)


class Resampler:
    """Any rate, format and number of channels to 16 kHz mono, across calls as if it were one long signal."""

    def __init__(self) -> None:
        self._resampler: AudioResampler | None = None
        self._shape: tuple[str, str, int] | None = None

    def feed(self, pcm: NDArray[np.int16] | NDArray[np.float32], rate: int) -> Samples:
        """``pcm`` has shape (frames,) or (frames, channels); int16, or float32 in [-1, 1]."""
        if not len(pcm):
            return _NOTHING
        mono = pcm if pcm.ndim == 1 else pcm.mean(axis=1)
        scaled = mono.astype(np.float32) / 32768 if pcm.dtype == np.int16 else mono.astype(np.float32)
        frame = av.AudioFrame.from_ndarray(scaled.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = rate
        return self.feed_frame(frame)

    def feed_frame(self, frame: av.AudioFrame) -> Samples:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        tail = self.flush() if shape != self._shape else _NOTHING
        if self._resampler is None:
            self._resampler = AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE, options=DOWNMIX)
            self._shape = shape
        frame.pts = None  # positions are counted from samples; the filter must not fill or cut by time stamps
        return _joined([tail, *map(_mono, self._resampler.resample(frame))])

    def flush(self) -> Samples:
        """What the filter still holds; the next piece starts a new signal."""
        resampler, self._resampler, self._shape = self._resampler, None, None
        return _joined([_mono(frame) for frame in resampler.resample(None) if frame]) if resampler else _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Decoded audio. ``gap_samples`` of nothing lie between the piece before and this one."""

    samples: Samples
    gap_samples: int


class Media:
    """An opened file or stream, a context manager. Decoding blocks: use it in a thread.

    ``timeline`` carries presentation times over from an earlier opening of the same stream; None starts anew.
    Raises `InputError` with a hint, from the constructor and from `pieces`.
    """

    def __init__(
        self, address: Address, *, timeout_s: float, timeline: Timeline | None = None, bridge: Bridge | None = None
    ) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._container = _open(address, timeout_s, bridge)
        self._stream = self._audio_stream()
        self.timeline = timeline or Timeline(start_s=self._start_s())
        self.bad_packets = 0
        self.bad_s = 0.0
        self.missing_s = 0.0
        self.broke_off = ""

    @property
    def on_demand(self) -> bool:
        """True when the whole is there from the start: a file, or a URL of known length."""
        return self._address.is_file or (not self._address.always_live and self._container.duration is not None)

    def __enter__(self) -> Media:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._container.close()

    def pieces(self, *, after_s: float | None = None) -> Iterator[Piece]:
        """Everything that can be decoded, in order; the last `REPLAY_S` before presentation time ``after_s`` left out.

        What cannot be decoded becomes a gap: packets that the decoder refused are in ``bad_packets`` and ``bad_s``,
        what the time stamps and the header miss in ``missing_s``. A file that breaks off ends, with ``broke_off``
        saying why; a live stream that does raises `InputLostError`.
        """
        resampler, gap, started = Resampler(), 0, False
        replay_s = REPLAY_S
        if after_s is not None and self.on_demand:
            self._container.seek(int(after_s * av.time_base))
            replay_s = float("inf")
        for frame in self._frames():
            time_s = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
            if after_s is not None and time_s is not None and after_s - replay_s < time_s < after_s - SAME_S:
                continue
            now_gap = self.timeline.gap(time_s, frame.samples / frame.sample_rate)
            if now_gap:
                yield Piece(samples=resampler.flush(), gap_samples=gap)
                gap = now_gap
                self.missing_s += now_gap / SAMPLE_RATE if started else 0
            started = True
            samples = resampler.feed_frame(frame)
            if len(samples):
                yield Piece(samples=samples, gap_samples=gap)
                gap = 0
        yield Piece(samples=resampler.flush(), gap_samples=gap)
        self.missing_s += self._short_s()

    def _short_s(self) -> float:
        """How much earlier than its header says a file ended; half a second is rounding."""
        if not self.on_demand or not self._stream.duration:
            return 0.0
        start_s = (self._stream.start_time or 0) * self._stream.time_base
        short_s = float(start_s + self._stream.duration * self._stream.time_base) - (self.timeline.next_s or 0.0)
        return short_s if short_s > ROUNDING_S and self._container.format.name not in GUESSED_LENGTH else 0.0

    def _frames(self) -> Iterator[av.AudioFrame]:
        try:
            for packet in self._container.demux(self._stream):
                yield from self._decoded(packet)
        except (av.error.FFmpegError, TimeoutError) as exc:
            if not self.on_demand:
                raise InputLostError(_lost(self._address, exc, self._timeout_s)) from exc
            self.broke_off = _words(exc)

    def _decoded(self, packet: Any) -> list[av.AudioFrame]:
        try:
            return list(packet.decode())
        except (av.error.InvalidDataError, av.error.PatchWelcomeError, av.error.BugError):
            if packet.size:
                self.bad_packets += 1
                self.bad_s += float((packet.duration or 0) * packet.time_base)
            return []

    def _audio_stream(self) -> Any:
        stream = self._container.streams.best("audio")
        if stream is not None and stream.codec_context is not None:
            return stream
        self._container.close()
        if stream is None:
            raise InputError(f"{self._address.label} has no audio track", hint="choose a file or stream with sound")
        raise InputError(
            f"the audio of {self._address.label} is in a format that cannot be decoded",
            hint="convert it to AAC, MP3, Opus, FLAC or WAV",
        )

    def _start_s(self) -> float | None:
        """Where position 0 lies: for a file its own start, so that captions fit the picture; else the first audio."""
        start = self._container.start_time
        return start / av.time_base if self.on_demand and start is not None else None


def _open(address: Address, timeout_s: float, bridge: Bridge | None) -> Any:
    if address.is_file:
        check_file(address)
    open_s = LISTEN_S if address.listen else timeout_s
    try:
        if bridge is not None:
            return av.open(bridge, format="nut", options=_options(address))
        return av.open(address.target, options=_options(address), timeout=(open_s, timeout_s))
    except (av.error.FFmpegError, TimeoutError) as exc:
        raise _refused(address, exc, open_s, bridge) from exc


def _options(address: Address) -> dict[str, str]:
    if address.is_file:
        return {}
    options = {"analyzeduration": str(LIVE_ANALYSIS_US)}
    if address.scheme.startswith("rtmp") and address.listen:
        options["listen"] = "1"
    if address.scheme.startswith("rtsp"):
        options["rtsp_transport"] = "tcp"  # audio lost on UDP is words lost
    if address.is_hls:
        del options["analyzeduration"]
    return options


def _refused(address: Address, exc: Exception, open_s: float, bridge: Bridge | None) -> InputError:
    said = bridge.complaint() if bridge else ""
    if address.is_file and isinstance(exc, OSError):
        return InputError(f"cannot read {address.label}: {_words(exc)}", hint="check the disk and its permissions")
    if isinstance(exc, av.error.ProtocolNotFoundError):
        return InputError(f"{address.scheme}:// is not supported by this FFmpeg", hint="use RTMP, HLS or RTSP instead")
    if not said and isinstance(exc, av.error.InvalidDataError | av.error.DemuxerNotFoundError | av.error.EOFError):
        return InputError(
            f"{address.label} is not audio or video that can be read",
            hint="use WAV, FLAC, MP3, MP4, MKV, OGG or a stream of them",
        )
    if address.listen and isinstance(exc, av.error.ExitError):
        return InputLostError(f"nobody called {address.label} for {open_s:g} s", hint="start the stream")
    why = said or _why(exc, open_s)
    return InputLostError(
        f"cannot reach {address.label}: {why}", hint="check the address, and that the stream has started"
    )


def _why(exc: Exception, open_s: float) -> str:
    if isinstance(exc, av.error.ExitError | TimeoutError):
        return f"no answer within {open_s:g} s"
    if isinstance(exc, av.error.HTTPClientError | av.error.HTTPServerError):
        return f"the server says {_words(exc)}"
    if getattr(exc, "errno", None) == errno.EIO:
        return "unknown host, or the connection broke off"
    return _words(exc)


def _lost(address: Address, exc: Exception, timeout_s: float) -> str:
    if isinstance(exc, av.error.ExitError | TimeoutError):
        return f"{address.label} sent nothing for {timeout_s:g} s"
    return f"{address.label} broke off: {_words(exc)}"


def _words(exc: Exception) -> str:
    """FFmpeg's own words, without number and address."""
    return (getattr(exc, "strerror", None) or str(exc)).strip().lower()


def _mono(frame: av.AudioFrame) -> Samples:
    return frame.to_ndarray().reshape(-1).astype(np.float32, copy=True)


def _joined(parts: list[Samples]) -> Samples:
    return np.concatenate(parts) if parts else _NOTHING


def duration_ms(path: str) -> int:
    """Length of a file as its container states it; 0 where it does not, or cannot be opened."""
    try:
        with av.open(path) as container:
            return (container.duration or 0) // 1000
    except (av.error.FFmpegError, OSError, ValueError):
        return 0
