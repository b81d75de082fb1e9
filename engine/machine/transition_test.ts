import { check, log, set, task } from "./testing/check.ts";

check(
  "advance() runs exit, transition and enter actions in this order",
  {
    a: { exit: [log("exit a")], on: { go: [{ target: "b", actions: [log("on the way")] }] } },
    b: { enter: [log("enter b")], on: { back: [{ target: "a" }] } },
  },
  [{ event: "go" }],
  {
    state: "b",
    status: "running",
    lastTrace: ["event go", "log exit a", "exit a", "go: a -> b", "log on the way", "enter b", "log enter b"],
  },
);

check(
  "advance() runs only the actions when a transition has no target",
  {
    a: {
      enter: [log("enter a"), task("long")],
      exit: [log("never")],
      on: { note: [{ actions: [set("note", "event.data")] }] },
      after: [{ delayMs: 10, target: "b" }],
    },
    b: {},
  },
  [{ event: "note", data: "x" }],
  {
    state: "a",
    tasks: ["long"],
    timers: ["after-1-0"],
    context: { note: "x" },
    lastTrace: ["event note", "note: a", 'set note="x"'],
    commands: [],
  },
);

check(
  "advance() enters a state anew when it is its own target",
  {
    a: {
      enter: [log("in")],
      exit: [log("out")],
      on: { again: [{ target: "a" }] },
      after: [{ delayMs: 10, target: "a" }],
    },
  },
  [{ event: "again" }],
  {
    state: "a",
    timers: ["after-2-0"],
    lastTrace: ["event again", "log out", "exit a", "again: a -> a", "enter a", "log in"],
    commands: [
      { kind: "clearTimer", timerId: "after-1-0", fireAtMs: 1_000_010 },
      { kind: "setTimer", timerId: "after-2-0", fireAtMs: 1_000_010 },
    ],
  },
);

check(
  "advance() takes the first transition in document order whose guard holds",
  {
    a: {
      on: {
        go: [
          { target: "b", guard: "event.data > 10" },
          { target: "c", guard: "event.data > 5" },
          { target: "d", guard: "event.data > 1" },
        ],
      },
    },
    b: {},
    c: {},
    d: {},
  },
  [{ event: "go", data: 7 }],
  { state: "c", status: "completed" },
);

check(
  "advance() shows guards the context, the input and the event",
  {
    a: {
      on: { go: [{ target: "b", guard: 'context.limit > input.limit && event.name == "go" && event.data.n == 1' }] },
    },
    b: {},
  },
  [{ event: "go", data: { n: 1 } }],
  { rejection: { reason: "notTaken", takes: ["go"], guarded: true } },
  {
    input: { limit: 3 },
  },
);

check(
  "advance() waits for the exit actions' tasks, then for the transition's, then enters",
  {
    a: {
      exit: [task("out")],
      on: { go: [{ target: "b", actions: [task("between", { input: "context.out" })] }] },
      after: [{ delayMs: 10, target: "b" }],
    },
    b: { enter: [task("in", { input: "context.between" })] },
  },
  [{ event: "go" }, { done: "out", output: 1 }, { done: "between", output: 2 }],
  {
    state: "b",
    phase: "active",
    tasks: ["in"],
    timers: [],
    trace: [
      "enter a",
      "event go",
      "schedule out",
      "done out",
      "exit a",
      "go: a -> b",
      "schedule between",
      "done between",
      "enter b",
      "schedule in",
    ],
    commands: [{
      kind: "scheduleTask",
      taskId: "t3",
      task: { name: "in", code: "input", input: "context.between" },
      input: 2,
    }],
  },
);

check(
  "advance() clears the state's timers when leaving begins, not when it ends",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }] }, after: [{ delayMs: 10, target: "b" }] },
    b: {},
  },
  [{ event: "go" }, { input: { kind: "timerFired", timerId: "after-1-0" }, afterMs: 20 }],
  {
    state: "a",
    phase: "exiting",
    rejection: { reason: "unknownTimer" },
  },
);

check(
  "advance() takes no events while a state is being left",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }] } },
    b: {},
  },
  [{ event: "go" }, { event: "go" }],
  {
    phase: "exiting",
    rejection: { reason: "notTaken", takes: [], guarded: false },
  },
);

check(
  "advance() takes no events while a transition's tasks run",
  {
    a: { on: { go: [{ target: "b", actions: [task("between")] }] } },
    b: { on: { go: [{ target: "a" }] } },
  },
  [{ event: "go" }, { event: "go" }],
  {
    phase: "transitioning",
    state: "a",
    rejection: { reason: "notTaken", takes: [], guarded: false },
  },
);

check(
  "advance() cancels the state's tasks when an event leads out of it",
  {
    a: { enter: [task("one"), task("two"), task("three")], on: { stop: [{ target: "b" }] } },
    b: { on: { x: [{ target: "b" }] } },
  },
  [{ done: "two" }, { event: "stop" }],
  {
    state: "b",
    tasks: [],
    lastTrace: ["event stop", "cancel one", "cancel three", "exit a", "stop: a -> b", "enter b"],
    commands: [{ kind: "cancelTask", taskId: "t1" }, { kind: "cancelTask", taskId: "t3" }],
  },
);

check(
  "advance() cancels tasks in the order of their age beyond the tenth",
  {
    a: { enter: Array.from({ length: 11 }, (_, index) => task(`part${index + 1}`)), on: { stop: [{ target: "b" }] } },
    b: {},
  },
  [{ event: "stop" }],
  {
    lastTrace: [
      "event stop",
      ...Array.from({ length: 11 }, (_, index) => `cancel part${index + 1}`),
      "exit a",
      "stop: a -> b",
      "enter b",
      "completed",
    ],
  },
);

check(
  "advance() lets tasks of a targetless transition join the state's",
  {
    a: {
      enter: [task("one")],
      on: { more: [{ actions: [task("two")] }], complete: [{ target: "b" }] },
    },
    b: {},
  },
  [{ event: "more" }, { done: "one" }],
  { state: "a", tasks: ["two"], lastTrace: ["done one"] },
);

check(
  "advance() raises complete once the tasks that joined are done too",
  {
    a: {
      enter: [task("one")],
      on: { more: [{ actions: [task("two")] }], complete: [{ target: "b" }] },
    },
    b: {},
  },
  [{ event: "more" }, { done: "one" }, { done: "two" }],
  { state: "b", status: "completed" },
);

check(
  "[M6] advance() gives no commands for what was begun and undone within one step",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: {
      enter: [task("never")],
      after: [{ delayMs: 10, target: "a" }],
      on: { skip: [{ target: "c" }] },
    },
    c: { on: { x: [{ target: "c" }] } },
  },
  [{ event: "skip", keep: true }, { event: "go" }],
  {
    state: "c",
    commands: [],
    lastTrace: [
      "event go",
      "exit a",
      "go: a -> b",
      "enter b",
      "schedule never",
      "event skip",
      "cancel never",
      "exit b",
      "skip: b -> c",
      "enter c",
    ],
  },
);
