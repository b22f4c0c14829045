from __future__ import annotations

import pytest

from sidecar.translation import language_codes

NLLB = [
    "ace_Arab",
    "ace_Latn",
    "arb_Arab",
    "ary_Arab",
    "eng_Latn",
    "spa_Latn",
    "por_Latn",
    "ind_Latn",
    "zsm_Latn",
    "vie_Latn",
    "tha_Thai",
    "jpn_Jpan",
    "kor_Hang",
    "rus_Cyrl",
    "fra_Latn",
    "deu_Latn",
    "zho_Hans",
    "zho_Hant",
    "yue_Hant",
    "nob_Latn",
    "nno_Latn",
    "tgl_Latn",
    "pes_Arab",
    "srp_Cyrl",
]
M2M100 = ["ar", "en", "es", "pt", "id", "ms", "vi", "th", "ja", "ko", "ru", "fr", "de", "zh", "no", "tl", "fa", "sr"]
OPUS = [
    "spa",
    "por",
    "pt_BR",
    "es",
    "es_MX",
    "zlm_Latn",
    "cmn",
    "cmn_Hans",
    "cmn_Hant",
    "yue_Hans",
    "yue_Hant",
    "ara",
    "tha_Thai",
    "xx_notalanguage",
]


@pytest.mark.parametrize(
    ("tag", "nllb", "m2m100"),
    [
        ("zh", "zho_Hans", "zh"),
        ("zh-Hant", "zho_Hant", "zh"),
        ("yue", "yue_Hant", "zh"),
        ("en", "eng_Latn", "en"),
        ("pt-BR", "por_Latn", "pt"),
        ("ms", "zsm_Latn", "ms"),
        ("id", "ind_Latn", "id"),
        ("ar", "arb_Arab", "ar"),
        ("ko", "kor_Hang", "ko"),
        ("fil", "tgl_Latn", "tl"),
        ("nb", "nob_Latn", "no"),
        ("fa", "pes_Arab", "fa"),
        ("sr", "srp_Cyrl", "sr"),
        ("ace", "ace_Latn", None),
        ("sw", None, None),
    ],
)
def test_the_code_of_a_language(tag: str, nllb: str | None, m2m100: str | None) -> None:
    assert language_codes.find(tag, language_codes.by_tag(NLLB)) == nllb
    assert language_codes.find(tag, language_codes.by_tag(M2M100)) == m2m100


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("zh", "cmn_Hans"),
        ("zh-Hant", "cmn_Hant"),
        ("yue", "yue_Hant"),
        ("pt", "por"),
        ("pt-BR", "pt_BR"),
        ("ms", "zlm_Latn"),
        ("th", "tha_Thai"),
        ("ko", None),
    ],
)
def test_opus_names_scripts_and_countries_as_it_pleases(tag: str, code: str | None) -> None:
    assert language_codes.find(tag, language_codes.by_tag(OPUS)) == code


def test_a_code_of_a_country_does_for_the_language() -> None:
    assert language_codes.find("pt", language_codes.by_tag(["pt_BR"])) == "pt_BR"


def test_what_names_no_language_has_no_tag() -> None:
    assert language_codes.tag_of("notalanguage") is None
    assert language_codes.tag_of("") is None
