/**
 * A task that fails, and is tried again.
 *
 *   deno run -A examples/task_retry.ts
 *
 * `retry` of a task says how often and when: `maxAttempts` in all (3 if nothing is said), `initialDelay` before the second
 * (1s), `multiplier` from each delay to the next (2), `maxDelay` (1m), and `jitter`, the share of each delay that is drawn
 * at random (0.1). `retry: 5` is short for five attempts and `retry: false` for one. Codes in `nonRetryable`, and errors
 * with `retryable: false`, are not tried again. The delays are timers in the store: they survive a restart, and take no
 * worker.
 *
 * Every attempt starts from the same input, and its failure stands in the history; here three of them, and when.
 */

import { deepEqual, equal } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const sync = defineWorkflow({
  name: "sync",
  initial: "fetching",
  states: {
    fetching: {
      enter: {
        task: "rows",
        retry: { maxAttempts: 4, initialDelay: "10s", multiplier: 6, maxDelay: "5m", jitter: 0 },
        code: "throw new Error('the source is away')",
      },
      on: { error: "givenUp", complete: "fetched" },
    },
    fetched: {},
    givenUp: {},
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(sync);
const { id } = await client.start("sync");
const beganMs = kit.nowMs();
const { state } = await kit.settle(id);
const seconds: number[] = [];
for await (const { atMs, entries } of client.history(id)) {
  for (const { attemptFailed, taskFailed } of entries) {
    if (attemptFailed || taskFailed) seconds.push((atMs - beganMs) / 1000);
  }
}
console.log(`attempts after ${seconds.join(", ")} seconds, then ${state}`);
deepEqual(seconds, [0, 10, 70, 370]);
equal(state, "givenUp");
console.log("Done: four attempts, ever further apart");
