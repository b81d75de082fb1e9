import assert from "node:assert/strict";
import { HISTORY_RECORDS_MAX } from "../../shared/limits.ts";
import { check, log, set, task, toDefinition } from "./testing/check.ts";
import type { MachineInput } from "./input.ts";
import type { Instance } from "./instance.ts";
import { advance, start } from "./machine.ts";

check(
  "start() enters the initial state with the input as context",
  {
    initial: "b",
    states: { a: {}, b: { enter: [log("in"), task("one")] } },
  },
  [],
  { state: "b", status: "running", context: { n: 1 }, trace: ["enter b", "log in", "schedule one"] },
  {
    input: { n: 1 },
  },
);

check("start() can end an instance at once", { a: {} }, [], {
  status: "completed",
  state: "a",
  trace: ["enter a", "completed"],
});

Deno.test("start() pins the instance to its definition's version and notes the time", () => {
  const definition = toDefinition({ a: { on: { x: [{}] } } });
  const result = start(definition, { id: "order-1", version: 7, input: { n: 1 } }, 500);
  assert.ok(result.kind === "accepted");
  const { instance } = result;
  assert.equal(instance.id, "order-1");
  assert.equal(instance.workflow, "w");
  assert.equal(instance.version, 7);
  assert.equal(instance.revision, 1);
  assert.equal(instance.createdAtMs, 500);
  assert.equal(instance.updatedAtMs, 500);
  assert.deepEqual(instance.input, { n: 1 });
});

const CANCEL: MachineInput = { kind: "cancel", reason: "no longer wanted" };
const RETRY: MachineInput = { kind: "retry" };

check(
  "advance() cancels an instance with its tasks, timers and kept events",
  {
    initial: "a",
    timeoutMs: 1_000,
    states: { a: { enter: [task("one")], on: { x: [{}] }, after: [{ delayMs: 10, target: "a" }] } },
  },
  [{ event: "later", keep: true }, { input: CANCEL }],
  {
    status: "cancelled",
    state: "a",
    lastTrace: ["cancel one", "cancelled no longer wanted"],
    commands: [
      { kind: "cancelTask", taskId: "t1" },
      { kind: "clearTimer", timerId: "after-1-0", fireAtMs: 1_000_010 },
      { kind: "clearTimer", timerId: "timeout-1", fireAtMs: 1_001_000 },
    ],
  },
);

check(
  "advance() cancels an instance while a state is being left",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }] } },
    b: {},
  },
  [{ event: "go" }, { input: CANCEL }],
  { status: "cancelled", state: "a", tasks: [] },
);

check("advance() does not cancel what has ended", { a: {} }, [{ input: CANCEL }], {
  status: "completed",
  rejection: { reason: "wrongStatus" },
});

check("advance() does not retry what runs", { a: { on: { x: [{}] } } }, [{ input: RETRY }], {
  rejection: { reason: "wrongStatus" },
});

check("advance() does not retry what has completed", { a: {} }, [{ input: RETRY }], {
  rejection: { reason: "wrongStatus" },
});

check(
  "advance() does not retry what was cancelled",
  { a: { on: { x: [{}] } } },
  [{ input: CANCEL }, { input: RETRY }],
  {
    rejection: { reason: "wrongStatus" },
  },
);

check(
  "advance() retries by entering the state anew, with its timers and the whole timeout",
  {
    initial: "a",
    timeoutMs: 1_000,
    states: {
      a: { enter: [set("via", "event.name"), task("one")], after: [{ delayMs: 100, target: "b" }] },
      b: {},
    },
  },
  [{ failed: "one" }, { input: RETRY, afterMs: 5_000 }],
  {
    status: "running",
    state: "a",
    context: { n: 1, via: "retry" },
    tasks: ["one"],
    lastTrace: ["retry a", "clear error", "enter a", 'set via="retry"', "schedule one"],
    commands: [
      { kind: "setTimer", timerId: "timeout-2", fireAtMs: 1_006_000 },
      { kind: "setTimer", timerId: "after-2-0", fireAtMs: 1_005_100 },
      { kind: "scheduleTask", taskId: "t2", task: { name: "one", code: "input" }, input: { n: 1, via: "retry" } },
    ],
  },
  { input: { n: 1 } },
);

check(
  "a retried instance can complete",
  {
    a: { enter: [task("one")], on: { complete: [{ target: "b" }] } },
    b: {},
  },
  [{ failed: "one" }, { input: RETRY }, { done: "one", output: 1 }],
  { status: "completed", context: { one: 1 } },
);

check("a retried instance can fail and be retried again", { a: { enter: [task("one")] } }, [
  { failed: "one" },
  { input: RETRY },
  { failed: "one" },
  { input: RETRY },
  { done: "one" },
], { status: "completed" });

