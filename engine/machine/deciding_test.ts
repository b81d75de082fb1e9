import { check, log, task } from "./testing/check.ts";

const FN = { code: "true" };
const OPEN = { on: { x: [{}] } };
const ASK = {
  a: { on: { go: [{ target: "b", guard: FN }, { target: "c", guard: "event.data == 1.0" }] } },
  b: OPEN,
  c: OPEN,
};
const GUARD = "states.a.on.go[0]";

check(
  "pursue() asks a worker, with context, input and event",
  ASK,
  [{ event: "go", data: 2 }],
  {
    phase: "deciding",
    takes: [],
    commands: [{
      kind: "scheduleTask",
      taskId: "t1",
      task: FN,
      input: { context: {}, input: {}, event: { name: "go", data: 2 } },
    }],
  },
);

check("decide() takes the transition when the guard holds", ASK, [{ event: "go" }, { done: GUARD, output: true }], {
  state: "b",
  lastTrace: [`guard ${GUARD}: true`, "exit a", "go: a -> b", "enter b"],
});

check(
  "decide() goes on with the next transition when it does not",
  ASK,
  [{ event: "go", data: 1 }, { done: GUARD, output: false }],
  { state: "c" },
);

check(
  "decide() drops an event that nothing takes in the end",
  ASK,
  [{ event: "go" }, { done: GUARD, output: false }],
  { state: "a", phase: "active", kept: [], lastTrace: [`guard ${GUARD}: false`, "drop go"] },
);

check(
  "decide() keeps it if its sender said so, and does not ask again in the same visit",
  ASK,
  [{ event: "go", keep: true }, { done: GUARD, output: false }],
  { state: "a", phase: "active", kept: ["go"] },
);

check(
  "[G2] a client's event is dropped when its guard fails or is neither true nor false",
  ASK,
  [{ event: "go" }, { done: GUARD, output: 1 }, { event: "go" }, { failed: GUARD, code: "E1" }],
  { status: "running", state: "a", phase: "active" },
);

check(
  "a guard for `complete` that fails for good fails the instance",
  { a: { on: { complete: [{ target: "b", guard: FN }] } }, b: {} },
  [{ failed: "states.a.on.complete[0]", code: "E1" }],
  { status: "failed", failure: { code: "EXPRESSION_FAILED", message: /Cannot evaluate states\.a\.on\.complete\[0\]/ } },
);

check(
  "[G1] a failure of the visit waits for the decision, and is dropped when that leaves the state",
  {
    a: { enter: [task("one")], on: { go: [{ target: "b", guard: FN }], error: [{ target: "c" }] } },
    b: OPEN,
    c: OPEN,
  },
  [{ event: "go" }, { failed: "one" }, { done: GUARD, output: true }],
  { state: "b" },
);

check(
  "[G1] it takes effect when the decision leads nowhere",
  {
    a: { enter: [task("one")], on: { go: [{ target: "b", guard: FN }], error: [{ target: "c" }] } },
    b: OPEN,
    c: OPEN,
  },
  [{ event: "go" }, { failed: "one" }, { done: GUARD, output: false }],
  { state: "c" },
);

check(
  "a delayed transition asks too",
  { a: { after: [{ delayMs: 5, target: "b", guard: FN }], on: { x: [{ actions: [log("x")] }] } }, b: {} },
  [{ timer: "after-1-0" }, { done: "states.a.after[0]", output: true }],
  { status: "completed", state: "b" },
);
