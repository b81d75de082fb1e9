import { check, log, set, task } from "./testing/check.ts";

check(
  "runActions() shows an action what stands before it and nothing that stands after",
  {
    a: {
      enter: [
        set("n", "1.0"),
        task("first", { input: { n: "context.n" } }),
        set("n", "context.n + 1"),
        task("second", { input: { n: "context.n" } }),
      ],
    },
  },
  [],
  {
    context: { n: 2 },
    trace: ["enter a", "set n=1", "schedule first", "set n=2", "schedule second"],
    commands: [
      {
        kind: "scheduleTask",
        taskId: "t1",
        task: { name: "first", code: "input", input: { n: "context.n" } },
        input: { n: 1 },
      },
      {
        kind: "scheduleTask",
        taskId: "t2",
        task: { name: "second", code: "input", input: { n: "context.n" } },
        input: { n: 2 },
      },
    ],
  },
);

check(
  "runActions() hands a task the context of its place in the list, whatever is set afterwards",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { enter: [set("n", "1"), task("whole"), set("n", "2"), { set: { key: "m", value: [1] } }, task("later")] },
  },
  [{ event: "go" }],
  {
    context: { n: 2, m: [1] },
    commands: [
      { kind: "scheduleTask", taskId: "t1", task: { name: "whole", code: "input" }, input: { n: 1 } },
      { kind: "scheduleTask", taskId: "t2", task: { name: "later", code: "input" }, input: { n: 2, m: [1] } },
    ],
  },
);

check(
  "runActions() can set a key to the context itself without a cycle",
  {
    a: { enter: [set("n", "1"), set("copy", "context"), set("again", "context")], on: { x: [{}] } },
  },
  [],
  { context: { n: 1, copy: { n: 1 }, again: { n: 1, copy: { n: 1 } } } },
);

check(
  "runActions() computes a task's input from one expression, from one for each key, or takes the context",
  {
    a: {
      enter: [
        task("one", { input: "input.id" }),
        task("keys", { input: { id: "input.id", twice: "input.n * 2", via: "event.name" } }),
        task("whole"),
      ],
      on: { again: [{ target: "a" }] },
    },
  },
  [{ event: "again" }],
  {
    commands: [
      { kind: "cancelTask", taskId: "t1" },
      { kind: "cancelTask", taskId: "t2" },
      { kind: "cancelTask", taskId: "t3" },
      { kind: "scheduleTask", taskId: "t4", task: { name: "one", code: "input", input: "input.id" }, input: "i" },
      {
        kind: "scheduleTask",
        taskId: "t5",
        task: {
          name: "keys",
          code: "input",
          input: { id: "input.id", twice: "input.n * 2", via: "event.name" },
        },
        input: { id: "i", twice: 6, via: "again" },
      },
      { kind: "scheduleTask", taskId: "t6", task: { name: "whole", code: "input" }, input: { id: "i", n: 3 } },
    ],
  },
  { input: { id: "i", n: 3 } },
);

check(
  "runActions() stores a task's output under its name, or the key that its output names",
  {
    a: { enter: [task("one"), task("two", { output: "result" })] },
  },
  [{ done: "two", output: { ok: true } }, { done: "one", output: [1] }],
  {
    status: "completed",
    context: { result: { ok: true }, one: [1] },
  },
);

check(
  "runActions() writes texts as they are and other values as JSON",
  {
    a: {
      enter: [log("plain"), { log: { expression: '"text " + input.id' } }, { log: { expression: "input" } }],
      on: { x: [{}] },
    },
  },
  [],
  { trace: ["enter a", "log plain", "log text i", 'log {"id":"i"}'] },
  { input: { id: "i" } },
);

check(
  "runActions() takes keys that every object has for keys like any other",
  {
    a: {
      enter: [
        set("__proto__", '{"polluted": true}'),
        set("constructor", "1"),
        task("one", { output: "toString" }),
      ],
    },
  },
  [{ done: "one", output: 5 }],
  {
    status: "completed",
    context: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": 5}'),
  },
);

