import assert from "node:assert/strict";
import { test } from "node:test";

import { span, wrong } from "../../sidecar/web/console/labels.js";
import { due, EVERYTHING, fits, holder, judged, Queue, refusal, stage } from "../../sidecar/web/console/queue.js";

const NOW = 1_000_000;

/** A group of one question in Spanish, a minute old, that waits. */
function group(id, changes = {}) {
  const best = { entry: "ship", question: "Shipping?", text: "Dos días", lang: "es", back: "Two days", score: 0.9 };
  return {
    id, revision: 2, state: "drafted", created_ms: NOW - 60_000, due_ms: NOW + 60_000, expires_ms: NOW + 600_000, asked: 1,
    questions: [{ id: `${id}-1`, lang: "es", text: `¿${id}?`, at_ms: NOW - 60_000, channel: "page" }], languages: ["es"],
    draft: { decision: "answer", best, margin: 0.5, alternatives: [], cited: [], why: "" }, texts: { es: "Dos días" },
    ...changes,
  };
}

/** @param {...object} groups */
function queue(...groups) {
  const made = new Queue();
  made.take({ type: "groups", groups });
  return made;
}

const ids = (groups) => groups.map(({ id }) => id);

test("urgent ones come first, the gravest before the others, then what failed, then what is due", () => {
  const made = queue(
    group("late", { due_ms: NOW - 1 }), group("new"), group("complaint", { concern: "complaint" }),
    group("failed", { state: "failed" }), group("health", { concern: "health" }), group("order", { concern: "order" }),
  );
  assert.deepEqual(ids(made.list(EVERYTHING, NOW)), ["health", "order", "complaint", "failed", "late", "new"]);
  const asked = queue(group("one"), group("nine", { asked: 9 }), group("urgent", { concern: "order" }));
  assert.deepEqual(ids(asked.list({ ...EVERYTHING, order: "asked" }, NOW)), ["urgent", "nine", "one"]);
});

test("each group has its place, and a merged one none", () => {
  const at = (changes) => stage(group("a", changes), NOW);
  assert.equal(at({}), "waiting");
  assert.equal(at({ snoozed_until_ms: NOW + 1 }), "snoozed");
  assert.equal(at({ snoozed_until_ms: NOW }), "waiting");
  assert.equal(at({ state: "approved" }), "sending");
  assert.equal(at({ state: "sending" }), "sending");
  assert.equal(at({ state: "failed" }), "waiting");
  for (const state of ["sent", "rejected", "expired", "filtered", "retracted"]) assert.equal(at({ state }), "done");
  assert.equal(at({ state: "merged" }), null);
});

test("filters leave what fits all of them", () => {
  const one = group("a", { products: ["Lamp"], concern: "order", languages: ["es", "pt-BR"] });
  const fit = (changes) => fits(one, { ...EVERYTHING, ...changes }, NOW);
  assert.ok(fit({ lang: "pt", product: "Lamp", urgency: "urgent", minutes: 1, text: "DOS DÍAS" }));
  assert.ok(fit({ urgency: "order" }));
  assert.ok(!fit({ urgency: "health" }));
  assert.ok(!fit({ urgency: "escalated" }));
  assert.ok(!fit({ lang: "ar" }));
  assert.ok(!fit({ product: "Mug" }));
  assert.ok(!fit({ minutes: 5 }));
  assert.ok(!fit({ text: "nowhere" }));
  assert.ok(!fit({ stage: "done" }));
  assert.ok(fit({ stage: "" }));
});

test("the selected one stays in the list, whatever the filter, until it is over", () => {
  const made = queue(group("a"), group("b", { state: "approved" }), group("c", { state: "sent" }));
  assert.deepEqual(ids(made.list(EVERYTHING, NOW, "b")), ["a", "b"]);
  assert.deepEqual(ids(made.list(EVERYTHING, NOW, "c")), ["a"]);
});

test("an older revision does not replace a newer one", () => {
  const made = queue(group("a", { revision: 5, state: "approved" }));
  made.take({ type: "groups", groups: [group("a", { revision: 4 })] });
  assert.equal(made.get("a").state, "approved");
});

test("after the line was lost, what does not come again is gone", () => {
  const made = queue(group("a"), group("b"));
  made.begin();
  made.take({ type: "groups", groups: [group("b")], more: false });
  assert.equal(made.size, 2);
  made.settle();
  assert.deepEqual(ids([...made.all()]), ["b"]);
  made.take({ type: "groups", groups: [], gone: ["b"] });
  assert.equal(made.size, 0);
});

test("a draft is refused unless it is sure and passes, or only lacks its translation", () => {
  const { draft } = group("a");
  const failed = (...names) => ({ ...draft, best: { ...draft.best, failed_checks: names } });
  assert.equal(refusal(group("a")), null);
  assert.equal(refusal(group("a", { draft: failed("untranslated") })), null);
  assert.equal(refusal(group("a", { draft: failed("numbers") })), "failed checks");
  assert.equal(refusal(group("a", { draft: failed("untranslated", "unfilled") })), "failed checks");
  assert.equal(refusal(group("a", { draft: { ...draft, decision: "abstain" } })), "abstained");
  assert.equal(refusal(group("a", { draft: undefined })), "no draft");
});

test("what one judges by changes with the draft, and not with a claim", () => {
  const before = judged(group("a"));
  assert.equal(judged(group("a", { revision: 3, held_by: "Ana", held_until_ms: NOW + 1 })), before);
  assert.notEqual(judged(group("a", { texts: { es: "Tres días" } })), before);
  assert.notEqual(judged(group("a", { state: "approved" })), before);
});

test("a claim ends by itself, and time runs out in steps", () => {
  const held = group("a", { held_by: "Ana", held_until_ms: NOW + 10 });
  assert.equal(holder(held, NOW), "Ana");
  assert.equal(holder(held, NOW + 10), "");
  assert.equal(due(group("a", { due_ms: NOW + 61_000 }), NOW), "fine");
  assert.equal(due(group("a", { due_ms: NOW + 30_000 }), NOW), "soon");
  assert.equal(due(group("a", { due_ms: NOW - 1 }), NOW), "late");
});

test("the host sees what was put before them, and then what most ask", () => {
  const made = queue(
    group("one"), group("many", { asked: 7 }), group("sent", { asked: 90, state: "sent" }),
    group("later", { asked: 80, snoozed_until_ms: NOW + 1 }), group("host", { escalated: true }),
  );
  const { asked, top } = made.forHost(NOW, 2);
  assert.equal(asked, 3);
  assert.deepEqual(ids(top), ["host", "many"]);
});

test("counts and choices are of all groups", () => {
  const made = queue(
    group("a", { concern: "health", products: ["Mug", "Lamp"] }), group("b", { state: "sent", languages: ["pt-BR"] }),
    group("c", { snoozed_until_ms: NOW + 1 }), group("d", { state: "edited" }),
  );
  assert.deepEqual(made.counts(NOW), { waiting: 1, urgent: 1, snoozed: 1, sending: 1, done: 1 });
  assert.deepEqual(made.choices(), { languages: ["es", "pt"], products: ["Lamp", "Mug"] });
});

test("times and faults are told in words", () => {
  assert.equal(span(-5), "0 s");
  assert.equal(span(65_000), "1:05 min");
  assert.equal(span(7_260_000), "2 h 1 min");
  assert.equal(wrong(["numbers", "odd"]), "a number differs from the original; it fails the check “odd”");
});
