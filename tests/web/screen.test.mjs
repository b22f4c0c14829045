import assert from "node:assert/strict";
import { test } from "node:test";

import { captionsIn, initial, phase, reduce } from "../../sidecar/web/screen.js";
import { caption, final, hello } from "./messages.mjs";

const after = (messages, start = initial(50)) => messages.reduce(reduce, start);
const texts = (screen, lang = "en") => captionsIn(screen, lang).map((c) => c.text);

test("a later revision replaces an earlier one, and an earlier one changes nothing", () => {
  const screen = after([hello(), caption(100, "Goo"), caption(100, "Good", { revision: 2 }), caption(100, "old", { revision: 1 })]);
  assert.deepEqual(texts(screen), ["Good"]);
});

test("a final replaces its partial and is not undone by a late partial", () => {
  const screen = after([hello(), caption(100, "Good", { revision: 3 }), final(100, "Good."), caption(100, "Go", { revision: 4 })]);
  assert.deepEqual(texts(screen), ["Good."]);
});

test("a message that changes nothing gives back the same screen", () => {
  const screen = after([hello(), final(100, "Good.")]);
  assert.equal(reduce(screen, final(100, "Good.")), screen);
  assert.equal(reduce(screen, { type: "remove", id: 7, lang: "en" }), screen);
  assert.equal(reduce(screen, { type: "answer" }), screen);
});

test("captions stand by id, whatever order they came in", () => {
  assert.deepEqual(texts(after([hello(), final(300, "c"), final(100, "a"), final(200, "b")])), ["a", "b", "c"]);
});

test("a removal takes one caption of one language", () => {
  const screen = after([hello(), final(100, "a"), final(100, "甲", { lang: "zh" }), { type: "remove", id: 100, lang: "en" }]);
  assert.deepEqual(texts(screen), []);
  assert.deepEqual(texts(screen, "zh"), ["甲"]);
});

test("no more than the limit is kept of each language, the newest", () => {
  const many = Array.from({ length: 500 }, (_, n) => [final(n, `en${n}`), final(n, `zh${n}`, { lang: "zh" })]).flat();
  const screen = after([hello(), ...many], initial(10));
  assert.equal(screen.captions.length, 20);
  assert.equal(texts(screen).at(-1), "en499");
  assert.equal(texts(screen, "zh")[0], "zh490");
});

test("another session starts afresh, the same one keeps its finals", () => {
  const screen = after([hello(), final(100, "a"), caption(200, "b")]);
  assert.deepEqual(texts(reduce(screen, hello())), ["a"]);
  assert.deepEqual(texts(reduce(screen, hello({ session: "s2" }))), []);
});

test("a hello on a line that holds leaves partials alone", () => {
  const screen = after([hello(), { type: "link", link: "open" }, caption(200, "b"), hello({ source: "en" })]);
  assert.deepEqual(texts(screen), ["b"]);
  assert.equal(screen.source, "en");
});

test("after a choice of languages only these are taken in", () => {
  const screen = after([
    hello(), final(100, "a"), final(100, "甲", { lang: "zh" }),
    { type: "select", lang: "es", second: "zh" },
    final(200, "b"), final(200, "be", { lang: "es" }),
  ]);
  assert.deepEqual(screen.captions.map((c) => c.text), ["甲", "be"]);
});

test("the end leaves finals and says so, until another session begins", () => {
  const screen = after([hello(), final(100, "a"), caption(200, "b"), { type: "end" }, { type: "link", link: "lost" }, hello()]);
  assert.deepEqual(texts(screen), ["a"]);
  assert.equal(phase(screen), "ended");
  assert.equal(phase(reduce(screen, hello({ session: "s2" }))), "reconnecting");
});

test("a lost line shows as reconnecting, and what the server said comes back with it", () => {
  const live = after([hello(), { type: "link", link: "open" }, { type: "status", state: "live", message: "" }]);
  assert.equal(phase(live), "live");
  const lost = reduce(live, { type: "link", link: "lost" });
  assert.equal(phase(lost), "reconnecting");
  assert.equal(phase(reduce(lost, { type: "link", link: "open" })), "live");
});

test("somebody who speaks makes a waiting show live", () => {
  assert.equal(phase(after([hello()])), "waiting");
  assert.equal(phase(after([hello(), caption(100, "a")])), "live");
});

test("any order of any messages keeps the screen sorted, unique and bounded", () => {
  let seed = 7;
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n;
  let screen = initial(8);
  for (let n = 0; n < 5000; n += 1) {
    const lang = ["en", "zh"][random(2)];
    const make = [caption, final][random(2)];
    const message = random(10) === 0
      ? [hello({ session: `s${random(2)}` }), { type: "remove", id: random(30), lang }, { type: "end" }][random(3)]
      : make(random(30), "x", { lang, revision: random(12) });
    screen = reduce(screen, message);
    const keys = screen.captions.map((c) => `${c.lang}/${c.id}`);
    assert.equal(new Set(keys).size, keys.length);
    for (const each of ["en", "zh"]) {
      const ids = captionsIn(screen, each).map((c) => c.id);
      assert.ok(ids.length <= 8);
      assert.deepEqual(ids, [...ids].sort((a, b) => a - b));
    }
  }
});

test("the speakers are those of the last hello, none where it names none", () => {
  const screen = after([hello({ speakers: ["Host", "Guest"] })]);
  assert.deepEqual(screen.speakers, ["Host", "Guest"]);
  assert.deepEqual(reduce(screen, hello({ session: "s2" })).speakers, []);
});
