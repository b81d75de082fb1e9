import assert from "node:assert/strict";
import type { Definition, StateDefinition } from "../../shared/definition/definition.ts";
import { task } from "./testing/check.ts";
import type { Instance } from "./instance.ts";
import { start } from "./machine.ts";
import { migrate } from "./migration.ts";

function definition(states: Record<string, StateDefinition>, more: Partial<Definition> = {}): Definition {
  return { name: "w", initial: "a", states, ...more };
}

function begin(from: Definition, nowMs = 1_000): Instance {
  const result = start(from, { id: "i", version: 1, input: {} }, nowMs);
  assert.ok(result.kind === "accepted");
  return result.instance;
}

const OPEN = { on: { x: [{}] } };

Deno.test("migrate() keeps the state, its tasks and context, and sets the timers of the new version", () => {
  const from = definition({ a: { enter: [task("one")], after: [{ delayMs: 100, target: "a" }] } }, { timeoutMs: 500 });
  const to = definition({ a: { after: [{ delayMs: 300, target: "a" }, { delayMs: 50, target: "a" }] } }, {
    timeoutMs: 900,
  });
  const result = migrate(from, { definition: to, version: 2 }, begin(from), 1_060);
  assert.ok(result.kind === "accepted");
  const { version, tasks, timers, state } = result.instance;
  assert.deepEqual({ version, state, tasks: Object.keys(tasks) }, { version: 2, state: "a", tasks: ["t1"] });
  assert.deepEqual(timers, {
    "timeout-2": { fireAtMs: 1_900 },
    "after-2-0": { fireAtMs: 1_300 },
    "after-2-1": { fireAtMs: 1_050 },
  });
  assert.deepEqual(result.commands.map(({ kind }) => kind), [
    "clearTimer",
    "clearTimer",
    "setTimer",
    "setTimer",
    "setTimer",
  ]);
});

Deno.test("migrate() ends an instance whose state has no way out any more", () => {
  const from = definition({ a: OPEN });
  const result = migrate(from, { definition: definition({ a: {} }), version: 2 }, begin(from), 2_000);
  assert.ok(result.kind === "accepted");
  assert.equal(result.instance.status, "completed");
});

for (
  const [why, to, version] of [
    ["moves only to a newer one", definition({ a: OPEN }), 1],
    ['has no state "a"', definition({ b: OPEN }, { initial: "b" }), 2],
  ] as const
) {
  Deno.test(`migrate() refuses a version that ${why}`, () => {
    const from = definition({ a: OPEN });
    const result = migrate(from, { definition: to, version }, begin(from), 2_000);
    assert.ok(result.kind === "rejected" && result.rejection.reason === "notMovable");
    assert.ok(result.rejection.message.includes(why), result.rejection.message);
  });
}

Deno.test("migrate() refuses an instance that is between two states", () => {
  const from = definition({ a: { exit: [task("one")], on: { complete: [{ target: "b" }] } }, b: OPEN });
  const result = migrate(from, { definition: from, version: 2 }, begin(from), 2_000);
  assert.ok(result.kind === "rejected" && result.rejection.reason === "notMovable");
});
