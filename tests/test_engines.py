"""From settings to engines: which model, which language, and nothing loaded that is not wanted."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
import tiny_models
from fakes import LoudIsSpeech, ScriptedRecognizer, each, talk
from structlog.testing import capture_logs

from sidecar import config, engines, weights
from sidecar.config import Settings
from sidecar.errors import ModelError, TranslationError, UsageError
from sidecar.glossary.term import Glossary
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.translator import Line


def settings(**tables: dict[str, Any]) -> Settings:
    return config.load(Path("/dev/null"), tables)


def test_a_model_may_be_given_by_its_path(tmp_path: Path) -> None:
    gguf = tmp_path / "model.gguf"
    gguf.touch()
    chosen = settings(speech={"model": str(tmp_path)}, translation={"model": str(gguf)})
    assert engines.recognizer_path(chosen) == tmp_path
    assert engines.translator_path(chosen) == gguf


def whisper_folder(folder: Path) -> Path:
    folder.mkdir()
    (folder / "config.json").write_text('{"lang_ids": [50259]}')
    return folder


async def test_whisper_may_be_the_last_resort_into_english(tmp_path: Path) -> None:
    folder = whisper_folder(tmp_path / "whisper-base")
    chosen = settings(speech={"model": str(folder)}, translation={"model": "whisper", "to": ["en"]})
    path = engines.translator_path(chosen)
    assert path == folder
    opener = engines.translator_opener(chosen, path, ("en",), Glossary())
    assert opener is not None
    translator = await opener()
    line = Line(text="买2件送1件。", source="zh", target="en", heard_in_english="Buy 2, get 1 free.")
    assert await translator.translate(line) == "Buy 2, get 1 free."
    with pytest.raises(UsageError, match="into English only, not into Spanish"):
        engines.translator_opener(chosen, path, ("en", "es"), Glossary())


@pytest.mark.parametrize("name", ["no-such-model", "./nowhere/model"])
def test_a_model_that_does_not_exist_is_told(name: str) -> None:
    chosen = settings(speech={"model": name}, translation={"model": name})
    with pytest.raises(ModelError, match="no model"):
        engines.recognizer_path(chosen)
    with pytest.raises(ModelError, match="no model"):
        engines.translator_path(chosen)


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process sees a GPU with little memory; the recogniser's own process looks for itself."""
    monkeypatch.setattr("sidecar.machine.gpus", lambda: 1)
    monkeypatch.setattr("sidecar.weights.memory.gpu_available_mb", lambda: 1_000)


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize(
    ("device", "why"), [("auto", "1.0 GB are free"), ("cuda", "1.0 GB are free"), ("cpu", "no GPU")]
)
def test_the_recogniser_is_chosen_by_the_gpu_unless_it_is_not_to_be_used(device: str, why: str) -> None:
    assert why in engines.choose_recognizer(settings(speech={"device": device})).reason


@pytest.mark.model
@pytest.mark.usefixtures("gpu")
def test_what_does_not_load_on_the_gpu_is_replaced_and_that_is_logged(tmp_path: Path) -> None:
    larger = tmp_path / "whisper-large-v3-turbo"
    larger.mkdir()
    (larger / "tokenizer.json").touch()
    with capture_logs() as logs, contextlib.closing(engines.open_recognizer(settings(), larger)) as recognizer:
        assert recognizer.health.model.startswith("whisper-base")
    assert [(log["log_level"], log["model"]) for log in logs] == [("warning", "whisper-large-v3-turbo")]


@pytest.mark.usefixtures("gpu")
def test_a_gpu_that_loads_nothing_leaves_the_processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = tmp_path / "whisper-base"
    small.mkdir()
    monkeypatch.setattr(weights, "ensure", lambda name: small)
    with capture_logs() as logs, pytest.raises(ModelError):
        engines.open_recognizer(settings(), tmp_path / "whisper-large-v3-turbo")
    assert [log["model"] for log in logs] == ["whisper-large-v3-turbo", "whisper-base"]


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize("speech", [{"model": "whisper-large-v3-turbo"}, {"device": "cpu"}])
def test_a_model_that_was_set_is_never_replaced(tmp_path: Path, speech: dict[str, Any]) -> None:
    with capture_logs() as logs, pytest.raises(ModelError, match="whisper-large-v3-turbo"):
        engines.open_recognizer(settings(speech=speech), tmp_path / "whisper-large-v3-turbo")
    assert not logs


