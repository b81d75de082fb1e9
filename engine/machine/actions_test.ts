import { check, log, set, task } from "./testing/check.ts";
import { CONTEXT_BYTES_MAX } from "../../shared/limits.ts";

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

/** Some 20,000 steps, where one expression may take 100,000 and one step of an instance 1,000,000. */
const PAIRS = "context.list.filter(x, context.list.all(y, y <= x || y >= x)).size()";
const LIST = Array.from({ length: 40 }, (_, index) => index);

const HALF = "x".repeat(CONTEXT_BYTES_MAX / 2);

check(
  "advance() rejects a client's event that would make the context too large",
  {
    a: { on: { put: [{ actions: [set("copy", "context.half")] }] } },
  },
  [{ event: "put" }],
  {
    rejection: {
      reason: "contextTooLarge",
      message: /states\.a\.on\.put\[0\]\.actions\[0\]\.set: with "copy" the context would exceed its 2097152 bytes/,
    },
  },
  { input: { half: HALF } },
);

check(
  "advance() lets a full context shrink and stay",
  {
    a: { on: { swap: [{ actions: [set("half", '"small"'), set("copy", "event.data")] }] } },
  },
  [{ event: "swap", data: HALF }],
  { context: { half: "small", copy: HALF } },
  { input: { half: HALF } },
);

check(
  "advance() fails the instance when a task's output does not fit into the context",
  {
    a: { enter: [task("one", { input: "1" })], on: { error: [{ target: "b" }] } },
    b: {},
  },
  [{ done: "one", output: HALF }],
  {
    status: "failed",
    context: { half: HALF },
    lastTrace: ["failed one", "failed RESOURCE_EXHAUSTED"],
    failure: {
      code: "RESOURCE_EXHAUSTED",
      message: /output of task "one": with "one" the context would exceed its 2097152/,
    },
  },
  { input: { half: HALF } },
);

check(
  "advance() handles a failure even when the context is full",
  {
    a: { enter: [task("one", { input: "1" })], on: { error: [{ target: "b" }] } },
    b: {},
  },
  [{ failed: "one", message: "m".repeat(4_000) }],
  { state: "b", status: "completed" },
  {
    input: { half: "x".repeat(CONTEXT_BYTES_MAX - 100) },
  },
);

check("start() rejects an input that is larger than a context", { a: {} }, [], {
  rejection: { reason: "contextTooLarge", message: /the input exceeds 2097152 bytes/ },
}, { input: { whole: "x".repeat(CONTEXT_BYTES_MAX) } });

check(
  "[M7] start() gives up on a value whose parts are shared so often that no text could hold it",
  {
    a: {
      enter: [
        set("a", '"0123456789abcdef"'),
        ...Array.from({ length: 30 }, () => set("a", "[context.a, context.a, context.a, context.a]")),
      ],
    },
  },
  [],
  { status: "failed", failure: { code: "EXPRESSION_FAILED" } },
);

check(
  "[M7] advance() refuses to nest a value ever deeper",
  {
    a: {
      on: {
        deeper: [{ actions: Array.from({ length: 100 }, () => ({ set: { key: "n", expression: "[context.n]" } })) }],
      },
    },
  },
  [{ event: "deeper" }],
  { context: { n: 0 }, rejection: { reason: "expressionFailed", message: /nested deeper than 64/ } },
  {
    input: { n: 0 },
  },
);

check(
  "[M7] advance() refuses a step that would write more than one transaction holds",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { enter: Array.from({ length: 20 }, (_, index) => task(`part${index}`)) },
  },
  [{ event: "go" }],
  {
    state: "a",
    rejection: {
      reason: "contextTooLarge",
      message: /states\.b\.enter\[\d\]\.task: one step may write at most 4194304/,
    },
  },
  { input: { half: HALF } },
);

check(
  "[M7] advance() bounds the unfinished tasks of an instance",
  {
    a: {
      on: {
        hundred: [{ actions: Array.from({ length: 100 }, (_, index) => task(`part${index}`)) }],
        one: [{ actions: [task("one")] }],
      },
    },
  },
  [...Array.from({ length: 10 }, () => ({ event: "hundred" })), { event: "one" }],
  {
    rejection: {
      reason: "contextTooLarge",
      message: /on\.one\[0\]\.actions\[0\]\.task: .+ at most 1000 unfinished tasks/,
    },
  },
);

check(
  "[M7] advance() bounds the work of a step's expressions together",
  {
    a: {
      on: {
        once: [{ actions: [set("n", PAIRS)] }],
        often: [{ actions: Array.from({ length: 100 }, () => set("n", PAIRS)) }],
      },
    },
  },
  [{ event: "once" }, { event: "often" }],
  {
    rejection: { reason: "expressionFailed", message: /gave up after \d+ steps/ },
  },
  { input: { list: LIST } },
);

check(
  "[M7] applyKept() bounds the work for each event by itself",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { on: { pairs: [{ actions: Array.from({ length: 20 }, () => set("n", PAIRS)) }] } },
  },
  [...Array.from({ length: 20 }, () => ({ event: "pairs", keep: true })), { event: "go" }],
  {
    kept: [],
    lastTrace: [
      ...["event go", "exit a", "go: a -> b", "enter b"],
      ...Array.from({ length: 20 }, () => ["event pairs", "pairs: b", ...Array(20).fill("set n=40")]).flat(),
    ],
  },
  { input: { list: LIST } },
);

check(
  "advance() hands a task null where its input is null",
  {
    a: { enter: [task("one", { input: "null" })] },
  },
  [],
  {
    commands: [{
      kind: "scheduleTask",
      taskId: "t1",
      task: { name: "one", code: "input", input: "null" },
      input: null,
    }],
  },
);

check(
  "start() is rejected when the enter actions make the context too large",
  {
    a: { enter: [set("copy", "context.half")] },
  },
  [],
  {
    rejection: {
      reason: "contextTooLarge",
      message: /states\.a\.enter\[0\]\.set: with "copy" the context would exceed/,
    },
  },
  { input: { half: HALF } },
);

check(
  "advance() lets a context shrink that a failure has brought beyond its bound",
  {
    a: { enter: [task("one", { input: "1" })], on: { error: [{ target: "b" }] } },
    b: { enter: [{ set: { key: "small", value: 12 } }] },
  },
  [{ failed: "one", message: "m".repeat(4_000) }],
  { state: "b", status: "completed" },
  {
    input: { small: 123, rest: "x".repeat(CONTEXT_BYTES_MAX - 100) },
  },
);

check(
  "[M7] a dropped event does not count towards what its step may write",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: {
      on: {
        big: [{
          actions: [
            task("one"),
            task("two"),
            task("three"),
            { set: { key: "x", value: 1 } },
            set("bad", "event.data.x"),
          ],
        }],
        fine: [{ target: "c", actions: [task("one"), task("two")] }],
      },
    },
    c: {},
  },
  [{ event: "big", data: {}, keep: true }, { event: "fine", keep: true }, { event: "go" }],
  {
    state: "b",
    phase: "transitioning",
    tasks: ["one", "two"],
  },
  { input: { half: HALF } },
);
