"""What the operator sees: one report of the whole session, plain enough to read at night."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from sidecar.delivery.wire import State
from sidecar.speech.pressure import Effort


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class SourceReport(_Part):
    """The input."""

    name: str
    state: str = Field(description="opening, live, reconnecting or ended")
    message: str
    level_dbfs: float = Field(description="Level of the last second, dB below full scale; -120 is silence")
    speech: bool = Field(description="Somebody speaks now")


class RecognizerReport(_Part):
    """What turns sound into words."""

    ready: bool = Field(description="False while it is being started again")
    restarts: int = Field(description="How often it crashed or hung and was started again")
    failures: int = Field(description="Calls that gave nothing")
    effort: Effort = Field(
        description="full; less: words come more rarely, sentences are decoded greedily; finals: whole sentences only"
    )


class VoiceReport(_Part):
    """One of several voices."""

    label: str
    language: str = Field(description="What they speak; auto until it is known")
    source: SourceReport
    recognition_lag_ms: int | None = Field(description="From a word being spoken to it being shown, median")
    final_lag_ms: int | None = Field(description="From the end of a sentence to its final caption, median")
    skipped_ms: int = Field(description="Audio never recognised")


class LanguageReport(_Part):
    """One language of captions."""

    lang: str
    viewers: int
    captions: int = Field(description="Final captions so far")
    untranslated: int = Field(description="Of these, shown in the source language")
    waiting: int = Field(description="Lines that wait for translation now")
    lag_ms: int | None = Field(description="From the source line being final to this one, median of the last lines")


class DropReport(_Part):
    """What was thrown away to keep up."""

    audio_ms: int = Field(description="Audio never recognised")
    partials: int = Field(description="Tentative captions replaced before they were sent")
    viewer_messages: int = Field(description="Messages a slow viewer did not get; it resumed from the store")
    viewers: int = Field(description="Viewers cut off for being too slow")


class AssistantReport(_Part):
    """Questions of viewers and their answers."""

    entries: int = Field(description="Entries of the FAQ that can be used")
    problems: int = Field(description="Errors in the FAQ")
    waiting: int = Field(description="Questions that wait for a person")
    urgent: int = Field(description="Of these, on health, an order or a complaint")
    overdue: int = Field(description="Of these, later than the shop promises")
    chats: dict[str, str] = Field(description="Chats of platforms: the state of each, with a sentence")


class StatusReport(_Part):
    """The whole session, at one moment."""

    session: str
    state: State
    message: str
    uptime_s: int
    audio_ms: int = Field(description="Position on the audio clock")
    source: SourceReport = Field(description="That of the host")
    voices: list[VoiceReport] = Field(default=[], description="All voices, the host's first; empty where that is one")
    recognizer: RecognizerReport
    language: str = Field(description="What the host speaks; auto until it is known")
    words_per_minute: int = Field(description="Over the last minute; characters for Chinese, Japanese, Korean, Thai")
    recognition_lag_ms: int | None = Field(description="From a word being spoken to it being shown, median")
    final_lag_ms: int | None = Field(description="From the end of a sentence to its final caption, median")
    languages: list[LanguageReport]
    targets: list[str] = Field(default=[], description="What is translated into, by priority")
    viewers: int
    drops: DropReport
    unsaved: int = Field(description="Final captions that the store could not write yet")
    assistant: AssistantReport | None = Field(default=None, description="Absent where viewers cannot ask")
    cpu_percent: float = Field(description="Of one core, the processes of its own included")
    memory_mb: int = Field(description="Resident, the processes of its own included")
    warnings: list[str] = Field(description="What is wrong, in plain words, worst first")
