"""From settings to loaded engines: the recogniser and the translator, fetched and chosen where need be.

Everything here blocks for seconds: it is called before a session starts, or in a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from sidecar import language, machine, weights
from sidecar.audio.activity import SpeechActivity, SpeechProbability
from sidecar.audio.endpoint import Endpointer
from sidecar.config import Settings
from sidecar.errors import ModelError, UsageError
from sidecar.glossary.term import Glossary
from sidecar.speech.languages import Belief, Switching
from sidecar.speech.listener import Listener
from sidecar.speech.transcript import Policy, Transcript
from sidecar.speech.turns import Turns
from sidecar.speech.writing import Writing
from sidecar.translation import heard
from sidecar.translation.terms import Terminology
from sidecar.translation.translator import Translator
from sidecar.weights.fit import GPU_RECOGNISER, RECOGNISER

if TYPE_CHECKING:
    from sidecar.memory.library import Library
    from sidecar.speech.recognizer import LiveRecognizer
    from sidecar.speech.vocabulary import Vocabulary
    from sidecar.weights.fit import Choice
    from sidecar.weights.progress import Progress

log = structlog.get_logger()

NONE = "none"
AUTO = "auto"


def recognizer_path(settings: Settings, progress: Progress | None = None) -> Path:
    """Where the recogniser's model is: the one set, or the best for this machine; fetched if it is not here.

    Raises `ModelError`.
    """
    wanted = settings.speech.model
    if wanted != AUTO:
        return weights.ensure(wanted, progress)
    choice = choose_recognizer(settings, progress)
    if progress:
        progress.note(choice.reason)
    return weights.ensure(choice.name, progress)


def choose_recognizer(settings: Settings, progress: Progress | None = None) -> Choice:
    """What ``auto`` stands for with these ``settings``, and why. A model for the GPU is fetched."""
    from sidecar.weights import fit, memory

    gpus = _gpus(settings)
    return fit.choose_recognizer(gpus, memory.gpu_available_mb() if gpus else None, progress=progress)


def _gpus(settings: Settings) -> int:
    """GPUs that recognition may use."""
    return 0 if settings.speech.device == "cpu" else machine.gpus()


def translator_path(settings: Settings, progress: Progress | None = None) -> Path | None:
    """Where the translator's model is: the one set, or the best that this machine carries. None if none is wanted.

    Raises `ModelError` if it cannot be had.
    """
    wanted = settings.translation.model
    if wanted == NONE or not settings.translation.to:
        return None
    return _translator_path(settings, wanted, progress)


def preferred_paths(settings: Settings, progress: Progress | None = None) -> dict[str, tuple[Path, ...]]:
    """Where the models are of each target that has its own, in the order they are asked. Raises `ModelError`."""
    translation = settings.translation
    if translation.model == NONE:
        return {}
    return {
        target: tuple(_translator_path(settings, name, progress) for name in names)
        for target, names in translation.models.items()
        if target in translation.to
    }


def _translator_path(settings: Settings, wanted: str, progress: Progress | None) -> Path:
    if wanted == heard.NAME:
        return recognizer_path(settings, progress)
    if wanted != AUTO:
        return weights.ensure(wanted, progress)
    from sidecar.translation.opening import measure
    from sidecar.weights import fit

    choice = fit.choose_translator(measure, progress=progress)
    if progress:
        progress.note(choice.reason)
    return weights.ensure(choice.name, progress)


def check_language(settings: Settings) -> None:
    """Raises `UsageError` for a language that the recogniser does not know."""
    from sidecar.speech.whisper import LANGUAGES

    for spoken in _spoken(settings):
        if language.base(spoken) not in LANGUAGES:
            raise UsageError(
                f"Whisper does not recognise {language.english_name(spoken)} ({spoken})",
                hint="set --language to what the host speaks, or to auto",
            )


def open_recognizer(settings: Settings, path: Path) -> LiveRecognizer:
    """Whisper in a process of its own, loaded and warm, so that the first caption is not late.

    With the model ``auto``, what does not load on the GPU, for want of memory or of a library, is replaced by the
    smaller model, at last on the processor. Raises `ModelError`.
    """
    from sidecar.speech.process import RecognizerProcess
    from sidecar.speech.whisper import WhisperRecognizer

    speech = settings.speech
    at_once = calls_at_once(len(settings.of_each_voice()))
    make = partial(
        WhisperRecognizer,
        path,
        device=speech.device,
        threads=speech.threads,
        at_once=at_once,
        in_english=_hears_in_english(settings),
    )
    try:
        return RecognizerProcess(make, model=path.name, at_once=at_once)
    except ModelError as exc:
        instead = _less_demanding(settings, path)
        if instead is None:
            raise
        log.warning(
            "the recogniser does not load on the GPU: another is tried",
            model=path.name,
            reason=exc.message,
            hint="close other programs on the GPU and see that CUDA and cuDNN are installed, or set --model",
        )
        return open_recognizer(instead, weights.ensure(RECOGNISER))


def _hears_in_english(settings: Settings) -> bool:
    """Whether Whisper is one of the translators."""
    translation = settings.translation
    return any(heard.NAME in names for names in ((translation.model,), *translation.models.values()))


def calls_at_once(voices: int) -> int:
    """Calls of the recogniser side by side: a final and a partial of each voice, as far as there are cores for them."""
    return max(1, min(2 * voices, machine.cores()))


def _less_demanding(settings: Settings, path: Path) -> Settings | None:
    """How to load `RECOGNISER` where what is at ``path`` did not load; None if there is nothing to give up."""
    if settings.speech.model != AUTO or not _gpus(settings):
        return None
    if path.name == GPU_RECOGNISER:
        return settings
    if settings.speech.device == AUTO:
        return settings.model_copy(update={"speech": settings.speech.model_copy(update={"device": "cpu"})})
    return None


def policy_for(settings: Settings) -> Policy:
    """The streaming policy that ``settings`` ask for."""
    speech = settings.speech
    longest_ms = speech.max_segment_ms
    return Policy(partials=speech.partials, tick_ms=speech.tick_ms, soft_ms=longest_ms * 2 // 3, max_ms=longest_ms)


def glossary(settings: Settings) -> Glossary:
    """The shop's glossary, without the entries that are wrong, which are counted in the log; the demo has its own.

    Raises `UsageError` or `GlossaryError` when there is a file and it cannot be used.
    """
    from sidecar.audio.open import DEMO
    from sidecar.demo import GLOSSARY
    from sidecar.glossary.read import read

    if not settings.glossary.path and settings.audio.input != DEMO:
        return Glossary()
    reading = read(Path(settings.glossary.path) if settings.glossary.path else GLOSSARY)
    if reading.errors:
        log.warning("the glossary has errors: sidecar glossary check shows them", errors=len(reading.errors))
    return reading.glossary


def faq_path(settings: Settings) -> Path | None:
    """Where the shop's FAQ is; None if viewers cannot ask. The demo host has a shop. Raises `UsageError`."""
    from sidecar.assistant.read import files
    from sidecar.audio.open import DEMO
    from sidecar.demo import SHOP

    wanted = settings.assistant.faq
    if wanted == DEMO or (not wanted and settings.audio.input == DEMO):
        return SHOP
    if not wanted or wanted == NONE:
        return None
    files(Path(wanted))
    return Path(wanted)


