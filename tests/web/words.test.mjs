import assert from "node:assert/strict";
import { test } from "node:test";

import { WORDS, wordsFor } from "../../sidecar/web/words.js";

test("every language has all words, and the places in them that are filled in", () => {
  assert.equal(Object.keys(WORDS).length, 14);
  const places = (text) => text.match(/\{\w+\}/g) ?? [];
  for (const [lang, words] of Object.entries(WORDS)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(WORDS.en).sort(), lang);
    for (const [name, text] of Object.entries(words)) {
      assert.notEqual(text.trim(), "", `${lang} ${name}`);
      assert.deepEqual(places(text), places(WORDS.en[name]), `${lang} ${name}`);
    }
  }
});

test("the words are those of the language read best that there is", () => {
  assert.equal(wordsFor(["tlh", "pt-BR", "en"]).lang, "pt");
  assert.equal(wordsFor(["tlh"]).lang, "en");
});
