import assert from "node:assert/strict";
import { task, toDefinition } from "./testing/check.ts";
import type { MachineInput } from "./input.ts";
import { advance, explain, start, takes } from "./machine.ts";

const DEFINITION = {
  ...toDefinition({
    review: {
      enter: [task("notify")],
      exit: [task("archive")],
      on: {
        approve: [{ target: "paid", guard: "input.amount < 100" }, { target: "second" }],
        comment: [{}],
        complete: [{ target: "paid", guard: "false" }],
        error: [{ target: "second" }],
      },
      after: [{ delayMs: 50, target: "second", guard: "true" }, { delayMs: 90 }],
    },
    second: { on: { approve: [{ target: "paid", guard: "event.data.by != null" }] } },
    paid: {},
  }),
  timeoutMs: 1_000,
};

function run(...inputs: MachineInput[]) {
  let result = start(DEFINITION, { id: "i1", version: 1, input: { amount: 5 } }, 0);
  for (const input of inputs) {
    assert.ok(result.kind === "accepted");
    result = advance(DEFINITION, result.instance, input, 0);
  }
  assert.ok(result.kind === "accepted");
  return result.instance;
}

const APPROVE: MachineInput = { kind: "event", name: "approve", data: { by: "me" }, keep: false };

Deno.test("explain() lists tasks, timers and events with where they lead", () => {
  const instance = run();
  assert.deepEqual(takes(DEFINITION, instance), ["approve", "comment"]);
  assert.deepEqual(explain(DEFINITION, instance), [
    { kind: "task", taskId: "t1", name: "notify", phase: "active" },
    { kind: "timer", timerId: "timeout-1", fireAtMs: 1_000, isTimeout: true, targets: [], isGuarded: false },
    { kind: "timer", timerId: "after-1-0", fireAtMs: 50, isTimeout: false, targets: ["second"], isGuarded: true },
    { kind: "timer", timerId: "after-1-1", fireAtMs: 90, isTimeout: false, targets: ["review"], isGuarded: false },
    { kind: "event", name: "approve", targets: ["paid", "second"], isGuarded: false },
    { kind: "event", name: "comment", targets: ["review"], isGuarded: false },
  ]);
});

Deno.test("explain() names the transition that waits for tasks, and no events", () => {
  const instance = run(APPROVE);
  assert.deepEqual(takes(DEFINITION, instance), []);
  assert.deepEqual(explain(DEFINITION, instance), [
    { kind: "task", taskId: "t2", name: "archive", phase: "exiting" },
    { kind: "transition", from: "review", to: "paid", event: "approve" },
    { kind: "timer", timerId: "timeout-1", fireAtMs: 1_000, isTimeout: true, targets: [], isGuarded: false },
  ]);
});

Deno.test("explain() says when every way on is guarded", () => {
  const instance = run(
    { kind: "taskFailed", taskId: "t1", failure: { code: "E1", message: "m" }, attempt: { attempt: 1 } },
    { kind: "taskCompleted", taskId: "t2", output: null, attempt: { attempt: 1 } },
  );
  assert.deepEqual(explain(DEFINITION, instance).filter(({ kind }) => kind === "event"), [
    { kind: "event", name: "approve", targets: ["paid"], isGuarded: true },
  ]);
});

Deno.test("explain() has nothing to say of an instance that has ended", () => {
  const instance = run({ kind: "cancel", reason: "" });
  assert.deepEqual(explain(DEFINITION, instance), []);
  assert.deepEqual(takes(DEFINITION, instance), []);
});