def terminology(settings: Settings, known: Glossary) -> Terminology:
    """What translation is told of ``known``, and of phrases of live rooms where they are wanted."""
    from sidecar.glossary.phrases import phrases

    return Terminology(known, phrases() if settings.glossary.phrases else None)


def memory_path(settings: Settings) -> Path | None:
    """Where the shop's translation memory is, or will be; None if none is wanted."""
    from sidecar.memory.library import default_path

    wanted = settings.translation.memory
    if wanted == NONE:
        return None
    return Path(wanted) if wanted else default_path()


def library(settings: Settings) -> Library | None:
    """The shop's translation memory, None if none is wanted.

    Raises `UsageError` or `TranslationMemoryError` where there is a file and it cannot be used.
    """
    from sidecar.memory.library import Library

    path = memory_path(settings)
    return Library.open(path) if path else None


def vocabulary(settings: Settings, glossary: Glossary) -> Vocabulary:
    """What corrects names in hypotheses, ready for the languages that may be spoken."""
    from sidecar.speech.vocabulary import Vocabulary

    made = Vocabulary(glossary)
    for spoken in _spoken(settings):
        made.prepare(language.base(spoken))
    return made


def listener(
    settings: Settings,
    recognizer: LiveRecognizer,
    *,
    can_wait: bool,
    policy: Policy | None = None,
    speaker: str | None = None,
    numbers: Iterator[int] | None = None,
    turns: Turns | None = None,
    names: Vocabulary | None = None,
) -> Listener:
    """A listener for one source; ``policy`` instead of the one that ``settings`` ask for.

    ``numbers``, ``turns`` and ``names`` are shared with the listeners of other voices.
    """
    speech = settings.speech
    spoken = _spoken(settings)
    endpointer = Endpointer(
        threshold=settings.audio.speech_threshold,
        endpoint_ms=speech.endpoint_ms,
        short_endpoint_ms=speech.short_endpoint_ms,
    )
    return Listener(
        recognizer,
        SpeechActivity(SpeechProbability(), endpointer),
        Transcript(policy or policy_for(settings), numbers=numbers, speaker=speaker),
        language=Belief(
            allowed=tuple(dict.fromkeys(map(language.base, spoken))), switching=Switching(speech.switching)
        ),
        beam_size=speech.beam_size,
        writing=Writing(
            chinese="traditional" if "zh-Hant" in spoken else speech.chinese, digits=speech.numerals == "digits"
        ),
        can_wait=can_wait,
        turns=turns or Turns(recognizer.at_once),
        correct=names.correct if names else None,
    )


