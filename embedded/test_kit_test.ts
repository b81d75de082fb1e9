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

Deno.test("TestKit.settle() goes on with children, and with guards that a worker evaluates", async () => {
  await using kit = await TestKit.open();
  await kit.client.register({
    name: "child",
    initial: "waiting",
    states: { waiting: { after: { "3d": "done" } }, done: { enter: [{ task: { name: "answer", code: "42" } }] } },
  });
  await kit.client.register({
    name: "parent",
    initial: "asking",
    states: {
      asking: {
        enter: [{ start: { name: "got", workflow: "child" } }],
        on: { complete: [{ target: "right", guard: { code: "input.context.got.answer === 42" } }, "wrong"] },
      },
      right: { on: { thanks: "over" } },
      wrong: { final: "failed" },
      over: {},
    },
  });
  const { id } = await kit.client.start("parent");
  equal((await kit.settle(id)).state, "right");
});

Deno.test("TestKit.settle() stops at an instance that is paused", async () => {
  await using kit = await TestKit.open();
  await kit.client.register({
    name: "job",
    initial: "waiting",
    states: { waiting: { after: { "1h": "working" } }, working: { enter: [{ task: { name: "t", code: "1" } }] } },
  });
  const { id } = await kit.client.start("job");
  await kit.client.pause(id);
  equal((await kit.settle(id)).paused, true);
  await kit.client.resume(id);
  equal((await kit.settle(id)).status, "completed");
});

Deno.test("TestKit.leap() lets each timer come at its time, and waits for the tasks between", async () => {
  await using kit = await TestKit.open();
  await kit.client.register({
    name: "ladder",
    initial: "first",
    states: {
      first: { enter: [{ task: { name: "one", code: "1" } }], after: { "1d": "second" } },
      second: { enter: [{ task: { name: "two", code: "2" } }], on: { complete: "third" } },
      third: { after: { "1d": "fourth" } },
      fourth: { on: { stop: "over" } },
      over: {},
    },
  });
  const { id } = await kit.client.start("ladder");
  const beganMs = kit.nowMs();
  await kit.leap(WEEK_MS);
  equal(kit.nowMs() - beganMs, WEEK_MS);
  const { state, context, updatedAtMs } = await kit.client.get(id);
  deepEqual([state, context, updatedAtMs - beganMs], ["fourth", { one: 1, two: 2 }, 2 * 24 * 3_600_000]);
});

Deno.test("TestKit.leap() misses no time of a schedule", async () => {
  await using kit = await TestKit.open();
  await kit.client.register({ name: "job", initial: "done", states: { done: {} } });
  await kit.client.createSchedule("daily", { cron: "@daily", workflow: "job" });
  await kit.leap(WEEK_MS);
  const { started, skipped } = await kit.client.schedule("daily");
  deepEqual([started, skipped], [7, 0]);
});
