"""Whisper on CTranslate2, called with windows as short as the speech (with bench/offline.py the only importer of
faster-whisper).

`WhisperModel.transcribe` always pads to 30 s, and the cost of the encoder follows the window. Here the window is the
audio and some silence: two seconds where it must be quick, more where it is worth it. Two things keep short windows
accurate: decoding with timestamp tokens, and dropping what is timed after the end of the audio, for that is where
Whisper repeats itself when a window ends in silence. Where it stops before the end of the audio, as it does when
another voice goes on, the rest is heard in a window of its own (Radford et al. 2022, section 4.5, moves its window
likewise). A beam search whose outcome is doubtful is followed by samples at rising temperatures (ibid.). The length of
a hypothesis is capped by the audio's. Word times come from cross-attention on the same encoder
output.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sidecar import language, machine
from sidecar.audio.chunk import SAMPLE_RATE, Samples
from sidecar.errors import ModelError, RecognitionError
from sidecar.speech.agreement import CHARACTER_LANGUAGES
from sidecar.speech.cleanup import HUMMING_NO_SPEECH, is_nobody
from sidecar.speech.recognizer import Choose, Hypothesis, Word

if TYPE_CHECKING:
    from faster_whisper.tokenizer import Tokenizer

PADDING_S = 2.0
"""Silence after the audio: below this, short windows make Whisper repeat itself."""
CAREFUL_PADDING_S = 15.0
"""The same for a beam search, which is not in a hurry: with less, Mandarin is heard worse by two points or more."""
WINDOW_S = 30.0
"""What Whisper was trained on; on a GPU, windows are padded to it."""
MAX_AUDIO_S = 28.0
TOKENS_PER_SECOND = 14
"""Nobody speaks faster than this, in any language; a hypothesis is cut there."""
SPARE_TOKENS = 12
TIMESTAMP_STEP_S = 0.02
END_SLACK_S = 0.2
"""What begins later than this before the end of the audio was not said in it."""
DOUBTFUL_LOGPROB = -1.0
DOUBTFUL_COMPRESSION = 2.4
"""A careful hypothesis less likely, per token, or more repetitive than this is doubted."""
TEMPERATURES = (0.2, 0.4, 0.6)
"""At which a doubtful window is sampled, one after the other."""
SHORTEST_S = 0.5
SHORTEST_REST_S = 1.0
"""Where Whisper stops, between these from the start and from the end of the audio, the rest is heard again."""
MAX_FRAMES = 3_000
"""Feature frames that Whisper takes at most: 30 s."""
_HOP_SAMPLES = 160
_FRAMES_PER_TIME_STEP = 2
_TAGS = {"no": "nb", "tl": "fil", "jw": "jv"}
"""Where Whisper's code is not the canonical tag."""
_LANGUAGES = (
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fil fo fr gl gu ha haw he hi hr ht hu hy "
    "id is it ja jv ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn oc pa pl ps pt ro ru sa sd "
    "si sk sl sn so sq sr su sv sw ta te tg th tk tr tt uk ur uz vi yi yo yue zh"
)
LANGUAGES = frozenset(_LANGUAGES.split())
"""Bare tags of what Whisper knows; here, so that they are known without loading it."""


