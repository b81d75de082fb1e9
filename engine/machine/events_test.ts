import { check, log, set, task } from "./testing/check.ts";

check(
  "receive() refuses an event that the state does not take, and says which it takes",
  {
    a: {
      on: {
        reject: [{ target: "b" }],
        approve: [{ target: "b" }],
        complete: [{ target: "b", guard: "false" }],
        error: [{ target: "b" }],
      },
    },
    b: {},
  },
  [{ event: "aprove" }],
  { state: "a", rejection: { reason: "notTaken", takes: ["approve", "reject"], guarded: false } },
);

check(
  "receive() refuses an event whose guards do not hold, and says that it was the guards",
  {
    a: { on: { go: [{ target: "b", guard: "context.ready" }] } },
    b: {},
  },
  [{ event: "go" }],
  { rejection: { reason: "notTaken", takes: ["go"], guarded: true } },
  { input: { ready: false } },
);

for (const event of ["complete", "error"]) {
  for (const keep of [false, true]) {
    check(
      `receive() refuses a client's event named ${event}, kept or not (${keep})`,
      {
        a: { enter: [task("one")], on: { [event]: [{ target: "b" }], go: [{ target: "b" }] } },
        b: {},
      },
      [{ event, keep }],
      { state: "a", kept: [], rejection: { reason: "notTaken", takes: ["go"], guarded: false } },
    );
  }
}

for (const event of ["toString", "__proto__", "constructor", "hasOwnProperty"]) {
  check(
    `receive() takes ${event} for an event like any other`,
    {
      a: { on: { go: [{ target: "b" }] } },
      b: {},
    },
    [{ event }],
    { state: "a", rejection: { reason: "notTaken", takes: ["go"], guarded: false } },
  );
}

check("receive() refuses events of an instance that has ended", { a: {} }, [{ event: "go", keep: true }], {
  status: "completed",
  rejection: { reason: "wrongStatus" },
});

check(
  "receive() takes an event while the state's tasks run",
  {
    a: { enter: [task("one")], on: { skip: [{ target: "b" }], complete: [{ target: "c" }] } },
    b: { enter: [task("two")] },
    c: {},
  },
  [{ event: "skip" }],
  { state: "b", tasks: ["two"] },
);

check(
  "receive() keeps an event, with its id and data, until a state takes it",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { on: { pay: [{ target: "c", actions: [set("paid", "event.data")] }] } },
    c: {},
  },
  [{ event: "pay", data: 5, keep: true, id: "e1" }, { event: "go" }],
  {
    state: "c",
    kept: [],
    context: { paid: 5 },
    trace: [
      "enter a",
      "keep pay",
      "event go",
      "exit a",
      "go: a -> b",
      "enter b",
      "event pay",
      "exit b",
      "pay: b -> c",
      "set paid=5",
      "enter c",
      "completed",
    ],
  },
);

check(
  "receive() does not keep what the state takes at once",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { on: { x: [{ target: "b" }] } },
  },
  [{ event: "go", keep: true }],
  { state: "b", kept: [] },
);

check(
  "receive() keeps an event whose guard does not hold yet, and applies it when it does",
  {
    a: { on: { pay: [{ target: "b", guard: "context.ready" }], prepare: [{ actions: [set("ready", "true")] }] } },
    b: {},
  },
  [{ event: "pay", keep: true }, { event: "prepare" }],
  {
    state: "b",
    status: "completed",
    lastTrace: [
      "event prepare",
      "prepare: a",
      "set ready=true",
      "event pay",
      "exit a",
      "pay: a -> b",
      "enter b",
      "completed",
    ],
  },
  { input: { ready: false } },
);

check(
  "receive() keeps an event while a state is being left",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }] } },
    b: { on: { pay: [{ target: "c" }] } },
    c: {},
  },
  [{ event: "go" }, { event: "pay", keep: true }, { done: "out" }],
  { state: "c", status: "completed" },
);

check(
  "applyKept() does not apply an event to a state that is being left",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }], stop: [{ target: "c" }] } },
    b: { on: { x: [{}] } },
    c: {},
  },
  [{ event: "go" }, { event: "stop", keep: true }, { done: "out" }],
  { state: "b", kept: ["stop"] },
);

check("applyKept() applies the oldest event that the state takes, not the oldest of all", {
  a: { on: { go: [{ target: "b" }] } },
  b: { on: { two: [{ target: "c" }], three: [{ target: "d" }] } },
  c: { on: { one: [{ target: "d" }] } },
  d: { on: { x: [{}] } },
}, [
  { event: "one", keep: true },
  { event: "two", keep: true },
  { event: "three", keep: true },
  { event: "go" },
], {
  state: "d",
  kept: ["three"],
  lastTrace: [
    "event go",
    "exit a",
    "go: a -> b",
    "enter b",
    "event two",
    "exit b",
    "two: b -> c",
    "enter c",
    "event one",
    "exit c",
    "one: c -> d",
    "enter d",
  ],
});

check(
  "applyKept() applies events of one name in the order in which they came",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { on: { add: [{ actions: [set("list", "context.list + [event.data]")] }] } },
  },
  [1, 2, 3].map((data) => ({ event: "add", data, keep: true }) as { event: string; keep: boolean }).concat([{
    event: "go",
    keep: false,
  }]),
  {
    context: { list: [1, 2, 3] },
    kept: [],
  },
  { input: { list: [] } },
);

