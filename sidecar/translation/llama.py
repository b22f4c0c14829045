"""Translating with a GGUF model through llama.cpp, in this process. The only importer of xllamacpp.

xllamacpp always opens llama.cpp's own HTTP listener. It is bound to a Unix socket in a private folder that is removed
at once, so nothing can connect to it; lines go in by function call.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import statistics
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import regex
import structlog

from sidecar.errors import CorruptModelError, ModelError, TranslationError
from sidecar.translation import checks, gguf, grammar, numbers, prompts
from sidecar.translation.backlog import same_language
from sidecar.translation.one_thread import default_threads, one_thread
from sidecar.translation.prompts import Family, Prompt
from sidecar.translation.terms import Wanted, hidden_in_source, inserted
from sidecar.translation.translator import MAX_LINE_CHARACTERS, SAMPLE_LINES, Line

_log: structlog.stdlib.BoundLogger = structlog.get_logger()

SLOT_TOKENS = 1024
"""Context of one language pair: about 300 tokens of prompt, the line, and its translation."""
_RETRY_TEMPERATURE = 0.5
_OTHER_INPUT = frozenset({"numbers", "terms"})
"""Checks for which the retry asks for something else than the first attempt, and so needs no chance."""
_INNER_END = regex.compile(r"(?:[!?。！？…]|\.(?!\d))\s*\w")
_MAX_TERMS = 6
"""Terms that the model is shown with a line, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What the model wrote, and what it cost: tokens of prompt read (those not in the cache) and written."""

    text: str
    prompt_tokens: int
    written_tokens: int


class LlamaTranslator:
    """A Translator on any GGUF chat or base model.

    One worker thread, one call in flight. Each language pair has a slot whose cache keeps the prompt's prefix; with
    more pairs than ``slots`` the one unused for longest gives way. ``threads`` 0 chooses for this machine.
    Loading happens on construction and blocks for seconds: use `open_llama` in a coroutine. Raises `ModelError`.
    """

    def __init__(self, path: Path, *, threads: int = 0, slots: int = 4, name: str = "") -> None:
        self.name = name or path.stem
        self.languages: tuple[str, ...] | None = None
        self._family = Family.CHAT if "tokenizer.chat_template" in gguf.metadata(path) else Family.BASE
        self._worker = one_thread("llama")
        self._server: Any = self._worker.submit(_load, path, threads or default_threads(), slots).result()
        self._free = list(range(slots))
        self._slots: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._closed = False

    async def translate(self, line: Line) -> str:
        """The checked translation; a second attempt is made where a check fails, unless the line is tentative.

        Raises `checks.CheckFailedError` where both failed, `TranslationError` where the model could not answer.
        """
        if self._closed:
            raise TranslationError("the translator is closed")
        cancelled = threading.Event()
        future = self._worker.submit(self.translate_now, line, cancelled.is_set)
        try:
            return await asyncio.wrap_future(future)
        finally:
            cancelled.set()

    async def prepare(self, source: str, targets: Sequence[str]) -> None:
        """Read the prompt of each language pair into its slot, so that the first line is as fast as the others."""
        for target in targets:
            if not self._closed:
                await asyncio.wrap_future(self._worker.submit(self._prime, source, target))

    def worker(self, target: str) -> object:
        """One thread does it all."""
        return self

    async def aclose(self) -> None:
        """End the call in flight at its next token and give the memory back."""
        if not self._closed:
            self._closed = True
            self._worker.submit(self._unload)
            await asyncio.to_thread(self._worker.shutdown)

    def close(self) -> None:
        """`aclose` where no event loop runs."""
        if not self._closed:
            self._closed = True
            self._worker.shutdown()
            self._unload()

    def translate_now(self, line: Line, cancelled: Callable[[], bool] = lambda: False) -> str:
        """`translate` for the worker thread, or where nothing else runs."""
        text = prompts.clean(line.text)
        text = numbers.with_digits(text, line.source, hidden=hidden_in_source(line.terms, text))
        if not text:
            raise checks.CheckFailedError(("empty",))
        if len(text) > MAX_LINE_CHARACTERS:
            raise checks.CheckFailedError(("length",))
        failed: tuple[str, ...] = ()
        tried: list[str] = []
        for again in (False,) if line.tentative else (False, True):
            written = self.complete(
                inserted(line.terms, text) if "terms" in failed else text,
                source=line.source,
                target=line.target,
                temperature=_RETRY_TEMPERATURE if again and not _OTHER_INPUT.issuperset(failed) else 0.0,
                terms=line.terms,
                all_required=again,
                cancelled=cancelled,
            )
            candidate = checks.tidy(written.text, target=line.target)
            failed = checks.check(
                line.text, candidate, source=line.source, target=line.target, wanted=line.terms
            ).failed
            if not failed:
                return candidate
            tried.append(candidate)
        if line.tentative:
            raise checks.CheckFailedError(failed)
        better = checks.rescued(line.text, tried, source=line.source, target=line.target, wanted=line.terms)
        if better is None:
            raise checks.CheckFailedError(failed)
        return better

    def complete(
        self,
        text: str,
        *,
        source: str,
        target: str,
        temperature: float = 0.0,
        max_tokens: int = 0,
        terms: Sequence[Wanted] = (),
        all_required: bool = False,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Completion:
        """What the model makes of one line, unchecked; blocks, ends when ``cancelled``. Raises `TranslationError`.

        ``all_required``: it may not end before every required number is written, and write none of them twice.
        """
        shown = [(_as_shown(term, source), term.written) for term in terms[:_MAX_TERMS]]
        prompt = prompts.build(self._family, text, source=source, target=target, terms=shown)
        said = numbers.find(hidden_in_source(terms, text), source)
        names = [term.written for term in terms if term.firm]
        request = {
            "max_tokens": max_tokens or _token_limit(text),
            "temperature": temperature,
            "grammar": (
                all_required and grammar.with_all(said, target, names, one_sentence=not _INNER_END.search(text))
            )
            or grammar.for_line(said, target, names),
            "id_slot": self._slot(source, target),
        }
        stream = _Stream(lambda: cancelled() or self._closed)
        handle = self._server.handle_completions if prompt.text else self._server.handle_chat_completions
        try:
            handle(_request(prompt) | request, stream.take)
        except RuntimeError as exc:
            raise TranslationError("llama.cpp refused the line") from exc
        if stream.stopped:
            raise TranslationError("the translation was cancelled")
        if stream.error:
            raise TranslationError(f"llama.cpp: {stream.error}")
        return stream.completion()

    def _prime(self, source: str, target: str) -> None:
        with contextlib.suppress(TranslationError):
            self.complete("…", source=source, target=target, max_tokens=1)

    def _slot(self, source: str, target: str) -> int:
        pair = (source, target)
        if pair not in self._slots:
            self._slots[pair] = self._free.pop() if self._free else self._slots.popitem(last=False)[1]
        self._slots.move_to_end(pair)
        return self._slots[pair]

    def _unload(self) -> None:
        self._server = None
        gc.collect()


class _Stream:
    """Collects what llama.cpp streams; returning True from `take` ends the call."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        self._stopping = stopping
        self._parts: list[str] = []
        self._timings: dict[str, Any] = {}
        self.stopped = False
        self.error = ""

    def take(self, chunk: Any) -> bool:
        self.stopped = self._stopping()
        events = cast("list[dict[str, Any]]", chunk if isinstance(chunk, list) else [chunk])
        for event in events:
            self._take(event)
        return self.stopped or bool(self.error)

    def completion(self) -> Completion:
        return Completion(
            text="".join(self._parts),
            prompt_tokens=int(self._timings.get("prompt_n", 0)),
            written_tokens=int(self._timings.get("predicted_n", 0)),
        )

    def _take(self, event: dict[str, Any]) -> None:
        if "error" in event:
            self.error = str(event["error"].get("message", "unknown error"))
        self._timings = event.get("timings", self._timings)
        for choice in event.get("choices", ()):
            self._parts.append(choice.get("text") or choice.get("delta", {}).get("content") or "")