def _spoken(settings: Settings) -> tuple[str, ...]:
    """The languages that may be spoken; any if there are none."""
    speech = settings.speech
    return speech.languages if speech.language == language.AUTO else (speech.language,)


def listeners_opener(
    settings: Settings, path: Path, known: Glossary, *, can_wait: bool
) -> Callable[[], Awaitable[list[Listener]]]:
    """Opens one recogniser for all voices in a thread, when it is called; ``can_wait`` is said of all their sources.

    Names are written as ``known`` has them.
    """

    async def open_listeners() -> list[Listener]:
        recognizer = await asyncio.to_thread(open_recognizer, settings, path)
        names = await asyncio.to_thread(vocabulary, settings, known)
        numbers, turns = count(1), Turns(recognizer.at_once)
        return [
            listener(each, recognizer, can_wait=can_wait, speaker=label, numbers=numbers, turns=turns, names=names)
            for each, label in zip(settings.of_each_voice(), settings.speakers(), strict=True)
        ]

    return open_listeners


def target_checker(
    path: Path | None, spoken: Sequence[str], preferred: Mapping[str, Sequence[Path]]
) -> Callable[[str], None]:
    """Says by a `UsageError` that a target cannot be translated into; paths as in `translator_opener`."""
    from sidecar.translation import opening

    def check(target: str) -> None:
        for model in preferred.get(target) or ([path] if path else []):
            for source in spoken:
                opening.check_languages(model, source, [target])

    return check


def translator_opener(
    settings: Settings,
    path: Path | None,
    targets: tuple[str, ...],
    known: Glossary,
    preferred: Mapping[str, Sequence[Path]] | None = None,
    approved: Library | None = None,
) -> Callable[[], Awaitable[Translator]] | None:
    """Opens the translator, ready for each target so that the first line is not late; ``preferred`` as
    `preferred_paths` has it, the other targets are translated by ``path``. Names are
    as ``known`` has them, lines of ``approved`` as they were approved.

    Raises `UsageError` at once where a model lacks a target.
    """
    if path is None or not targets:
        return None
    from sidecar.translation import opening
    from sidecar.translation.informed import InformedTranslator

    spoken = {each.speech.language for each in settings.of_each_voice()}
    orders = {target: (preferred or {}).get(target, (path,)) for target in targets}
    for source in spoken:
        for model, written in opening.targets_of(orders).items():
            opening.check_languages(model, source, written)

    async def open_translator() -> Translator:
        engine = await opening.open_in_order(orders, threads=settings.translation.threads, sources=sorted(spoken))
        terms = await asyncio.to_thread(terminology, settings, known)
        return InformedTranslator(engine, terms, approved.memory if approved else None)

    return open_translator
