"""From ``[chat]`` to the chats that it names.

A platform of another package is an entry point of the group ``sidecar.chat``, called as ``[chat.others]`` calls it: a
function of that platform's settings that returns a `ChatAdapter`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path

from sidecar.chat.adapter import ChatAdapter
from sidecar.chat.twitch import TwitchChat
from sidecar.chat.twitch_api import Access, TwitchApi
from sidecar.chat.youtube import YouTubeChat
from sidecar.chat.youtube_api import YouTubeApi
from sidecar.config import ChatSettings
from sidecar.errors import SidecarError, UsageError

GROUP = "sidecar.chat"

OpenChat = Callable[[Mapping[str, str]], ChatAdapter]
"""What an entry point names: the adapter for these settings. Raises `UsageError` for wrong ones."""


def open_adapters(settings: ChatSettings) -> list[ChatAdapter]:
    """An adapter for every chat that is set; none connects yet. Raises `UsageError` where a setting is missing."""
    opened: list[ChatAdapter] = []
    if settings.twitch_channel:
        opened.append(_twitch(settings))
    if settings.youtube_video or settings.youtube_live_chat:
        opened.append(_youtube(settings))
    opened += [_other(name, values) for name, values in settings.others.items()]
    _check_names(opened)
    return opened


def _twitch(settings: ChatSettings) -> TwitchChat:
    if not settings.twitch_token:
        raise UsageError("[chat] has a twitch_channel but no twitch_token", hint="docs/chat.md says how to make one")
    access = Access(
        token=settings.twitch_token,
        refresh_token=settings.twitch_refresh_token,
        client_id=settings.twitch_client_id,
        client_secret=settings.twitch_client_secret,
    )
    channel = settings.twitch_channel.strip().rstrip("/").rpartition("/")[2].lstrip("@#")
    return TwitchChat(channel, TwitchApi(access), reconnect_max_s=settings.reconnect_max_s)


def _youtube(settings: ChatSettings) -> YouTubeChat:
    if not settings.youtube_credentials:
        raise UsageError(
            "[chat] has a YouTube chat but no youtube_credentials", hint="docs/chat.md says how to make them"
        )
    return YouTubeChat(
        YouTubeApi(Path(settings.youtube_credentials).expanduser()),
        video=_video(settings.youtube_video),
        live_chat=settings.youtube_live_chat,
        poll_s=settings.youtube_poll_s,
        reconnect_max_s=settings.reconnect_max_s,
    )


def _video(given: str) -> str:
    """The id of a broadcast, from itself or any of its addresses."""
    found = re.search(r"(?:v=|youtu\.be/|/live/|/embed/|/video/)([\w-]{6,})", given)
    return found[1] if found else given.strip()


def _other(name: str, settings: Mapping[str, str]) -> ChatAdapter:
    found = {each.name: each for each in entry_points(group=GROUP)}
    if name not in found:
        known = f"there are {', '.join(sorted(found))}" if found else "install a package that has it"
        raise UsageError(f"no package has the chat {name} of [chat.others]", hint=known)
    try:
        open_chat: OpenChat = found[name].load()
        return open_chat(settings)
    except SidecarError:
        raise
    except Exception as exc:  # what another package's code raises is not ours to know
        raise UsageError(f"the chat {name} cannot be opened: {exc}", hint="see the package that it comes from") from exc


def _check_names(opened: list[ChatAdapter]) -> None:
    names = [each.name for each in opened]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(
                f"two chats are called {name}", hint="each needs a name of its own, which its messages carry"
            )
