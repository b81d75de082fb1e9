import { check, log, set, task } from "./testing/check.ts";

const SAGA = {
  a: { enter: [task("one")], compensate: [task("undo1")], on: { complete: [{ target: "b" }] } },
  b: { enter: [task("two")], compensate: [task("undo2"), log("undoing")], on: { complete: [{ target: "c" }] } },
  c: { enter: [task("three")], compensate: [task("undo3")], on: { x: [{}] } },
};
const BEFORE_C = [{ done: "one" }, { done: "two" }];

check(
  "[U1] a failure undoes completed visits, the last first, each awaited",
  SAGA,
  [...BEFORE_C, { failed: "three", code: "E1" }, { done: "undo2" }, { done: "undo1" }],
  {
    status: "failed",
    failure: { code: "E1", task: "three" },
    lastTrace: ["done undo1", "failed E1"],
  },
);

check(
  "[U1] undoing begins with the visit that was completed last, and clears what was waited for",
  SAGA,
  [...BEFORE_C, { failed: "three", code: "E1" }],
  {
    status: "running",
    phase: "compensating",
    tasks: ["undo2"],
    lastTrace: ["failed three", "set error=...", "undo because E1", "undo b", "schedule undo2", "log undoing"],
  },
);

check(
  "[U1] a state whose tasks are all done is undone even if it has not been left",
  SAGA,
  [...BEFORE_C, { done: "three" }, { input: { kind: "cancel", reason: "no" } }],
  { phase: "compensating", tasks: ["undo3"] },
);

check(
  "[U2] an undo action that fails is noted, and the others still run",
  SAGA,
  [...BEFORE_C, { input: { kind: "cancel", reason: "no" } }, { failed: "undo2", code: "E2" }, { done: "undo1" }],
  {
    status: "failed",
    failure: { code: "COMPENSATION_FAILED", message: /Cannot undo state "b": E2: it broke.*because of this: no/ },
  },
);

check(
  "cancel without compensation ends at once, before undoing and while it goes on",
  SAGA,
  [
    ...BEFORE_C,
    { input: { kind: "cancel", reason: "no" } },
    { input: { kind: "cancel", reason: "now", compensate: false } },
  ],
  { status: "cancelled", tasks: [] },
);

check(
  "cancel is refused while undo actions run",
  SAGA,
  [...BEFORE_C, { input: { kind: "cancel", reason: "no" } }, { input: { kind: "cancel", reason: "no" } }],
  { rejection: { reason: "compensating" } },
);

check(
  "compensateOn says for which ends undo actions run",
  { initial: "a", compensateOn: ["failed"], states: SAGA },
  [...BEFORE_C, { input: { kind: "cancel", reason: "no" } }],
  { status: "cancelled" },
);

check(
  "a workflow that completes undoes nothing",
  { a: { enter: [task("one")], compensate: [task("undo")], on: { complete: [{ target: "b" }] } }, b: {} },
  [{ done: "one" }],
  { status: "completed", tasks: [] },
);

check(
  "each visit of a state is undone, and sees the failure as the event",
  {
    a: {
      enter: [task("one")],
      compensate: [set("why", "event.data.code"), task("undo")],
      on: { again: [{ target: "a" }] },
    },
  },
  [
    { done: "one" },
    { event: "again" },
    { done: "one" },
    { input: { kind: "cancel", reason: "no" } },
    { done: "undo" },
    { done: "undo" },
  ],
  { status: "cancelled", context: { one: null, undo: null, why: "CANCELLED" } },
);
