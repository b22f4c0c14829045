"""What is done to a line of chat before anybody sees it: cleaned, masked, judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.assistant import privacy, triage
from sidecar.assistant.approval import Reason
from sidecar.assistant.groups import Alike
from sidecar.assistant.privacy import ADDRESS, CARD, EMAIL, PHONE
from sidecar.assistant.question import Concern


@pytest.mark.parametrize(
    ("text", "lang", "masked"),
    [
        ("call me +1 415 555 2671 please", "th", f"call me {PHONE} please"),
        ("my number is (415) 555-2671", "en", f"my number is {PHONE}"),
        ("加微信 138-1234-5678", "zh", f"加微信 {PHONE}"),
        ("我的电话13812345678请打给我", "zh", f"我的电话{PHONE}请打给我"),
        ("٠٥٠١٢٣٤٥٦٧", "ar", PHONE),
        ("090-1234-5678 です", "ja", f"{PHONE} です"),
        ("0912 345 678", "vi", PHONE),
        ("ana.perez@mail.com es mi correo", "es", f"{EMAIL} es mi correo"),
        ("write to ana (at) mail.example.com", "en", f"write to {EMAIL}"),
        ("tarjeta 4111 1111 1111 1111", "es", f"tarjeta {CARD}"),
        ("５５００ ００００ ００００ ０００４", "ja", CARD),
        ("I live at 221 Baker Street, is shipping free?", "en", f"I live at {ADDRESS}, is shipping free?"),
        ("Vivo en Calle Mayor 5, Madrid", "es", f"Vivo en {ADDRESS}, Madrid"),
        ("上海市南京西路1266号", "zh", ADDRESS),
        ("東京都渋谷区神南1丁目19-11", "ja", ADDRESS),
        ("jalan Sudirman No. 5", "id", ADDRESS),
        ("số 12 đường Lê Lợi", "vi", ADDRESS),
    ],
)
def test_what_says_who_somebody_is_is_masked(text: str, lang: str, masked: str) -> None:
    assert privacy.mask(text, lang) == masked


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("is it $1,299.00 or 1.299,00 €?", "en"),
        ("card 4111111111111112", "en"),
        ("order 123-4567890-1234567", "en"),
        ("订单号 20261123190012345 什么时候发", "zh"),
        ("I am 165 cm and 55 kg: 38 or 40?", "en"),
        ("12 colors on the road", "en"),
        ("5 drops a day on the way?", "en"),
        ("шампунь 250 мл 3 шт", "ru"),
        ("2026-11-23 19:00", "en"),
        ("@shop is it real?", "en"),
    ],
)
def test_what_a_shop_is_asked_about_stays(text: str, lang: str) -> None:
    assert privacy.mask(text, lang) == text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200), st.sampled_from(["en", "zh", "ar", "xx", "pt-BR"]))
def test_any_text_can_be_cleaned_and_masked_and_again(text: str, lang: str) -> None:
    clean = triage.clean(text)
    assert triage.clean(clean) == clean
    masked = privacy.mask(clean, lang)
    assert privacy.mask(masked, lang) == masked
    triage.refused(clean), triage.is_question(clean), triage.concern(clean)


def test_nothing_unseen_is_left_and_no_line_is_long() -> None:
    assert triage.clean("a\u202eb\u200b\x00c\n\nd \u2028 e\ufeff") == "a b c d e"
    assert triage.clean("👩\u200d👩\u200d👧 ok?") == "👩\u200d👩\u200d👧 ok?"
    assert triage.clean("e\u0301") == "é"
    assert len(triage.clean("Z" + "\u0301" * 500)) <= 4
    assert len(triage.clean("how much? " * 5_000)) <= triage.MOST_CHARACTERS
    assert triage.clean("\u200b" * 50_000) == ""


ASKED = {
    "en": "how long does shipping take",
    "zh": "包邮吗",
    "es": "cuanto cuesta el envio",
    "pt": "quanto custa o frete",
    "fr": "combien coute la livraison",
    "de": "wie lange dauert der versand",
    "id": "berapa ongkirnya kak",
    "ms": "berapa lama penghantaran",
    "vi": "ship ve Ha Noi bao lau",
    "th": "จัดส่งกี่วันคะ",
    "ja": "サイズを教えてください",
    "ko": "가격이 얼마예요",
    "ar": "كم السعر",
    "ru": "сколько стоит доставка",
}
SAID = {
    "en": "love this so much",
    "zh": "主播好美",
    "es": "Hola a todos",
    "pt": "linda demais",
    "fr": "bonjour tout le monde",
    "de": "hallo zusammen",
    "id": "cantik banget",
    "ms": "cantik sangat",
    "vi": "dep qua",
    "th": "สวยมาก",
    "ja": "かわいい",
    "ko": "안녕하세요",
    "ar": "مرحبا",
    "ru": "привет",
}
UNWELL = {
    "en": "I am allergic to nuts",
    "zh": "孕妇能用吗",
    "es": "estoy embarazada, ¿puedo usarla?",
    "pt": "tenho alergia a perfume",
    "fr": "je suis enceinte",
    "de": "ich bin schwanger",
    "id": "aman untuk ibu hamil?",
    "ms": "kulit saya gatal selepas guna",
    "vi": "da em bị dị ứng",
    "th": "ใช้แล้วแพ้",
    "ja": "敏感肌でかぶれました",
    "ko": "임신 중인데 써도 되나요",
    "ar": "عندي حساسية",
    "ru": "у меня аллергия",
}


@pytest.mark.parametrize("lang", ASKED)
def test_questions_are_told_from_talk_with_and_without_a_mark(lang: str) -> None:
    assert triage.is_question(ASKED[lang])
    assert not triage.is_question(SAID[lang])
    mark = {"ar": "؟", "zh": "？", "ja": "？"}.get(lang, "?")
    assert triage.is_question(SAID[lang] + mark)
    assert triage.refused(ASKED[lang]) is None


@pytest.mark.parametrize("lang", UNWELL)
def test_health_is_urgent_in_every_language(lang: str) -> None:
    assert triage.concern(UNWELL[lang]) is Concern.HEALTH
    assert triage.concern(ASKED[lang]) is None
    assert triage.concern(SAID[lang]) is None


def test_the_gravest_concern_counts() -> None:
    assert triage.concern("Where is my parcel?") is Concern.ORDER
    assert triage.concern("esto es una estafa") is Concern.COMPLAINT
    assert triage.concern("我的订单没收到，用了别家的过敏") is Concern.HEALTH


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.NO_QUESTION),
        ("😍😍😍", Reason.NO_QUESTION),
        ("wwwwwwwwwwwwwwwwww", Reason.SPAM),
        ("buy followers www.spam.top now", Reason.SPAM),
        ("nice nice nice nice nice nice nice", Reason.SPAM),
        ("？", None),
        ("<script>alert(1)</script>", None),
        ("'; DROP TABLE audit;--", None),
    ],
)
def test_spam_is_put_aside(text: str, reason: Reason | None) -> None:
    assert triage.refused(text) is reason


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def test_what_is_alike_is_found_while_it_waits() -> None:
    alike = Alike()
    assert alike.find("a", unit(1, 0)) is None
    for number in range(200):
        alike.add(f"g{number}", "a", unit(1, number))
    alike.add("red", "is it red?", unit(1, -1))
    assert alike.find("red one?", unit(1, -0.9)) == "red"
    assert alike.find("red for 2?", unit(1, -0.9)) is None, "another number is another question"
    for number in range(200):
        alike.discard(f"g{number}")
    alike.discard("nobody")
    assert len(alike) == 1
    for number in range(300):
        alike.add(f"h{number}", "a", unit(-1, number))
    assert alike.find("red one?", unit(1, -1)) == "red"
    alike.discard("red")
    assert alike.find("red one?", unit(1, -1)) is None


@pytest.mark.parametrize(
    ("text", "abusive"),
    [
        ("you are an ASSHOLE", True),
        ("傻逼主播", True),
        ("Hijo de p_ta", False),
        ("hurensohn", True),
        ("씨발", True),
        ("where the hell is my order, asshole", False),
        ("is this serum good for bitchy skin?", False),
        ("the class is at the bass shop", False),
    ],
)
def test_an_insult_is_told_from_an_angry_question(text: str, abusive: bool) -> None:
    assert triage.is_abuse(triage.clean(text)) is abusive