check(
  "advance() rejects a client's event whose action cannot be evaluated, and changes nothing",
  {
    a: { on: { go: [{ target: "b", actions: [set("ok", "1"), set("bad", "event.data.missing + 1")] }] } },
    b: {},
  },
  [{ event: "go", data: {} }],
  {
    state: "a",
    context: {},
    rejection: {
      reason: "expressionFailed",
      message:
        /^Cannot evaluate states\.a\.on\.go\[0\]\.actions\[1\]\.set\.expression \(`event\.data\.missing \+ 1`\): .+\.$/,
    },
  },
);

check(
  "advance() rejects a client's event when a later state of the same step cannot be entered",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { enter: [task("one", { input: { x: "context.none" } })] },
  },
  [{ event: "go" }],
  {
    state: "a",
    rejection: { reason: "expressionFailed", message: /states\.b\.enter\[0\]\.task\.input\.x \(`context\.none`\)/ },
  },
);

check(
  "advance() rejects a client's event whose guard is neither true nor false",
  {
    a: { on: { go: [{ target: "b", guard: "event.data" }] } },
    b: {},
  },
  [{ event: "go", data: "yes" }],
  {
    rejection: {
      reason: "expressionFailed",
      message: /states\.a\.on\.go\[0\]\.guard \(`event\.data`\): a guard must be true or false, and it is a string\./,
    },
  },
);

check(
  "advance() fails the instance when an expression fails on a task's outcome",
  {
    a: { enter: [task("one")], on: { complete: [{ target: "b", guard: "context.one.ok" }] } },
    b: {},
  },
  [{ done: "one", output: {} }],
  {
    status: "failed",
    state: "a",
    context: { one: {} },
    failure: { code: "EXPRESSION_FAILED", message: /states\.a\.on\.complete\[0\]\.guard \(`context\.one\.ok`\)/ },
  },
);

check(
  "advance() fails the instance when an expression fails on a timer, and cancels what was begun",
  {
    a: { after: [{ delayMs: 1, target: "b" }] },
    b: { enter: [task("one"), log("kept in the history"), set("x", "context.none")] },
  },
  [{ timer: "after-1-0" }],
  {
    status: "failed",
    state: "b",
    commands: [],
    lastTrace: [
      "timer after-1-0",
      "exit a",
      "after: a -> b",
      "enter b",
      "schedule one",
      "log kept in the history",
      "cancel one",
      "failed EXPRESSION_FAILED",
    ],
  },
);

check(
  "start() gives an instance that has failed when an expression fails",
  {
    a: { enter: [set("x", "input.none")] },
  },
  [],
  { status: "failed", failure: { code: "EXPRESSION_FAILED", message: /states\.a\.enter\[0\]\.set\.expression/ } },
);

check(
  "start() shows enter actions the event start with the input as its data",
  {
    a: { enter: [set("via", "event.name"), set("same", "event.data == input")] },
  },
  [],
  { status: "completed", context: { n: 1, via: "start", same: true } },
  { input: { n: 1 } },
);

check(
  "runActions() sets each member of an object that is merged",
  { a: { on: { x: [{ actions: [{ set: { merge: "event.data" } }] }] } } },
  [{ event: "x", data: JSON.parse('{"n": 2, "list": [1], "__proto__": 3}') }],
  { context: JSON.parse('{"n": 2, "m": 1, "list": [1], "__proto__": 3}'), status: "running" },
  { input: { n: 1, m: 1 } },
);

check(
  "runActions() refuses to merge what is no object",
  { a: { on: { x: [{ actions: [{ set: { merge: "event.data" } }] }] } } },
  [{ event: "x", data: [1] }],
  {
    context: {},
    rejection: {
      reason: "expressionFailed",
      message: /^Cannot run .*\.set\.merge: what is to be merged is no object\.$/,
    },
  },
);