async def open_llama(
    path: Path,
    *,
    threads: int = 0,
    slots: int = 4,
    name: str = "",
    sources: Sequence[str] = (),
    targets: Sequence[str] = (),
) -> LlamaTranslator:
    """`LlamaTranslator` without blocking the event loop, prepared for each of ``sources`` into each of ``targets``.

    Raises `ModelError`.
    """
    translator = await asyncio.to_thread(lambda: LlamaTranslator(path, threads=threads, slots=slots, name=name))
    try:
        for source in sources:
            await translator.prepare(source, [target for target in targets if not same_language(source, target)])
    except BaseException:
        await translator.aclose()
        raise
    return translator


def measure(path: Path, *, threads: int = 0) -> float:
    """Seconds that a short line takes here: the median of four, with the prompt already cached. Raises `ModelError`."""
    translator = LlamaTranslator(path, threads=threads, slots=1)
    taken: list[float] = []
    try:
        for text in SAMPLE_LINES:
            began = time.monotonic()
            translator.complete(text, source="zh", target="en")
            taken.append(time.monotonic() - began)
    except TranslationError as exc:
        raise ModelError(f"{path.name} loads but does not translate", hint="choose another model") from exc
    finally:
        translator.close()
    return statistics.median(taken[1:])


def _load(path: Path, threads: int, slots: int) -> Any:
    # llama.cpp's threads meet at a barrier hundreds of times a token. Spinning there while another process has the
    # core makes a line take a minute; sleeping costs a few per cent on an idle machine. Read when libgomp is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        import xllamacpp
    except ImportError as exc:
        raise ModelError(f"llama.cpp cannot be loaded: {exc}", hint="Debian and Ubuntu: apt install libgomp1") from exc
    library = cast("Any", xllamacpp)
    with tempfile.TemporaryDirectory(prefix="sidecar-") as private:
        params = _params(library, path, threads, slots)
        params.hostnames = [str(Path(private) / "llama.sock")]
        try:
            server = library.Server(params)
        except (RuntimeError, MemoryError) as exc:
            raise CorruptModelError(
                f"llama.cpp cannot load {path.name}",
                hint="the file may be damaged (`sidecar models verify`) or too big for the free memory",
            ) from exc
    _log.debug("translation model loaded", model=path.name, threads=threads, slots=slots)
    return server


