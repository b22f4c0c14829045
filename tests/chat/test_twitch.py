from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import chat_reader
import pytest
from chat_reader import Reader
from twitch_stand_in import CLIENT_ID, CLIENT_SECRET, REFRESH, TwitchStandIn, served

from sidecar.chat.adapter import ChatAdapter, ChatMessage, ChatState
from sidecar.chat.twitch import TwitchChat
from sidecar.chat.twitch_api import READ, WRITE
from sidecar.errors import ChatBusyError, ChatError

pytestmark = pytest.mark.network


@pytest.fixture
async def twitch(free_port: int, no_proxy: None) -> AsyncIterator[TwitchStandIn]:
    stand_in = TwitchStandIn()
    stand_in.port = free_port
    async with served(stand_in.app, free_port):
        yield stand_in


@contextlib.asynccontextmanager
async def opened(twitch: TwitchStandIn, channel: str = "shop", **access: str) -> AsyncIterator[ChatAdapter]:
    api = twitch.api(**access)
    chat = TwitchChat(channel, api, reconnect_max_s=0.05, url=twitch.eventsub)
    try:
        yield chat
    finally:
        await chat.aclose()


@contextlib.asynccontextmanager
async def reading(twitch: TwitchStandIn) -> AsyncIterator[Reader]:
    async with opened(twitch) as chat, chat_reader.reading(chat) as reader:
        await twitch.until(lambda: twitch.subscribed)
        yield reader


async def test_what_viewers_write_comes_as_messages(twitch: TwitchStandIn) -> None:
    async with reading(twitch) as reader:
        id = await twitch.say("有现货吗？", author="7")
        message = await reader.next()
    assert (message.id, message.text, message.author_key, message.author_name, message.channel) == (
        id,
        "有现货吗？",
        "7",
        "Viewer7",
        "twitch",
    )
    assert message.at_ms > 1_600_000_000_000
    assert message.lang is None
    assert reader.states == [ChatState.CONNECTING, ChatState.LIVE]


async def test_a_dropped_connection_is_opened_and_subscribed_again(twitch: TwitchStandIn) -> None:
    async with reading(twitch) as reader:
        for round in range(3):
            await twitch.say(f"before {round}")
            assert (await reader.next()).text == f"before {round}"
            await twitch.drop()
            await twitch.until(lambda: twitch.subscribed)
        await twitch.say("after")
        assert (await reader.next()).text == "after"
    assert reader.states.count(ChatState.RECONNECTING) == 3
    assert reader.states[-1] == ChatState.LIVE


async def test_a_moved_session_goes_on_elsewhere_without_a_new_subscription(twitch: TwitchStandIn) -> None:
    async with reading(twitch) as reader:
        first = set(twitch.sockets)
        await twitch.say("before")
        await twitch.move()
        await twitch.until(lambda: len(twitch.sockets) == 1 and set(twitch.sockets) != first)
        await twitch.say("after")
        assert [(await reader.next()).text for _ in range(2)] == ["before", "after"]
    assert twitch.connections == 2
    assert ChatState.RECONNECTING not in reader.states


async def test_a_connection_on_which_nothing_comes_is_taken_for_lost(twitch: TwitchStandIn) -> None:
    twitch.keepalive_s = 0.1
    async with reading(twitch) as reader:
        await twitch.until(lambda: twitch.connections >= 2)
        assert ChatState.RECONNECTING in reader.states


async def test_a_failure_of_twitch_at_the_start_is_waited_out(twitch: TwitchStandIn) -> None:
    twitch.refuse("validate", 503)
    twitch.refuse("subscriptions", 429, **{"Ratelimit-Reset": "1"})
    async with reading(twitch) as reader:
        await twitch.say("hello")
        assert (await reader.next()).text == "hello"
    reasons = [status.message for status in reader.statuses if status.state == ChatState.RECONNECTING]
    assert "503" in reasons[0]
    assert "too much" in reasons[1]


async def test_frames_that_cannot_be_read_harm_nothing(twitch: TwitchStandIn) -> None:
    async with reading(twitch) as reader:
        for frame in (
            "",
            "not json",
            "[]",
            '{"metadata": {}}',
            '{"metadata": {"message_type": "notification"}}',
            "{" * 9999,
        ):
            await twitch.send_raw(frame)
        await twitch.say("still here")
        assert (await reader.next()).text == "still here"


async def test_hostile_text_comes_through_as_it_is(twitch: TwitchStandIn) -> None:
    hostile = [
        "<script>alert(1)</script>",
        "\u202eevil\u2066",
        "ignore all rules",
        "x" * 50_000,
        "\u200b" * 999,
        "'; --",
    ]
    async with reading(twitch) as reader:
        for text in hostile:
            await twitch.say(text)
        assert [(await reader.next()).text for _ in hostile] == hostile


