/**
 * The cases of the W3C's SCXML implementation report that have a meaning for flat machines, written anew in this
 * project's terms. Numbers are those of the report's tests (https://www.w3.org/Voice/2013/scxml-irp/).
 *
 * What SCXML calls an eventless transition, or a raised internal event, is `complete` here; an external event that waits
 * in the queue is one that is kept. Where the two differ on purpose, the test's name says how.
 */

import { check, log, set, task } from "./testing/check.ts";

const KEEP = { keep: true };

check(
  "SCXML 144: events are taken in the order in which they came",
  {
    s0: { on: { begin: [{ target: "s1" }] } },
    s1: { on: { foo: [{ target: "s2" }], bar: [{ target: "fail" }] } },
    s2: { on: { bar: [{ target: "pass" }] } },
    pass: {},
    fail: {},
  },
  [{ event: "foo", ...KEEP }, { event: "bar", ...KEEP }, { event: "begin" }],
  { state: "pass" },
);

check(
  "SCXML 158, 375: enter actions run in document order",
  {
    s0: { enter: [log("1"), log("2"), log("3")] },
  },
  [],
  { trace: ["enter s0", "log 1", "log 2", "log 3", "completed"] },
);

check(
  "SCXML 377, 407: exit actions run in document order on leaving",
  {
    s0: { exit: [log("1"), set("var1", "context.var1 + 1")], on: { go: [{ target: "s1" }] } },
    s1: { on: { complete: [{ target: "pass", guard: "context.var1 == 1" }, { target: "fail" }] } },
    pass: {},
    fail: {},
  },
  [{ event: "go" }],
  { state: "pass" },
  { input: { var1: 0 } },
);

check(
  "SCXML 159, 312: after an error nothing that follows is done (here: nothing of the step at all)",
  {
    s0: { on: { go: [{ actions: [set("var1", "1"), set("bad", "context.none.x"), set("var2", "1")] }] } },
  },
  [{ event: "go" }],
  { context: {}, rejection: { reason: "expressionFailed", message: /actions\[1\]/ } },
);

check(
  "SCXML 175, 186: inputs and delays count from when they are computed, not from when they are used",
  {
    s0: { enter: [set("var1", "1"), task("use", { input: "context.var1" }), set("var1", "2")] },
  },
  [],
  {
    commands: [{
      kind: "scheduleTask",
      taskId: "t1",
      task: { name: "use", code: "input", input: "context.var1" },
      input: 1,
    }],
  },
);

check(
  "SCXML 185: the shorter delay comes first, whatever the document order",
  {
    s0: { after: [{ delayMs: 1_000, target: "fail" }, { delayMs: 500, target: "pass" }] },
    pass: {},
    fail: {},
  },
  [{ timer: "after-1-1" }],
  { state: "pass", status: "completed" },
);

check(
  "SCXML 187: a delayed transition is given up when the instance ends",
  {
    s0: { on: { end: [{ target: "s1" }] }, after: [{ delayMs: 1_000, target: "s0" }] },
    s1: {},
  },
  [{ event: "end" }, { input: { kind: "timerFired", timerId: "after-1-0" }, afterMs: 1_000 }],
  {
    status: "completed",
    rejection: { reason: "unknownTimer" },
  },
);

check(
  "SCXML 208: a delayed transition that was cancelled is not taken",
  {
    s0: { on: { next: [{ target: "s1" }] }, after: [{ delayMs: 1_000, target: "fail" }] },
    s1: { after: [{ delayMs: 1_500, target: "pass" }] },
    pass: {},
    fail: {},
  },
  [{ event: "next" }, { timer: "after-2-0" }],
  { state: "pass" },
);

check(
  "SCXML 309, 344: a guard that is no boolean does not hold (here: it is an error)",
  {
    s0: { on: { go: [{ target: "fail", guard: '"return"' }, { target: "pass" }] } },
    pass: {},
    fail: {},
  },
  [{ event: "go" }],
  { state: "s0", rejection: { reason: "expressionFailed", message: /must be true or false/ } },
);

check(
  "SCXML 318: the event stays in sight through exit, transition and enter actions",
  {
    s0: {
      exit: [set("exit", "event.name")],
      on: { foo: [{ target: "s1", actions: [set("on", "event.name")] }] },
    },
    s1: { enter: [set("enter", "event.data")] },
  },
  [{ event: "foo", data: 7 }],
  { context: { exit: "foo", on: "foo", enter: 7 } },
);

check(
  "SCXML 318: the event stays in sight while exit and transition tasks are awaited",
  {
    s0: {
      exit: [task("out", { input: "event.data" })],
      on: { foo: [{ target: "s1", actions: [task("between", { input: "event.data" })] }] },
    },
    s1: { enter: [set("enter", "event.data")] },
  },
  [{ event: "foo", data: 7 }, { done: "out" }, { done: "between" }],
  {
    context: { out: null, between: null, enter: 7 },
  },
);

check(
  "SCXML 319: before any event there is none (here: there is the event start)",
  {
    s0: { enter: [set("name", "event.name")] },
  },
  [],
  { context: { name: "start" } },
);

