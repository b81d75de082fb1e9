import { check, log, set, task } from "./testing/check.ts";

check(
  "[N2] settle() raises complete when all tasks of a state are done, and not before",
  {
    a: { enter: [task("one"), task("two")], on: { complete: [{ target: "b" }] } },
    b: {},
  },
  [{ done: "one" }],
  { state: "a", phase: "active", tasks: ["two"], lastTrace: ["done one"] },
);

check(
  "[N2] settle() takes the first complete transition whose guard holds",
  {
    a: {
      enter: [task("one"), task("two")],
      on: { complete: [{ target: "b", guard: "context.one + context.two > 10" }, { target: "c" }] },
    },
    b: {},
    c: {},
  },
  [{ done: "two", output: 3 }, { done: "one", output: 4 }],
  {
    state: "c",
    status: "completed",
    lastTrace: ["done one", "exit a", "complete: a -> c", "enter c", "completed"],
  },
);

check(
  "[N2] settle() raises complete at once in a state without tasks",
  {
    a: { on: { complete: [{ target: "b" }], other: [{ target: "a" }] } },
    b: {},
  },
  [],
  { state: "b", status: "completed" },
);

check(
  "[N2] settle() raises complete once for each visit",
  {
    a: {
      enter: [task("one")],
      on: { complete: [{ actions: [task("two"), log("settled")] }], x: [{ actions: [task("three")] }] },
    },
  },
  [{ done: "one" }, { done: "two" }, { event: "x" }, { done: "three" }],
  {
    state: "a",
    status: "running",
    trace: [
      "enter a",
      "schedule one",
      "done one",
      "complete: a",
      "schedule two",
      "log settled",
      "done two",
      "event x",
      "x: a",
      "schedule three",
      "done three",
    ],
  },
);

check(
  "settle() waits for events when no complete transition is declared",
  {
    a: { enter: [task("one")], on: { go: [{ target: "b" }] } },
    b: {},
  },
  [{ done: "one" }],
  { state: "a", status: "running", takes: ["go"], tasks: [] },
);

check(
  "settle() waits for events when no complete guard holds",
  {
    a: { on: { complete: [{ target: "b", guard: "context.ready" }], go: [{ target: "b" }] } },
    b: {},
  },
  [],
  { state: "a", status: "running", takes: ["go"] },
  { input: { ready: false } },
);

check("settle() waits for timers", { a: { after: [{ delayMs: 5, target: "b" }] }, b: {} }, [], {
  state: "a",
  status: "running",
  takes: [],
  timers: ["after-1-0"],
});

check(
  "settle() ends an instance in a state with no way out once its tasks are done",
  {
    a: { enter: [task("one")] },
  },
  [{ done: "one" }],
  { status: "completed", lastTrace: ["done one", "completed"] },
);

check(
  "settle() takes a state that only handles errors for one with no way out",
  {
    a: { enter: [task("one")], on: { error: [{ target: "b" }] } },
    b: {},
  },
  [{ done: "one" }],
  { state: "a", status: "completed" },
);

check(
  "settle() takes a state whose own actions never lead anywhere for one with no way out",
  {
    a: { enter: [task("one")], on: { complete: [{ actions: [task("report")] }] } },
  },
  [{ done: "one" }, { done: "report" }],
  { state: "a", status: "completed" },
);

check(
  "settle() ends an instance in a final state once its tasks are done",
  {
    a: { enter: [task("one")], final: "completed" },
  },
  [{ done: "one" }],
  { status: "completed" },
);

check("settle() runs the tasks of a final state first", { a: { enter: [task("one")], final: "failed" } }, [], {
  status: "running",
  tasks: ["one"],
});

check(
  "settle() fails an instance in a state that is final and means failure",
  {
    a: { on: { refuse: [{ target: "refused" }] } },
    refused: { final: "failed" },
  },
  [{ event: "refuse" }],
  {
    status: "failed",
    state: "refused",
    failure: {
      code: "STATE_FAILED",
      message: 'Workflow "w" ended in state "refused", which is final and means failure',
    },
  },
);

