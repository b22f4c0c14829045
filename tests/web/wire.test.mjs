import assert from "node:assert/strict";
import { test } from "node:test";

import { captionsUrl, parse } from "../../sidecar/web/wire.js";
import { caption, hello } from "./messages.mjs";

test("the messages of the contract are understood, unknown fields and all", () => {
  for (const message of [hello({ extra: 1 }), caption(1, "a"), { type: "remove", id: 1, lang: "en" }, { type: "end" },
    hello({ speakers: ["Host", "Guest"] }),
    { type: "answer", id: "g1", lang: "es", text: "Sí.", asked: "¿Hay más?" }, { type: "answer", id: "g1", lang: "es", text: "", retracted: true },
    { type: "question", id: "q1", state: "received", asked: "?", at_ms: 1 },
    { type: "question", id: "q1", state: "answered", asked: "?", at_ms: 1, answer: "Sí.", lang: "es" }]) {
    assert.deepEqual(parse(JSON.stringify(message)), message);
  }
});

test("what cannot be used is nothing", () => {
  const bad = [
    "", "{", "null", "[]", "7", '{"type":"toString"}', '{"type":"answer"}', '{"type":"status","state":"odd","message":""}',
    JSON.stringify(caption(1, 5)), JSON.stringify(caption("1", "a")), JSON.stringify({ ...caption(1, "a"), lines: "a" }),
    JSON.stringify(hello({ languages: null })), '{"type":"answer","id":"g1","lang":"es","text":null}',
    '{"type":"answer","id":"g1","lang":"es","text":"","asked":5}', '{"type":"question","id":"q1","state":"odd","asked":"","at_ms":1}',
    '{"type":"question","id":"q1","state":"received","asked":""}',
    JSON.stringify(hello({ speakers: "Host" })), new ArrayBuffer(3), undefined,
  ];
  for (const data of bad) assert.equal(parse(data), null);
});

test("the stream's address follows the server's, secure where it is", () => {
  assert.equal(captionsUrl("http://h:1", { lang: "zh-Hant", since: 7 }), "ws://h:1/v1/captions?lang=zh-Hant&since=7");
  assert.equal(captionsUrl("https://h/live/", { lang: "", second: null }), "wss://h/live/v1/captions?lang=");
});