check(
  "applyKept() applies an event that came first although a task was being waited for",
  {
    a: { enter: [task("one")], on: { complete: [{ target: "b" }] } },
    b: { enter: [task("two")], on: { stop: [{ target: "c" }] } },
    c: {},
  },
  [{ event: "stop", keep: true }, { done: "one" }],
  {
    state: "c",
    commands: [],
    lastTrace: [
      "done one",
      "exit a",
      "complete: a -> b",
      "enter b",
      "schedule two",
      "event stop",
      "cancel two",
      "exit b",
      "stop: b -> c",
      "enter c",
      "completed",
    ],
  },
);

check(
  "applyKept() lets complete go before a kept event",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { on: { complete: [{ target: "c" }], stop: [{ target: "d" }] } },
    c: { on: { stop: [{ target: "e" }] } },
    d: {},
    e: {},
  },
  [{ event: "stop", keep: true }, { event: "go" }],
  { state: "e" },
);

check(
  "applyKept() drops an event that cannot be evaluated, and undoes what it began",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: {
      enter: [log("in")],
      on: {
        pay: [{ target: "c", actions: [set("paid", "event.data"), task("book"), set("more", "event.data.none")] }],
        next: [{ target: "c" }],
      },
      after: [{ delayMs: 5, target: "c" }],
    },
    c: {},
  },
  [{ event: "pay", data: 1, keep: true, id: "e1" }, { event: "go" }],
  {
    state: "b",
    status: "running",
    context: {},
    kept: [],
    tasks: [],
    timers: ["after-2-0"],
    lastTrace: ["event go", "exit a", "go: a -> b", "enter b", "log in", "drop pay"],
    commands: [{ kind: "setTimer", timerId: "after-2-0", fireAtMs: 1_000_005 }],
  },
);

check("applyKept() drops an event whose guard cannot be evaluated, and goes on with the next", {
  a: { on: { go: [{ target: "b" }] } },
  b: { on: { pay: [{ target: "c", guard: "event.data.amount > 1" }] } },
  c: {},
}, [
  { event: "pay", data: "nonsense", keep: true },
  { event: "pay", data: { amount: 2 }, keep: true },
  { event: "go" },
], { state: "c", status: "completed" });

check(
  "receive() refuses to keep more events than the bound",
  {
    a: { on: { go: [{ target: "a" }] } },
  },
  Array.from({ length: 101 }, (_, index) => ({ event: "later", data: index, keep: true })),
  {
    rejection: { reason: "keptFull" },
  },
);

check(
  "receive() refuses to keep more bytes of events than the bound",
  {
    a: { on: { go: [{ target: "a" }] } },
  },
  Array.from({ length: 5 }, () => ({ event: "later", data: "x".repeat(250_000), keep: true })),
  {
    kept: ["later", "later", "later", "later"],
    rejection: { reason: "keptFull" },
  },
);

check(
  "[D5] kept events are dropped when the instance ends",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: {},
  },
  [{ event: "later", keep: true }, { event: "go" }],
  { status: "completed", kept: [] },
);

check("an event between two parallel completions leaves the second without a task", {
  a: { enter: [task("one"), task("two")], on: { stop: [{ target: "b" }], complete: [{ target: "c" }] } },
  b: { on: { x: [{}] } },
  c: {},
}, [
  { done: "one" },
  { event: "stop" },
  { input: { kind: "taskCompleted", taskId: "t2", output: 1, attempt: { attempt: 1 } } },
], { state: "b", rejection: { reason: "unknownTask" } });

check("applyKept() undoes what a dropped event wrote into a context that was new in this step", {
  a: { on: { go: [{ target: "b" }] } },
  b: {
    enter: [set("n", "1"), set("m", "1")],
    on: {
      bad: [{ actions: [set("n", "2"), set("n", "3"), set("extra", "context"), set("x", "event.data.none")] }],
      good: [{ actions: [set("seen", "[context.n, has(context.extra)]")] }],
    },
  },
}, [
  { event: "bad", data: {}, keep: true },
  { event: "good", keep: true },
  { event: "bad", data: {}, keep: true },
  { event: "go" },
], { context: { n: 1, m: 1, seen: [1, false] } });

check(
  "applyKept() undoes what a dropped event wrote into a context that was there before this step",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: {
      on: {
        bad: [{ actions: [set("n", "2"), set("x", "event.data.none")] }],
        good: [{ actions: [set("seen", "context.n")] }],
      },
    },
  },
  [{ event: "bad", data: {}, keep: true }, { event: "good", keep: true }, { event: "go" }],
  {
    context: { n: 1, seen: 1 },
  },
  { input: { n: 1 } },
);

check(
  "applyKept() undoes the tasks of a dropped event beside those of the state",
  {
    a: { on: { go: [{ target: "b" }] } },
    b: { enter: [task("one")], on: { bad: [{ actions: [task("two"), set("x", "event.data.none")] }] } },
  },
  [{ event: "bad", data: {}, keep: true }, { event: "go" }],
  {
    tasks: ["one"],
    commands: [{ kind: "scheduleTask", taskId: "t1", task: { name: "one", code: "input" }, input: {} }],
  },
);
