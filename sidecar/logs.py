"""Logging: lines for people on a terminal, JSON for machines; always on stderr, never what was said."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import structlog

from sidecar.errors import UsageError

LEVELS = ("debug", "info", "warning", "error")
Format = Literal["auto", "human", "json"]
CONTENT = frozenset(
    {"answer", "caption", "context", "lines", "question", "source_text", "text", "translation", "words"}
)
"""Fields that may hold what was said or asked: shown at DEBUG only."""
_CHATTY = ("asyncio", "httpcore2", "httpx2", "libav", "sqlalchemy", "uvicorn", "urllib3", "websockets")

_Event = MutableMapping[str, Any]


def configure(level: str = "info", log_format: Format = "auto") -> None:
    """Set logging up for this process, that of libraries included.

    ``auto`` is ``human`` when stderr is a terminal, otherwise ``json``. Raises `UsageError` for an unknown level.
    """
    if level.lower() not in LEVELS:
        raise UsageError(f"'{level}' is not a log level", hint=f"levels are {', '.join(LEVELS)}")
    threshold = logging.getLevelNamesMapping()[level.upper()]
    people = log_format == "human" or (log_format == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_enrich(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_enrich(),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_render(people)],
        )
    )
    logging.basicConfig(handlers=[handler], level=threshold, force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


def without_content(logger: object, method: str, event: _Event) -> _Event:
    """Leave out what was said from everything above DEBUG."""
    if method == "debug":
        return event
    for field in CONTENT.intersection(event):
        event[field] = "(not logged)"
    return event


def _enrich() -> list[structlog.typing.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_content,
    ]


def _render(people: bool) -> list[structlog.typing.Processor]:
    if people:
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
