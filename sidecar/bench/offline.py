"""Offline faster-whisper, to compare live captions with: full windows, beam of 5, nothing carried over between them.

It runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sidecar import machine
from sidecar.audio.chunk import Samples
from sidecar.bench.cost import Cost, Meter

BEAM_SIZE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    text: str
    cost: Cost


class Offline:
    """The model in the folder ``path``, on the processor, with every core. `close` ends its process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._process = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    async def decode(self, audio: Samples, language: str | None, hotwords: str = "") -> Decoded:
        """``audio`` at 16 kHz, of any length; ``language`` is Whisper's code, None detects it; ``hotwords`` are said
        to have been heard before."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._process, _decode, self._path, audio, language, hotwords)

    def close(self) -> None:
        self._process.shutdown(cancel_futures=True)


def _decode(path: Path, audio: Samples, language: str | None, hotwords: str) -> Decoded:
    """Runs in the other process."""
    model = _model(path)
    with Meter() as meter:
        segments, _ = model.transcribe(
            audio,
            language=language,
            beam_size=BEAM_SIZE,
            condition_on_previous_text=False,
            hotwords=hotwords or None,
        )
        text = "".join(segment.text for segment in segments)
    return Decoded(text=text.strip(), cost=meter.cost)


@lru_cache(maxsize=1)
def _model(path: Path) -> Any:
    from faster_whisper import WhisperModel

    threads = machine.cores()
    return WhisperModel(str(path), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True)
