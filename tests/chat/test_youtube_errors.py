"""Which errors of Google's client are for now, and which for good."""

from __future__ import annotations

import http.client

import pytest
from google.auth.exceptions import RefreshError

from sidecar.chat.youtube_api import _in_words
from sidecar.errors import ChatBusyError, ChatError


@pytest.mark.parametrize("error", [http.client.IncompleteRead(b"{"), RefreshError("503", retryable=True), OSError()])
def test_a_line_that_is_cut_is_tried_again(error: Exception) -> None:
    with pytest.raises(ChatBusyError), _in_words(once=False):
        raise error


def test_what_may_have_been_sent_is_not_sent_again() -> None:
    with pytest.raises(ChatError, match="lost") as raised, _in_words(once=True):
        raise http.client.BadStatusLine("")
    assert not isinstance(raised.value, ChatBusyError)


def test_credentials_that_are_refused_stay_refused() -> None:
    with pytest.raises(ChatError, match="refuses the credentials") as raised, _in_words(once=False):
        raise RefreshError("invalid_grant")
    assert not isinstance(raised.value, ChatBusyError)