class WhisperRecognizer:
    """A `Recognizer`. ``path`` is the folder of a CTranslate2 Whisper; ``threads`` 0 chooses for this machine.

    ``in_english``: what a beam search finds is written in English as well, from the same encoder output.
    So many calls ``at_once``, from as many threads, are computed side by side, each on ``threads``; the weights are
    shared. Raises `ModelError` when the folder holds no usable model.
    """

    def __init__(
        self, path: Path, *, device: str = "auto", threads: int = 0, at_once: int = 1, in_english: bool = False
    ) -> None:
        from faster_whisper import WhisperModel

        if not (path / "tokenizer.json").is_file():  # faster-whisper would ask the hub for another
            raise _unusable(path, "tokenizer.json is missing")
        self.device = _device(device)
        self._padding_s = (PADDING_S, CAREFUL_PADDING_S) if self.device == "cpu" else (WINDOW_S, WINDOW_S)
        try:
            self._model: Any = WhisperModel(
                str(path),
                device=self.device,
                compute_type="float16" if self.device == "cuda" else "int8",
                cpu_threads=threads or default_threads(),
                num_workers=at_once,
                local_files_only=True,
            )
        except Exception as exc:  # tokenizers raises nothing more specific
            raise _unusable(path, _first_line(exc)) from exc
        self.multilingual = bool(self._model.model.is_multilingual)
        self._in_english = in_english and self.multilingual
        self._tokenizer = lru_cache(maxsize=128)(self._make_tokenizer)

    def recognize(self, audio: Samples, *, language: str | Choose, beam_size: int, word_times: bool) -> Hypothesis:
        """See `Recognizer`. Languages are `LANGUAGES`."""
        audio = audio[: int(MAX_AUDIO_S * SAMPLE_RATE)]
        try:
            heard, stopped_s = self._hear(audio, language, beam_size, word_times)
            while stopped_s is not None:
                rest, rest_s = self._hear(audio[int(stopped_s * SAMPLE_RATE) :], heard.language, beam_size, word_times)
                if is_nobody(rest):
                    break
                heard = joined(heard, rest, stopped_s)
                stopped_s = None if rest_s is None else stopped_s + rest_s
        except (RuntimeError, ValueError) as exc:
            raise RecognitionError(f"Whisper failed: {_first_line(exc)}") from exc
        return heard

    def _hear(
        self, audio: Samples, language: str | Choose, beam_size: int, word_times: bool
    ) -> tuple[Hypothesis, float | None]:
        """The hypothesis of one window, and where in ``audio`` Whisper stopped, in seconds, if long before its end."""
        seconds = len(audio) / SAMPLE_RATE
        encoded, frames = self._encode(audio, self._padding_s[beam_size > 1])
        spoken = language if isinstance(language, str) else language(self._detect(encoded))
        tokenizer = self._tokenizer(spoken)
        hypothesis, ids = self._decode(encoded, tokenizer, beam_size, seconds)
        if beam_size > 1 and is_doubtful(hypothesis):
            hypothesis, ids = self._doubted(encoded, tokenizer, (hypothesis, ids), seconds)
        hypothesis = replace(hypothesis, language=spoken)
        if self._in_english and beam_size > 1 and hypothesis.text and spoken != "en":
            english, _ = self._decode(encoded, self._tokenizer(spoken, "translate"), beam_size, seconds)
            hypothesis = replace(hypothesis, in_english=english.text)
        if word_times and hypothesis.text:
            tokens = spoken_tokens(ids, tokenizer.timestamp_begin, seconds)
            hypothesis = replace(hypothesis, words=self._words(encoded, tokenizer, tokens, frames))
        return hypothesis, stop_s(ids, tokenizer.timestamp_begin, seconds) if hypothesis.text else None

    def _doubted(
        self, encoded: Any, tokenizer: Tokenizer, first: tuple[Hypothesis, list[int]], seconds: float
    ) -> tuple[Hypothesis, list[int]]:
        """The first sample that is not doubtful, else the likeliest of them and ``first``, loops last."""
        found = [first]
        for temperature in TEMPERATURES:
            found.append(self._decode(encoded, tokenizer, 1, seconds, temperature))
            if not is_doubtful(found[-1][0]):
                return found[-1]
        return max(found, key=lambda each: (each[0].compression <= DOUBTFUL_COMPRESSION, each[0].logprob))

    def _decode(
        self, encoded: Any, tokenizer: Tokenizer, beam_size: int, seconds: float, temperature: float = 0.0
    ) -> tuple[Hypothesis, list[int]]:
        """A hypothesis without words or language, and its token ids."""
        result = self._generate(encoded, tokenizer, beam_size, seconds, temperature)
        ids: list[int] = result.sequences_ids[0]
        text = tokenizer.decode(spoken_tokens(ids, tokenizer.timestamp_begin, seconds)).strip()
        return Hypothesis(
            text=text,
            words=(),
            language="",
            logprob=float(result.scores[0]),
            no_speech=float(result.no_speech_prob),
            compression=_compression(text),
        ), ids

    def detect(self, audio: Samples) -> dict[str, float]:
        """How likely each of `LANGUAGES` is in ``audio``, from its encoder output alone."""
        encoded, _ = self._encode(audio[: int(MAX_AUDIO_S * SAMPLE_RATE)], self._padding_s[0])
        return self._detect(encoded)

    def _encode(self, audio: Samples, padding_s: float) -> tuple[Any, int]:
        """Encoder output for ``audio`` and silence after it, and how many feature frames of it are audio."""
        padded = np.pad(audio, (0, int(padding_s * SAMPLE_RATE)))
        features = self._model.feature_extractor(padded)
        features = features[:, :MAX_FRAMES]
        mels, frames = features.shape
        if -(-frames // _FRAMES_PER_TIME_STEP) == mels:  # CTranslate2 would take this encoder output for raw features
            features = np.pad(features, ((0, 0), (0, 2 * _FRAMES_PER_TIME_STEP)), mode="edge")
        return self._model.encode(features), max(_FRAMES_PER_TIME_STEP, len(audio) // _HOP_SAMPLES)

    def _detect(self, encoded: Any) -> dict[str, float]:
        """How likely each language is."""
        if not self.multilingual:
            return {"en": 1.0}
        codes = ((str(token)[2:-2], float(share)) for token, share in self._model.model.detect_language(encoded)[0])
        return {_TAGS.get(code, code): share for code, share in codes}

    def _generate(self, encoded: Any, tokenizer: Tokenizer, beam_size: int, seconds: float, temperature: float) -> Any:
        """At a temperature above 0 a sample, else the best of a beam."""
        prompt = list(tokenizer.sot_sequence)
        room = SPARE_TOKENS + int(TOKENS_PER_SECOND * seconds)
        return self._model.model.generate(
            encoded,
            [prompt],
            beam_size=beam_size,
            max_length=min(448, len(prompt) + room),
            sampling_topk=0 if temperature else 1,
            sampling_temperature=temperature or 1.0,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]

    def _words(self, encoded: Any, tokenizer: Tokenizer, tokens: list[int], frames: int) -> tuple[Word, ...]:
        aligned = self._model.find_alignment(tokenizer, [tokens], encoded, frames)[0]
        return tuple(
            Word(
                text=str(word["word"]),
                start_s=float(word["start"]),
                end_s=float(word["end"]),
                probability=float(word["probability"]),
            )
            for word in aligned
            if word["word"]
        )

    def _make_tokenizer(self, language: str, task: str = "transcribe") -> Tokenizer:
        from faster_whisper.tokenizer import Tokenizer

        return Tokenizer(self._model.hf_tokenizer, self.multilingual, task=task, language=whisper_code(language))


def spoken_tokens(tokens: Sequence[int], timestamp_begin: int, audio_s: float) -> list[int]:
    """The text tokens of ``tokens`` timed inside the ``audio_s`` seconds of audio.

    Ids from ``timestamp_begin`` on are times, in steps of `TIMESTAMP_STEP_S`.
    """
    kept: list[int] = []
    for token in tokens:
        if token >= timestamp_begin:
            if kept and (token - timestamp_begin) * TIMESTAMP_STEP_S >= audio_s - END_SLACK_S:
                break
        else:
            kept.append(token)
    return kept


def stop_s(tokens: Sequence[int], timestamp_begin: int, audio_s: float) -> float | None:
    """Where the last segment ends that Whisper timed, if so early that something else may be said after it."""
    times = [(token - timestamp_begin) * TIMESTAMP_STEP_S for token in tokens if token >= timestamp_begin]
    if len(times) < 2 or times[-1] < SHORTEST_S or audio_s - times[-1] < SHORTEST_REST_S:
        return None
    return times[-1]


def is_doubtful(hypothesis: Hypothesis) -> bool:
    """Unlikely or repetitive, so that another may be better; not where somebody may be humming, for a sample of that
    reads like words."""
    unlikely = hypothesis.logprob < DOUBTFUL_LOGPROB or hypothesis.compression > DOUBTFUL_COMPRESSION
    return unlikely and bool(hypothesis.text) and hypothesis.no_speech <= HUMMING_NO_SPEECH


def joined(first: Hypothesis, rest: Hypothesis, after_s: float) -> Hypothesis:
    """``first``, and ``rest``, which was heard from ``after_s`` on."""
    between = "" if language.base(first.language) in CHARACTER_LANGUAGES else " "
    text = first.text + between + rest.text
    words = [
        replace(
            word,
            text=word.text if index else between + word.text.lstrip(),
            start_s=after_s + word.start_s,
            end_s=after_s + word.end_s,
        )
        for index, word in enumerate(rest.words)
    ]
    return Hypothesis(
        text=text,
        words=(*first.words, *words),
        language=first.language,
        logprob=(first.logprob * len(first.text) + rest.logprob * len(rest.text)) / (len(first.text) + len(rest.text)),
        no_speech=first.no_speech,
        compression=_compression(text),
        in_english=" ".join(filter(None, (first.in_english, rest.in_english))),
    )


def whisper_code(tag: str) -> str:
    """What Whisper calls the language of a bare tag."""
    return next((code for code, own in _TAGS.items() if own == tag), tag)


def default_threads() -> int:
    """Threads that are worth their keep: half of the cores, and four at most.

    A decoding step of a small model is too short to be divided: on two cores a second thread takes a third more
    processor time and saves none, and translation wants that core.
    """
    return min(max(machine.cores() // 2, 1), 4)


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "cuda" if machine.gpus() else "cpu"


def _compression(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def _unusable(path: Path, why: str) -> ModelError:
    return ModelError(
        f"{path.name} cannot be loaded as a Whisper model: {why}",
        hint="sidecar models verify, or sidecar models pull whisper-base",
    )


def _first_line(exc: Exception) -> str:
    return (str(exc).splitlines() or [type(exc).__name__])[0]
