"""Questions of any other system: requests signed as Standard Webhooks has it (standardwebhooks.com).

The sender has the secret, ``whsec_`` and base64 of 24 to 64 bytes, and signs ``id.timestamp.body`` with HMAC-SHA256.
The only importer of `standardwebhooks`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from standardwebhooks import Webhook, WebhookVerificationError

from sidecar.errors import UsageError, WebhookError

_PREFIX = "whsec_"
_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
_REMEMBERED_S = 2 * 5 * 60  # a request is taken from five minutes before its time to five minutes after
_MAX_ID_CHARS = 256


class ReplayedError(WebhookError):
    """A request that was taken before. The sender is to be told that all is well, or it tries on."""

    code = "webhook_replayed"


class SignedWebhook:
    """Takes a request once. Of the requests of the last minutes it knows the ids, ``remembered`` at most."""

    def __init__(self, secret: str, *, remembered: int = 100_000) -> None:
        """Raises `UsageError` for a secret that is none."""
        self._webhook = Webhook(_key(secret))
        self._remembered = remembered
        self._taken: dict[str, float] = {}  # id -> when it may be forgotten, the oldest first

    def take(self, headers: Mapping[str, str], body: bytes, now_s: float) -> str:
        """The id of a request that is signed, of these minutes and new. ``now_s`` is any clock that goes on.

        Raises `WebhookError` for any other, `ReplayedError` for one that was taken.
        """
        id = self._verified(headers, body)
        self._forget_old(now_s)
        if id in self._taken:
            raise ReplayedError(f"webhook {id} was taken before")
        if len(self._taken) >= self._remembered:
            raise WebhookError("too many webhooks in ten minutes", hint="send again later")
        self._taken[id] = now_s + _REMEMBERED_S
        return id

    def release(self, id: str) -> None:
        """Lets the sender try ``id`` again: its question could not be kept."""
        self._taken.pop(id, None)

    def _verified(self, headers: Mapping[str, str], body: bytes) -> str:
        given = {name.lower(): value for name, value in headers.items()}
        for name in _HEADERS:
            if not given.get(name):
                raise WebhookError(f"the header {name} is missing", hint="sign the request as Standard Webhooks has it")
        if len(given["webhook-id"]) > _MAX_ID_CHARS:
            raise WebhookError(f"the webhook-id is longer than {_MAX_ID_CHARS} characters")
        try:
            self._webhook.verify(body, given, json_parse=False)
        except WebhookVerificationError as exc:
            raise WebhookError(f"the webhook is refused: {exc}", hint=_hint(str(exc))) from exc
        except ValueError as exc:  # base64, UTF-8 or a list of signatures that are none
            raise WebhookError("the webhook's signature or body cannot be read", hint=_hint("signature")) from exc
        return given["webhook-id"]

    def _forget_old(self, now_s: float) -> None:
        while self._taken and self._taken[first := next(iter(self._taken))] <= now_s:
            del self._taken[first]


def _key(secret: str) -> bytes:
    try:
        encoded = secret.removeprefix(_PREFIX)
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise UsageError("the webhook's secret is not base64", hint="whsec_ and base64 of 24 to 64 bytes") from exc
    if not 24 <= len(key) <= 64:
        raise UsageError(f"the webhook's secret has {len(key)} bytes", hint="whsec_ and base64 of 24 to 64 bytes")
    return key


def _hint(reason: str) -> str:
    if "too old" in reason or "too new" in reason:
        return "it must come within five minutes; compare the clocks of both machines"
    return "sign id.timestamp.body, the body exactly as sent, with the secret that is set here"
