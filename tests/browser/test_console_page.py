"""The moderator's page: what is on it, and what its keys do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from scripted_desk import (
    HOST_TOKEN,
    LEASE_MS,
    TOKEN,
    URGENT,
    ScriptedDesk,
    candidate,
    draft,
    group,
    question,
    scripted_desk,
    wait_until,
)
from show_server import Show

from sidecar.assistant.approval import State
from sidecar.assistant.question import Concern
from sidecar.delivery import console_wire as wire

HOSTILE = "<img src=x onerror=\"document.title='owned'\">\u202egnp.exe"
ROWS = "#rows li"
SELECTED = "#rows li[aria-selected=true] .question"


@pytest.fixture
def desk() -> Iterator[ScriptedDesk]:
    with scripted_desk() as desk:
        yield desk


def enter(page: Page, desk: ScriptedDesk) -> None:
    page.goto(f"{desk.url}/console#token={TOKEN}")
    expect(page.locator("#desk")).to_be_visible()


def three(desk: ScriptedDesk) -> None:
    desk.put(group("a", "¿Primera?", age_s=90), group("b", "¿Segunda?", age_s=60), group("c", "¿Tercera?", age_s=30))


def test_a_token_in_the_address_is_taken_out_of_it_and_remembered(page: Page, desk: ScriptedDesk) -> None:
    enter(page, desk)
    assert page.evaluate("location.href") == f"{desk.url}/console"
    page.reload()
    expect(page.locator("#desk")).to_be_visible()
    assert [each.token for each in desk.entered] == [TOKEN, TOKEN]


def test_without_a_token_or_with_a_bad_one_the_page_asks_for_it(page: Page, desk: ScriptedDesk) -> None:
    page.goto(f"{desk.url}/console")
    page.get_by_label("Token").fill("bad-token")
    page.get_by_role("button", name="Come in").click()
    expect(page.locator("#denied")).to_contain_text("not valid")
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator("#desk")).to_be_visible()
    expect(page.locator("#entrance")).to_be_hidden()
    desk.close(4403)
    expect(page.locator("#denied")).to_contain_text("for something else")


def test_j_and_a_approve_what_is_on_the_screen_and_u_undoes_it(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("j")
    expect(page.locator("#draft .said")).to_have_text("Respuesta a b")
    expect(page.locator("#draft .read")).to_have_text("Answer to b")
    page.keyboard.press("a")
    approved = desk.wait_for("approve")
    assert (approved.group, approved.revision, approved.public, approved.entry) == ("b", 2, False, None)
    expect(page.locator(SELECTED)).to_have_text("¿Tercera?")
    expect(page.locator(".undo")).to_contain_text("¿Segunda?")
    expect(page.locator(".undo progress")).to_be_visible()
    page.keyboard.press("u")
    assert desk.wait_for("undo").group == "b"
    expect(page.locator(".undo")).to_have_count(0)
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")


def test_what_somebody_else_has_claimed_is_passed_over(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    desk.change("b", held_by="Ana", held_until_ms=2**42)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("a")
    expect(page.locator(SELECTED)).to_have_text("¿Tercera?")
    page.keyboard.press("k")
    expect(page.locator("#banner")).to_contain_text("Ana has claimed it")
    page.keyboard.press("a")
    expect(page.locator("#notice")).to_contain_text("Somebody else has claimed it")
    assert len(desk.acts("approve")) == 1


def test_shift_a_approves_for_everyone(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("Shift+A")
    assert desk.wait_for("approve").public is True


def test_a_held_key_approves_once(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    for _ in range(5):
        page.keyboard.down("a")
    page.keyboard.up("a")
    desk.wait_for("approve")
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    assert len(desk.acts("approve")) == 1


@pytest.mark.parametrize(
    ("proposed", "why"),
    [
        (draft(None, "abstain"), "No entry answers it"),
        (draft(candidate("price", "Cuesta 5", failed_checks=("numbers",))), "fails a check"),
        (draft(candidate("price", "Cuesta 5"), "choose"), "Choose an entry first"),
        (None, "no draft"),
    ],
)
def test_what_cannot_be_sent_as_it_is_cannot_be_approved(
    page: Page, desk: ScriptedDesk, proposed: wire.DraftView | None, why: str
) -> None:
    desk.put(group("a", "¿Primera?", draft=proposed))
    enter(page, desk)
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    expect(page.locator("#why-not")).to_contain_text(why)
    page.keyboard.press("a")
    expect(page.locator("#notice")).to_contain_text("Not approved")
    expect(page.get_by_role("button", name="Edit")).to_be_enabled()
    assert desk.acts() == []


def test_failed_checks_are_told_in_plain_words(page: Page, desk: ScriptedDesk) -> None:
    failed = candidate("price", "Cuesta 5", failed_checks=("numbers", "unheard_of"))
    desk.put(group("a", "¿Primera?", draft=draft(failed)))
    enter(page, desk)
    expect(page.locator("#draft .failed")).to_contain_text("a number differs from the original")
    expect(page.locator("#draft .failed")).to_contain_text("unheard_of")


def test_what_is_only_untranslated_is_translated_on_approval(page: Page, desk: ScriptedDesk) -> None:
    desk.put(
        group("a", "¿Primera?", draft=draft(candidate("price", "It is $5", lang="en", failed_checks=("untranslated",))))
    )
    enter(page, desk)
    expect(page.locator("#draft")).to_contain_text("translated into Spanish when you approve")
    expect(page.locator("#draft .said")).to_have_attribute("lang", "en")
    page.keyboard.press("a")
    assert desk.wait_for("approve").group == "a"


def test_one_of_several_entries_is_chosen_by_its_number(page: Page, desk: ScriptedDesk) -> None:
    proposed = draft(
        candidate("one", "Uno"), "choose", alternatives=(candidate("two", "Dos"), candidate("three", "Tres"))
    )
    desk.put(group("a", "¿Primera?", draft=proposed))
    enter(page, desk)
    expect(page.locator(".candidates > li")).to_have_count(3)
    page.keyboard.press("2")
    expect(page.locator("#draft .said")).to_have_text("Dos")
    page.keyboard.press("a")
    assert desk.wait_for("approve").entry == "two"


def test_the_selection_stays_where_it_is_while_the_list_changes(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    page.get_by_role("option", name="¿Segunda?").click()
    desk.put(group("z", "¡Alergia!", concern=URGENT))
    desk.put(group("y", "¿Antes?", age_s=110))
    expect(page.locator(ROWS)).to_have_count(5)
    expect(page.locator(f"{ROWS} .question").first).to_have_text("¡Alergia!")
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    page.keyboard.press("a")
    assert desk.wait_for("approve").group == "b"


def test_a_draft_that_changes_under_the_hand_is_not_approved(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator("#draft .said")).to_have_text("Respuesta a a")
    page.evaluate(
        """() => new MutationObserver((changes, observer) => {
          observer.disconnect();
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
        }).observe(document.getElementById("draft"), { childList: true, subtree: true })"""
    )
    desk.change("a", draft=draft(candidate("other", "Otra cosa")))
    expect(page.locator("#notice")).to_have_text("It has just changed: look again.")
    assert desk.acts() == []


def test_what_takes_the_place_of_a_question_that_is_gone_is_not_approved_unseen(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator("#draft .said")).to_have_text("Respuesta a a")
    page.evaluate(
        """() => new MutationObserver((changes, observer) => {
          observer.disconnect();
          document.dispatchEvent(new KeyboardEvent("keydown", { key: "a", bubbles: true }));
        }).observe(document.getElementById("draft"), { childList: true, subtree: true })"""
    )
    desk.tell(wire.Groups(groups=(), gone=("a",)))
    expect(page.locator("#notice")).to_have_text("It has just changed: look again.")
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    assert desk.acts() == []


def test_letters_that_go_on_when_the_editor_has_gone_are_no_keys(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("e")
    expect(page.get_by_label("Your answer")).to_be_focused()
    desk.tell(wire.Groups(groups=(), gone=("a",)))
    expect(page.get_by_label("Your answer")).to_be_hidden()
    page.keyboard.type("are")
    assert {act.step for act in desk.acts()} <= {"claim", "release"}
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_caps_lock_does_not_show_an_answer_to_everyone(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.evaluate(
        """document.dispatchEvent(
          new KeyboardEvent("keydown", { key: "A", code: "KeyA", shiftKey: false, bubbles: true }))"""
    )
    assert desk.wait_for("approve").public is False


def test_on_a_narrow_window_keys_do_nothing_to_a_question_that_is_not_seen(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.set_viewport_size({"width": 500, "height": 900})
    expect(page.locator("#detail")).to_be_hidden()
    for key in ("a", "Shift+A", "r", "e"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert desk.acts() == []


def test_a_refusal_is_shown_and_nothing_moves(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    desk.refusals["approve"] = ("claimed", "Ana has claimed it")
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("a")
    expect(page.locator("#notice")).to_have_text("Not done: Ana has claimed it.")
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")


def test_editing_claims_sends_and_offers_to_save(page: Page, desk: ScriptedDesk) -> None:
    desk.put(group("a", "¿Primera?"))
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("e")
    area = page.get_by_label("Your answer")
    expect(area).to_be_focused()
    expect(area).to_have_value("Answer to a")
    assert desk.wait_for("claim").group == "a"
    expect(page.locator("#facts .held")).to_contain_text("Mia")
    area.fill("We ship on Mondays, jar")
    page.keyboard.press("Control+Enter")
    sent = desk.wait_for("edit")
    assert (sent.text, sent.lang, sent.public) == ("We ship on Mondays, jar", "en-GB", False)
    page.get_by_role("button", name="Save as FAQ entry").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Answer")).to_have_value("We ship on Mondays, jar")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#notice")).to_have_text("Saved as an entry of the FAQ.")
    saved = wait_until(lambda: [each for each in desk.received if each.type == "save"])[0]
    assert (saved.question, saved.answer, saved.lang) == ("¿Primera?", "We ship on Mondays, jar", "en-GB")


def test_what_was_written_is_kept_when_one_leaves_and_when_somebody_else_decides(
    page: Page, desk: ScriptedDesk
) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("e")
    page.get_by_label("Your answer").fill("half a sentence")
    page.keyboard.press("Escape")
    assert desk.wait_for("release").group == "a"
    page.keyboard.press("j")
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    page.keyboard.press("k")
    expect(page.get_by_label("Your answer")).to_have_value("half a sentence")
    theirs = wire.DecisionView(
        who="Ana", at_ms=0, send_at_ms=2**42, texts={"es": "Sí"}, entry="x", public=False, edited=False
    )
    desk.change("a", state=State.APPROVED, decision=theirs, held_by=None, held_until_ms=None)
    expect(page.locator("#banner")).to_contain_text("Ana approved the draft")
    expect(page.get_by_label("Your answer")).to_have_value("half a sentence")
    expect(page.get_by_role("button", name="Send")).to_be_disabled()


def test_what_is_over_leaves_the_list_and_is_still_before_the_moderator(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("j")
    expect(page.locator("#asked .said")).to_have_text("¿Segunda?")
    desk.change("b", state=State.EXPIRED)
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator("#asked .said")).to_have_text("¿Segunda?")
    expect(page.locator("#banner")).to_contain_text("Nobody waits")
    page.keyboard.press("j")
    expect(page.locator(SELECTED)).to_have_text("¿Tercera?")


def test_rejecting_takes_a_number(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("4")
    rejected = desk.wait_for("reject")
    assert (rejected.group, rejected.reason) == ("a", "spam")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")


def test_claim_snooze_and_the_host_have_keys(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    page.keyboard.press("c")
    desk.wait_for("release")
    expect(page.get_by_role("button", name="Claim")).to_be_enabled()
    page.keyboard.press("h")
    page.keyboard.type("hold it up")
    page.keyboard.press("Enter")
    escalated = desk.wait_for("escalate")
    assert (escalated.on, escalated.note) == (True, "hold it up")
    expect(page.locator("#facts .host")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("2")
    assert desk.wait_for("snooze").minutes == 15
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    expect(page.locator(ROWS)).to_have_count(2)


def test_merge_and_split(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    both = (question("d-1", "¿Y a China?"), question("d-2", "¿De qué color?"))
    desk.put(group("d", "", questions=both, age_s=100))
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Y a China?")
    page.keyboard.press("x")
    page.get_by_role("dialog").get_by_label("¿De qué color?").check()
    page.get_by_role("dialog").get_by_role("button", name="Split").click()
    assert desk.wait_for("split").questions == ("d-2",)
    expect(page.locator("#asked li")).to_have_count(1)
    page.keyboard.press("m")
    page.get_by_role("dialog").get_by_label("Search").fill("terc")
    page.get_by_role("dialog").get_by_role("button", name="¿Tercera?").click()
    assert desk.wait_for("merge").to == "c"
    expect(page.locator(SELECTED)).to_have_text("¿Tercera?")


def test_questions_are_read_in_the_moderators_language(page: Page, desk: ScriptedDesk) -> None:
    desk.readings["a-1"] = "The first one?"
    desk.put(group("a", "¿Primera?"))
    enter(page, desk)
    expect(page.locator("#asked .read")).to_have_text("The first one?")
    expect(page.locator("#rows .reading")).to_have_text("The first one?")
    page.get_by_label("I read").select_option("es")
    expect(page.locator("#asked .read")).to_have_count(0)
    page.reload()
    expect(page.locator("#desk")).to_be_visible()
    assert [each.lang for each in desk.entered] == ["en-GB", "es", "es"]


def test_search_and_filters(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    desk.put(group("d", "كم السعر؟", "ar", concern=Concern.ORDER, products=("Lamp",)))
    desk.put(group("e", "¿Otra?", products=("Mug",)))
    enter(page, desk)
    expect(page.locator(ROWS)).to_have_count(5)
    page.keyboard.press("j")
    page.keyboard.press("/")
    page.keyboard.type("segunda")
    expect(page.locator(f"{ROWS}:not([aria-selected=true]) .question")).to_have_text(["¿Segunda?"])
    page.keyboard.press("Escape")
    page.get_by_label("Search").fill("")
    page.get_by_label("Language", exact=True).select_option("ar")
    expect(page.locator(f"{ROWS} .question").filter(has_text="كم")).to_have_count(1)
    page.get_by_label("Language", exact=True).select_option("")
    page.get_by_label("Urgency").select_option("order")
    expect(page.locator(f"{ROWS} .question").filter(has_text="كم")).to_have_count(1)
    page.get_by_label("Urgency").select_option("")
    page.get_by_label("Product").select_option("Mug")
    expect(page.locator(f"{ROWS} .question").filter(has_text="Otra")).to_have_count(1)


def test_new_urgent_ones_are_announced_and_counted_in_the_title(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page).to_have_title("(3) Questions")
    desk.put(group("z", "¡Alergia!", concern=URGENT))
    expect(page).to_have_title("(⚠1 · 4) Questions")
    expect(page.locator("#urgent")).to_have_text("Urgent: Health: ¡Alergia!")


def test_others_are_seen_at_what_they_look_at(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    desk.here(wire.Person(name="Mia", role="moderator"), wire.Person(name="Ana", role="moderator", group="b"))
    expect(page.locator("#people")).to_have_text("Here too: Ana")
    expect(page.locator(ROWS).nth(1)).to_contain_text("Ana")
    wait_until(lambda: [each for each in desk.received if each.type == "look" and each.group == "a"])


def test_a_lost_line_is_said_and_comes_back(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("j")
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_contain_text("connection is lost")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    page.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()


def test_a_show_that_takes_no_questions_says_so(page: Page, show: Show) -> None:
    page.goto(f"{show.url}/console#token={TOKEN}")
    expect(page.locator("#lost")).to_contain_text("takes no questions")


def test_hostile_text_stays_text(page: Page, desk: ScriptedDesk) -> None:
    asked = question("a-1", HOSTILE, "es", name=HOSTILE)
    cited = (wire.CitationView(start_ms=0, end_ms=1, text=HOSTILE, lang="zh"),)
    past = (wire.PastAnswer(question=HOSTILE, lang="es", text=HOSTILE, who=HOSTILE, at_ms=0),)
    best = candidate(HOSTILE, HOSTILE, HOSTILE, question=HOSTILE)
    desk.readings["a-1"] = HOSTILE
    desk.put(
        group("a", HOSTILE, questions=(asked,), draft=draft(best, cited=cited, why=HOSTILE), past=past, note=HOSTILE),
        group("b", HOSTILE, products=(HOSTILE,), concern=URGENT),
    )
    enter(page, desk)
    desk.here(wire.Person(name=HOSTILE, role="host", group="a"))
    expect(page.locator(ROWS)).to_have_count(2)
    page.keyboard.press("j")
    expect(page.locator("#draft .said")).to_have_text(HOSTILE)
    for key in ("m", "Escape", "e", "Escape", "?"):
        page.keyboard.press(key)
    assert page.locator("img").count() == 0
    assert "owned" not in page.title()
    isolated = "element => getComputedStyle(element).unicodeBidi"
    assert page.locator("#draft .said").evaluate(isolated) == "isolate"
    assert page.locator("#rows .question").first.evaluate(isolated) == "isolate"


def test_ten_thousand_groups_leave_a_page_that_moves(page: Page, desk: ScriptedDesk) -> None:
    desk.put(*(group(f"g{number}", f"¿Pregunta {number}?", age_s=100 + number) for number in range(10_000)))
    enter(page, desk)
    expect(page).to_have_title("(10000) Questions", timeout=60_000)
    assert page.locator(ROWS).count() == 100
    expect(page.locator("#below")).to_contain_text("9900 more")
    for _ in range(3):
        page.keyboard.press("j")
    expect(page.locator(SELECTED)).to_have_text("¿Pregunta 9996?")


def test_the_handover_can_be_copied(page: Page, desk: ScriptedDesk) -> None:
    topic = wire.Topic(group="a", question="¿Primera?", asked=7, languages=("es",))
    desk.handover = wire.Handover(
        since_ms=0,
        received=20,
        answered=12,
        rejected=3,
        expired=1,
        waiting=4,
        median_wait_s=42.0,
        people=(wire.Moderated(who="Ana", approved=9, edited=3, rejected=3),),
        urgent=(),
        unanswered=(topic,),
        answered_most=(),
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    enter(page, desk)
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("dialog")).to_contain_text("¿Primera? (7; es)")
    page.get_by_role("button", name="Copy as text").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert "Ana: 9 approved, 3 edited, 3 rejected" in page.evaluate("navigator.clipboard.readText()")


def test_single_keys_can_be_switched_off(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("?")
    page.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("a")
    page.keyboard.press("ArrowDown")
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    assert desk.acts() == []


def test_a_phone_shows_the_queue_or_a_question(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, desk)
    expect(page.locator("#detail")).to_be_hidden()
    page.get_by_role("option", name="¿Segunda?").click()
    expect(page.locator("#queue")).to_be_hidden()
    approve = page.get_by_role("button", name="Approve")
    expect(approve).to_be_in_viewport()
    size = approve.bounding_box()
    assert size is not None
    assert size["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    approve.click()
    assert desk.wait_for("approve").group == "b"
    expect(page.locator("#queue")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def test_every_step_has_a_button(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.get_by_role("button", name="Claim").click()
    desk.wait_for("claim")
    page.get_by_role("button", name="To the host").click()
    page.get_by_role("dialog").get_by_role("button", name="To the host").click()
    desk.wait_for("escalate")
    page.get_by_role("button", name="Take from the host").click()
    assert desk.wait_for("escalate", 2).on is False
    page.get_by_role("button", name="Snooze").click()
    page.get_by_role("dialog").get_by_role("button", name="30 minutes").click()
    assert desk.wait_for("snooze").minutes == 30
    expect(page.locator(SELECTED)).to_have_text("¿Segunda?")
    page.get_by_role("button", name="Reject").click()
    page.get_by_role("dialog").get_by_role("button", name="Spam").click()
    desk.wait_for("reject")
    expect(page.locator(SELECTED)).to_have_text("¿Tercera?")
    page.get_by_role("option", name="¿Tercera?").click()
    page.get_by_role("button", name="For everyone").click()
    assert desk.wait_for("approve").public is True
    page.locator("#actions").get_by_role("button", name="Undo").click()
    desk.wait_for("undo")
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_label("Your answer")).to_be_focused()


def test_nobody_is_led_back_to_what_they_have_just_finished_with(page: Page, desk: ScriptedDesk) -> None:
    three(desk)
    enter(page, desk)
    desk.late = True
    for at, text in enumerate(("¿Primera?", "¿Segunda?", "¿Tercera?"), 1):
        expect(page.locator(SELECTED)).to_have_text(text)
        page.wait_for_timeout(400)  # so that it can be read
        page.get_by_role("button", name="For everyone").click()
        desk.wait_for("approve", at)
    expect(page.locator("#notice")).to_have_text("Approved for everyone.")
    desk.catch_up()
    expect(page.locator("#actions").get_by_role("button", name="Undo")).to_be_visible()
    expect(page.locator("#asked")).to_contain_text("¿Tercera?")


def test_the_host_reads_and_cannot_decide(page: Page, desk: ScriptedDesk) -> None:
    desk.put(group("a", "¿Primera?"))
    page.goto(f"{desk.url}/console#token={HOST_TOKEN}")
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    page.keyboard.press("e")
    expect(page.get_by_label("Your answer")).to_be_hidden()


def test_a_tone_for_urgent_ones_can_be_switched_off(page: Page, desk: ScriptedDesk) -> None:
    page.add_init_script(
        """window.tones = 0;
        const create = AudioContext.prototype.createOscillator;
        AudioContext.prototype.createOscillator = function () { window.tones += 1; return create.call(this); };"""
    )
    three(desk)
    desk.put(group("old", "¡Ya estaba!", concern=URGENT))
    enter(page, desk)
    expect(page.locator(ROWS)).to_have_count(4)
    desk.put(group("y", "¡Alergia!", concern=URGENT))
    expect(page.locator(ROWS)).to_have_count(5)
    assert page.evaluate("window.tones") == 1
    page.get_by_role("button", name="Sound").click()
    desk.put(group("z", "¡Otra alergia!", concern=URGENT))
    expect(page.locator(ROWS)).to_have_count(6)
    assert page.evaluate("window.tones") == 1
    page.reload()
    expect(page.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "false")


def test_a_claim_is_renewed_while_somebody_writes(page: Page, desk: ScriptedDesk) -> None:
    page.clock.install()
    desk.put(group("a", "¿Primera?"))
    enter(page, desk)
    expect(page.locator(SELECTED)).to_have_text("¿Primera?")
    page.keyboard.press("e")
    desk.wait_for("claim")
    page.keyboard.type("and ")
    page.clock.fast_forward(LEASE_MS // 2 + 1_000)
    desk.wait_for("claim", 2)
    page.clock.fast_forward(2 * LEASE_MS)
    page.clock.run_for(2_000)
    page.wait_for_timeout(300)
    assert len(desk.acts("claim")) == 2, "who writes no more holds it no more"
