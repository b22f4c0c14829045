"""Looking a term up by language."""

from __future__ import annotations

import pytest

from sidecar.glossary.term import ANY, Glossary, Term

PALACE = Term(
    forms={"zh": "燕之屋", "en": "Yan Palace", "pt-BR": "Palácio Yan"},
    aliases={"en": ("Yan's Palace",)},
    heard_as={ANY: ("yen palace",), "zh": ("宴之屋",)},
    forbidden={ANY: ("swallow",), "en": ("Swallow House",)},
)
ANNA = Term(forms={"en": "Anna"}, translate=False)
BOTTLE = Term(forms={"zh-Hant": "小棕瓶"})


@pytest.mark.parametrize(
    ("term", "lang", "form"),
    [
        (PALACE, "zh", "燕之屋"),
        (PALACE, "pt-BR", "Palácio Yan"),
        (PALACE, "pt", "Palácio Yan"),
        (PALACE, "pt-PT", "Palácio Yan"),
        (PALACE, "zh-Hant", "燕之屋"),
        (PALACE, "ja", None),
        (BOTTLE, "zh", "小棕瓶"),
        (BOTTLE, "en", None),
        (ANNA, "ja", "Anna"),
    ],
)
def test_a_form_is_that_of_the_language_or_stays_where_it_is_not_translated(
    term: Term, lang: str, form: str | None
) -> None:
    assert term.form(lang) == form


def test_words_without_a_language_are_of_every_language() -> None:
    assert PALACE.names("en") == ("Yan's Palace",)
    assert PALACE.names("zh") == ()
    assert PALACE.sounds("zh-Hant") == ("yen palace", "宴之屋")
    assert PALACE.sounds("en") == ("yen palace",)
    assert PALACE.never("en") == ("swallow", "Swallow House")
    assert PALACE.never("fr") == ("swallow",)


def test_a_glossary_knows_what_is_known_in_a_language_and_in_two() -> None:
    glossary = Glossary((PALACE, ANNA, BOTTLE))
    assert glossary.languages == ("zh", "en", "pt-BR", "zh-Hant")
    assert glossary.known("en") == (PALACE, ANNA)
    assert glossary.known("ja") == (ANNA,)
    assert glossary.pairs("zh", "en") == ((PALACE, "燕之屋", "Yan Palace"), (ANNA, "Anna", "Anna"))