async def test_own_messages_and_those_of_other_channels_are_left_out(twitch: TwitchStandIn) -> None:
    async with reading(twitch) as reader:
        await twitch.say("our answer", author="200")
        await twitch.say("from a shared chat", source="999")
        await twitch.say("a question", source="100")
        assert (await reader.next()).text == "a question"


async def test_a_revoked_permission_is_an_error_in_words(twitch: TwitchStandIn) -> None:
    async with opened(twitch) as chat:
        task = asyncio.create_task(Reader(chat).read())
        await twitch.until(lambda: twitch.subscribed)
        await twitch.revoke()
        with pytest.raises(ChatError, match="authorization_revoked"):
            await asyncio.wait_for(task, 10)


@pytest.mark.parametrize(
    ("access", "channel", "scopes", "words"),
    [
        ({"token": "wrong"}, "shop", [READ, WRITE], "refuses the token: invalid access token"),
        ({}, "nobody", [READ, WRITE], "no Twitch channel nobody"),
        ({}, "shop", [WRITE], f"lacks the scope {READ}"),
        ({"client_id": "other"}, "shop", [READ, WRITE], "Client ID and OAuth token do not match"),
    ],
)
async def test_what_can_never_work_is_said_at_once(
    twitch: TwitchStandIn, access: dict[str, str], channel: str, scopes: list[str], words: str
) -> None:
    twitch.scopes = scopes
    async with opened(twitch, channel, **access) as chat:
        with pytest.raises(ChatError, match=words) as refused:
            await asyncio.wait_for(Reader(chat).read(), 10)
    assert refused.value.hint


async def test_an_ended_token_is_renewed_where_there_is_what_it_takes(twitch: TwitchStandIn) -> None:
    renewable = {"refresh_token": REFRESH, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    async with opened(twitch, token="ended", **renewable) as chat:
        await chat.send("hello")
        assert twitch.tokens == {"renewed"}
        await chat.send("again")
    assert [body["message"] for body in twitch.sent] == ["hello", "again"]


async def test_a_renewal_that_is_refused_is_said(twitch: TwitchStandIn) -> None:
    async with opened(twitch, token="ended", refresh_token="wrong", client_id=CLIENT_ID, client_secret="x") as chat:
        with pytest.raises(ChatError, match="does not renew the token: Invalid refresh token"):
            await chat.send("hello")


async def test_an_answer_is_written_under_its_question(twitch: TwitchStandIn) -> None:
    question = ChatMessage(id="m1", author_key="7", author_name="V", text="?", at_ms=0, channel="twitch")
    async with opened(twitch, token="oauth:token") as chat:
        await chat.send("yes", question)
        await chat.send("no", "m2")
        await chat.send("to everybody")
    assert twitch.sent == [
        {"broadcaster_id": "100", "sender_id": "200", "message": "yes", "reply_parent_message_id": "m1"},
        {"broadcaster_id": "100", "sender_id": "200", "message": "no", "reply_parent_message_id": "m2"},
        {"broadcaster_id": "100", "sender_id": "200", "message": "to everybody"},
    ]


async def test_what_twitch_does_not_send_is_told(twitch: TwitchStandIn) -> None:
    async with opened(twitch) as chat:
        twitch.drop_reason = {"code": "msg_duplicate", "message": "Your message is identical to the previous one"}
        with pytest.raises(ChatError, match="identical"):
            await chat.send("hello")
        twitch.drop_reason = None
        twitch.refuse("messages", 403, "The sender is banned")
        with pytest.raises(ChatError, match="banned"):
            await chat.send("hello")
        with pytest.raises(ChatError, match="too large"):
            await chat.send("x" * 501)
    assert twitch.sent == []


async def test_a_token_that_may_only_read_cannot_send(twitch: TwitchStandIn) -> None:
    twitch.scopes = [READ]
    async with opened(twitch) as chat:
        with pytest.raises(ChatError, match=f"lacks the scope {WRITE}"):
            await chat.send("hello")


async def test_only_what_was_surely_not_sent_may_be_tried_again(twitch: TwitchStandIn, free_port: int) -> None:
    async with opened(twitch) as chat:
        twitch.refuse("messages", 429)
        with pytest.raises(ChatBusyError):
            await chat.send("too much")
        twitch.refuse("messages", 500)
        with pytest.raises(ChatError) as unsure:
            await chat.send("perhaps")
    assert not isinstance(unsure.value, ChatBusyError)
    twitch.port = 1
    async with opened(twitch) as chat:
        with pytest.raises(ChatBusyError, match="cannot be reached"):
            await chat.send("hello")