@pytest.mark.parametrize("translation", [{"model": "none"}, {"to": ""}, {"to": "", "model": "no-such-model"}])
def test_where_no_translation_is_wanted_no_translator_is_looked_for(translation: dict[str, Any]) -> None:
    assert engines.translator_path(settings(translation=translation)) is None


@pytest.mark.parametrize("spoken", ["auto", "zh", "zh-Hant", "yue", "pt-BR", "en", "fil", "nb", "no", "jv"])
def test_languages_that_whisper_knows_pass(spoken: str) -> None:
    engines.check_language(settings(speech={"language": spoken}))


def test_a_language_that_whisper_does_not_know_is_named() -> None:
    with pytest.raises(UsageError, match=r"Zulu \(zu\)"):
        engines.check_language(settings(speech={"language": "zu"}))


def test_without_a_model_or_a_target_there_is_no_translator_to_open(tmp_path: Path) -> None:
    assert engines.translator_opener(settings(), None, ("es",), Glossary()) is None
    assert engines.translator_opener(settings(), tmp_path, (), Glossary()) is None


def test_a_language_may_have_models_of_its_own(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("first.gguf", "second.gguf", "other.gguf"))
    for path in (first, second, other):
        path.touch()
    translation = {
        "to": "pt-BR,en",
        "model": str(other),
        "models": {"pt_br": [str(first), str(second)], "th": ["no-such-model"]},
    }
    assert engines.preferred_paths(settings(translation=translation)) == {"pt-BR": (first, second)}
    assert engines.preferred_paths(settings(translation={**translation, "model": "none"})) == {}
    with pytest.raises(UsageError, match=r"translation\.models\.th"):
        settings(translation={"models": {"th": []}})


async def test_what_the_first_model_fails_on_the_next_one_translates(tmp_path: Path) -> None:
    wrong = tiny_models.nllb(tmp_path / "wrong", {"spa_Latn": ["Hoy cuesta 12 yuanes."]}, also=["zho_Hans"])
    right = tiny_models.nllb(
        tmp_path / "right",
        {"spa_Latn": ["Hoy cuesta 129.00 yuanes."], "eng_Latn": ["Now 129 yuan."]},
        also=["zho_Hans"],
    )
    opener = engines.translator_opener(
        settings(speech={"language": "zh"}), right, ("es", "en"), Glossary(), preferred={"es": (wrong, right)}
    )
    assert opener is not None
    translator = await opener()
    try:
        assert translator.name == "wrong + right"
        for target, expected in (("es", "Hoy cuesta 129.00 yuanes."), ("en", "Now 129 yuan.")):
            assert await translator.translate(Line(text="今天129元。", source="zh", target=target)) == expected
        with pytest.raises(CheckFailedError, match="numbers"):
            await translator.translate(Line(text="今天130元。", source="zh", target="es"))
        with pytest.raises(TranslationError, match="th"):
            await translator.translate(Line(text="今天129元。", source="zh", target="th"))
    finally:
        await translator.aclose()


def test_a_preferred_model_that_lacks_its_language_is_told_at_once(tmp_path: Path) -> None:
    path = tiny_models.nllb(tmp_path / "small", {"spa_Latn": ["Hola."]}, also=["zho_Hans"])
    with pytest.raises(UsageError, match=r"Thai \(th\)"):
        engines.translator_opener(settings(), path, ("es", "th"), Glossary(), preferred={"th": (path,)})


async def test_a_damaged_translator_is_told_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF, but not for long")
    opener = engines.translator_opener(settings(), path, ("es",), Glossary())
    assert opener is not None
    with pytest.raises(ModelError):
        await opener()


