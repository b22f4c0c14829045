import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, load, looks, normalise, reset, save } from "../../sidecar/web/widget/preferences.js";

test("anything found in storage becomes usable", () => {
  for (const raw of [null, 7, "x", [], { size: "big", color: "toString", edge: 3, lang: "<img>", on: "yes", font: {} }]) {
    assert.deepEqual(normalise(raw), DEFAULTS);
  }
  assert.equal(normalise({ size: 9999 }).size, 400);
  assert.equal(normalise({ textOpacity: 0 }).textOpacity, 50);
});

test("what was chosen stays as it is", () => {
  const chosen = { ...DEFAULTS, on: true, lang: "zh-Hant", size: 200, color: "yellow", edge: "uniform", announce: true };
  assert.deepEqual(normalise(JSON.parse(JSON.stringify(chosen))), chosen);
});

test("default looks come back without forgetting the language", () => {
  const chosen = { ...DEFAULTS, on: false, lang: "es", second: "zh", size: 400, background: "red" };
  assert.deepEqual(reset(chosen), { ...DEFAULTS, on: false, lang: "es", second: "zh" });
});

test("looks are custom properties", () => {
  const style = looks({ ...DEFAULTS, size: 150, backgroundOpacity: 100 });
  assert.equal(style["--lc-size"], "1.5");
  assert.equal(style["--lc-text-background"], "#000000ff");
});

test("a site without storage forgets and goes on", () => {
  assert.deepEqual(load(), DEFAULTS);
  save(DEFAULTS);
});
