"""Sound made here, tones written in any format by PyAV; and what a source gave, collected."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
import numpy as np

from sidecar.audio.chunk import SAMPLE_RATE, AudioChunk, Samples
from sidecar.audio.source import AudioSource, SourceState, SourceStatus


class WriteMedia(Protocol):
    """``clip(name, seconds, codec=…, rate=…)``: a tone in a file of that name."""

    def __call__(
        self,
        name: str,
        seconds: float = 2.0,
        *,
        codec: str = "pcm_s16le",
        rate: int = 44_100,
        layout: str = "stereo",
        video: bool = False,
    ) -> Path: ...


def tone(seconds: float, *, hertz: float = 440.0, rate: int = SAMPLE_RATE, level: float = 0.25) -> Samples:
    at = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def write(
    path: Path,
    samples: Samples,
    *,
    codec: str,
    rate: int,
    layout: str = "stereo",
    video: bool = False,
    start_s: float = 0.0,
    hole: tuple[float, float] = (0.0, 0.0),
) -> Path:
    """``samples`` in a file. No ``codec``: a silent film. The sound starts at ``start_s``; from second ``hole[0]`` on,
    time stamps are ``hole[1]`` seconds later."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=5) if video else None
        stream = container.add_stream(codec, rate=rate, layout=layout) if codec else None
        if picture is not None:
            picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
            for _ in range(int(len(samples) / rate * 5)):
                container.mux(picture.encode(av.VideoFrame(64, 64, "yuv420p")))
            container.mux(picture.encode(None))
        if stream is not None:
            step = rate // 50
            for start in range(0, len(samples), step):
                frame = _frame(samples[start : start + step], rate, layout)
                late_s = start_s + (hole[1] if start >= hole[0] * rate else 0.0)
                frame.pts = start + round(late_s * rate)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def _frame(samples: Samples, rate: int, layout: str) -> av.AudioFrame:
    channels = av.AudioLayout(layout).nb_channels
    pcm = np.repeat((samples * 32767).astype(np.int16), channels).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=layout)
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    return frame


class Heard:
    """What a source gave: chunks, statuses."""

    def __init__(self) -> None:
        self.chunks: list[AudioChunk] = []
        self.statuses: list[SourceStatus] = []

    @property
    def samples(self) -> Samples:
        return np.concatenate([chunk.samples for chunk in self.chunks]) if self.chunks else np.zeros(0, np.float32)

    @property
    def seconds(self) -> float:
        return sum(len(chunk.samples) for chunk in self.chunks) / SAMPLE_RATE

    @property
    def states(self) -> list[SourceState]:
        return [status.state for status in self.statuses]

    @property
    def gaps(self) -> list[float]:
        """Seconds of the gaps between chunks."""
        pairs = zip(self.chunks, self.chunks[1:], strict=False)
        return [(after.position - before.end) / SAMPLE_RATE for before, after in pairs if after.position != before.end]


async def hear(source: AudioSource, *, until: Callable[[Heard], bool] = lambda _: False) -> Heard:
    """Everything ``source`` gives, until it ends or ``until`` says so after a chunk."""
    heard = Heard()
    stream = source.chunks(heard.statuses.append)
    try:
        async for chunk in stream:
            heard.chunks.append(chunk)
            if until(heard):
                break
    finally:
        await stream.aclose()  # type: ignore[attr-defined]
    return heard
