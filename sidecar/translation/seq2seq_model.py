"""One translation model in a CTranslate2 folder: NLLB-200, M2M100 or Opus-MT, with its tokeniser and its languages."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from sidecar import language
from sidecar.errors import CorruptModelError, ModelError, TranslationError
from sidecar.translation import language_codes
from sidecar.translation.pieces import Pieces, open_pieces

TIME_LIMIT_S = 8.0
"""Of one batch, about: no more pieces are written than this machine writes in that time."""
WEIGHTS, CONFIG = "model.bin", "config.json"
_MIN_STEPS, _MAX_STEPS = 24, 256
_END = "</s>"
_SHARED = ("shared_vocabulary.json", "shared_vocabulary.txt")
_SOURCE = (*_SHARED, "source_vocabulary.json", "source_vocabulary.txt")
_PAIR = re.compile(r"(?:^|-)([a-z]{2,3})-([a-zA-Z]{2,})(?:-(?:ct2|ctranslate2).*)?$")


class Family(StrEnum):
    """How a model is told the languages: by a token before each text, or by one that it was trained for."""

    NLLB = "nllb"
    M2M100 = "m2m100"
    MARIAN = "marian"


_CODES = {
    Family.NLLB: re.compile(r"^([a-z]{3}_[A-Z][a-z]{3})$"),
    Family.M2M100: re.compile(r"^__([a-z]{2,3})__$"),
    Family.MARIAN: re.compile(r"^>>([a-zA-Z_]{2,12})<<$"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """What a model translates: tags of ours to its own tokens. ``source`` None: any; a token may be "" for none."""

    source: dict[str, str] | None
    target: dict[str, str]

    def translates(self, source: str, target: str) -> bool:
        """Whether the model goes straight from ``source`` ("": not known) to ``target``."""
        known = not source or self.source is None or language_codes.find(source, self.source) is not None
        return known and language_codes.find(target, self.target) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence to be written in ``target``."""

    text: str
    source: str
    target: str


class Seq2SeqModel:
    """A loaded model; ``compute_type`` is CTranslate2's. Loading and translating block. Raises `ModelError`."""

    def __init__(self, folder: Path, *, threads: int, compute_type: str = "int8") -> None:
        self.name = folder.name
        tokens = vocabulary(folder)
        self.family = family(tokens, folder)
        self.languages = languages(folder, tokens)
        self._pieces: Pieces = open_pieces(folder)
        self._adds_end = bool(_json(folder / CONFIG).get("add_source_eos"))
        self._translator = _load(folder, threads, compute_type)
        self._pace = _Pace()

    def tokens(self, sentence: Sentence) -> list[str]:
        """What the encoder reads for ``sentence``."""
        end = [] if self._adds_end else [_END]
        if self.family is Family.MARIAN:
            told = self._target_token(sentence)
            return [*([told] if told else []), *self._pieces.encode(sentence.text), *end]
        told = language_codes.find(sentence.source, self.languages.source or {})
        if not told:
            raise TranslationError(f"{self.name} does not know {language.english_name(sentence.source)}")
        return [told, *self._pieces.encode(sentence.text), *end]

    def hypotheses(self, sentences: Sequence[Sentence], *, beam: int, no_repeat: bool = False) -> list[list[str]]:
        """For each sentence, all in one batch, up to ``beam`` ways to say it in its target: the best first.

        Those that came to no end are left out. ``no_repeat``: no four pieces come twice. Raises `TranslationError`.
        """
        longest = max(len(self.tokens(sentence)) for sentence in sentences)
        steps = self._pace.steps(min(_MAX_STEPS, _MIN_STEPS + 3 * longest))
        began = time.monotonic()
        written = self.search(sentences, beam=beam, steps=steps, no_repeat=no_repeat)
        self._pace.observe(max(len(tokens) for each in written for tokens in each), time.monotonic() - began)
        return [
            list(dict.fromkeys(self._pieces.decode(tokens[:-1]) for tokens in each if tokens[-1:] == [_END]))
            for each in written
        ]

    def search(
        self, sentences: Sequence[Sentence], *, beam: int, steps: int, no_repeat: bool = False
    ) -> list[list[list[str]]]:
        """The tokens of ``beam`` hypotheses for each sentence, without that of the language, with that of the end."""
        prefixes = [self._prefix(sentence) for sentence in sentences]
        try:
            results = self._translator.translate_batch(
                [self.tokens(sentence) for sentence in sentences],
                target_prefix=prefixes,
                beam_size=beam,
                num_hypotheses=beam,
                max_decoding_length=steps,
                no_repeat_ngram_size=4 if no_repeat else 0,
                return_end_token=True,
            )
        except (RuntimeError, ValueError) as exc:
            raise TranslationError(f"{self.name} could not translate the line") from exc
        return [
            [tokens[len(prefix) :] for tokens in result.hypotheses]
            for result, prefix in zip(results, prefixes, strict=True)
        ]

    def unload(self) -> None:
        self._translator.unload_model()

    def _prefix(self, sentence: Sentence) -> list[str]:
        return [] if self.family is Family.MARIAN else [self._target_token(sentence)]

    def _target_token(self, sentence: Sentence) -> str:
        return language_codes.find(sentence.target, self.languages.target) or ""


