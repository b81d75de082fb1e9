import assert from "node:assert/strict";
import type { ActionDefinition, FailDefinition } from "../../shared/definition/definition.ts";
import { advance, start } from "./machine.ts";
import { check, log, task, toDefinition } from "./testing/check.ts";

function fail(code: FailDefinition["code"], message?: FailDefinition["message"]): ActionDefinition {
  return { fail: message === undefined ? { code } : { code, message } };
}

const OPEN = { on: { x: [{}] } };

check(
  "an action that fails, in a state that takes no failure, fails the instance with its code and message",
  { a: { on: { go: [{ target: "b" }] } }, b: { final: "failed", enter: [fail("NO_STOCK", "there is none left")] } },
  [{ event: "go" }],
  {
    status: "failed",
    state: "b",
    failure: { code: "NO_STOCK", message: "there is none left" },
    context: { error: { code: "NO_STOCK", message: "there is none left", state: "b" } },
  },
);

check(
  "a failure's code and message may be expressions",
  { a: { enter: [fail({ expression: "input.code" }, { expression: '"not " + input.what' })] } },
  [],
  { failure: { code: "E7", message: "not here" } },
  { input: { code: "E7", what: "here" } },
);

check(
  "a failure without a message has one that names the workflow and the state",
  { a: { enter: [fail("E1")] } },
  [],
  { failure: { code: "E1", message: 'Workflow "w" fails with E1 in state "a"' } },
);

check(
  "a failure is taken by the transition for error that takes its code, and the rest of its list is not done",
  {
    a: {
      enter: [task("t"), fail("E2"), log("never")],
      on: { error: [{ codes: ["E1"], target: "b" }, { target: "c" }] },
    },
    b: OPEN,
    c: OPEN,
  },
  [],
  {
    state: "c",
    tasks: [],
    trace: ["enter a", "schedule t", "set error=...", "cancel t", "exit a", "error: a -> c", "enter c"],
    commands: [],
  },
);

check(
  "a delayed transition may fail: the state's tasks are given up, and retry begins the state again",
  { a: { enter: [task("t")], after: [{ delayMs: 50, actions: [fail("LATE")] }] } },
  [{ timer: "after-1-0" }, { input: { kind: "retry" } }],
  { status: "running", state: "a", tasks: ["t"], timers: ["after-2-0"] },
);

check(
  "a failure on leaving goes where the failure leads, and not where the event did",
  {
    a: { exit: [fail("E1")], on: { go: [{ target: "b" }], error: [{ target: "c" }] } },
    b: OPEN,
    c: OPEN,
  },
  [{ event: "go" }],
  { state: "c", lastTrace: ["event go", "set error=...", "exit a", "error: a -> c", "enter c"] },
);

check(
  "a failure may be answered by another",
  {
    a: {
      enter: [task("t")],
      on: { error: [{ codes: ["TASK_FAILED"], actions: [fail("MINE", { expression: "context.error.message" })] }] },
    },
  },
  [{ failed: "t", message: "boom" }],
  { status: "failed", failure: { code: "MINE", message: "boom" } },
);

check(
  "[M7] failures that answer one another without end are stopped",
  { a: { enter: [fail("E1")], on: { error: [{ actions: [fail("E1")] }] } } },
  [],
  { status: "failed", failure: { code: "RESOURCE_EXHAUSTED", message: /Stopped after 1000 transitions in one step/ } },
);

check(
  "[U2] an undo action that fails is noted as any that does",
  {
    a: { enter: [log("x")], compensate: [fail("E1", "cannot")], on: { complete: [{ target: "b" }] } },
    b: { enter: [fail("E2", "no")] },
  },
  [],
  { failure: { code: "COMPENSATION_FAILED", message: /^Cannot undo state "a": E1: cannot\. .*E2: no$/ } },
);

check(
  "a client is told that the code its event leads to is no text, and nothing has changed",
  { a: { on: { go: [{ actions: [fail({ expression: "event.data" })] }] } } },
  [{ event: "go", data: 5 }],
  {
    status: "running",
    rejection: {
      reason: "expressionFailed",
      message: /on\.go\[0\]\.actions\[0\]\.fail\.code: it must be a text, and is 5/,
    },
  },
);

check(
  "a client is told that the code its event leads to is empty",
  { a: { on: { go: [{ actions: [fail({ expression: "event.data" })] }] } } },
  [{ event: "go", data: "" }],
  { rejection: { reason: "expressionFailed", message: /a failure's code has 1 to 128 characters, and this has 0/ } },
);

check(
  "an event that was kept may lead to a failure",
  { a: { on: { go: [{ target: "b" }] } }, b: { on: { stop: [{ actions: [fail("E1")] }] } } },
  [{ event: "stop", keep: true }, { event: "go" }],
  { status: "failed", failure: { code: "E1" } },
);

Deno.test("[D7] a failure is handled before what was put aside while a worker decided", () => {
  const definition = toDefinition({
    a: {
      enter: [task("t")],
      on: { go: [{ guard: { code: "true" }, actions: [fail("E1")] }], error: [{ codes: ["E1"], target: "b" }] },
    },
    b: OPEN,
  });
  const nowMs = 1_000;
  const attempt = { attempt: 1 };
  let result = start(definition, { id: "i", version: 1, input: {} }, nowMs);
  const steps = [
    { kind: "event", name: "go", data: null, keep: false },
    { kind: "taskFailed", taskId: "t1", failure: { code: "E9", message: "late" }, attempt },
    { kind: "taskCompleted", taskId: "t2", output: true, attempt },
  ] as const;
  for (const step of steps) {
    assert.ok(result.kind === "accepted");
    result = advance(definition, result.instance, step, nowMs);
  }
  assert.ok(result.kind === "accepted");
  assert.deepEqual([result.instance.status, result.instance.state], ["running", "b"]);
});
