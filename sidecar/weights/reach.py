"""Whether a server can be reached at all, found out once and quickly."""

from __future__ import annotations

import threading
from functools import cache

import requests

from sidecar.weights import transfer


@cache
def obstacle(url: str, deadline_s: float = 4.0) -> str | None:
    """Why no server answers at ``url``, in a few words; None if one does, whatever it says.

    The answer is remembered for the rest of the process. A name with several addresses that swallow packets would
    cost one connect time-out each, so the whole question has a deadline.
    """
    answers: list[str | None] = []
    asking = threading.Thread(target=lambda: answers.append(_ask(url, deadline_s)), name=f"reach {url}", daemon=True)
    asking.start()
    asking.join(deadline_s)
    return answers[0] if answers else "no answer in time"


def _ask(url: str, timeout_s: float) -> str | None:
    try:
        with transfer.session() as http, http.head(url, timeout=timeout_s, allow_redirects=False):
            return None
    except requests.RequestException as exc:
        return transfer.explain(exc)
