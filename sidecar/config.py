"""Settings: ``sidecar.toml``, then environment (``SIDECAR_SPEECH__LANGUAGE=zh``), then the command line.

Every limit has its unit in its name and a default that works. ``docs/configuration.md`` is generated from here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sidecar import language
from sidecar.assistant.clocks import Quiet
from sidecar.errors import UsageError


class Section(BaseModel):
    """A table of ``sidecar.toml``: frozen, and strict about names so that a typing error is found."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _spoken(value: str) -> str:
    return value if value == language.AUTO else language.normalise(value)


Label = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=40)]
"""What somebody is called on captions."""
Spoken = Annotated[str, AfterValidator(_spoken)]
"""A language, or auto."""


class AudioSettings(Section):
    """Where the host's voice comes from."""

    label: Label = Field(default="Host", description="What the host is called, where there are other voices")
    input: str = Field(
        default="auto",
        description="mic, loopback, push, demo, a file or a URL (RTMP, SRT, HLS, RTSP, HTTP); auto: mic, else demo",
    )
    device: str = Field(default="", description="Capture device, by number or part of its name; empty: the default")
    pace: Literal["realtime", "max"] = Field(default="realtime", description="How fast a file is played")
    stall_timeout_s: float = Field(default=10.0, gt=0, description="A source silent on the wire for longer is reopened")
    reconnect_max_s: float = Field(default=30.0, gt=0, description="Longest wait between attempts to reconnect")
    speech_threshold: float = Field(default=0.35, gt=0, lt=1, description="Silero probability from which it is speech")


class SpeechSettings(Section):
    """How the host is understood."""

    model: str = Field(
        default="auto",
        description="Name of a manifest, the folder of a CTranslate2 Whisper, or auto: a large one on a GPU, else base",
    )
    language: Spoken = Field(default="auto", description="Language of the host, or auto")
    languages: tuple[str, ...] = Field(
        default=(), description="Languages that auto chooses from, such as zh, en; empty: all that the recogniser knows"
    )
    switching: Literal["sticky", "utterance"] = Field(
        default="sticky",
        description="With auto: sticky changes language when another is clearly spoken for some seconds, "
        "utterance from one utterance to the next",
    )
    chinese: Literal["simplified", "traditional", "as-heard"] = Field(
        default="simplified", description="Script that Chinese captions are normalised to"
    )
    numerals: Literal["digits", "as-heard"] = Field(
        default="digits", description="Numbers in Chinese and English captions: digits where subtitles have them"
    )
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="Where Whisper runs")
    threads: int = Field(default=0, ge=0, description="CPU threads of recognition; 0: chosen for this machine")
    partials: bool = Field(default=True, description="Show words before the sentence ends")
    beam_size: int = Field(default=5, ge=1, le=10, description="Beam of the final pass")
    tick_ms: int = Field(default=350, ge=100, description="Audio between two partial hypotheses, when there is time")
    endpoint_ms: int = Field(default=600, ge=200, description="Silence that ends an utterance")
    short_endpoint_ms: int = Field(default=1_500, ge=0, description="Silence that ends one of less than 4 s, if longer")
    max_segment_ms: int = Field(
        default=12_000, ge=3_000, le=20_000, description="A longer utterance is cut; from 2/3 of it on, at a pause"
    )

    @field_validator("languages", mode="before")
    @classmethod
    def _languages(cls, value: Any) -> Any:
        return _tags(value)


class GlossarySettings(Section):
    """The shop's names: see glossary.md."""

    path: str = Field(default="", description="Glossary: a .csv, .toml or .xlsx file; empty: none")
    phrases: bool = Field(default=True, description="Phrases of live rooms, such as 家人们, are put in sober words")


