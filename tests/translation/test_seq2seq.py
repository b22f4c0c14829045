"""Translation models through CTranslate2, on models of a few words: languages, numbers, pivots, batches."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
import tiny_models
from hypothesis import given
from hypothesis import strategies as st

from sidecar.errors import CorruptModelError, ModelError, TranslationError, UsageError
from sidecar.translation import opening, seq2seq
from sidecar.translation.checks import CheckFailedError
from sidecar.translation.seq2seq import Seq2SeqTranslator
from sidecar.translation.seq2seq_model import Family, Sentence, Seq2SeqModel
from sidecar.translation.translator import MAX_LINE_CHARACTERS, Line

SAID = "这件外套今天只要一百二十九块。"


def line(target: str, text: str = SAID, source: str = "zh") -> Line:
    return Line(text=text, source=source, target=target)


class Counting(Seq2SeqTranslator):
    """Counts the batches, and what was in them."""

    def __init__(self, path: Path, targets: Sequence[str] = ()) -> None:
        super().__init__(path, threads=1, targets=targets)
        self.batches: list[list[str]] = []
        for model in self._models:
            self._count(model)

    def _count(self, model: Seq2SeqModel) -> None:
        translate = model.hypotheses

        def counted(sentences: Sequence[Sentence], *, beam: int, no_repeat: bool = False) -> list[list[str]]:
            self.batches.append([sentence.target for sentence in sentences])
            return translate(sentences, beam=beam, no_repeat=no_repeat)

        model.hypotheses = counted  # type: ignore[method-assign]


@pytest.fixture(scope="module")
def nllb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    said = {
        "eng_Latn": ["This coat is 129 yuan today."],
        "spa_Latn": ["Hoy cuesta 129.00 yuanes."],
        "ind_Latn": ["Jaket ini 129.0 yuan-nya."],
        "zho_Hant": ["今天只要129.000元。"],
    }
    return tiny_models.nllb(tmp_path_factory.mktemp("models") / "nllb", said, also=["zho_Hans", "fra_Latn"])


async def test_all_targets_are_translated_in_one_batch(nllb: Path) -> None:
    translator = Counting(nllb, targets=("en", "es", "id", "zh"))
    assert await translator.translate(line("en")) == "This coat is 129 yuan today."
    assert await translator.translate(line("es")) == "Hoy cuesta 129.00 yuanes."
    assert await translator.translate(line("id")) == "Jaket ini 129.0 yuan-nya."
    assert translator.batches == [["en", "es", "id"]]
    await translator.aclose()


async def test_a_target_that_was_not_announced_is_translated_alone(nllb: Path) -> None:
    translator = Counting(nllb, targets=("en", "es"))
    assert await translator.translate(line("id"))
    assert translator.batches == [["id"]]
    await translator.aclose()


async def test_sentences_are_translated_one_by_one_and_joined(nllb: Path) -> None:
    translator = Counting(nllb)
    written = await translator.translate(line("en", "外套129块。真的129块。"))
    assert written == "This coat is 129 yuan today. This coat is 129 yuan today."
    assert translator.batches == [["en", "en"]]
    await translator.aclose()


async def test_the_first_hypothesis_that_keeps_the_number_is_taken(tmp_path: Path) -> None:
    wrong_first = ["It is 128 yuan.", "It is 129 yuan."]
    translator = Counting(tiny_models.m2m100(tmp_path / "m", {"en": wrong_first}, also=["zh"]))
    assert await translator.translate(line("en")) == "It is 129 yuan."
    assert len(translator.batches) == 1
    await translator.aclose()


async def test_it_is_searched_more_widely_where_no_hypothesis_passes(tmp_path: Path) -> None:
    wrong_first = [f"It is {price} yuan." for price in (126, 127, 128, 129)]
    translator = Counting(tiny_models.m2m100(tmp_path / "m", {"en": wrong_first}, also=["zh"]))
    assert await translator.translate(line("en")) == "It is 129 yuan."
    assert len(translator.batches) == 2
    await translator.aclose()


async def test_a_number_that_no_hypothesis_keeps_fails_the_line(tmp_path: Path) -> None:
    translator = Counting(tiny_models.m2m100(tmp_path / "m", {"en": ["It is 128 yuan."]}, also=["zh"]))
    with pytest.raises(CheckFailedError) as caught:
        await translator.translate(line("en"))
    assert "numbers" in caught.value.failed
    await translator.aclose()


async def test_what_comes_to_no_end_is_no_hypothesis_and_is_searched_for_without_repeats(tmp_path: Path) -> None:
    endless = {"en": [f"again and yet {tiny_models.ENDLESS}"]}
    translator = Counting(tiny_models.m2m100(tmp_path / "m", endless, also=["zh"]))
    asked = Sentence(text="再来一次", source="zh", target="en")
    assert translator._models[0].hypotheses([asked], beam=2) == [[]]
    assert (await translator.translate(line("en", "再来一次"))).startswith("again and yet …")
    await translator.aclose()


async def test_without_a_straight_way_it_goes_through_english(tmp_path: Path) -> None:
    tiny_models.marian(tmp_path / "zh-en", ["This coat is 129 yuan today."])
    tiny_models.marian(tmp_path / "en-es", ["Hoy cuesta 129 yuanes."])
    translator = Counting(tmp_path, targets=("en", "es"))
    assert await translator.translate(line("es")) == "Hoy cuesta 129 yuanes."
    assert await translator.translate(line("en")) == "This coat is 129 yuan today."
    assert translator.batches == [["en"], ["es"]]
    await translator.aclose()


async def test_a_wrong_number_on_the_way_is_noticed_at_the_end(tmp_path: Path) -> None:
    tiny_models.marian(tmp_path / "zh-en", ["This coat is 128 yuan today."])
    tiny_models.marian(tmp_path / "en-es", ["Hoy cuesta 128 yuanes."])
    translator = Counting(tmp_path)
    with pytest.raises(CheckFailedError, match="numbers"):
        await translator.translate(line("es"))
    await translator.aclose()


def test_a_model_for_several_targets_is_told_which(tmp_path: Path) -> None:
    model = Seq2SeqModel(
        tiny_models.marian(tmp_path / "opus-mt-en-mul", ["Hola"], codes=["spa", "cmn_Hant"]), threads=1
    )
    assert model.family is Family.MARIAN
    assert model.tokens(Sentence(text="Hola", source="en", target="es")) == [">>spa<<", "▁Hola", "</s>"]
    assert model.tokens(Sentence(text="Hola", source="en", target="zh-Hant")) == [">>cmn_Hant<<", "▁Hola", "</s>"]
    assert model.languages.translates("en", "zh")
    assert not model.languages.translates("en", "fr")
    assert not model.languages.translates("zh", "es")


def test_a_model_from_a_group_of_languages_takes_any(tmp_path: Path) -> None:
    config = {"source_lang": "mul", "target_lang": "eng"}
    model = Seq2SeqModel(tiny_models.marian(tmp_path / "some", ["Hello"], config=config), threads=1)
    assert model.languages.translates("th", "en")
    assert not model.languages.translates("th", "es")


def test_both_languages_are_told_to_a_many_to_many_model(nllb: Path, tmp_path: Path) -> None:
    model = Seq2SeqModel(nllb, threads=1)
    assert model.family is Family.NLLB
    assert model.tokens(Sentence(text="This coat", source="zh-Hant", target="en")) == [
        "zho_Hant", "▁This", "▁coat", "</s>",
    ]  # fmt: skip
    model = Seq2SeqModel(tiny_models.m2m100(tmp_path / "m", {"en": ["Hello"]}, also=["zh"]), threads=1)
    assert model.family is Family.M2M100
    assert model.tokens(Sentence(text="Hello", source="yue", target="en")) == ["__zh__", "▁Hello", "</s>"]


async def test_traditional_chinese_is_written_by_a_model_that_knows_simplified_only(tmp_path: Path) -> None:
    translator = Counting(tiny_models.m2m100(tmp_path / "m", {"zh": ["这件外套129元。"]}))
    said = line("zh-Hant", "This coat is 129 yuan.", "en")
    assert await translator.translate(said) == "這件外套129元。"
    await translator.aclose()


async def test_a_language_that_the_model_lacks_is_told(nllb: Path) -> None:
    with pytest.raises(UsageError, match=r"nllb does not translate into Thai \(th\)"):
        opening.check_languages(nllb, "", ("en", "th"))
    with pytest.raises(UsageError, match=r"from Thai \(th\) into English"):
        opening.check_languages(nllb, "th", ("en",))
    opening.check_languages(nllb, "zh", ("en", "es", "id", "zh-Hant", "zh"))
    translator = Counting(nllb, targets=("en", "th"))
    assert await translator.translate(line("en"))
    with pytest.raises(TranslationError, match=r"Thai \(th\)"):
        await translator.translate(line("th"))
    await translator.aclose()


def test_a_pair_reaches_nothing_but_its_target(tmp_path: Path) -> None:
    tiny_models.marian(tmp_path / "opus-mt-zh-en-ctranslate2", ["Hello"])
    opening.check_languages(tmp_path / "opus-mt-zh-en-ctranslate2", "zh-Hant", ("en",))
    for source, target in (("zh", "es"), ("en", "zh"), ("ja", "en")):
        with pytest.raises(UsageError):
            opening.check_languages(tmp_path / "opus-mt-zh-en-ctranslate2", source, (target,))


async def test_links_to_two_models_are_joined_by_english(tmp_path: Path) -> None:
    into = tiny_models.marian(tmp_path / "opus-mt-zh-en", ["This coat is 129 yuan."])
    said = tiny_models.marian(
        tmp_path / "opus-mt-en-mul" / "converted",
        ["Esta prenda cuesta 129 yuanes."],
        codes=["spa", "ind"],
        config={"source_lang": "eng", "target_lang": "mul"},
    )
    folder = tmp_path / "my-models"
    folder.mkdir()
    (folder / "zh-en").symlink_to(into)
    (folder / "en-mul").symlink_to(said)
    opening.check_languages(folder, "zh", ("en", "es", "id"))
    translator = Counting(folder)
    assert await translator.translate(line("es", "这件外套129元。")) == "Esta prenda cuesta 129 yuanes."
    await translator.aclose()


async def test_a_line_too_long_to_be_a_caption_is_refused(nllb: Path) -> None:
    translator = Counting(nllb)
    with pytest.raises(CheckFailedError, match="length"):
        await translator.translate(line("en", "好" * (MAX_LINE_CHARACTERS + 1)))
    assert not translator.batches
    await translator.aclose()


@pytest.fixture(scope="module")
def translator(nllb: Path) -> Seq2SeqTranslator:
    return Seq2SeqTranslator(nllb, threads=1, targets=("en", "es"))


@given(st.text(max_size=400) | st.sampled_from(["</s>", ">>fra<< no", "__en__", "eng_Latn hi", "\x00\n", "🧥🧥🧥"]))
def test_whatever_is_said_ends_in_a_line_or_an_error(translator: Seq2SeqTranslator, said: str) -> None:
    try:
        written = translator.translate_now(line("en", said))
    except CheckFailedError:
        return
    assert written == "This coat is 129 yuan today." or set(written.split(". ")) == {"This coat is 129 yuan today"}


async def test_cancelled_lines_leave_the_engine_usable(nllb: Path) -> None:
    translator = Counting(nllb)
    tasks = [asyncio.create_task(translator.translate(line("en", f"{SAID}{number}"))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await translator.translate(line("en")) == "This coat is 129 yuan today."
    assert len(translator.batches) < 20
    await translator.aclose()


async def test_after_closing_a_line_is_refused(nllb: Path) -> None:
    translator = Counting(nllb)
    await translator.aclose()
    await translator.aclose()
    with pytest.raises(TranslationError):
        await translator.translate(line("en"))


async def test_a_folder_opens_as_a_translation_model(nllb: Path) -> None:
    opened = await opening.open_translator(nllb, threads=1, sources=("zh",), targets=("en",))
    assert await opened.translate(line("en")) == "This coat is 129 yuan today."
    await opened.aclose()
    assert opening.measure(nllb, threads=1) > 0


def test_a_folder_without_a_translation_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no CTranslate2 model"):
        Seq2SeqTranslator(tmp_path)
    tiny_models.m2m100(tmp_path / "m", {"en": ["Hello"]})
    (tmp_path / "m" / "shared_vocabulary.json").write_text('["hello"]')
    with pytest.raises(ModelError, match="no translation model that Sidecar knows"):
        Seq2SeqTranslator(tmp_path)
    (tmp_path / "m" / "shared_vocabulary.json").unlink()
    with pytest.raises(ModelError, match="no translation model"):
        opening.check_languages(tmp_path, "", ("en",))


def test_damaged_weights_are_told(tmp_path: Path) -> None:
    tiny_models.m2m100(tmp_path / "m", {"en": ["Hello"]})
    weights = tmp_path / "m" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:2000])
    with pytest.raises(CorruptModelError) as caught:
        Seq2SeqTranslator(tmp_path / "m")
    assert caught.value.hint


def test_a_model_without_a_stated_pair_is_told(tmp_path: Path) -> None:
    tiny_models.marian(tmp_path / "mine", ["Hello"])
    with pytest.raises(ModelError, match="between which languages"):
        seq2seq.check_languages(tmp_path / "mine", "", ("en",))
