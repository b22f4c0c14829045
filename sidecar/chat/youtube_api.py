"""The few calls of the YouTube Data API that a live chat needs: by Google's own client, which blocks, in one thread.

The only importer of `googleapiclient`, which is large (110 MB) and an extra: ``chat``. Google documents the calls at
developers.google.com/youtube/v3/live/docs/liveChatMessages.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from sidecar.errors import ChatBusyError, ChatError, UsageError

_SCOPE = "https://www.googleapis.com/auth/youtube.force-ssl"
_TOKEN_URL = "https://oauth2.googleapis.com/token"
_TIMEOUT_S = 15.0
_QUOTA_WAIT_S = 900.0
_RATE_WAIT_S = 5.0
_QUOTA = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_RATE = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "userRequestsExceedRateLimit"})
_CREDENTIALS_HINT = f"make the credentials file anew, with the scope {_SCOPE}; docs/chat.md says how"

_Result = TypeVar("_Result")


class ChatOverError(ChatError):
    """The live chat has ended."""


class StalePageError(ChatBusyError):
    """The page that was asked for is no longer there; the first one is."""


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


class _TextDetails(_Camel):
    message_text: str = ""


class _SuperChatDetails(_Camel):
    user_comment: str = ""


class _Snippet(_Camel):
    type: str = ""
    published_at: datetime = datetime.fromtimestamp(0, UTC)
    text_message_details: _TextDetails = _TextDetails()
    super_chat_details: _SuperChatDetails = _SuperChatDetails()


class _Author(_Camel):
    channel_id: str = ""
    display_name: str = ""


class Item(_Camel):
    """One thing that happened in the chat: a message of some type, or the chat's end."""

    id: str = ""
    snippet: _Snippet = _Snippet()
    author_details: _Author = _Author()

    @property
    def text(self) -> str:
        """What a viewer wrote, with or without paying for it; empty for anything else."""
        return self.snippet.text_message_details.message_text or self.snippet.super_chat_details.user_comment

    @property
    def ends_chat(self) -> bool:
        return self.snippet.type == "chatEndedEvent"


class Page(_Camel):
    """What happened since the page before, which is empty for the first."""

    items: list[Item] = []
    next_page_token: str = ""
    polling_interval_millis: int = 0


class _LiveDetails(_Camel):
    active_live_chat_id: str = ""


class _Video(_Camel):
    live_streaming_details: _LiveDetails = _LiveDetails()


class _Videos(_Camel):
    items: list[_Video] = []


class _Channel(_Camel):
    id: str


class _Channels(_Camel):
    items: list[_Channel] = []


class _Reason(BaseModel):
    reason: str = ""


class _Failure(BaseModel):
    message: str = ""
    errors: list[_Reason] = []


class _Refusal(BaseModel):
    error: _Failure


class _AuthorizedUser(BaseModel):
    """The file that Google's tools write for a person who agreed."""

    client_id: str
    client_secret: str
    refresh_token: str
    token_uri: str = _TOKEN_URL


_Model = TypeVar("_Model", bound=BaseModel)


