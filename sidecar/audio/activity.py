"""Speech or silence, by Silero VAD as faster-whisper ships it. The only file that imports ``onnxruntime``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from sidecar.audio.chunk import AudioChunk, Samples, level_dbfs
from sidecar.audio.endpoint import WINDOW_SAMPLES, Endpointer, SpeechEvent
from sidecar.audio.gain import Gain
from sidecar.errors import ModelError

CONTEXT_SAMPLES = 64
"""The model sees so much of the window before."""
_STATE_SHAPE = (1, 1, 128)


class SpeechProbability:
    """Silero over a stream: one probability for each `WINDOW_SAMPLES` of audio, whatever the split.

    Windows are computed one at a time, so that the same audio gives the same floats however it was cut. Loading takes
    some 50 ms; a window about 0.2 ms of one core. Raises `ModelError` when the model is not there.
    """

    def __init__(self) -> None:
        self._session = _load()
        self._rest: Samples = np.zeros(0, np.float32)
        self.reset()

    def reset(self) -> None:
        """Forget everything heard, as after a gap."""
        self._h = np.zeros(_STATE_SHAPE, np.float32)
        self._c = np.zeros(_STATE_SHAPE, np.float32)
        self._context: Samples = np.zeros(CONTEXT_SAMPLES, np.float32)
        self._rest = np.zeros(0, np.float32)

    def feed(self, samples: Samples) -> list[float]:
        """Probabilities of the windows that ``samples`` complete; what is left over waits for the next call."""
        audio = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        whole = len(audio) - len(audio) % WINDOW_SAMPLES
        self._rest = audio[whole:].copy()
        return [self._window(audio[start : start + WINDOW_SAMPLES]) for start in range(0, whole, WINDOW_SAMPLES)]

    def _window(self, window: Samples) -> float:
        seen = np.concatenate([self._context, window])[np.newaxis]
        self._context = window[-CONTEXT_SAMPLES:]
        output, self._h, self._c = self._session.run(None, {"input": seen, "h": self._h, "c": self._c})
        return float(output.reshape(-1)[0])


class SpeechActivity:
    """Chunks in, starts and ends of utterances out: `SpeechProbability` and `Endpointer` with the positions kept.

    A quiet voice is made louder for the model (`Gain`), which else hears it late or not at all.
    """

    def __init__(self, probability: SpeechProbability, endpointer: Endpointer) -> None:
        self._probability = probability
        self._endpointer = endpointer
        self._gain = Gain()
        self._rest: Samples = np.zeros(0, np.float32)
        self._position: int | None = None

    @property
    def speaking(self) -> bool:
        return self._endpointer.speaking

    def feed(self, chunk: AudioChunk) -> list[SpeechEvent]:
        """Events that ``chunk`` settles. A gap before it ends the utterance."""
        events: list[SpeechEvent] = []
        if self._position is not None and chunk.position != self._position + len(self._rest):
            events += self._endpointer.interrupt(chunk.position)
            self._probability.reset()
            self._position, self._rest = None, self._rest[:0]
        start = chunk.position if self._position is None else self._position
        audio = np.concatenate([self._rest, chunk.samples])
        while len(audio) >= WINDOW_SAMPLES:
            window, audio = audio[:WINDOW_SAMPLES], audio[WINDOW_SAMPLES:]
            level = level_dbfs(window)
            louder = np.clip(window * np.float32(self._gain.factor(level, WINDOW_SAMPLES)), -1.0, 1.0)
            [probability] = self._probability.feed(louder)
            events += self._endpointer.feed(probability, level, start)
            start += WINDOW_SAMPLES
        self._position, self._rest = start, audio
        return events

    def flush(self) -> list[SpeechEvent]:
        """The end of the audio."""
        return self._endpointer.flush()


def _load() -> Any:
    import onnxruntime

    package = find_spec("faster_whisper")
    folders = list(package.submodule_search_locations or ()) if package else []
    models = [path for folder in folders for path in sorted(Path(folder, "assets").glob("silero_vad*.onnx"))]
    if not models:
        raise ModelError("the speech detector is missing", hint="install faster-whisper 1.2 again")
    options: Any = onnxruntime.SessionOptions()  # pyright: ignore[reportUnknownVariableType]
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(models[-1]), providers=["CPUExecutionProvider"], sess_options=options)
