import assert from "node:assert/strict";
import { test } from "node:test";

import { pieces } from "../../sidecar/web/line_breaks.js";

const partial = (text, lines, stable) => ({ text, lines, final: false, stable });

test("the server's lines are kept, and the tentative end is told apart", () => {
  assert.deepEqual(pieces(partial("one two three", ["one two", "three"], 4), true), [
    { text: "one ", tentative: false },
    { text: "two\nthree", tentative: true },
  ]);
  assert.deepEqual(pieces(partial("one two three", ["one two", "three"], 10), true), [
    { text: "one two\nth", tentative: false },
    { text: "ree", tentative: true },
  ]);
});

test("a final has no tentative end, nor has a partial that does not say", () => {
  assert.deepEqual(pieces({ text: "好的。", lines: ["好的。"], final: true, stable: 1 }, true), [{ text: "好的。", tentative: false }]);
  assert.deepEqual(pieces(partial("abc", ["abc"], undefined), true), [{ text: "abc", tentative: false }]);
});

test("text flows where it is asked to, or where the lines are not its own", () => {
  assert.deepEqual(pieces(partial("one two", ["one", "two"], 7), false), [{ text: "one two", tentative: false }]);
  assert.deepEqual(pieces(partial("one two", ["won", "two"], 7), true), [{ text: "one two", tentative: false }]);
  assert.deepEqual(pieces(partial("one two", [], 7), true), [{ text: "one two", tentative: false }]);
});

test("code points are counted, not halves of emoji", () => {
  assert.deepEqual(pieces(partial("👗👠x", ["👗👠x"], 1), true), [
    { text: "👗", tentative: false },
    { text: "👠x", tentative: true },
  ]);
});

test("no character is lost, wherever the lines and the tentative end lie", () => {
  const text = "今天 ¥35 的 👗 只剩 三十五件";
  const points = [...text];
  for (let cut = 0; cut <= points.length; cut += 1) {
    for (let stable = 0; stable <= points.length; stable += 1) {
      const lines = [points.slice(0, cut).join("").trim(), points.slice(cut).join("").trim()].filter((l) => l);
      const shown = pieces(partial(text, lines, stable), true).map((p) => p.text).join("");
      assert.equal(shown.replaceAll(/\s/g, ""), text.replaceAll(/\s/g, ""));
    }
  }
});
