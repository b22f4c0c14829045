"""An answer in the languages of those who asked: the shop's own wordings, and translations that pass their checks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from sidecar import language
from sidecar.assistant.approval import FALLBACK
from sidecar.assistant.draft import Candidate, Drafter
from sidecar.assistant.renderings import UNTRANSLATED

Translate = Callable[[str, str, str], Awaitable[str | None]]
"""``text, source, target``: the translation, or None where there is none that passes its checks."""
PATIENCE_S = 8.0
"""A person has decided and waits: what is not translated by then goes out as it was written."""
log = structlog.get_logger()


async def _nothing(text: str, source: str, target: str) -> str | None:
    return None


class Wordings:
    """What is sent, by language. Nothing that fails a check is among it."""

    def __init__(self, drafter: Drafter, translate: Translate = _nothing, patience_s: float = PATIENCE_S) -> None:
        self._drafter = drafter
        self._translate = translate
        self._patience_s = patience_s

    async def ready(self, entry: str, langs: Sequence[str]) -> dict[str, str]:
        """The answer of ``entry`` as far as it can be sent in ``langs`` at once."""
        found = {lang: await self._drafter.render(entry, lang) for lang in langs}
        return {lang: each.text for lang, each in found.items() if each and _is_good(each)}

    async def of_entry(self, entry: str, langs: Sequence[str]) -> dict[str, str]:
        """The same, translated where need be; with a language that is read elsewhere if one is still lacking."""
        texts = await self.ready(entry, langs)
        lacking = [lang for lang in langs if lang not in texts]
        if not lacking:
            return texts
        source = await self._source(entry, lacking[0])
        if source is None:
            return texts
        text, lang = source
        return {lang: text, **texts, **await self._translated(text, lang, lacking)}

    async def of_text(self, text: str, lang: str, langs: Sequence[str]) -> dict[str, str]:
        """What a person wrote in ``lang``, first, and its translations into the other ``langs``."""
        others = [each for each in langs if language.base(each) != language.base(lang)]
        return {lang: text, **await self._translated(text, lang, others)}

    async def _source(self, entry: str, lang: str) -> tuple[str, str] | None:
        """What is translated where ``lang`` has no wording: that in English, or the one that others were made of."""
        english = await self._drafter.render(entry, FALLBACK)
        if english and _is_good(english):
            return english.text, FALLBACK
        original = await self._drafter.render(entry, lang)
        if original and original.text and original.lang != lang and original.failed_checks == (UNTRANSLATED,):
            return original.text, original.lang
        return None

    async def _translated(self, text: str, source: str, targets: Sequence[str]) -> dict[str, str]:
        made: dict[str, str] = {}
        try:
            async with asyncio.timeout(self._patience_s):
                for target in targets:
                    if written := await self._translate(text, source, target):
                        made[target] = written
        except TimeoutError:
            log.warning("an answer was not translated in time", languages=[t for t in targets if t not in made])
        return made


def _is_good(candidate: Candidate) -> bool:
    return bool(candidate.text.strip()) and not candidate.failed_checks
