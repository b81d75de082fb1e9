import { deepEqual, equal, ok } from "node:assert/strict";
import { TestKit } from "./test_kit.ts";

const WEEK_MS = 7 * 24 * 3_600_000;

Deno.test("TestKit lets a week pass between two tasks", async () => {
  const kit = await TestKit.open();
  try {
    await kit.client.register({
      name: "reminder",
      initial: "asking",
      states: {
        asking: { enter: [{ task: { name: "asked", code: "input.who + '?'" } }], on: { complete: "waiting" } },
        waiting: { on: { answer: "answered" }, after: { "7d": "reminding" } },
        reminding: { enter: [{ task: { name: "reminded", code: "input.asked + '!'" } }] },
        answered: {},
      },
    });
    const beganMs = kit.nowMs();
    const { id } = await kit.client.start("reminder", { input: { who: "ann" } });
    const ended = await kit.settle(id);
    deepEqual([ended.status, ended.context], ["completed", { who: "ann", asked: "ann?", reminded: "ann?!" }]);
    equal(kit.nowMs() - beganMs, WEEK_MS);
  } finally {
    await kit.close();
  }
});

Deno.test("TestKit.settle() passes through retries, and stops where an event is waited for", async () => {
  const kit = await TestKit.open();
  try {
    await kit.client.register({
      name: "stubborn",
      initial: "trying",
      states: {
        trying: {
          enter: [{
            task: {
              name: "t",
              code: "throw new Error('never')",
              retry: { initialDelay: "1h", maxDelay: "1d", jitter: 0 },
            },
          }],
          on: { error: "asking", complete: "over" },
        },
        asking: { on: { stop: "over" } },
        over: {},
      },
    });
    const beganMs = kit.nowMs();
    const { id } = await kit.client.start("stubborn");
    equal((await kit.settle(id)).state, "asking");
    ok(kit.nowMs() - beganMs > 2 * 3_600_000, "two retries, an hour and more each");
    await kit.client.send(id, "stop");
    equal((await kit.settle(id)).status, "completed");
  } finally {
    await kit.close();
  }
});
