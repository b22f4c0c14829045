import assert from "node:assert/strict";
import { test } from "node:test";

import { WORDS, wordsFor } from "../../sidecar/web/prompter/words.js";
import { WORDS as OF_VIEWERS } from "../../sidecar/web/words.js";

test("every language of the viewers has all words of the prompter", () => {
  assert.deepEqual(Object.keys(WORDS).sort(), Object.keys(OF_VIEWERS).sort());
  for (const [lang, words] of Object.entries(WORDS)) {
    assert.deepEqual(Object.keys(words).sort(), Object.keys(WORDS.en).sort(), lang);
    for (const word of Object.values(words)) assert.ok(word.trim(), lang);
  }
});

test("a reader of another language reads English", () => {
  assert.equal(wordsFor("zh-Hant").lang, "zh");
  assert.equal(wordsFor("tlh").lang, "en");
});
