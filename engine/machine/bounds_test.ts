import { CONTEXT_BYTES_MAX } from "../../shared/limits.ts";
import { check, set, task } from "./testing/check.ts";

/** Some 19,000 steps, where one expression may take 100,000 and one step of an instance 1,000,000. */
const PAIRS = "context.list.filter(x, context.list.all(y, y <= x || y >= x)).size()";
const LIST = Array.from({ length: 30 }, (_, index) => index);

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
  "[M7] applyKept() lets kept events cause more work than one step may",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { on: { pairs: [{ actions: Array.from({ length: 20 }, () => set("n", PAIRS)) }] } },
  },
  [...Array.from({ length: 8 }, () => ({ event: "pairs", keep: true })), { event: "go" }],
  {
    kept: [],
    lastTrace: [
      ...["event go", "exit a", "go: a -> b", "enter b"],
      ...Array.from({ length: 8 }, () => ["event pairs", "pairs: b", ...Array(20).fill("set n=30")]).flat(),
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

check(
  "[M7] advance() bounds the parsing of expressions that are all different",
  {
    a: {
      on: {
        go: [{
          actions: Array.from({ length: 60 }, (_, index) => set("n", `${index}${" + 1".repeat(1_000)}`)),
        }],
      },
    },
  },
  [{ event: "go" }],
  {
    rejection: {
      reason: "contextTooLarge",
      message: /states\.a\.on\.go\[0\]\.actions\[\d+\]\.set\.expression: one step used too many expressions/,
    },
  },
);

const HUNDRED = Array.from({ length: 100 }, (_, index) => task(`part${index}`));

check(
  "[M7] advance() does not count tasks that were cancelled in the same step",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { enter: HUNDRED, on: { next: [{ target: "b" }] } },
  },
  [...Array.from({ length: 11 }, () => ({ event: "next", keep: true })), { event: "go" }],
  {
    kept: [],
    tasks: HUNDRED.map((_, index) => `part${index}`),
  },
);

check("[M7] advance() does not count the tasks of dropped events", {
  a: { on: { go: [{ target: "b" }] } },
  b: {
    on: { bad: [{ actions: [...HUNDRED.slice(1), set("x", "event.data.none")] }], good: [{ actions: [task("one")] }] },
  },
}, [
  ...Array.from({ length: 11 }, () => ({ event: "bad", data: {}, keep: true })),
  { event: "good", keep: true },
  { event: "go" },
], { kept: [], tasks: ["one"] });
