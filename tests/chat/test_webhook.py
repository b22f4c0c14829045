from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from sidecar.chat.webhook import ReplayedError, SignedWebhook
from sidecar.errors import UsageError, WebhookError

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
BODY = '{"text": "有现货吗？"}'.encode()


def signed(id: str = "msg_1", *, body: bytes = BODY, secret: str = SECRET, late_s: float = 0) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=late_s)
    signature = Webhook(secret).sign(id, at, body.decode())
    return {"Webhook-Id": id, "Webhook-Timestamp": str(int(at.timestamp())), "Webhook-Signature": signature}


def test_a_signed_request_is_taken_whatever_the_case_of_its_headers() -> None:
    assert SignedWebhook(SECRET).take(signed("msg_1"), BODY, 0) == "msg_1"
    assert SignedWebhook(SECRET).take({k.lower(): v for k, v in signed("msg_2").items()}, BODY, 0) == "msg_2"


def test_one_of_several_signatures_is_enough_while_the_secret_changes() -> None:
    headers = signed()
    headers["Webhook-Signature"] = f"v1a,{base64.b64encode(b'x').decode()} v1,AAAA {headers['Webhook-Signature']}"
    assert SignedWebhook(SECRET).take(headers, BODY, 0) == "msg_1"


@pytest.mark.parametrize("name", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_a_missing_header_is_named(name: str) -> None:
    headers = {key: value for key, value in signed().items() if key != name}
    with pytest.raises(WebhookError, match=name.lower()):
        SignedWebhook(SECRET).take(headers, BODY, 0)


def test_another_body_id_time_or_secret_is_refused() -> None:
    other = "whsec_" + base64.b64encode(KEY[::-1]).decode()
    webhook = SignedWebhook(SECRET)
    for headers, body in (
        (signed(), BODY + b" "),
        (signed() | {"Webhook-Id": "msg_2"}, BODY),
        (signed() | {"Webhook-Timestamp": signed(late_s=60)["Webhook-Timestamp"]}, BODY),
        (signed(secret=other), BODY),
    ):
        with pytest.raises(WebhookError, match="No matching signature"):
            webhook.take(headers, body, 0)


@pytest.mark.parametrize("late_s", [301, -310])
def test_a_request_of_another_time_is_refused_with_a_word_about_clocks(late_s: float) -> None:
    with pytest.raises(WebhookError) as refused:
        SignedWebhook(SECRET).take(signed(late_s=late_s), BODY, 0)
    assert "clocks" in refused.value.hint


def test_an_id_is_taken_once_until_it_would_be_too_old_anyway() -> None:
    webhook = SignedWebhook(SECRET)
    webhook.take(signed(), BODY, 0)
    with pytest.raises(ReplayedError, match="msg_1"):
        webhook.take(signed(), BODY, 599)
    webhook.take(signed(), BODY, 601)


def test_a_refused_request_does_not_use_up_its_id() -> None:
    webhook = SignedWebhook(SECRET)
    with pytest.raises(WebhookError):
        webhook.take(signed(), b"{}", 0)
    assert webhook.take(signed(), BODY, 0) == "msg_1"


def test_a_released_id_may_come_again() -> None:
    webhook = SignedWebhook(SECRET)
    webhook.release(webhook.take(signed(), BODY, 0))
    assert webhook.take(signed(), BODY, 1) == "msg_1"


def test_ids_are_remembered_in_bounded_memory_and_never_forgotten_early() -> None:
    webhook = SignedWebhook(SECRET, remembered=2)
    webhook.take(signed("a"), BODY, 0)
    webhook.take(signed("b"), BODY, 1)
    with pytest.raises(WebhookError, match="too many"):
        webhook.take(signed("c"), BODY, 2)
    with pytest.raises(ReplayedError):
        webhook.take(signed("a"), BODY, 2)
    assert webhook.take(signed("c"), BODY, 600.5) == "c"


@pytest.mark.parametrize("secret", ["", "whsec_", "a password", "whsec_c2hvcnQ=", "whsec_ñ"])
def test_a_secret_that_is_none_is_refused_at_once(secret: str) -> None:
    with pytest.raises(UsageError) as refused:
        SignedWebhook(secret)
    assert "24 to 64 bytes" in refused.value.hint


def test_a_secret_needs_no_prefix_and_no_padding() -> None:
    bare = base64.b64encode(KEY).decode().rstrip("=")
    assert SignedWebhook(bare).take(signed(), BODY, 0) == "msg_1"


@given(
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()), st.binary()
)
def test_whatever_comes_it_is_refused_in_words(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(WebhookError):
        SignedWebhook(SECRET).take(headers, body, 0)
