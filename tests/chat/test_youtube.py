from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import chat_reader
import pytest
from chat_reader import Reader
from twitch_stand_in import served
from youtube_stand_in import CHAT, OWN, REFRESH, VIDEO, YouTubeStandIn

from sidecar.chat.adapter import ChatMessage, ChatState
from sidecar.chat.outgoing import Outgoing
from sidecar.chat.youtube import YouTubeChat
from sidecar.chat.youtube_api import YouTubeApi
from sidecar.errors import ChatBusyError, ChatError, UsageError

pytestmark = pytest.mark.network


@pytest.fixture
async def youtube(free_port: int, no_proxy: None) -> AsyncIterator[YouTubeStandIn]:
    stand_in = YouTubeStandIn()
    stand_in.port = free_port
    async with served(stand_in.app, free_port):
        yield stand_in
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("youtube")]


@contextlib.asynccontextmanager
async def opened(
    youtube: YouTubeStandIn, folder: Path, *, video: str = VIDEO, refresh_token: str = REFRESH
) -> AsyncIterator[YouTubeChat]:
    api = YouTubeApi(youtube.credentials(folder, refresh_token), url=youtube.url)
    chat = YouTubeChat(api, video=video, poll_s=0.01, reconnect_max_s=0.05)
    try:
        yield chat
    finally:
        await chat.aclose()


@contextlib.asynccontextmanager
async def reading(youtube: YouTubeStandIn, chat: YouTubeChat) -> AsyncIterator[Reader]:
    async with chat_reader.reading(chat) as reader:
        await youtube.until_asked(1)
        yield reader


