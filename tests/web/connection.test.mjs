import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { backoffMs, CaptionConnection } from "../../sidecar/web/connection.js";
import { caption, final, hello } from "./messages.mjs";

/** A socket that does what the test says. */
class ScriptedSocket extends EventTarget {
  static OPEN = 1;
  static all = [];
  readyState = 1;
  sent = [];

  constructor(url) {
    super();
    this.url = new URL(url);
    ScriptedSocket.all.push(this);
  }

  static get last() {
    return ScriptedSocket.all.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  says(...messages) {
    for (const message of messages) this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  breaks() {
    this.readyState = 3;
    this.dispatchEvent(new Event("close"));
  }
}

let heard;
let links;

function connect(options = {}) {
  const connection = new CaptionConnection({
    base: "http://h", lang: "en", random: () => 1, onMessage: (m) => heard.push(m), onLink: (l) => links.push(l), ...options,
  });
  connection.start();
  return connection;
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  globalThis.WebSocket = ScriptedSocket;
  ScriptedSocket.all = [];
  heard = [];
  links = [];
});

test("it asks for the language, and the first time for the current screen", () => {
  connect({ second: "zh" });
  assert.deepEqual([...ScriptedSocket.last.url.searchParams], [["lang", "en"], ["second", "zh"]]);
});

test("it resumes after the newest numbered message", () => {
  connect();
  ScriptedSocket.last.says(hello({ seq: 4 }), caption(900, "par"), final(7, "a"), { type: "remove", id: 7, lang: "en", seq: 9 });
  ScriptedSocket.last.breaks();
  mock.timers.tick(500);
  assert.equal(ScriptedSocket.all.length, 2);
  assert.equal(ScriptedSocket.last.url.searchParams.get("since"), "9");
  assert.equal(ScriptedSocket.last.url.searchParams.get("session"), "s1");
});

test("without captions yet it resumes after what was there when it came", () => {
  connect();
  ScriptedSocket.last.says(hello({ seq: 4 }));
  ScriptedSocket.last.breaks();
  mock.timers.tick(500);
  ScriptedSocket.last.says(hello({ seq: 8 }));
  ScriptedSocket.last.breaks();
  mock.timers.tick(10_000);
  assert.equal(ScriptedSocket.last.url.searchParams.get("since"), "4");
});

test("another session counts from its own beginning", () => {
  const connection = connect();
  ScriptedSocket.last.says(hello(), final(70, "a"));
  ScriptedSocket.last.breaks();
  mock.timers.tick(500);
  ScriptedSocket.last.says(hello({ session: "s2", seq: 3 }));
  assert.equal(connection.seq, 3);
});

test("waits double up to ten seconds, half of them left to chance", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 60].map((n) => backoffMs(n, 1)), [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.equal(backoffMs(5, 0), 5000);
});

test("a server that accepts and hangs up is not hammered", () => {
  connect();
  for (let n = 0; n < 5; n += 1) {
    ScriptedSocket.last.says(hello());
    ScriptedSocket.last.breaks();
    mock.timers.tick(10_000);
  }
  const before = ScriptedSocket.all.length;
  ScriptedSocket.last.says(hello());
  ScriptedSocket.last.breaks();
  mock.timers.tick(9_000);
  assert.equal(ScriptedSocket.all.length, before);
});

test("after a line that held, the first wait is short again", () => {
  connect();
  for (let n = 0; n < 5; n += 1) {
    ScriptedSocket.last.breaks();
    mock.timers.tick(10_000);
  }
  ScriptedSocket.last.says(hello());
  mock.timers.tick(6_000);
  ScriptedSocket.last.breaks();
  const before = ScriptedSocket.all.length;
  mock.timers.tick(500);
  assert.equal(ScriptedSocket.all.length, before + 1);
});

test("no hello in time is a failure", () => {
  connect();
  mock.timers.tick(10_000);
  assert.deepEqual(links, ["lost"]);
  mock.timers.tick(500);
  assert.equal(ScriptedSocket.all.length, 2);
});

test("a line gone silent is opened again without a word to the viewer, each time more patiently", () => {
  connect();
  ScriptedSocket.last.says(hello());
  mock.timers.tick(45_000);
  assert.equal(ScriptedSocket.all.length, 2);
  assert.ok(!links.includes("lost"));
  ScriptedSocket.last.says(hello());
  mock.timers.tick(89_000);
  assert.equal(ScriptedSocket.all.length, 2);
  mock.timers.tick(2_000);
  assert.equal(ScriptedSocket.all.length, 3);
});

test("what an abandoned socket still says is not heard", () => {
  connect();
  const old = ScriptedSocket.last;
  old.says(hello());
  old.breaks();
  mock.timers.tick(500);
  heard.length = 0;
  old.says(final(5, "ghost"));
  old.breaks();
  assert.deepEqual(heard, []);
  assert.equal(ScriptedSocket.all.length, 2);
});

test("a change of language goes over the same line, once", () => {
  const connection = connect();
  ScriptedSocket.last.says(hello());
  connection.subscribe("es");
  connection.subscribe("es");
  connection.subscribe("es", "zh");
  assert.deepEqual(ScriptedSocket.last.sent, [
    { v: 1, type: "subscribe", lang: "es" },
    { v: 1, type: "subscribe", lang: "es", second: "zh" },
  ]);
  ScriptedSocket.last.breaks();
  mock.timers.tick(500);
  assert.equal(ScriptedSocket.last.url.searchParams.get("lang"), "es");
});

test("after the end it looks only now and then whether a new show began", () => {
  connect();
  ScriptedSocket.last.says(hello(), { type: "end" });
  ScriptedSocket.last.breaks();
  mock.timers.tick(29_000);
  assert.equal(ScriptedSocket.all.length, 1);
  mock.timers.tick(1_000);
  assert.equal(ScriptedSocket.all.length, 2);
});

test("stopped is stopped", () => {
  const connection = connect();
  ScriptedSocket.last.says(hello());
  connection.stop();
  mock.timers.tick(600_000);
  assert.equal(ScriptedSocket.all.length, 1);
});

test("who asks is said on every socket, once, and with every change of language", () => {
  const connection = connect();
  mock.timers.tick(1);
  ScriptedSocket.last.says(hello());
  assert.deepEqual(ScriptedSocket.last.sent, []);
  connection.identify("key");
  connection.identify("key");
  connection.subscribe("es");
  const subscribe = (lang) => ({ v: 1, type: "subscribe", lang, asker: "key" });
  assert.deepEqual(ScriptedSocket.last.sent, [subscribe("en"), subscribe("es")]);
  ScriptedSocket.last.breaks();
  mock.timers.tick(500);
  assert.deepEqual(ScriptedSocket.last.sent, []);
  ScriptedSocket.last.says(hello(), hello());
  assert.deepEqual(ScriptedSocket.last.sent, [subscribe("es")]);
});

test("a change of language upon hello says already who asks", () => {
  const connection = connect({ onMessage: (m) => m.type === "hello" && connection.subscribe("zh") });
  connection.identify("key");
  ScriptedSocket.last.says(hello());
  assert.deepEqual(ScriptedSocket.last.sent, [{ v: 1, type: "subscribe", lang: "zh", asker: "key" }]);
});

test("answers and questions are given on, what is unknown is not", () => {
  connect();
  const answer = { type: "answer", id: "g1", lang: "es", text: "Sí." };
  const question = { type: "question", id: "q1", state: "received", asked: "?", at_ms: 1 };
  ScriptedSocket.last.says(answer, { type: "quiz", id: "g1" }, question);
  assert.deepEqual(heard, [answer, question]);
});
