import assert from "node:assert/strict";
import { test } from "node:test";

import { share } from "../../sidecar/web/lanes.js";
import { caption } from "./messages.mjs";

const lanes = (captions, speakers = []) =>
  [...share(captions, speakers)].map(([speaker, own]) => [speaker, own.map((c) => c.text)]);
const said = (id, speaker, text = `${speaker} ${id}`) => caption(id, text, { speaker });

test("one voice has one lane without a name", () => {
  assert.deepEqual(lanes([]), [["", []]]);
  assert.deepEqual(lanes([caption(100, "a"), caption(200, "b")]), [["", ["a", "b"]]]);
});

test("speakers have their lanes in the order of the show, also while they are silent", () => {
  const found = lanes([said(100, "Guest"), said(200, "Host"), said(300, "Guest")], ["Host", "Guest", "Ann"]);
  assert.deepEqual(found, [["Host", ["Host 200"]], ["Guest", ["Guest 100", "Guest 300"]], ["Ann", []]]);
});

test("what nobody is named for is the first speaker's, and who is not of the show comes after", () => {
  const found = lanes([caption(100, "a"), said(200, "Stranger")], ["Host", "Guest"]);
  assert.deepEqual(found, [["Host", ["a"]], ["Guest", []], ["Stranger", ["Stranger 200"]]]);
});

test("there are never more lanes than a screen has room for", () => {
  const crowd = Array.from({ length: 50 }, (_, n) => said(n, `speaker ${n}`));
  assert.equal(share(crowd, ["Host", "Guest"]).size, 4);
  assert.deepEqual([...share(crowd, ["Host", "Guest"]).keys()].slice(0, 2), ["Host", "Guest"]);
});

test("names that objects have of their own are names like any other", () => {
  assert.deepEqual(lanes([said(1, "__proto__"), said(2, "constructor")]), [
    ["__proto__", ["__proto__ 1"]],
    ["constructor", ["constructor 2"]],
  ]);
});