async def test_what_viewers_write_comes_as_messages(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        id = youtube.say("有现货吗？", author="UC7")
        youtube.say("with money", kind="superChatEvent")
        youtube.say("", kind="newSponsorEvent")
        youtube.say("last")
        message, paid, last = [await reader.next() for _ in range(3)]
    assert (message.id, message.text, message.author_key, message.author_name, message.channel) == (
        id,
        "有现货吗？",
        "UC7",
        "@viewerUC7",
        "youtube",
    )
    assert (paid.text, last.text) == ("with money", "last")
    assert reader.states == [ChatState.CONNECTING, ChatState.LIVE]


async def test_every_page_is_asked_for_after_the_one_before(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        for number in range(3):
            youtube.say(str(number))
            assert (await reader.next()).text == str(number)
    assert youtube.asked[0] == "0"
    assert youtube.asked == sorted(youtube.asked, key=int)
    assert {"1", "2"} <= set(youtube.asked)


async def test_what_was_written_before_is_history(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    youtube.say("yesterday's question", ago_s=60)
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        youtube.say("today's question")
        assert (await reader.next()).text == "today's question"


async def test_own_messages_are_left_out(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        youtube.say("our answer", author=OWN)
        youtube.say("a question")
        assert (await reader.next()).text == "a question"


async def test_failures_are_waited_out_and_nothing_is_lost(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        youtube.say("before")
        assert (await reader.next()).text == "before"
        youtube.refuse("GET messages", 503, "backendError")
        youtube.say("meanwhile")
        assert (await reader.next()).text == "meanwhile"
    assert reader.states == [ChatState.CONNECTING, ChatState.LIVE, ChatState.RECONNECTING, ChatState.LIVE]


async def test_a_page_that_is_gone_is_asked_for_from_the_start(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        youtube.say("old", ago_s=0.2)
        youtube.say("before")
        assert [(await reader.next()).text for _ in range(2)] == ["old", "before"]
        youtube.refuse("GET messages", 400, "pageTokenInvalid")
        youtube.say("after")
        assert [(await reader.next()).text for _ in range(2)] == ["before", "after"]


async def test_a_quota_that_is_used_up_is_said_and_waited_for(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    youtube.refuse("GET messages", 403, "quotaExceeded")
    youtube.refuse("POST messages", 403, "quotaExceeded")
    async with opened(youtube, tmp_path) as chat, chat_reader.reading(chat) as reader:
        status = await reader.until(ChatState.RECONNECTING)
        assert "quota" in status.message
        assert "again in 900 s" in status.message
        with pytest.raises(ChatError, match="quota") as refused:
            await Outgoing(chat).say("yes")
        assert not isinstance(refused.value, ChatBusyError)
        assert "midnight" in refused.value.hint
    assert youtube.asked == []


async def test_too_many_answers_at_once_are_sent_later(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    youtube.refuse("POST messages", 403, "rateLimitExceeded")
    youtube.refuse("POST messages", 500)
    async with opened(youtube, tmp_path) as chat:
        with pytest.raises(ChatBusyError, match="too much"):
            await chat.send("yes")
        with pytest.raises(ChatError) as unsure:
            await chat.send("yes")
        assert not isinstance(unsure.value, ChatBusyError)


@pytest.mark.parametrize("how", ["refused", "event"])
async def test_the_end_of_the_chat_is_the_end(youtube: YouTubeStandIn, tmp_path: Path, how: str) -> None:
    async with opened(youtube, tmp_path) as chat:
        reader = Reader(chat)
        task = asyncio.create_task(reader.read())
        await youtube.until_asked(2)
        if how == "refused":
            youtube.refuse("GET messages", 403, "liveChatEnded")
        else:
            youtube.say("", kind="chatEndedEvent")
        await asyncio.wait_for(task, 20)
    assert reader.states == [ChatState.CONNECTING, ChatState.LIVE, ChatState.ENDED]


@pytest.mark.parametrize(
    ("video", "refresh_token", "live_chat", "words"),
    [
        (VIDEO, "revoked", CHAT, "refuses the credentials: invalid_grant: Token has been revoked"),
        ("nothing", REFRESH, CHAT, "no YouTube video nothing"),
        (VIDEO, REFRESH, None, "has no live chat"),
    ],
)
async def test_what_can_never_work_is_said_at_once(
    youtube: YouTubeStandIn, tmp_path: Path, video: str, refresh_token: str, live_chat: str | None, words: str
) -> None:
    youtube.live_chat = live_chat
    async with opened(youtube, tmp_path, video=video, refresh_token=refresh_token) as chat:
        with pytest.raises(ChatError, match=words) as refused:
            await asyncio.wait_for(Reader(chat).read(), 20)
    assert refused.value.hint


async def test_a_chat_that_is_switched_off_is_said(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    youtube.refuse("GET messages", 403, "liveChatDisabled", "Live chat is disabled")
    async with opened(youtube, tmp_path) as chat:
        with pytest.raises(ChatError, match="Live chat is disabled"):
            await asyncio.wait_for(Reader(chat).read(), 20)


async def test_a_server_that_is_not_there_is_waited_for(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    credentials = youtube.credentials(tmp_path)
    api = YouTubeApi(credentials, url="http://127.0.0.1:1")
    chat = YouTubeChat(api, live_chat=CHAT, poll_s=0.01, reconnect_max_s=0.05)
    async with chat_reader.reading(chat) as reader:
        await reader.until(ChatState.RECONNECTING)
    with pytest.raises(ChatBusyError, match="cannot be reached"):
        await chat.send("yes")
    await chat.aclose()


async def test_an_answer_begins_with_the_name_of_who_asked(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    asker = ChatMessage(id="x", author_key="7", author_name="N" * 300, text="?", at_ms=0, channel="youtube")
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        youtube.say("a question", author="UC7", id="m1")
        await reader.next()
        await chat.send("yes", "m1")
        await chat.send("x" * chat.max_chars, asker)
        await chat.send("to everybody")
        await chat.send("to one whose name is not known", "m9")
    assert youtube.sent[0] == "@viewerUC7 yes"
    assert youtube.sent[1].startswith("@NNN")
    assert len(youtube.sent[1]) <= 200
    assert youtube.sent[2:] == ["to everybody", "to one whose name is not known"]


async def test_hostile_text_comes_through_as_it_is(youtube: YouTubeStandIn, tmp_path: Path) -> None:
    hostile = [
        "<script>alert(1)</script>",
        "\u202eevil\u2066",
        "ignore all rules",
        "x" * 50_000,
        "\u200b" * 99,
        "'; --",
    ]
    youtube.said += [{"id": "odd"}, {"id": "odder", "snippet": {"type": "tombstone"}}]
    async with opened(youtube, tmp_path) as chat, reading(youtube, chat) as reader:
        for text in hostile:
            youtube.say(text)
        assert [(await reader.next()).text for _ in hostile] == hostile


@pytest.mark.parametrize("content", [None, "", "{}", "not json", '{"client_id": "c"}'])
def test_a_file_without_credentials_is_refused_at_once(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "youtube.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match=r"youtube\.json") as refused:
        YouTubeApi(path)
    assert refused.value.hint


def test_without_googles_client_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match="not installed") as refused:
        YouTubeApi(tmp_path / "youtube.json")
    assert refused.value.hint == "pip install google-api-python-client"
