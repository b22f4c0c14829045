import assert from "node:assert/strict";
import { test } from "node:test";

import { AnswerQueue, showMs } from "../../sidecar/web/answer_queue.js";

const answer = (id, text = "Yes.", changes = {}) => ({ type: "answer", id, lang: "en", text, ...changes });
const gone = (id) => answer(id, "", { retracted: true });
const shown = (queue) => queue.shown?.id ?? null;

test("a short answer stays twelve seconds, a long one as long as it takes to read", () => {
  assert.equal(showMs(answer("a")), 12_000);
  assert.equal(showMs(answer("a", "x".repeat(400))), 23_000);
  assert.equal(showMs(answer("a", "字".repeat(180), { lang: "zh", asked: "吗".repeat(18) })), 25_000);
});

test("answers come one after another, each for its time", () => {
  const queue = new AnswerQueue();
  queue.take(answer("a"), 0);
  queue.take(answer("b"), 5_000);
  queue.tick(11_999);
  assert.equal(shown(queue), "a");
  queue.tick(12_000);
  assert.deepEqual([shown(queue), queue.until], ["b", 24_000]);
  queue.tick(24_000);
  assert.deepEqual([shown(queue), queue.until], [null, Infinity]);
});

test("what is taken back is gone at once, shown or waiting", () => {
  const queue = new AnswerQueue();
  for (const id of ["a", "b", "c"]) queue.take(answer(id), 0);
  queue.take(gone("b"), 1_000);
  queue.take(gone("a"), 2_000);
  assert.deepEqual([shown(queue), queue.until], ["c", 14_000]);
  queue.take(gone("c"), 3_000);
  assert.equal(shown(queue), null);
  queue.take(gone("never seen"), 3_000);
  assert.equal(shown(queue), null);
});

test("a new text takes the place of the old one, and its time begins again", () => {
  const queue = new AnswerQueue();
  queue.take(answer("a", "Ten."), 0);
  queue.take(answer("b", "Red."), 0);
  queue.take(answer("b", "Blue."), 1_000);
  queue.take(answer("a", "Twelve."), 5_000);
  assert.deepEqual([queue.shown.text, queue.until], ["Twelve.", 17_000]);
  queue.tick(17_000);
  assert.equal(queue.shown.text, "Blue.");
});

test("the same again is not shown again, something else of the same question is", () => {
  const queue = new AnswerQueue();
  queue.take(answer("a"), 0);
  queue.tick(12_000);
  queue.take(answer("a"), 20_000);
  assert.equal(shown(queue), null);
  queue.take(answer("a", "No."), 20_000);
  assert.equal(queue.shown.text, "No.");
  queue.take(gone("a"), 21_000);
  queue.take(answer("a", "No."), 22_000);
  assert.equal(queue.shown.text, "No.");
});

test("it holds a bounded number, and drops what has waited longest", () => {
  const queue = new AnswerQueue();
  for (let n = 0; n < 1_000; n += 1) queue.take(answer(`a${n}`), 0);
  const seen = [];
  for (let now = 0; queue.shown; now += 12_000, queue.tick(now)) seen.push(shown(queue));
  assert.deepEqual(seen, ["a0", ...Array.from({ length: 20 }, (_, n) => `a${980 + n}`)]);
});
