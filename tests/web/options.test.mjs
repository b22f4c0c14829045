import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, looks, readOptions, writeOptions } from "../../sidecar/web/overlay/options.js";

test("numbers are clamped to what can be read", () => {
  const options = readOptions("?font_size=9000&bg_opacity=-5&lines=0&showtime=1e9&margin=-3");
  assert.equal(options.font_size, 120);
  assert.equal(options.bg_opacity, 0);
  assert.equal(options.lines, 1);
  assert.equal(options.showtime, DEFAULTS.showtime);
  assert.equal(options.margin, 0);
  assert.equal(readOptions("?font_size=48px&max_width=70%25").font_size, 48);
});

test("what cannot be used falls to its default", () => {
  const bad = "?font_size=big&color=expression(1)&bg=%23xyz&align=diagonal&valign=&lines=NaN&lang=%3Cimg%3E&font=a;b{}&uppercase=perhaps&delay=";
  assert.deepEqual(readOptions(bad), DEFAULTS);
  assert.deepEqual(readOptions(""), DEFAULTS);
});

test("the defaults are those that people know", () => {
  const { font_size, bg_opacity, lines, color, bg } = DEFAULTS;
  assert.deepEqual([font_size, bg_opacity, lines, color, bg], [32, 70, 2, "#ffffff", "#000000"]);
});

test("colours are written with or without #, short, long or by name", () => {
  assert.equal(readOptions("?color=ff0").color, "#ffff00");
  assert.equal(readOptions("?color=%23FFAA00").color, "#ffaa00");
  assert.equal(readOptions("?color=Yellow").color, "#ffff00");
});

test("flags know the words people use", () => {
  assert.equal(readOptions("?uppercase=true&settings=0&dual&shadow=on").uppercase, true);
  assert.equal(readOptions("?settings=0").settings, false);
  assert.equal(readOptions("?dual").dual, true);
});

test("options written into an address read the same, and defaults leave it bare", () => {
  assert.equal(writeOptions(DEFAULTS), "");
  const odd = readOptions("?lang=zh-Hant&second=en&font_size=60&color=%23ffee00&bg_opacity=0&lines=3&font=Noto Sans CJK SC&uppercase=1&settings=0&showtime=2.5");
  assert.deepEqual(readOptions(writeOptions(odd)), odd);
});

test("looks come out as custom properties", () => {
  const style = looks(readOptions("?bg=000&bg_opacity=50&font=Inter, Noto Sans&outline=2"));
  assert.equal(style["--lc-background"], "#00000080");
  assert.equal(style["--lc-stroke"], "4px #000");
  assert.match(style["--lc-font"], /^"Inter", "Noto Sans", /);
});

test("speakers are named unless that is not wanted", () => {
  assert.equal(DEFAULTS.speakers, true);
  assert.equal(readOptions("?speakers=0").speakers, false);
  assert.equal(writeOptions({ ...DEFAULTS, speakers: false }), "?speakers=0");
});
