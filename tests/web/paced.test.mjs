import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { paced } from "../../sidecar/web/paced.js";

test("the first is done at once, many more are done once, and the last is never lost", async () => {
  let value = 0;
  const seen = [];
  const soon = paced(() => seen.push(value), 20);
  for (value = 1; value <= 100; value += 1) soon();
  assert.deepEqual(seen, [1]);
  await sleep(60);
  assert.deepEqual(seen, [1, 101]);
});
