"""Settings: the file, over it the environment, over it the command line; and a wrong one is named."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sidecar import config
from sidecar.errors import UsageError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and none of this machine's settings."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("SIDECAR_")]:
        monkeypatch.delenv(name)


def written(text: str, name: str = "sidecar.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_every_setting_has_a_default_that_works() -> None:
    settings = config.load()
    assert settings == config.Settings()
    assert settings.speech.language == "auto"
    assert settings.translation.to == ("en", "es", "zh")
    assert settings.server.host == "127.0.0.1"


def test_the_file_of_the_folder_is_read_unless_another_is_named() -> None:
    written('[speech]\nlanguage = "zh"\n')
    other = written('[speech]\nlanguage = "es"\n', "other.toml")
    assert config.load().speech.language == "zh"
    assert config.load(other).speech.language == "es"


def test_environment_goes_before_the_file_and_the_command_line_before_both(monkeypatch: pytest.MonkeyPatch) -> None:
    written("[speech]\nbeam_size = 1\ntick_ms = 500\nendpoint_ms = 700\nthreads = 3\n")
    monkeypatch.setenv("SIDECAR_SPEECH__BEAM_SIZE", "2")
    monkeypatch.setenv("SIDECAR_SPEECH__TICK_MS", "600")
    speech = config.load(overrides={"speech": {"beam_size": 3}}).speech
    assert (speech.beam_size, speech.tick_ms, speech.endpoint_ms, speech.threads) == (3, 600, 700, 3)


def test_what_one_table_says_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDECAR_SERVER__PORT", "9000")
    settings = config.load(overrides={"audio": {"input": "show.mp4"}})
    assert settings.audio.input == "show.mp4"
    assert settings.server.port == 9000
    assert settings.speech == config.SpeechSettings()


@pytest.mark.parametrize("typed", ["zh-TW, en,en", " zh-Hant,EN "])
def test_target_languages_are_a_list_with_commas_wherever_they_are_written(
    typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert config.load(overrides={"translation": {"to": typed}}).translation.to == ("zh-Hant", "en")
    written(f'[translation]\nto = "{typed}"\n')
    assert config.load().translation.to == ("zh-Hant", "en")
    written('[translation]\nto = ["fr"]\n')
    assert config.load().translation.to == ("fr",)
    monkeypatch.setenv("SIDECAR_TRANSLATION__TO", typed)
    assert config.load().translation.to == ("zh-Hant", "en")


def test_no_targets_at_all_are_possible_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert config.load(overrides={"translation": {"to": ""}}).translation.to == ()
    monkeypatch.setenv("SIDECAR_TRANSLATION__TO", "")
    assert config.load().translation.to == ()


def test_origins_are_a_list_with_commas_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDECAR_SERVER__ALLOW_ORIGINS", "https://a.example, https://b.example")
    assert config.load().server.allow_origins == ("https://a.example", "https://b.example")
    monkeypatch.delenv("SIDECAR_SERVER__ALLOW_ORIGINS")
    written('[server]\nallow_origins = ["https://c.example"]\n')
    assert config.load().server.allow_origins == ("https://c.example",)


def test_languages_are_normalised() -> None:
    assert config.load(overrides={"speech": {"language": "ZH_tw"}}).speech.language == "zh-Hant"
    assert config.load(overrides={"speech": {"language": "auto"}}).speech.language == "auto"


@pytest.mark.parametrize(
    ("table", "values", "named"),
    [
        ("speech", {"beam_size": 0}, "speech.beam_size"),
        ("speech", {"tick_ms": "often"}, "speech.tick_ms"),
        ("speech", {"max_segment_ms": 60_000}, "speech.max_segment_ms"),
        ("speech", {"langauge": "zh"}, "speech.langauge"),
        ("audio", {"pace": "fast"}, "audio.pace"),
        ("audio", {"speech_threshold": 1.0}, "audio.speech_threshold"),
        ("server", {"port": 70_000}, "server.port"),
        ("translation", {"to": 7}, "translation.to"),
        ("translation", {"line_timeout_s": 0}, "translation.line_timeout_s"),
    ],
)
def test_a_wrong_setting_is_named_wherever_it_is_written(
    table: str, values: dict[str, Any], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError) as from_command_line:
        config.load(overrides={table: values})
    [(name, value)] = values.items()
    path = written(f"[{table}]\n{name} = {value!r}\n")
    with pytest.raises(UsageError) as from_file:
        config.load(path)
    path.unlink()
    if name != "to":  # a variable is always a string
        monkeypatch.setenv(f"SIDECAR_{table}__{name}".upper(), str(value))
        with pytest.raises(UsageError) as from_environment:
            config.load()
        assert named in from_environment.value.message
    assert named in from_command_line.value.message
    assert named in from_file.value.message
    assert from_file.value.hint


@pytest.mark.parametrize("value", ["klingonese", ""])
def test_a_language_that_does_not_exist_is_refused(value: str) -> None:
    with pytest.raises(UsageError, match=f"'{value}'"):
        config.load(overrides={"speech": {"language": value}})


def test_an_unknown_table_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError) as raised:
        config.load(written('[speach]\nlanguage = "zh"\n'))
    assert "[speach]" in raised.value.message
    assert "speech" in raised.value.hint


def test_a_value_where_a_table_belongs_is_named() -> None:
    with pytest.raises(UsageError, match="speech"):
        config.load(written("speech = 3\n"))


def test_files_that_cannot_be_read_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"missing\.toml"):
        config.load(Path("missing.toml"))
    with pytest.raises(UsageError, match="not valid TOML"):
        config.load(written("[speech\n"))
    Path("latin.toml").write_bytes('[audio]\ninput = "Müsik"\n'.encode("latin-1"))
    with pytest.raises(UsageError, match="not valid TOML"):
        config.load(Path("latin.toml"))
    with pytest.raises(UsageError, match="cannot read"):
        config.load(tmp_path)


def test_variables_of_other_programs_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIDECAR_TEST_GGUF", "model.gguf")
    monkeypatch.setenv("SIDECAR_HOME", "/somewhere")
    assert config.load() == config.Settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        config.load().speech.language = "zh"  # type: ignore[misc]


def test_other_voices_have_tables_of_their_own_and_the_rest_of_the_host() -> None:
    path = written(
        '[audio]\ninput = "mic"\nlabel = "Li"\nspeech_threshold = 0.5\n[speech]\nlanguage = "zh"\nbeam_size = 2\n'
        '[[voices]]\nlabel = "Guest"\ninput = "loopback"\nlanguage = "EN"\n'
        '[[voices]]\nlabel = " Ann  B "\ninput = "push"\n'
    )
    settings = config.load(path)
    host, guest, ann = settings.of_each_voice()
    assert settings.speakers() == ("Li", "Guest", "Ann B")
    assert [each.audio.input for each in (host, guest, ann)] == ["mic", "loopback", "push"]
    assert [each.speech.language for each in (host, guest, ann)] == ["zh", "en", "auto"]
    assert {each.audio.speech_threshold for each in (host, guest, ann)} == {0.5}
    assert {each.speech.beam_size for each in (host, guest, ann)} == {2}


def test_one_voice_alone_has_no_name() -> None:
    settings = config.load()
    assert settings.speakers() == (None,)
    assert settings.of_each_voice() == (settings,)


def test_voices_of_the_command_line_go_before_the_environment_and_that_before_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written('[[voices]]\nlabel = "File"\ninput = "mic"\n')
    assert config.load().speakers() == ("Host", "File")
    monkeypatch.setenv("SIDECAR_VOICES", "Ann:es=mic\nBob=push")
    assert config.load().speakers() == ("Host", "Ann", "Bob")
    [voice] = config.load(voices=["Guest:zh-CN=srt://host:9000?streamid=#!::r=live,m=request"]).voices
    assert (voice.label, voice.language) == ("Guest", "zh")
    assert voice.input == "srt://host:9000?streamid=#!::r=live,m=request"


@pytest.mark.parametrize(
    "voices",
    [
        ["Guest"],
        ["=mic"],
        ["Guest="],
        ["Guest:=mic"],
        ["Guest:klingon12=mic"],
        ["Host=mic"],
        ["A=mic", "A=push"],
        ["x" * 41 + "=mic"],
        [f"{name}=push" for name in "abcd"],
    ],
)
def test_voices_that_cannot_be_told_apart_or_heard_are_usage_errors(voices: list[str]) -> None:
    with pytest.raises(UsageError) as raised:
        config.load(voices=voices)
    assert raised.value.hint


@pytest.mark.parametrize(
    "table", ["[voices]\n", '[[voices]]\nlabel = " "\ninput = "mic"\n', '[[voices]]\nlabel = "A"\n', "voices = 3\n"]
)
def test_a_wrong_table_of_a_voice_is_named(table: str) -> None:
    with pytest.raises(UsageError, match="voices"):
        config.load(written(table))
