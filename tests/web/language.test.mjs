import assert from "node:assert/strict";
import { test } from "node:test";

import { autonym, choose, direction } from "../../sidecar/web/language.js";
import { WORDS, wordsFor } from "../../sidecar/web/words.js";

test("the very language is chosen, else one of its family, else none", () => {
  const offered = ["zh", "zh-Hant", "en", "pt-BR"];
  assert.equal(choose(["zh-TW"], offered), "zh-Hant");
  assert.equal(choose(["zh-CN"], offered), "zh");
  assert.equal(choose(["pt"], offered), "pt-BR");
  assert.equal(choose(["fr", "en-GB"], offered), "en");
  assert.equal(choose(["fr", ""], offered), null);
  assert.equal(choose(["zh-Hant"], ["en", "zh"]), "zh");
});

test("a right-to-left language is so whatever its first word", () => {
  assert.equal(direction("ar"), "rtl");
  assert.equal(direction("fa-IR"), "rtl");
  assert.equal(direction("en"), "auto");
});

test("languages are named as their readers name them", () => {
  assert.equal(autonym("es"), "Español");
  assert.match(autonym("zh"), /中文/);
  assert.equal(autonym("not a tag"), "not a tag");
});

test("the widget speaks fourteen languages, all of them completely", () => {
  const names = Object.keys(WORDS.en).sort();
  assert.deepEqual(Object.keys(WORDS).sort(), ["ar", "de", "en", "es", "fr", "id", "ja", "ko", "ms", "pt", "ru", "th", "vi", "zh"]);
  for (const words of Object.values(WORDS)) {
    assert.deepEqual(Object.keys(words).sort(), names);
    assert.ok(Object.values(words).every((word) => word.trim() !== ""));
  }
  assert.equal(wordsFor(["tlh", "de-AT"]).lang, "de");
  assert.equal(wordsFor(["tlh"]).lang, "en");
});