check(
  "settle() says which error led to a state that means failure",
  {
    a: { enter: [task("charge")], on: { error: [{ target: "refused" }] } },
    refused: { final: "failed" },
  },
  [{ failed: "charge", message: "card declined" }],
  {
    failure: {
      code: "STATE_FAILED",
      message: 'Workflow "w" ended in state "refused", which is final and means failure: card declined',
    },
  },
);

check(
  "settle() fails an instance at a dead end, with the guards that it tried",
  {
    a: {
      enter: [task("one")],
      on: { complete: [{ target: "b", guard: "context.one > 1" }, { target: "c", guard: "context.one < 1" }] },
    },
    b: {},
    c: {},
  },
  [{ done: "one", output: 1 }],
  {
    status: "failed",
    state: "a",
    failure: {
      code: "NO_TRANSITION",
      message:
        /^Cannot leave state "a": .+ on\.complete\[0\] \(`context\.one > 1`\), on\.complete\[1\] \(`context\.one < 1`\)\. /,
    },
  },
);

check(
  "settle() fails an instance whose last timer is spent without leading anywhere",
  {
    a: {
      after: [{ delayMs: 1, target: "b", guard: "context.ready" }, { delayMs: 2, target: "b", guard: "context.ready" }],
    },
    b: {},
  },
  [{ timer: "after-1-0" }, { timer: "after-1-1" }],
  {
    status: "failed",
    failure: { code: "NO_TRANSITION", message: /after\[0\] \(`context\.ready`\), after\[1\] \(`context\.ready`\)/ },
  },
  { input: { ready: false } },
);

check(
  "settle() waits for the timers that are left when one is spent",
  {
    a: { after: [{ delayMs: 1, target: "b", guard: "context.ready" }, { delayMs: 2, target: "b" }] },
    b: {},
  },
  [{ timer: "after-1-0" }],
  { status: "running", timers: ["after-1-1"], lastTrace: ["timer after-1-0"] },
  {
    input: { ready: false },
  },
);

check(
  "settle() completes an instance whose last timer only had actions to run",
  {
    a: { after: [{ delayMs: 1, actions: [log("waited")] }] },
  },
  [{ timer: "after-1-0" }],
  { status: "completed", lastTrace: ["timer after-1-0", "after: a", "log waited", "completed"] },
);

check(
  "settle() waits for tasks although the last timer is spent",
  {
    a: { enter: [task("one")], after: [{ delayMs: 1, target: "b", guard: "context.ready" }] },
    b: {},
  },
  [{ timer: "after-1-0" }],
  { status: "running", tasks: ["one"], timers: [] },
  { input: { ready: false } },
);

check(
  "settle() follows a chain of states that need nothing in one step",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { enter: [set("n", "1.0")], on: { complete: [{ target: "c" }] } },
    c: { enter: [set("n", "context.n + 1")], on: { complete: [{ target: "d" }] } },
    d: { enter: [task("one")] },
  },
  [{ event: "go" }],
  {
    state: "d",
    tasks: ["one"],
    context: { n: 2 },
    lastTrace: [
      "event go",
      "exit a",
      "go: a -> b",
      "enter b",
      "set n=1",
      "exit b",
      "complete: b -> c",
      "enter c",
      "set n=2",
      "exit c",
      "complete: c -> d",
      "enter d",
      "schedule one",
    ],
  },
);

check(
  "settle() lets a loop of states end by itself",
  {
    a: {
      enter: [set("n", "context.n + 1")],
      on: { complete: [{ target: "a", guard: "context.n < 900" }, { target: "b" }] },
    },
    b: {},
  },
  [],
  { status: "completed", context: { n: 900 } },
  { input: { n: 0 } },
);

check(
  "[M7] settle() fails a loop of states that has no end, and names them",
  {
    start: { on: { go: [{ target: "ping" }] } },
    ping: { on: { complete: [{ target: "pong" }] } },
    pong: { on: { complete: [{ target: "ping" }] } },
  },
  [{ event: "go" }],
  {
    status: "failed",
    failure: {
      code: "RESOURCE_EXHAUSTED",
      message: /^Stopped after 1000 transitions in one step: state "p[io]ng", state "p[io]ng" lead to one another/,
    },
  },
);