check("a retried instance ignores what its earlier run had set in motion", {
  initial: "a",
  timeoutMs: 1_000,
  states: { a: { enter: [task("one"), task("two")] } },
}, [
  { failed: "one" },
  { input: RETRY },
  { input: { kind: "timerFired", timerId: "timeout-1" }, afterMs: 1_000 },
], { status: "running", rejection: { reason: "unknownTimer" } });

check(
  "a retry enters the state anew that was being left when the instance failed",
  {
    a: { enter: [log("in")], exit: [task("out")], on: { go: [{ target: "b" }] } },
    b: {},
  },
  [{ event: "go" }, { failed: "out" }, { input: RETRY }],
  {
    status: "running",
    state: "a",
    phase: "active",
    takes: ["go"],
    lastTrace: ["retry a", "clear error", "enter a", "log in"],
  },
);

check(
  "a retry is rejected, and the instance stays as it is, when an expression still fails",
  {
    a: { enter: [set("x", "input.none")] },
  },
  [{ input: RETRY }],
  {
    status: "failed",
    rejection: { reason: "expressionFailed", message: /states\.a\.enter\[0\]\.set\.expression/ },
  },
);

const REPEATING = toDefinition({ a: { on: { x: [{}] }, enter: [task("one")] } });

function atRevision(revision: number): Instance {
  const started = start(REPEATING, { id: "i1", version: 1, input: {} }, 0);
  assert.ok(started.kind === "accepted");
  return { ...started.instance, revision };
}

Deno.test("[M7] advance() fails an instance whose history is full, with its last record", () => {
  const event: MachineInput = { kind: "event", name: "x", data: null, keep: false };
  const before = advance(REPEATING, atRevision(HISTORY_RECORDS_MAX - 2), event, 0);
  assert.ok(before.kind === "accepted");
  assert.equal(before.instance.status, "running");
  const last = advance(REPEATING, before.instance, event, 0);
  assert.ok(last.kind === "accepted");
  assert.equal(last.instance.revision, HISTORY_RECORDS_MAX);
  assert.equal(last.instance.status, "failed");
  assert.equal(last.instance.failure?.code, "RESOURCE_EXHAUSTED");
  assert.match(last.instance.failure?.message ?? "", /50000 records, last in state "a"/);
  assert.deepEqual(last.commands, [{ kind: "cancelTask", taskId: "t1" }]);
  assert.deepEqual(advance(REPEATING, last.instance, RETRY, 0), {
    kind: "rejected",
    rejection: { reason: "historyFull" },
  });
});

Deno.test("[M7] advance() lets an instance complete with the last record that its history holds", () => {
  const definition = toDefinition({ a: { enter: [task("one")] } });
  const instance = atRevision(HISTORY_RECORDS_MAX - 1);
  const result = advance(
    definition,
    instance,
    { kind: "taskCompleted", taskId: "t1", output: 1, attempt: { attempt: 1 } },
    0,
  );
  assert.ok(result.kind === "accepted");
  assert.equal(result.instance.status, "completed");
});

Deno.test("advance() throws when it is handed another workflow's definition", () => {
  const other = { ...REPEATING, name: "other" };
  assert.throws(() => advance(other, atRevision(1), CANCEL, 0), /instance i1 is one of workflow w/);
});

Deno.test("advance() throws when the definition lacks the instance's state", () => {
  const definition = toDefinition({ b: {} });
  const event: MachineInput = { kind: "event", name: "x", data: null, keep: false };
  assert.throws(() => advance(definition, atRevision(1), event, 0), /workflow "w" has the state "a"/);
});

Deno.test("advance() puts what is known of the attempt into the history unchanged", () => {
  const report = { attempt: 2, workerId: "w1", startedAtMs: 5, durationMs: 7, console: [{ level: "log", text: "hi" }] };
  const completed = advance(REPEATING, atRevision(1), {
    kind: "taskCompleted",
    taskId: "t1",
    output: 1,
    attempt: report,
  }, 9);
  assert.ok(completed.kind === "accepted");
  assert.deepEqual(completed.entries[0], {
    kind: "taskCompleted",
    taskId: "t1",
    name: "one",
    key: "one",
    output: 1,
    ...report,
  });
  const failure = { code: "E1", message: "m", line: 3, column: 4, stack: "at x", retryable: false };
  const failed = advance(REPEATING, atRevision(1), { kind: "taskFailed", taskId: "t1", failure, attempt: report }, 9);
  assert.ok(failed.kind === "accepted");
  assert.deepEqual(failed.entries[0], {
    kind: "taskFailed",
    taskId: "t1",
    name: "one",
    failure: { ...failure, task: "one" },
    ...report,
  });
  assert.deepEqual(failed.instance.context.error, { ...failure, task: "one", state: "a" });
});