class TranslationSettings(Section):
    """Into what, and by what, captions are translated."""

    to: tuple[str, ...] = Field(default=("en", "es", "zh"), description="Target languages, the most important first")
    model: str = Field(
        default="auto",
        description="Name of a manifest, a GGUF file, a folder with CTranslate2 models, auto, none, or whisper: into "
        "English, by the recogniser",
    )
    models: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(
        default={}, description='Models for some languages instead, in the order they are asked: `th = ["A", "B"]`'
    )
    memory: str = Field(
        default="",
        description="Translation memory: a .tmx or .csv file; empty: memory.tmx in the user's data folder; or none",
    )
    threads: int = Field(default=0, ge=0, description="CPU threads of translation; 0: chosen for this machine")
    partials: bool = Field(
        default=False, description="Translate what is still being said, while no finished line waits"
    )
    line_timeout_s: float = Field(default=20.0, gt=0, description="A line not translated in this time is given up")
    max_lag_s: float = Field(default=15.0, gt=0, description="Lines older than this are shown untranslated")

    @field_validator("to", mode="before")
    @classmethod
    def _to(cls, value: Any) -> Any:
        return _tags(value)

    @field_validator("models")
    @classmethod
    def _models(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {language.normalise(tag): names for tag, names in value.items()}


class ServerSettings(Section):
    """Where viewers connect."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; 0.0.0.0 for every interface")
    port: int = Field(default=8765, ge=0, le=65535, description="Port of everything; 0: any free one")
    max_viewers: int = Field(default=2_000, ge=1, description="WebSocket connections at most")
    mailbox: int = Field(default=256, ge=8, description="Messages that may wait for one slow viewer")
    allow_origins: tuple[str, ...] = Field(default=("*",), description="Pages that may read transcripts")

    @field_validator("allow_origins", mode="before")
    @classmethod
    def _allow_origins(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class AssistantSettings(Section):
    """Answers to viewers' questions: see assistant.md."""

    faq: str = Field(
        default="", description="What the shop knows: a file or folder; empty: none, and viewers cannot ask; or demo"
    )
    shop: str = Field(
        default="shop", max_length=64, description="Shows of one shop take up the questions that the last one left"
    )
    expires_s: int = Field(default=1_200, ge=60, description="A question not answered by then is closed")
    answer_within_s: int = Field(default=120, ge=10, description="When a question is due")
    urgent_within_s: int = Field(
        default=45, ge=10, description="When one is due that speaks of health, an order or a complaint"
    )
    quiet: dict[str, str] = Field(
        default={}, description='Hours in which nobody answers, by language: `id = "22:00-08:00 Asia/Jakarta"`'
    )
    undo_s: float = Field(default=4.0, ge=0, le=30, description="How long an approved answer can be taken back")

    @field_validator("quiet")
    @classmethod
    def _quiet(cls, value: dict[str, str]) -> dict[str, str]:
        for hours in value.values():
            Quiet.parse(hours)
        return {language.normalise(tag): hours for tag, hours in value.items()}


class ChatSettings(Section):
    """Chat of the platforms: see chat.md. Tokens and secrets are better set in the environment."""

    twitch_channel: str = Field(default="", description="The channel whose chat is read: twitch.tv/NAME; empty: none")
    twitch_token: str = Field(default="", repr=False, description="A user token of the account that reads and answers")
    twitch_refresh_token: str = Field(
        default="",
        repr=False,
        description="Renews the token when it ends, with the two below; empty: it is not renewed",
    )
    twitch_client_id: str = Field(default="", description="Of the application that the token was made with")
    twitch_client_secret: str = Field(default="", repr=False, description="Of the same application")
    youtube_video: str = Field(
        default="", description="The broadcast whose chat is read: its id or address; empty: none"
    )
    youtube_live_chat: str = Field(default="", description="The id of the chat itself, instead of the broadcast's")
    youtube_credentials: str = Field(default="", description="File with the credentials of the account")
    youtube_poll_s: float = Field(
        default=10.0, ge=1, description="Shortest time between two looks at the chat; each costs 5 units of the quota"
    )
    reconnect_max_s: float = Field(default=30.0, gt=0, description="Longest wait between attempts to reconnect")
    webhook_secret: str = Field(
        default="", repr=False, description="Lets signed requests ask: whsec_ and base64 of 24 to 64 bytes; empty: none"
    )
    others: dict[str, dict[str, str]] = Field(
        default={},
        repr=False,
        description='Platforms of other packages, with their own settings: `lazada = { shop = "S" }`',
    )


class StorageSettings(Section):
    """Where what was said is kept."""

    url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite in the user's data folder")


class VoiceSettings(Section):
    """Another voice beside the host: a guest on a call, a co-host; one such table each, three at most.

    What is not set here is as in `[audio]` and `[speech]`.
    """

    label: Label = Field(description="What they are called on captions")
    input: str = Field(min_length=1, description="As in [audio]; of push, /v1/ingest?voice=LABEL says who pushes")
    device: str = Field(default="", description="As in [audio]")
    language: Spoken = Field(default="auto", description="What they speak, or auto")


Voices = Annotated[tuple[VoiceSettings, ...], Field(max_length=3)]
_VOICES: TypeAdapter[Voices] = TypeAdapter(Voices)


class Settings(BaseSettings):
    """All settings of a session."""

    model_config = SettingsConfigDict(
        env_prefix="SIDECAR_",
        env_nested_delimiter="__",
        enable_decoding=False,  # lists are written with commas, not as JSON
        frozen=True,
        extra="ignore",
        nested_model_default_partial_update=True,
    )

    audio: AudioSettings = AudioSettings()
    speech: SpeechSettings = SpeechSettings()
    glossary: GlossarySettings = GlossarySettings()
    translation: TranslationSettings = TranslationSettings()
    server: ServerSettings = ServerSettings()
    assistant: AssistantSettings = AssistantSettings()
    chat: ChatSettings = ChatSettings()
    storage: StorageSettings = StorageSettings()
    voices: Voices = ()

    @field_validator("voices", mode="before")
    @classmethod
    def _voices(cls, value: Any) -> Any:
        return [_voice(line) for line in value.splitlines() if line.strip()] if isinstance(value, str) else value

    def of_each_voice(self) -> tuple[Settings, ...]:
        """These settings as the host has them, and every other voice after the host."""
        return (
            self.model_copy(update={"voices": ()}),
            *(
                self.model_copy(
                    update={
                        "voices": (),
                        "audio": self.audio.model_copy(
                            update={"label": voice.label, "input": voice.input, "device": voice.device}
                        ),
                        "speech": self.speech.model_copy(update={"language": voice.language}),
                    }
                )
                for voice in self.voices
            ),
        )

    def speakers(self) -> tuple[str | None, ...]:
        """What each voice is called on captions; nothing where there is one."""
        return tuple(each.audio.label if self.voices else None for each in self.of_each_voice())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings


def load(
    path: Path | None = None, overrides: dict[str, dict[str, Any]] | None = None, *, voices: Sequence[str] = ()
) -> Settings:
    """Settings from ``path`` (or ``sidecar.toml`` here, if there is one), the environment, ``overrides`` of tables, and
    ``voices``, written ``LABEL[:LANGUAGE]=INPUT``, instead of any others.

    Raises `UsageError` naming the first wrong setting.
    """
    table = _read(path)
    unknown = sorted(set(table) - set(Settings.model_fields))
    if unknown:
        raise UsageError(
            f"unknown table [{unknown[0]}] in {path or 'sidecar.toml'}",
            hint=f"tables are {', '.join(Settings.model_fields)}",
        )
    try:
        settings = Settings(**table)
    except ValidationError as exc:
        raise _wrong_setting(exc) from exc
    changed = {name: _changed(name, getattr(settings, name), values) for name, values in (overrides or {}).items()}
    settings = settings.model_copy(update=changed)
    if voices:
        settings = settings.model_copy(update={"voices": _given_voices(voices)})
    _check_labels(settings)
    return settings


def _given_voices(lines: Sequence[str]) -> tuple[VoiceSettings, ...]:
    try:
        return _VOICES.validate_python([_voice(line) for line in lines])
    except ValidationError as exc:
        raise _wrong_setting(exc, "voices") from exc


def _voice(line: str) -> dict[str, str]:
    """``LABEL[:LANGUAGE]=INPUT`` as a table. Raises `UsageError`."""
    who, equals, source = line.partition("=")
    label, colon, spoken = who.partition(":")
    if not (equals and label.strip() and source.strip() and (spoken.strip() or not colon)):
        raise UsageError(
            f"'{line}' is no voice", hint='write LABEL=INPUT or LABEL:LANGUAGE=INPUT, as in "Guest:en=mic"'
        )
    return {"label": label, "input": source.strip()} | ({"language": spoken.strip()} if colon else {})


def _check_labels(settings: Settings) -> None:
    """Raises `UsageError` where two voices have one name."""
    labels = [each.audio.label for each in settings.of_each_voice()]
    for label in labels:
        if labels.count(label) > 1:
            raise UsageError(f"two voices are called {label}", hint="each needs a label of its own; see [audio] label")


def _changed(name: str, section: Section, values: dict[str, Any]) -> Section:
    try:
        return type(section).model_validate({**section.model_dump(), **values})
    except ValidationError as exc:
        raise _wrong_setting(exc, name) from exc


def _wrong_setting(error: ValidationError, *table: str) -> UsageError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in (*table, *first["loc"]))
    return UsageError(f"setting {where}: {first['msg']}", hint="see docs/configuration.md")


def _tags(value: Any) -> Any:
    """Canonical tags of a list, or of text with commas; anything else is for pydantic to refuse."""
    if isinstance(value, str | list | tuple):
        parts = value if isinstance(value, str) else [str(part) for part in cast("Sequence[object]", value)]
        return language.normalise_list(parts)
    return value


def table_names() -> tuple[str, ...]:
    return tuple(Settings.model_fields)


def _read(path: Path | None) -> dict[str, Any]:
    chosen = path or Path("sidecar.toml")
    if path is None and not chosen.exists():
        return {}
    try:
        return tomllib.loads(chosen.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        raise UsageError(f"no configuration file {chosen}", hint="give an existing file with --config") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise UsageError(f"{chosen} is not valid TOML: {exc}", hint="check the line it names") from exc
    except OSError as exc:
        raise UsageError(f"cannot read {chosen}: {exc.strerror}", hint="check the path and its permissions") from exc
