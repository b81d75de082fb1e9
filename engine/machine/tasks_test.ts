import { check, log, set, task } from "./testing/check.ts";

const GOING_ON = { on: { x: [{}] } };

check(
  "failTask() fails the instance when no transition takes the failure",
  {
    a: { enter: [task("one"), task("two")], on: { complete: [{ target: "b" }] } },
    b: {},
  },
  [{ failed: "one", code: "CARD_DECLINED", message: "no money" }],
  {
    status: "failed",
    state: "a",
    tasks: [],
    failure: { code: "CARD_DECLINED", message: "no money", task: "one" },
    lastTrace: ["failed one", "set error=...", "cancel two", "failed CARD_DECLINED"],
    commands: [{ kind: "cancelTask", taskId: "t2" }],
  },
);

check(
  "failTask() puts the failure into the context and shows it to the transition as the event's data",
  {
    a: {
      enter: [task("one")],
      on: { error: [{ target: "b", actions: [set("seen", "event.data == context.error && event.name == 'error'")] }] },
    },
    b: {},
  },
  [{ failed: "one", code: "E1", message: "why" }],
  {
    state: "b",
    status: "completed",
    context: { error: { code: "E1", message: "why", task: "one", state: "a" }, seen: true },
  },
);

check(
  "failTask() takes the first error transition whose guard holds",
  {
    a: {
      enter: [task("one")],
      on: {
        error: [
          { target: "b", guard: 'context.error.code == "E1"' },
          { target: "c", guard: 'event.data.code == "E2"' },
          { target: "d" },
        ],
      },
    },
    b: GOING_ON,
    c: GOING_ON,
    d: GOING_ON,
  },
  [{ failed: "one", code: "E2" }],
  { state: "c" },
);

check(
  "failTask() fails the instance with the task's failure when no error guard holds",
  {
    a: { enter: [task("one")], on: { error: [{ target: "b", guard: 'context.error.code == "E1"' }] } },
    b: {},
  },
  [{ failed: "one", code: "E2" }],
  { status: "failed", failure: { code: "E2", task: "one" } },
);

check(
  "failTask() cancels the state's other tasks when it leads out of it",
  {
    a: { enter: [task("one"), task("two")], exit: [log("exit a")], on: { error: [{ target: "b" }] } },
    b: GOING_ON,
  },
  [{ failed: "two" }],
  {
    state: "b",
    tasks: [],
    lastTrace: ["failed two", "set error=...", "cancel one", "log exit a", "exit a", "error: a -> b", "enter b"],
  },
);

check(
  "failTask() takes a targetless error transition for the task being done",
  {
    a: {
      enter: [task("one"), task("two")],
      on: { error: [{ actions: [log("never mind")] }], complete: [{ target: "b" }] },
    },
    b: {},
  },
  [{ failed: "one" }, { done: "two" }],
  {
    state: "b",
    status: "completed",
    lastTrace: ["done two", "exit a", "complete: a -> b", "enter b", "completed"],
  },
);

check(
  "failTask() raises complete when the last task's failure was handled without a target",
  {
    a: { enter: [task("one")], on: { error: [{}], complete: [{ target: "b" }] } },
    b: {},
  },
  [{ failed: "one" }],
  { state: "b", status: "completed" },
);

check(
  "failTask() lets a compensating task join",
  {
    a: { enter: [task("one")], on: { error: [{ actions: [task("undo")] }], complete: [{ target: "b" }] } },
    b: {},
  },
  [{ failed: "one" }],
  { state: "a", tasks: ["undo"] },
);

check(
  "failTask() while exiting leads to the error's target without exiting again",
  {
    a: {
      exit: [log("exit once"), task("out"), task("other")],
      on: { go: [{ target: "b" }], error: [{ target: "c", actions: [log("handling")] }] },
    },
    b: {},
    c: GOING_ON,
  },
  [{ event: "go" }, { failed: "out" }],
  {
    state: "c",
    trace: [
      "enter a",
      "event go",
      "log exit once",
      "schedule out",
      "schedule other",
      "failed out",
      "set error=...",
      "cancel other",
      "exit a",
      "error: a -> c",
      "log handling",
      "enter c",
    ],
  },
);

check(
  "failTask() while transitioning replaces the pending transition",
  {
    a: {
      exit: [log("exit once")],
      on: { go: [{ target: "b", actions: [task("between")] }], error: [{ target: "c" }] },
    },
    b: {},
    c: GOING_ON,
  },
  [{ event: "go" }, { failed: "between" }],
  {
    state: "c",
    trace: [
      "enter a",
      "event go",
      "log exit once",
      "exit a",
      "go: a -> b",
      "schedule between",
      "failed between",
      "set error=...",
      "error: a -> c",
      "enter c",
    ],
  },
);

check(
  "failTask() while exiting goes on when the error is handled without a target",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }], error: [{ actions: [log("never mind")] }] } },
    b: GOING_ON,
  },
  [{ event: "go" }, { failed: "out" }],
  {
    state: "b",
    lastTrace: ["failed out", "set error=...", "error: a", "log never mind", "exit a", "go: a -> b", "enter b"],
  },
);

