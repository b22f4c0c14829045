from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from sidecar import config
from sidecar.chat.open import open_adapters
from sidecar.config import ChatSettings
from sidecar.errors import UsageError


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def credentials(tmp_path: Path) -> str:
    path = tmp_path / "youtube.json"
    path.write_text(json.dumps({"client_id": "c", "client_secret": "s", "refresh_token": "r"}))
    return str(path)


@pytest.fixture
def other_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that has the chats ``lazada``, ``broken`` and ``imposter``."""
    folder = tmp_path / "packages"
    about = folder / "lazada_chat-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: lazada-chat\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[sidecar.chat]\n"
        "lazada = lazada_chat:open_chat\n"
        "broken = lazada_chat:nothing\n"
        "imposter = lazada_chat:imposter\n"
    )
    (folder / "lazada_chat.py").write_text(
        textwrap.dedent("""
        from sidecar.chat.adapter import ChatMessage, ChatState, ChatStatus, Pace
        from sidecar.errors import UsageError

        class LazadaChat:
            name = "lazada"
            max_chars = 100
            pace = Pace(messages=1, window_ms=1_000)

            def __init__(self, shop):
                self.shop = shop

            async def messages(self, on_status):
                on_status(ChatStatus(state=ChatState.LIVE, message=self.shop))
                who = {"author_key": "a", "author_name": "A"}
                yield ChatMessage(id="1", text="hi", at_ms=0, channel="lazada", lang="ms", **who)

            async def send(self, text, reply_to=None): ...

            async def aclose(self): ...

        def open_chat(settings):
            if "shop" not in settings:
                raise UsageError("lazada has no shop", hint="set it")
            return LazadaChat(settings["shop"])

        def imposter(settings):
            chat = LazadaChat("")
            chat.name = "twitch"
            return chat
        """)
    )
    monkeypatch.syspath_prepend(str(folder))


def test_without_settings_there_is_no_chat() -> None:
    assert open_adapters(ChatSettings()) == []


@pytest.mark.parametrize("channel", ["shop", "https://www.twitch.tv/shop/", "twitch.tv/shop", "#shop", "@shop"])
def test_a_twitch_channel_is_its_name_or_address(channel: str) -> None:
    [chat] = open_adapters(ChatSettings(twitch_channel=channel, twitch_token="t"))
    assert (chat.name, vars(chat)["_channel"]) == ("twitch", "shop")


@pytest.mark.parametrize(
    "video",
    [
        "dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1s",
        "https://youtu.be/dQw4w9WgXcQ?si=x",
        "https://youtube.com/live/dQw4w9WgXcQ",
        "https://studio.youtube.com/video/dQw4w9WgXcQ/livestreaming",
    ],
)
def test_a_broadcast_is_its_id_or_any_of_its_addresses(video: str, credentials: str) -> None:
    [chat] = open_adapters(ChatSettings(youtube_video=video, youtube_credentials=credentials))
    assert (chat.name, vars(chat)["_video"]) == ("youtube", "dQw4w9WgXcQ")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"twitch_channel": "shop"}, "no twitch_token"),
        ({"youtube_video": "v"}, "no youtube_credentials"),
        ({"youtube_live_chat": "c"}, "no youtube_credentials"),
        ({"others": {"shopee": {}}}, "no package has the chat shopee"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words) as refused:
        open_adapters(ChatSettings(**settings))
    assert refused.value.hint


@pytest.mark.usefixtures("other_package")
async def test_another_package_adds_a_platform() -> None:
    [chat] = open_adapters(ChatSettings(others={"lazada": {"shop": "S1"}}))
    statuses: list[str] = []
    messages = [message async for message in chat.messages(lambda status: statuses.append(status.message))]
    assert [(message.channel, message.lang) for message in messages] == [("lazada", "ms")]
    assert statuses == ["S1"]


@pytest.mark.usefixtures("other_package")
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"others": {"lazada": {}}}, "lazada has no shop"),
        ({"others": {"broken": {}}}, "broken cannot be opened"),
        ({"others": {"shopee": {}}}, "no package has the chat shopee"),
        ({"others": {"imposter": {}}, "twitch_channel": "shop", "twitch_token": "t"}, "two chats are called twitch"),
    ],
)
def test_what_is_wrong_with_another_package_is_named(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        open_adapters(ChatSettings(**settings))


@pytest.mark.usefixtures("elsewhere")
def test_settings_come_from_file_and_environment_and_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("sidecar.toml").write_text('[chat]\ntwitch_channel = "shop"\n[chat.others.lazada]\nshop = "S1"\n')
    monkeypatch.setenv("SIDECAR_CHAT__TWITCH_TOKEN", "very secret")
    monkeypatch.setenv("SIDECAR_CHAT__OTHERS__LAZADA__TOKEN", "of the platform")
    chat = config.load().chat
    assert (chat.twitch_channel, chat.twitch_token) == ("shop", "very secret")
    assert chat.others == {"lazada": {"shop": "S1", "token": "of the platform"}}
    assert "secret" not in repr(chat)
    assert "of the platform" not in repr(chat)
