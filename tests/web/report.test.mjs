import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, level, numbers, seconds, voiceCells } from "../../sidecar/web/status/report.js";

const report = {
  session: "s", state: "live", message: "", uptime_s: 3725, audio_ms: 61_000,
  source: { name: "mic", state: "live", message: "", level_dbfs: -20, speech: true },
  language: "en", words_per_minute: 150, recognition_lag_ms: 640, final_lag_ms: null, languages: [], viewers: 3,
  recognizer: { ready: true, restarts: 1 }, voices: [],
  drops: { audio_ms: 0, partials: 2, viewer_messages: 0, viewers: 0 }, unsaved: 0, cpu_percent: 88.4, memory_mb: 900, warnings: [],
};

test("where viewers can ask, what waits is shown, and how chats are", () => {
  const assistant = { entries: 60, problems: 2, waiting: 3, urgent: 1, overdue: 0, chats: { twitch: "live: ok" } };
  const shown = Object.fromEntries(numbers({ ...report, assistant }));
  assert.equal(shown["Questions waiting"], "3, 1 urgent, 0 overdue");
  assert.equal(shown["Entries of the FAQ"], "60, 2 errors");
  assert.equal(shown["Chat: twitch"], "live: ok");
  assert.ok(!("Questions waiting" in Object.fromEntries(numbers(report))));
});

test("numbers are for people", () => {
  const shown = Object.fromEntries(numbers(report));
  assert.equal(shown["Word shown after"], "0.6 s");
  assert.equal(shown["Sentence final after"], "–");
  assert.equal(shown["Running for"], "1:02:05");
  assert.equal(shown["Words a minute"], "150");
  assert.equal(shown["Recogniser restarted"], "1");
  assert.ok("Characters a minute" in Object.fromEntries(numbers({ ...report, language: "zh" })));
});

test("a level is on the scale, and no signal says so", () => {
  assert.deepEqual(level(-120), { value: -60, text: "no signal" });
  assert.deepEqual(level(3), { value: 0, text: "3 dB" });
  assert.equal(level(-20.4).text, "-20 dB");
  assert.equal(seconds(1250), "1.3 s");
  assert.equal(clock(-1), "0:00:00");
});

test("a voice is told in the order of the table", () => {
  const source = { name: "rtmp://here", state: "reconnecting", message: "lost", level_dbfs: -120, speech: false };
  const voice = { label: "Guest", language: "en", source, recognition_lag_ms: 640, final_lag_ms: null, skipped_ms: 0 };
  assert.deepEqual(voiceCells(voice), ["en", "rtmp://here", "reconnecting: lost", "no signal", "Silence", "0.6 s", "–"]);
});