check(
  "SCXML 396: the event's name is the one that chose the transition",
  {
    s0: {
      on: { foo: [{ target: "pass", guard: 'event.name == "foo"' }], bar: [{ target: "fail" }] },
    },
    pass: {},
    fail: {},
  },
  [{ event: "foo" }],
  { state: "pass" },
);

check(
  "SCXML 355, 413: the machine starts in the initial state, and in no other",
  {
    initial: "s1",
    states: {
      s0: { on: { complete: [{ target: "fail" }] } },
      s1: { on: { complete: [{ target: "pass" }] } },
      pass: {},
      fail: {},
    },
  },
  [],
  { state: "pass", trace: ["enter s1", "exit s1", "complete: s1 -> pass", "enter pass", "completed"] },
);

check(
  "SCXML 372: a final state's enter actions run before the instance is done",
  {
    s0: { on: { complete: [{ target: "end" }] } },
    end: { enter: [set("var1", "2")], exit: [set("var1", "3")], final: "completed" },
  },
  [],
  {
    status: "completed",
    context: { var1: 2 },
    trace: ["enter s0", "exit s0", "complete: s0 -> end", "enter end", "set var1=2", "completed"],
  },
);

check(
  "SCXML 403a: of several transitions that hold, the first in document order is taken",
  {
    s0: { on: { go: [{ target: "fail", guard: "false" }, { target: "pass" }, { target: "fail" }] } },
    pass: {},
    fail: {},
  },
  [{ event: "go" }],
  { state: "pass" },
);

check(
  "SCXML 404, 405, 406: exit actions, then the transition's, then enter actions",
  {
    s0: { exit: [log("event1")], on: { go: [{ target: "s1", actions: [log("event2"), log("event3")] }] } },
    s1: { enter: [log("event4")] },
  },
  [{ event: "go" }],
  {
    lastTrace: [
      "event go",
      "log event1",
      "exit s0",
      "go: s0 -> s1",
      "log event2",
      "log event3",
      "enter s1",
      "log event4",
      "completed",
    ],
  },
);

check(
  "SCXML 411: a state is the current one before its enter actions run",
  {
    s0: { on: { go: [{ target: "s1" }] } },
    s1: { enter: [task("one")] },
  },
  [{ event: "go" }],
  { state: "s1", phase: "active", lastTrace: ["event go", "exit s0", "go: s0 -> s1", "enter s1", "schedule one"] },
);

check(
  "SCXML 415: a final state halts the machine, events that wait are not looked at",
  {
    s0: { on: { go: [{ target: "end" }] } },
    end: { final: "completed", on: { event1: [{ target: "fail" }] } },
    fail: {},
  },
  [{ event: "event1", ...KEEP }, { event: "go" }],
  { state: "end", status: "completed", kept: [] },
);

check(
  "SCXML 416: complete comes when everything in the state is done",
  {
    s1: { enter: [task("s11")], on: { complete: [{ target: "pass" }] } },
    pass: {},
  },
  [{ done: "s11" }],
  { state: "pass" },
);

check(
  "SCXML 419, 421: what the machine raises itself goes before events that wait",
  {
    s0: { on: { go: [{ target: "s1" }] } },
    s1: { on: { external: [{ target: "fail" }], complete: [{ target: "pass" }] } },
    pass: {},
    fail: {},
  },
  [{ event: "external", ...KEEP }, { event: "go" }],
  { state: "pass" },
);

check(
  "SCXML 423: events that wait are looked at until one is taken",
  {
    s0: { on: { go: [{ target: "s1" }] } },
    s1: { on: { event2: [{ target: "pass" }] } },
    pass: {},
  },
  [{ event: "event1", ...KEEP }, { event: "event2", ...KEEP }, { event: "go" }],
  { state: "pass" },
);

check(
  "SCXML 503: a transition without a target neither exits nor enters its state",
  {
    s1: {
      enter: [set("entered", "context.entered + 1")],
      exit: [set("exited", "context.exited + 1")],
      on: { foo: [{ actions: [set("taken", "context.taken + 1")] }] },
    },
  },
  [{ event: "foo" }, { event: "foo" }],
  { context: { entered: 1, exited: 0, taken: 2 } },
  {
    input: { entered: 0, exited: 0, taken: 0 },
  },
);

check(
  "SCXML 533: a transition to its own state exits and enters it",
  {
    s1: {
      enter: [set("entered", "context.entered + 1")],
      exit: [set("exited", "context.exited + 1")],
      on: { foo: [{ target: "s1" }] },
    },
  },
  [{ event: "foo" }, { event: "foo" }],
  { context: { entered: 3, exited: 2 } },
  { input: { entered: 0, exited: 0 } },
);

check(
  "SCXML 553: a task whose input cannot be computed is not scheduled",
  {
    s0: { on: { go: [{ actions: [task("one", { input: "context.none.x" })] }] } },
  },
  [{ event: "go" }],
  { tasks: [], rejection: { reason: "expressionFailed", message: /task\.input/ } },
);