async def test_a_folder_without_a_whisper_is_told_when_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.bin").write_bytes(b"no model")
    opener = engines.listeners_opener(settings(), tmp_path, Glossary(), can_wait=True)
    with pytest.raises(ModelError) as raised:
        await opener()
    assert tmp_path.name in raised.value.message
    assert raised.value.hint


@pytest.fixture
def hears_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real detector of speech does not take this audio for speech."""
    monkeypatch.setattr(engines, "SpeechProbability", LoudIsSpeech)


SAID = talk("这款 面膜 只要 九十九 块", language="zh")
TRADITIONAL = talk("這款 面膜 只要 九十九 塊", language="zh")


async def heard(speech: dict[str, Any], recognizer: ScriptedRecognizer) -> list[tuple[str, str]]:
    """Language and text of every final segment."""
    listener = engines.listener(settings(speech=speech), recognizer, can_wait=True)
    stream = listener.segments(each(SAID.chunks()))
    return [(segment.language, segment.text) async for segment in stream if segment.final]


@pytest.mark.usefixtures("hears_all")
@pytest.mark.parametrize(
    ("speech", "tag", "written"),
    [
        ({"language": "zh"}, "zh", "这款面膜只要99块"),
        ({"language": "zh-Hant"}, "zh-Hant", "這款面膜只要99塊"),
        ({"language": "auto"}, "zh", "这款面膜只要99块"),
        ({"language": "auto", "chinese": "traditional"}, "zh-Hant", "這款面膜只要99塊"),
        ({"language": "zh", "numerals": "as-heard"}, "zh", "这款面膜只要九十九块"),
    ],
)
def test_chinese_is_written_as_it_was_asked_for(speech: dict[str, Any], tag: str, written: str) -> None:
    for spoken in (SAID, TRADITIONAL):
        recognizer = ScriptedRecognizer(spoken)
        assert asyncio.run(heard(speech, recognizer)) == [(tag, written)]


@pytest.mark.usefixtures("hears_all")
async def test_the_script_stays_as_it_was_heard_when_asked() -> None:
    for spoken, written in ((SAID, "这款面膜只要99块"), (TRADITIONAL, "這款面膜只要99塊")):
        assert await heard({"language": "zh", "chinese": "as-heard"}, ScriptedRecognizer(spoken)) == [("zh", written)]


@pytest.mark.usefixtures("hears_all")
async def test_the_recogniser_is_told_the_bare_language_and_the_beam_of_finals() -> None:
    recognizer = ScriptedRecognizer(SAID)
    await heard({"language": "zh-Hant", "beam_size": 3}, recognizer)
    assert {call.language for call in recognizer.calls} == {"zh"}
    assert recognizer.calls[-1].beam_size == 3


@pytest.mark.usefixtures("hears_all")
async def test_without_partials_each_utterance_is_recognised_once() -> None:
    recognizer = ScriptedRecognizer(SAID)
    await heard({"language": "zh", "partials": False}, recognizer)
    assert len(recognizer.calls) == 1


@pytest.mark.usefixtures("hears_all")
async def test_a_language_that_is_not_set_is_detected_with_the_final() -> None:
    recognizer = ScriptedRecognizer(SAID)
    await heard({"language": "auto"}, recognizer)
    assert recognizer.calls[-1].language is None


@pytest.mark.usefixtures("hears_all")
@pytest.mark.parametrize(
    ("languages", "heard_as"),
    [("zh,en", "zh"), ("en", "en"), ("zh-TW,en", "zh-Hant"), ("en,es", "en")],
)
async def test_only_the_languages_that_were_allowed_are_detected(languages: str, heard_as: str) -> None:
    finals = await heard({"language": "auto", "languages": languages}, ScriptedRecognizer(SAID))
    assert [tag for tag, _ in finals] == [heard_as]


@pytest.mark.usefixtures("hears_all")
async def test_a_language_that_was_set_is_never_doubted_whatever_auto_might_choose_from() -> None:
    recognizer = ScriptedRecognizer(SAID)
    await heard({"language": "es", "languages": "zh,en"}, recognizer)
    assert {call.language for call in recognizer.calls} == {"es"}
