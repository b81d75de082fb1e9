import assert from "node:assert/strict";
import { check, log, task, toDefinition } from "./testing/check.ts";
import { advance, start } from "./machine.ts";

check(
  "enter() sets a timer for each delayed transition",
  {
    a: { after: [{ delayMs: 10, target: "b" }, { delayMs: 5, target: "c" }] },
    b: {},
    c: {},
  },
  [],
  {
    commands: [
      { kind: "setTimer", timerId: "after-1-0", fireAtMs: 1_000_010 },
      { kind: "setTimer", timerId: "after-1-1", fireAtMs: 1_000_005 },
    ],
  },
);

check(
  "fireTimer() takes its transition and clears the state's other timers",
  {
    a: { after: [{ delayMs: 10, target: "b" }, { delayMs: 5, target: "c", actions: [log("late")] }] },
    b: {},
    c: {},
  },
  [{ timer: "after-1-1" }],
  {
    state: "c",
    lastTrace: ["timer after-1-1", "exit a", "after: a -> c", "log late", "enter c", "completed"],
    commands: [{ kind: "clearTimer", timerId: "after-1-0", fireAtMs: 1_000_010 }],
  },
);

check(
  "fireTimer() cancels the state's tasks",
  {
    a: { enter: [task("slow")], after: [{ delayMs: 10, target: "late" }], on: { complete: [{ target: "done" }] } },
    late: {},
    done: {},
  },
  [{ timer: "after-1-0" }],
  { state: "late", commands: [{ kind: "cancelTask", taskId: "t1" }] },
);

check(
  "fireTimer() spends a timer whose guard does not hold",
  {
    a: { after: [{ delayMs: 10, target: "b", guard: "context.ready" }], on: { x: [{}] } },
    b: {},
  },
  [{ timer: "after-1-0" }],
  { state: "a", timers: [], lastTrace: ["timer after-1-0"], commands: [] },
  {
    input: { ready: false },
  },
);

check(
  "fireTimer() refuses a timer that has fired",
  {
    a: { after: [{ delayMs: 10, target: "b", guard: "false" }], on: { x: [{}] } },
    b: {},
  },
  [{ timer: "after-1-0" }, { timer: "after-1-0" }],
  { rejection: { reason: "unknownTimer" } },
);

check(
  "fireTimer() refuses a timer of an earlier visit of the same state",
  {
    a: { on: { again: [{ target: "a" }] }, after: [{ delayMs: 10, target: "b" }] },
    b: {},
  },
  [{ event: "again" }, { input: { kind: "timerFired", timerId: "after-1-0" }, afterMs: 10 }],
  {
    state: "a",
    timers: ["after-2-0"],
    rejection: { reason: "unknownTimer" },
  },
);

check("fireTimer() refuses names that every object has", { a: { on: { x: [{}] } } }, [
  { input: { kind: "timerFired", timerId: "constructor" } },
], { rejection: { reason: "unknownTimer" } });

const LIMITED = { initial: "a", timeoutMs: 1_000 };

check(
  "fireTimer() fails the instance when the workflow's timeout passes",
  {
    ...LIMITED,
    states: {
      a: { enter: [task("slow")], after: [{ delayMs: 5_000, target: "b" }], on: { error: [{ target: "b" }] } },
      b: {},
    },
  },
  [{ timer: "timeout-1" }],
  {
    status: "failed",
    state: "a",
    failure: {
      code: "TIMED_OUT",
      message: 'Workflow "w" did not end within its timeout of 1000 ms: it was in state "a"',
    },
    lastTrace: ["timer timeout-1", "cancel slow", "failed TIMED_OUT"],
    commands: [
      { kind: "cancelTask", taskId: "t1" },
      { kind: "clearTimer", timerId: "after-1-0", fireAtMs: 1_005_000 },
    ],
  },
);

check(
  "the workflow's timeout goes on through its states, and while one is being left",
  {
    ...LIMITED,
    states: { a: { exit: [task("out")], on: { go: [{ target: "b" }] } }, b: {} },
  },
  [{ event: "go" }, { timer: "timeout-1" }],
  { status: "failed", failure: { code: "TIMED_OUT" } },
);

check(
  "the workflow's timeout is cleared when the instance ends",
  {
    ...LIMITED,
    states: { a: { on: { go: [{ target: "b" }] } }, b: {} },
  },
  [{ event: "go" }],
  {
    status: "completed",
    commands: [{ kind: "clearTimer", timerId: "timeout-1", fireAtMs: 1_001_000 }],
  },
);

check(
  "the workflow's timeout does not count as something to wait for at a dead end",
  {
    ...LIMITED,
    states: { a: { on: { complete: [{ target: "b", guard: "false" }] } }, b: {} },
  },
  [],
  { status: "failed", failure: { code: "NO_TRANSITION" }, commands: [] },
);

Deno.test("fireTimer() throws when a timer is fired before it is due", () => {
  const definition = toDefinition({ a: { after: [{ delayMs: 10, target: "b" }] }, b: {} });
  const started = start(definition, { id: "i1", version: 1, input: {} }, 100);
  assert.ok(started.kind === "accepted");
  const fire = (nowMs: number) =>
    advance(definition, started.instance, { kind: "timerFired", timerId: "after-1-0" }, nowMs);
  assert.throws(() => fire(109), /timer after-1-0 of instance i1 is due/);
  assert.equal(fire(110).kind, "accepted");
});