check(
  "failTask() while transitioning goes on when the error is handled without a target",
  {
    a: { on: { go: [{ target: "b", actions: [task("one"), task("two")] }], error: [{}] } },
    b: GOING_ON,
  },
  [{ event: "go" }, { failed: "one" }, { done: "two" }],
  {
    state: "b",
    lastTrace: ["done two", "enter b"],
  },
);

check(
  "failTask() while exiting waits for the tasks of the error's own actions",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }], error: [{ target: "c", actions: [task("undo")] }] } },
    b: {},
    c: GOING_ON,
  },
  [{ event: "go" }, { failed: "out" }, { done: "undo" }],
  { state: "c", lastTrace: ["done undo", "enter c"] },
);

check(
  "failTask() can fail again while an error is being handled, and leads to the same target",
  {
    a: { enter: [task("one")], on: { error: [{ target: "b", actions: [task("undo", { output: "undone" })] }] } },
    b: GOING_ON,
  },
  [{ failed: "one" }, { failed: "undo" }],
  { state: "a", phase: "transitioning", tasks: ["undo"] },
);

check(
  "failTask() while exiting fails the instance when no transition takes it",
  {
    a: { exit: [task("out")], on: { go: [{ target: "b" }] } },
    b: {},
  },
  [{ event: "go" }, { failed: "out", code: "E1" }],
  {
    status: "failed",
    state: "a",
    failure: { code: "E1", task: "out" },
  },
);

check(
  "failTask() fails the instance with EXPRESSION_FAILED when the error's guard cannot be evaluated",
  {
    a: { enter: [task("one"), task("two")], on: { error: [{ target: "b", guard: "context.none.x" }] } },
    b: {},
  },
  [{ failed: "one" }],
  {
    status: "failed",
    failure: { code: "EXPRESSION_FAILED", message: /states\.a\.on\.error\[0\]\.guard/ },
    lastTrace: ["failed one", "set error=...", "cancel two", "failed EXPRESSION_FAILED"],
  },
);

check("completeTask() refuses a task that has been reported", {
  a: { enter: [task("one"), task("two")] },
}, [
  { done: "one" },
  { input: { kind: "taskCompleted", taskId: "t1", output: 1, attempt: { attempt: 1 } } },
], { tasks: ["two"], rejection: { reason: "unknownTask" } });

check("completeTask() and failTask() refuse a task that never was", { a: { enter: [task("one")] } }, [
  {
    input: {
      kind: "taskFailed",
      taskId: "toString",
      failure: { code: "E1", message: "m" },
      attempt: { attempt: 1 },
    },
  },
], { rejection: { reason: "unknownTask" } });

check("completeTask() refuses a task of an instance that has ended", { a: { enter: [task("one"), task("two")] } }, [
  { failed: "one" },
  { input: { kind: "taskCompleted", taskId: "t2", output: 1, attempt: { attempt: 1 } } },
], { status: "failed", rejection: { reason: "unknownTask" } });

check("completeTask() takes null for an output like any other", { a: { enter: [task("one")] } }, [{ done: "one" }], {
  context: { one: null },
  status: "completed",
});

check(
  "completeTask() overwrites what an earlier task of that name returned",
  {
    a: { enter: [task("one")], on: { complete: [{ target: "a", guard: "context.one < 2" }, { target: "b" }] } },
    b: {},
  },
  [{ done: "one", output: 1 }, { done: "one", output: 2 }],
  { state: "b", context: { one: 2 } },
);

const MERGING = { a: { enter: [task("one", { merge: true })], on: { x: [{}] } } };

check(
  "completeTask() with `merge` writes the members of an object, and nothing under the task's name",
  MERGING,
  [{ done: "one", output: JSON.parse('{"n": 2, "k": [3], "__proto__": {"x": 1}}') }],
  { context: JSON.parse('{"n": 2, "kept": true, "k": [3], "__proto__": {"x": 1}}') },
  { input: { n: 1, kept: true } },
);

for (const output of [[1], null, 5, "text"]) {
  check(
    `completeTask() with \`merge\` stores ${JSON.stringify(output)} under the task's name`,
    MERGING,
    [{ done: "one", output }],
    { context: { n: 1, one: output } },
    { input: { n: 1 } },
  );
}

check(
  "completeTask() with `merge` writes nothing of an object that has no room",
  MERGING,
  [{ done: "one", output: { small: 1, large: "x".repeat(1_200_000), other: "y".repeat(800_000) } }],
  { status: "failed", failure: { code: "RESOURCE_EXHAUSTED", message: /with its members the context would exceed/ } },
  { input: { filling: "z".repeat(900_000) } },
);

check(
  "completeTask() with `merge` lets a full context shrink",
  MERGING,
  [{ done: "one", output: { filling: "z" } }],
  { context: { filling: "z" } },
  { input: { filling: "z".repeat(1_000_000) } },
);
