"""From a viewer's question to the answer on the viewer's page, over real sockets, with the real drafter."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import websockets
from assistant_show import SECRET, Shop, key, told
from delivery_show import Show
from standardwebhooks import Webhook

from sidecar.assistant import read as faq
from sidecar.config import ServerSettings
from sidecar.delivery import questions
from sidecar.delivery.access import Role
from sidecar.delivery.server import create_app, serve
from sidecar.metrics import Metrics

pytestmark = [pytest.mark.network, pytest.mark.model]


@pytest.fixture
async def shop(tmp_path: Path):
    async with Shop(tmp_path).open() as shop:
        yield shop


async def test_one_approval_answers_three_viewers_in_three_languages(shop: Shop) -> None:
    async with (
        shop.moderator() as moderator,
        shop.viewer("en", "ann") as ann,
        shop.viewer("es", "luz") as luz,
        shop.viewer("zh", "mei") as mei,
    ):
        await shop.ask("how many days for shipping", "en", "ann")
        await shop.ask("cuanto tarda el envio", "es", "luz")
        await shop.ask("多久能到货", "zh", "mei")
        group = await moderator.until("drafted", questions=3)
        assert group["draft"]["best"]["entry"] == "time"
        assert group["draft"]["best"]["back"] == "Two days."
        assert (await moderator.act(group, "approve", public=True))["type"] == "done"
        await asyncio.sleep(0.5)
        assert [one["state"] for one in await shop.own("ann")] == ["received"], "it can still be undone"
        shop.now_ms += 10_000
        for socket, text in ((ann, "Two days."), (luz, "Dos días."), (mei, "两天到货。")):
            assert (await told(socket, "answer"))["text"] == text
            own = await told(socket, "question")
            assert (own["state"], own["answer"]) == ("answered", text)
        assert (await shop.own("luz"))[0] | {"id": "", "at_ms": 0} == {
            "id": "",
            "at_ms": 0,
            "state": "answered",
            "asked": "cuanto tarda el envio",
            "answer": "Dos días.",
            "lang": "es",
        }


async def test_each_viewer_reads_the_answer_and_the_card_in_their_language_and_a_retraction(shop: Shop) -> None:
    async with shop.moderator() as moderator, shop.viewer("es", "luz") as luz, shop.viewer("zh", "nobody") as other:
        await shop.ask("cuanto tarda el envio", "es", "luz")
        group = await moderator.until("drafted")
        await moderator.act(group, "approve", public=True)
        shop.now_ms += 10_000
        card, foreign = await told(luz, "answer"), await told(other, "answer")
        assert (card["text"], card["lang"], card["asked"]) == ("Dos días.", "es", "cuanto tarda el envio")
        assert foreign["text"] == "Dos días.", "nobody asked in Chinese, so what was approved is Spanish"
        sent = await moderator.until("sent")
        assert (await moderator.act(sent, "retract"))["type"] == "done"
        assert (await told(other, "answer"))["retracted"] is True
        assert (await shop.own("luz"))[0]["state"] == "retracted"


async def test_what_a_moderator_writes_is_translated_for_those_who_read_something_else(shop: Shop) -> None:
    async with shop.moderator() as moderator:
        await shop.ask("¿Les gusta el fútbol?", "es", "luz")
        group = await moderator.until("abstained")
        assert "best" not in group["draft"]
        refused = await moderator.act(group, "approve")
        assert (refused["type"], refused["code"]) == ("refused", "nothing")
        await moderator.say({"type": "read", "group": group["id"]})
        reading = await moderator.next("reading")
        assert list(reading["texts"].values()) == ["Do you like football?"]
        assert (await moderator.act(group, "edit", lang="en", text="Ask us by e-mail."))["type"] == "done"
        shop.now_ms += 10_000
        await moderator.until("sent")
        assert (await shop.own("luz"))[0]["answer"] == "Escríbanos un correo."


async def test_an_insult_is_put_aside_and_can_be_brought_back(shop: Shop) -> None:
    async with shop.moderator() as moderator:
        await shop.ask("you asshole", "en", "eve")
        group = await moderator.until("filtered")
        assert (group["reason"], (await shop.own("eve"))[0]["state"]) == ("abuse", "received")
        assert (await moderator.act(group, "restore"))["type"] == "done"
        await moderator.until("abstained", "drafted")


async def test_of_two_moderators_who_approve_at_once_one_is_refused(shop: Shop) -> None:
    async with shop.moderator("mei") as mei, shop.moderator("ana") as ana:
        await shop.ask("can i return it", "en")
        group = await mei.until("drafted")
        await ana.until("drafted")
        outcomes = await asyncio.gather(mei.act(group, "approve"), ana.act(group, "approve"))
        assert sorted(outcome["type"] for outcome in outcomes) == ["done", "refused"]
        people = (await ana.until("approved", "edited"))["decision"]["who"]
        assert people in ("mei", "ana")


async def test_moderators_see_one_another_and_a_claim(shop: Shop) -> None:
    async with shop.moderator("mei") as mei, shop.moderator("ana") as ana:
        await shop.ask("can i return it", "en")
        group = await mei.until("drafted")
        await mei.act(group, "claim")
        while "held_by" not in ana.groups.get(group["id"], {}):
            await ana.next("groups")
        refused = await ana.act(ana.groups[group["id"]], "approve")
        assert refused["code"] == "claimed"
        await mei.say({"type": "look", "group": group["id"]})
        while (await ana.next("people"))["people"][0].get("group") != group["id"]:
            pass


async def test_a_host_looks_and_decides_nothing(shop: Shop) -> None:
    async with shop.moderator("li", role=Role.HOST) as host:
        await shop.ask("can i return it", "en")
        group = await host.until("drafted")
        assert (await host.act(group, "approve"))["code"] == "not_allowed"


async def test_nobody_gets_in_without_a_token_and_a_revoked_one_ends(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first in ('{"type":"enter","token":"eyJhbGciOiJub25lIn0.e30."}', "nonsense", '{"type":"enter","token":""}'):
        async with websockets.connect(f"{shop.url}/v1/console") as socket:
            await socket.send(first)
            with pytest.raises(websockets.ConnectionClosed) as caught:
                await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code in (4401, 4400)
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{shop.url}/v1/console", origin="https://evil.example")
    monkeypatch.setattr("sidecar.delivery.console.CHECK_S", 0.1)
    async with shop.moderator() as moderator:
        await moderator.next("welcome")
        (kept,) = [each for each in await shop.access.all() if each.name == "mei"]
        await shop.access.revoke(kept.id)
        with pytest.raises(websockets.ConnectionClosed) as caught:
            await moderator.next("nothing of that kind")
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4401, "this token was revoked")


async def test_what_cannot_be_used_is_said_and_costs_nothing(shop: Shop) -> None:
    async with shop.moderator() as moderator:
        for message in ("{", "[]", '{"type":"act"}', '{"type":"act","id":1,"step":"approve","group":"g","revision":0}'):
            await moderator.socket.send(message)
            assert (await moderator.next("refused"))["code"] == "malformed"
        gone = await moderator.act({"id": "g-nowhere", "revision": 1}, "approve")
        assert gone["code"] == "conflict"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed"),
        ('{"text":"x","asker":"short"}', 400, "malformed"),
        (json.dumps({"text": "x", "asker": key("a"), "lang": "not a language"}), 400, "malformed"),
        (json.dumps({"text": " \u200b ", "asker": key("a")}), 400, "empty"),
        (json.dumps({"text": "win at http://evil.example now", "asker": key("a")}), 400, "spam"),
        (json.dumps({"text": "x" * 9_000, "asker": key("a")}), 413, "too_big"),
        (json.dumps({"text": "x" * 5_000, "asker": key("a")}), 400, "malformed"),
    ],
)
async def test_bad_questions_are_refused_in_words(shop: Shop, body: str, status: int, code: str) -> None:
    response = await shop.http.post("/v1/questions", content=body)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert shop.assistant.desk.groups == []


async def test_who_asks_too_often_has_to_wait_and_others_have_not(shop: Shop) -> None:
    answers = [await shop.ask(f"do you ship to place {number}?", "en", "spammer") for number in range(5)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert (await shop.ask("do you ship to Spain?", "en", "ann")).status_code == 202
    again = await shop.ask("do you ship to Spain?", "en", "ann")
    assert (again.status_code, again.json()["message"]) == (429, "you have asked that already")


async def test_nobody_sees_the_questions_of_others_and_personal_data_is_not_kept(shop: Shop) -> None:
    response = await shop.ask("call me at +49 30 901820 please, can i return it?", "en", "ann")
    assert "901820" not in response.text
    assert await shop.own("eve") == []
    assert (await shop.http.get("/v1/questions", headers={"Asker": "x"})).json() == {"questions": []}
    assert b"901820" not in (shop.folder / "sidecar.db").read_bytes()


def signed(id: str, text: str) -> dict[str, str]:
    now = datetime.now(UTC)
    signature = Webhook(SECRET).sign(id, now, text)
    return {"webhook-id": id, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signature}


async def test_a_program_asks_for_viewers_of_its_own_with_a_signed_request(shop: Shop) -> None:
    body = json.dumps({"text": "can i return it", "lang": "en", "asker": key("from-a-platform")})
    for _ in range(2):  # as often as it likes, it is one question
        response = await shop.http.post("/v1/questions", content=body, headers=signed("msg_1", body))
        assert response.status_code == 202
    assert len(await shop.own("from-a-platform")) == 1
    forged = await shop.http.post("/v1/questions", content=body.replace("return", "steal"), headers=signed("m2", body))
    assert (forged.status_code, forged.json()["code"]) == (401, "webhook")


async def test_a_signed_request_that_came_too_soon_may_come_again(shop: Shop) -> None:
    statuses: list[int] = []
    for number in (1, 2, 3, 4, 4):
        body = json.dumps({"text": f"can i return size {number}", "lang": "en", "asker": key("in-a-hurry")})
        response = await shop.http.post("/v1/questions", content=body, headers=signed(f"msg_{number}", body))
        statuses.append(response.status_code)
    assert statuses == [202, 202, 202, 429, 429]


async def test_a_new_program_takes_up_what_was_asked(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    async with shop.open():
        await shop.ask("can i return it", "en", "ann")
        await shop.ask("do you like football?", "en", "bob")
        async with shop.moderator() as moderator:
            await moderator.until("drafted")
            await moderator.until("abstained")
    shop = Shop(tmp_path)
    async with shop.open(), shop.moderator() as moderator:
        group = await moderator.until("drafted")
        await moderator.act(group, "approve")
        shop.now_ms += 10_000
        await moderator.until("sent")
        assert (await shop.own("ann"))[0]["answer"] == "Within 30 days."
        assert (await shop.own("bob"))[0]["state"] == "received"


async def test_an_answer_is_kept_as_an_entry_and_answers_the_next_who_asks(shop: Shop) -> None:
    async with shop.moderator() as moderator:
        save = {"type": "save", "id": 7, "question": "=Do you like football?", "answer": "We do.", "lang": "en"}
        await moderator.say(save)
        assert (await moderator.outcome(7))["type"] == "done"
        await shop.ask("do you like football?", "en", "bob")
        group = await moderator.until("drafted")
        assert group["draft"]["best"]["text"] == "We do."
    assert "\nsaved-" in (shop.folder / "faq" / "saved-answers.csv").read_text(encoding="utf-8").replace("\r", "")
    assert "=Do" not in (shop.folder / "faq" / "saved-answers.csv").read_text(encoding="utf-8")


async def test_the_faq_is_read_again_when_it_changes_and_kept_when_it_breaks(shop: Shop) -> None:
    file = shop.folder / "faq" / "faq.csv"
    async with shop.moderator() as moderator:
        file.write_text("", encoding="utf-8")
        await asyncio.sleep(3)
        assert len(shop.assistant.knowledge.entries) == 3
        text = file.with_name("new.csv")
        text.write_text("id,question,answer,lang\nball,Do you like football?,We do.,en\n", encoding="utf-8")
        async with asyncio.timeout(20):
            while not shop.assistant.knowledge.entry("ball"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        await shop.ask("do you like football?", "en", "bob")
        assert (await moderator.until("drafted"))["draft"]["best"]["text"] == "We do."


async def test_a_file_that_is_written_while_it_is_read_is_read_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, read = shop.folder / "faq" / "faq.csv", faq.read
    late = file.with_name("new.csv")

    def read_and_write(path: Path) -> faq.Reading:
        reading = read(path)
        if not late.exists():
            late.write_text("id,question,answer,lang\nball,Do you like football?,We do.,en\n", encoding="utf-8")
        return reading

    monkeypatch.setattr(faq, "read", read_and_write)
    file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    async with asyncio.timeout(20):
        while not shop.assistant.knowledge.entry("ball"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_the_words_of_somebody_who_came_late_are_not_before_everyone(shop: Shop) -> None:
    async with shop.moderator() as moderator, shop.viewer("en", "ann") as ann:
        await shop.ask("cuanto tarda el envio", "es", "luz")
        group = await moderator.until("drafted")
        await shop.ask("how long does shipping take", "en", "eve")
        await moderator.until("drafted", questions=2)
        assert (await moderator.act(group, "approve", public=True))["type"] == "done", "the draft is the same"
        shop.now_ms += 10_000
        card = await told(ann, "answer")
        assert (card["text"], card.get("asked")) == ("Two days.", None)


def test_who_has_a_network_of_addresses_has_one() -> None:
    addresses = questions._Addresses()
    waits = [addresses.wait_s(f"2001:db8::{number:x}", 0.0) for number in range(questions.PER_MINUTE + 1)]
    assert waits[-2:] == [0, 61]
    assert addresses.wait_s("2001:db8:0:1::1", 0.0) == 0
    assert addresses.wait_s("testclient", 0.0) == 0


async def test_a_shift_hands_over(shop: Shop) -> None:
    async with shop.moderator() as moderator:
        await shop.ask("can i return it", "en", "ann")
        group = await moderator.until("drafted")
        await moderator.act(group, "approve")
        shop.now_ms += 10_000
        await moderator.until("sent")
        await shop.ask("my order never arrived!", "en", "bob")
        await moderator.until("abstained", "drafted")
        await moderator.say({"type": "handover", "since_ms": 0})
        found = await moderator.next("handover")
        assert (found["received"], found["answered"], found["waiting"]) == (2, 1, 1)
        assert found["people"] == [{"who": "mei", "approved": 1, "edited": 0, "rejected": 0}]
        assert found["urgent"][0]["question"] == "my order never arrived!"


async def test_without_a_faq_nobody_is_asked_and_there_is_no_console() -> None:
    show, settings = Show(), ServerSettings(port=0)
    app = create_app(
        hub=show.hub, report=show.report, transcripts=show, ingest={}, metrics=Metrics(), settings=settings
    )
    async with serve(app, settings) as running:
        from httpx2 import AsyncClient

        async with AsyncClient(base_url=running.url) as http:
            assert (await http.post("/v1/questions", json={})).json()["code"] == "no_assistant"
            assert (await http.get("/v1/questions")).status_code == 404
        with pytest.raises(websockets.InvalidStatus):
            await websockets.connect(running.url.replace("http", "ws") + "/v1/console")


async def test_a_translation_that_is_put_right_is_the_answer_from_then_on(shop: Shop) -> None:
    async with shop.moderator() as moderator:
        await shop.ask("quanto tempo demora o envio", "pt", "rui")
        group = await moderator.until("drafted")
        assert group["draft"]["best"]["entry"] == "time"
        corrected = "Dois dias úteis."
        done = await moderator.act(group, "edit", lang="pt", text=corrected, correct=True)
        assert done["type"] == "done"
        shop.now_ms += 10_000
        await moderator.until("sent")
        await shop.ask("qual o prazo do envio", "pt", "ana")
        again = await moderator.until("drafted")
        best = again["draft"]["best"]
        assert (best["text"], best["lang"], best["translated"]) == (corrected, "pt", True)
        assert again["texts"] == {"pt": corrected}
