import assert from "node:assert/strict";
import { test } from "node:test";

import { captionsAt, DelayLine, pictureTime } from "../../sidecar/web/delay.js";

test("nothing comes before it is due, and everything in order", () => {
  const line = new DelayLine();
  line.put("a", 100, false);
  line.put("b", 200, false);
  assert.deepEqual(line.take(99), []);
  assert.equal(line.nextAt, 100);
  assert.deepEqual(line.take(150), ["a"]);
  assert.deepEqual(line.take(1000), ["b"]);
  assert.equal(line.nextAt, null);
});

test("nothing overtakes when the delay shrinks", () => {
  const line = new DelayLine();
  line.put("slow", 1000, false);
  line.put("fast", 10, false);
  assert.deepEqual(line.take(500), []);
  assert.deepEqual(line.take(1000), ["slow", "fast"]);
});

test("too many waiting: partials give way first", () => {
  const line = new DelayLine();
  line.put("final", 1, false);
  for (let n = 0; n < 1000; n += 1) line.put(`partial ${n}`, 1, true);
  const all = line.take(1);
  assert.equal(all.length, 500);
  assert.equal(all[0], "final");
  assert.equal(all.at(-1), "partial 999");
});

test("captions of a picture are those it shows being spoken", () => {
  const captions = [{ start_ms: 0, end_ms: 1000 }, { start_ms: 2000, end_ms: 3000 }, { start_ms: 9000, end_ms: 9900 }];
  assert.deepEqual(captionsAt(captions, 1_002_500, 1_000_000, 500), [captions[1]]);
  assert.deepEqual(captionsAt(captions, 1_002_500, 1_000_000, 2000), captions.slice(0, 2));
  assert.deepEqual(captionsAt(captions, 990_000, 1_000_000, 500), []);
});

test("the picture's time comes from the player, or the element, or not at all", () => {
  const epoch = Date.UTC(2025, 0, 1);
  const video = (start) => ({ currentTime: 5, getStartDate: () => new Date(start) });
  assert.equal(pictureTime({ currentTime: 5 }, { playingDate: new Date(epoch + 9) }, epoch), epoch + 9);
  assert.equal(pictureTime(video(epoch), null, epoch), epoch + 5000);
  assert.equal(pictureTime(video(Number.NaN), null, epoch), null);
  assert.equal(pictureTime(video(0), null, epoch), null, "a film that counts from 1970");
  assert.equal(pictureTime({ currentTime: 5 }, { playingDate: null }, epoch), null);
});