class YouTubeApi:
    """Calls in the name of the account whose credentials these are.

    Every call raises `ChatError` for what YouTube refuses, and `ChatBusyError` for what it may do later.
    """

    def __init__(self, credentials: Path, *, url: str = "") -> None:
        """``url`` is the API's, where it is not Google's. Raises `UsageError` for a file that is none."""
        if importlib.util.find_spec("googleapiclient") is None:
            raise UsageError(
                "Google's client for YouTube is not installed", hint="pip install google-api-python-client"
            )
        self._user = _read_user(credentials)
        self._url = url
        self._service: Any = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="youtube")

    async def live_chat(self, video: str) -> str:
        """The id of the chat of a broadcast."""
        videos = await self._get(_Videos, lambda api: api.videos().list(part="liveStreamingDetails", id=video))
        chats = [each.live_streaming_details.active_live_chat_id for each in videos.items]
        if not chats:
            raise ChatError(
                f"there is no YouTube video {video}", hint="give the id after v= in the broadcast's address"
            )
        if not chats[0]:
            raise ChatError(f"the YouTube video {video} has no live chat", hint="it must be live, with its chat on")
        return chats[0]

    async def own_channel(self) -> str:
        """The id of the account's channel, empty if it has none."""
        channels = await self._get(_Channels, lambda api: api.channels().list(part="id", mine=True))
        return channels.items[0].id if channels.items else ""

    async def page(self, chat: str, token: str) -> Page:
        """What happened since the page before this one."""
        more = {"pageToken": token} if token else {}
        parts = "id,snippet,authorDetails"
        return await self._get(Page, lambda api: api.liveChatMessages().list(liveChatId=chat, part=parts, **more))

    async def insert(self, chat: str, text: str) -> None:
        """Writes ``text``, at most 200 characters. Only what YouTube surely has not taken raises `ChatBusyError`."""
        details = {"messageText": text}
        snippet = {"liveChatId": chat, "type": "textMessageEvent", "textMessageDetails": details}
        await self._called(
            lambda api: api.liveChatMessages().insert(part="snippet", body={"snippet": snippet}), once=True
        )

    async def aclose(self) -> None:
        if self._service is not None:
            await self._in_thread(self._service.close)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _get(self, model: type[_Model], request: Callable[[Any], Any]) -> _Model:
        answer = await self._called(request, once=False)
        try:
            return model.model_validate(answer)
        except ValidationError as exc:
            raise ChatError("YouTube's answer is not as its documents say") from exc

    async def _called(self, request: Callable[[Any], Any], *, once: bool) -> object:
        return await self._in_thread(partial(self._call, request, once))

    async def _in_thread(self, call: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    def _call(self, request: Callable[[Any], Any], once: bool) -> object:
        with _in_words(once=once):
            if self._service is None:
                self._service = self._build()
            return request(self._service).execute()

    def _build(self) -> Any:
        import google_auth_httplib2
        import httplib2
        from google.oauth2.credentials import Credentials
        from googleapiclient import discovery

        httplib2.RETRIES = 1  # what may have been sent is not sent again, and reading is tried again by us
        user = self._user
        credentials = Credentials(
            token=None,
            refresh_token=user.refresh_token,
            client_id=user.client_id,
            client_secret=user.client_secret,
            token_uri=user.token_uri,
        )
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=_TIMEOUT_S))
        options = {"api_endpoint": self._url} if self._url else None
        untyped = cast("Any", discovery)
        return untyped.build("youtube", "v3", http=http, client_options=options, static_discovery=True)


def _read_user(path: Path) -> _AuthorizedUser:
    try:
        return _AuthorizedUser.model_validate_json(path.read_bytes())
    except OSError as exc:
        raise UsageError(f"cannot read {path}: {exc.strerror}", hint="see youtube_credentials in [chat]") from exc
    except ValidationError as exc:
        raise UsageError(f"{path} has no credentials of a YouTube account", hint=_CREDENTIALS_HINT) from exc


@contextlib.contextmanager
def _in_words(*, once: bool) -> Generator[None]:
    """Errors of Google's client as ours. ``once``: it must not be asked again if it may have been done."""
    import http.client

    import httplib2
    from google.auth import exceptions as auth
    from googleapiclient.errors import HttpError

    try:
        yield
    except HttpError as exc:
        raise _refused(int(cast("Any", exc).resp.status), exc.content, once=once) from exc
    except auth.RefreshError as exc:
        if exc.retryable:
            raise ChatBusyError(f"Google cannot renew the token now: {exc.args[0]}") from exc
        raise ChatError(f"Google refuses the credentials: {exc.args[0]}", hint=_CREDENTIALS_HINT) from exc
    except (auth.TransportError, httplib2.ServerNotFoundError, ConnectionRefusedError) as exc:
        raise ChatBusyError(f"YouTube cannot be reached: {exc}") from exc
    except (OSError, httplib2.HttpLib2Error, http.client.HTTPException) as exc:
        problem = f"the connection to YouTube was lost: {exc or type(exc).__name__}"
        if once:
            raise ChatError(problem, hint="it may have been sent all the same") from exc
        raise ChatBusyError(problem) from exc


def _refused(status: int, content: bytes, *, once: bool) -> ChatError:
    try:
        failure = _Refusal.model_validate_json(content).error
    except ValidationError:
        failure = _Failure(message=f"status {status}")
    reasons = {each.reason for each in failure.errors}
    if reasons & _QUOTA:
        return ChatBusyError(
            "today's quota of the YouTube API is used up",
            hint="raise youtube_poll_s, or ask Google for more; it is filled up at midnight Pacific time",
            wait_s=_QUOTA_WAIT_S,
        )
    if reasons & _RATE or status == 429:
        return ChatBusyError("YouTube says that it is too much at once", wait_s=_RATE_WAIT_S)
    if "liveChatEnded" in reasons:
        return ChatOverError("the live chat has ended")
    if "pageTokenInvalid" in reasons:
        return StalePageError("YouTube no longer has that page of the chat")
    if status >= 500 and not once:
        return ChatBusyError(f"YouTube has a failure of its own ({status})")
    if status == 401 or "insufficientPermissions" in reasons:
        return ChatError(f"YouTube refuses the credentials: {failure.message}", hint=_CREDENTIALS_HINT)
    return ChatError(f"YouTube refuses: {failure.message}")
