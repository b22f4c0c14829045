"""Judges what a viewer sends: used, answered with an error, or enough. Pure: the time is an argument."""

from __future__ import annotations

from pydantic import ValidationError

from sidecar.delivery import wire
from sidecar.delivery.wire import CloseCode, ErrorMessage, Subscribe

STRIKES = 5
"""Unusable messages after which the connection is closed."""
FORGIVEN_S = 60.0
"""A strike is forgotten after this time."""
BURST = 20
"""Messages that may come at once."""
RATE_PER_S = 5.0
"""Messages a second that may come for ever."""


class Conduct:
    """Of one connection. `judge` each message; once ``close_code`` is set, close with it."""

    def __init__(self, now_s: float) -> None:
        self._strikes: list[float] = []
        self._allowance = float(BURST)
        self._last_s = now_s
        self.close_code: CloseCode | None = None

    def judge(self, message: str | bytes, now_s: float) -> Subscribe | ErrorMessage:
        """The message, or the error to answer with."""
        self._allowance = min(float(BURST), self._allowance + (now_s - self._last_s) * RATE_PER_S) - 1
        self._last_s = now_s
        if self._allowance < 0:
            return self._strike(
                ErrorMessage(code="flood", message=f"more than {RATE_PER_S:.0f} messages a second"),
                CloseCode.FLOOD,
                now_s,
            )
        verdict = _read(message)
        if isinstance(verdict, ErrorMessage):
            return self._strike(verdict, CloseCode.BAD_MESSAGES, now_s)
        return verdict

    def _strike(self, error: ErrorMessage, close_code: CloseCode, now_s: float) -> ErrorMessage:
        self._strikes = [at_s for at_s in self._strikes if now_s - at_s < FORGIVEN_S] + [now_s]
        if len(self._strikes) >= STRIKES:
            self.close_code = close_code
        return error


def _read(message: str | bytes) -> Subscribe | ErrorMessage:
    if isinstance(message, bytes):
        return ErrorMessage(code="binary", message="messages are JSON text, not binary")
    if len(message.encode("utf-8", "surrogatepass")) > wire.MAX_MESSAGE_BYTES:
        return ErrorMessage(code="too_big", message=f"a message has at most {wire.MAX_MESSAGE_BYTES} bytes")
    try:
        return Subscribe.model_validate_json(message)
    except ValidationError as exc:
        return _explain(exc)


def _explain(exc: ValidationError) -> ErrorMessage:
    first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return ErrorMessage(code="malformed", message="not valid JSON")
    if first["loc"] == ("type",):
        return ErrorMessage(code="unknown_type", message="the only message is 'subscribe'")
    where = ".".join(str(part) for part in first["loc"])
    return ErrorMessage(code="malformed", message=f"{where}: {first['msg']}" if where else first["msg"])
