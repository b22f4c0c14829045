import assert from "node:assert/strict";
import { test } from "node:test";

import { advance, isCurrent, lift, rest, rowMs } from "../../sidecar/web/roll.js";

const strip = (rows, now, changes = {}) => ({ rows, lines: 2, topRowMs: 2000, now, ...changes });

test("what fits stays where it is", () => {
  assert.deepEqual(advance(rest(0), strip(2, 5000)), { roll: rest(0), wakeAt: null });
});

test("a row leaves when it could be read, and not before", () => {
  assert.deepEqual(advance(rest(0), strip(3, 500)), { roll: rest(0), wakeAt: 2000 });
  assert.deepEqual(advance(rest(0), strip(3, 2000)).roll, { offset: 1, movedAt: 2000 });
});

test("a row long on the screen leaves at once when more is said", () => {
  assert.equal(advance(rest(0), strip(3, 60_000)).roll.offset, 1);
});

test("the further behind, the quicker", () => {
  const waits = [3, 4, 5, 6].map((rows) => advance(rest(0), strip(rows, 100)).wakeAt);
  assert.deepEqual(waits, [...waits].sort((a, b) => b - a));
  assert.equal(advance(rest(0), strip(40, 100)).roll.offset, 28);
});

test("it arrives at the newest row, however many there are", () => {
  let roll = rest(0);
  let now = 0;
  for (let step = 0; step < 50; step += 1) {
    const next = advance(roll, strip(12, now));
    roll = next.roll;
    if (next.wakeAt === null) break;
    assert.ok(next.wakeAt > now);
    now = next.wakeAt;
  }
  assert.equal(roll.offset, 10);
  assert.ok(now < 12_000);
});

test("rows taken back pull the window up, rows gone above do not move it", () => {
  assert.equal(advance({ offset: 4, movedAt: 0 }, strip(3, 10)).roll.offset, 1);
  assert.equal(lift({ offset: 4, movedAt: 0 }, 3).offset, 1);
  assert.equal(lift({ offset: 1, movedAt: 0 }, 3).offset, 0);
});

test("Chinese takes longer a character than English", () => {
  assert.ok(rowMs("zh", "一二三四五六七八", 1) > rowMs("en", "abcdefgh", 1));
  assert.equal(rowMs("en", "x".repeat(40), 2), 1000);
});

test("what ended long before the newest is not shown again", () => {
  assert.ok(isCurrent({ end_ms: 9000 }, 10_000, 7000));
  assert.ok(!isCurrent({ end_ms: 2000 }, 10_000, 7000));
});