def _params(library: Any, path: Path, threads: int, slots: int) -> Any:
    params = library.CommonParams()
    params.model.path = str(path)
    params.n_ctx = SLOT_TOKENS * slots
    params.n_parallel = slots
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.n_batch = 512
    params.load_mode = (
        library.llama_load_mode.LLAMA_LOAD_MODE_NONE
    )  # mapping keeps a second copy of the weights resident
    params.cache_ram_mib = 0
    params.swa_full = True  # a sliding window forgets the prefix, and then every line costs the whole prompt
    params.fit_params = False
    params.verbosity = -1
    params.endpoint_slots = False
    params.ui = False
    return params


def _request(prompt: Prompt) -> dict[str, Any]:
    asked: dict[str, Any] = {"stop": list(prompt.stop), "stream": True, "cache_prompt": True, "seed": 1}
    if prompt.text:
        return asked | {"prompt": prompt.text}
    return asked | {"messages": [{"role": turn.role, "content": turn.text} for turn in prompt.turns]}


def _as_shown(term: Wanted, source: str) -> str:
    """What the model reads in the line for ``term``."""
    return term.said if term.firm else numbers.with_digits(term.said, source)


def _token_limit(text: str) -> int:
    """Room for a translation, never for a monologue: some three tokens a Chinese character."""
    return 24 + 3 * len(text)