class _Pace:
    """How fast a model writes, from what it wrote before."""

    def __init__(self) -> None:
        self._step_s = 0.0

    def steps(self, wanted: int) -> int:
        """``wanted`` pieces, or as many as there is time for."""
        return wanted if not self._step_s else max(_MIN_STEPS, min(wanted, int(TIME_LIMIT_S / self._step_s)))

    def observe(self, steps: int, seconds: float) -> None:
        now = seconds / max(1, steps)
        self._step_s = 0.8 * self._step_s + 0.2 * now if self._step_s else now


def is_model(folder: Path) -> bool:
    """Whether ``folder`` itself holds a CTranslate2 model."""
    return (folder / WEIGHTS).is_file() and (folder / CONFIG).is_file()


def vocabulary(folder: Path) -> list[str]:
    """Every token of the encoder. Raises `ModelError`."""
    path = next((folder / name for name in _SOURCE if (folder / name).is_file()), None)
    if path is None:
        raise ModelError(f"{folder.name} is no translation model", hint="it has no vocabulary beside model.bin")
    try:
        if path.suffix == ".txt":
            return path.read_text(encoding="utf-8").split("\n")
        return [str(token) for token in json.loads(path.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as exc:
        raise CorruptModelError(
            f"{path.name} of {folder.name} cannot be read", hint="fetch it again with `sidecar models pull`"
        ) from exc


def family(tokens: Sequence[str], folder: Path) -> Family:
    """Which kind of model has this vocabulary. Raises `ModelError` for none."""
    known = frozenset(tokens)
    if "eng_Latn" in known:
        return Family.NLLB
    if "__en__" in known:
        return Family.M2M100
    if (folder / "source.spm").is_file():
        return Family.MARIAN
    raise ModelError(
        f"{folder.name} is no translation model that Sidecar knows",
        hint="NLLB-200, M2M100 and Opus-MT are known, converted to CTranslate2 and with their tokenisers",
    )


def languages(folder: Path, tokens: Sequence[str]) -> Languages:
    """What the model in ``folder`` translates. Raises `ModelError`."""
    kind = family(tokens, folder)
    codes = {match[1]: token for token in tokens if (match := _CODES[kind].match(token))}
    told = {tag: codes[code] for tag, code in language_codes.by_tag(codes).items()}
    if kind is not Family.MARIAN:
        return Languages(source=told, target=told)
    source, target = _pair(folder)
    return Languages(source=_one(source), target=(_one(target) or {}) | told)


def _pair(folder: Path) -> tuple[str, str]:
    """The codes of an Opus-MT model: what its tokeniser says, or else the name of its folder."""
    stated = _json(folder / "tokenizer_config.json")
    source, target = str(stated.get("source_lang") or ""), str(stated.get("target_lang") or "")
    named = _PAIR.search(folder.name)
    if named:
        source, target = source or named[1], target or named[2]
    if not target:
        raise ModelError(
            f"{folder.name} does not say between which languages it translates",
            hint="call its folder by them, such as opus-mt-zh-en",
        )
    return source, target


def _one(code: str) -> dict[str, str] | None:
    """The one language of ``code``, told by no token; None for several, such as ``mul`` or ``roa``."""
    tag = language_codes.tag_of(code)
    return None if tag is None or language.english_name(tag).endswith("languages") else {tag: ""}


def _json(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", read) if isinstance(read, dict) else {}


def _load(folder: Path, threads: int, compute_type: str) -> Any:
    import ctranslate2

    library = cast("Any", ctranslate2)
    try:
        return library.Translator(str(folder), device="cpu", compute_type=compute_type, intra_threads=threads)
    except (RuntimeError, ValueError) as exc:
        raise CorruptModelError(
            f"CTranslate2 cannot load {folder.name}", hint="the files may be damaged: `sidecar models verify`"
        ) from exc
