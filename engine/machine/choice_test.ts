import { check, log, set, task } from "./testing/check.ts";

const END = { final: "completed" as const };

check(
  "chooseForEvent() tries the definition's own transitions after the state's",
  {
    initial: "a",
    on: { stop: [{ target: "everywhere", actions: [log("everywhere")] }], other: [{ actions: [log("kept")] }] },
    states: {
      a: { on: { stop: [{ target: "own", guard: "event.data == 1.0" }] }, exit: [log("exit a")] },
      own: END,
      everywhere: END,
    },
  },
  [{ event: "other" }, { event: "stop", data: 2 }],
  {
    state: "everywhere",
    lastTrace: [
      "event stop",
      "log exit a",
      "exit a",
      "stop: a -> everywhere",
      "log everywhere",
      "enter everywhere",
      "completed",
    ],
  },
);

check(
  "a state that has no way out of its own is an end, whatever the definition takes everywhere",
  { initial: "a", on: { stop: [{ target: "a" }] }, states: { a: {} } },
  [],
  { status: "completed" },
);

check(
  "chooseForEvent() takes a failure by its code, first the state's own, then the definition's",
  {
    initial: "a",
    on: { error: [{ codes: ["E2"], target: "e2" }, { target: "rest" }] },
    states: {
      a: { enter: [task("one"), task("two")], on: { error: [{ codes: ["E1"], actions: [log("e1")] }] } },
      e2: END,
      rest: END,
    },
  },
  [{ failed: "one", code: "E1" }, { failed: "two", code: "E2" }],
  { state: "e2" },
);

check(
  "a code that no transition takes fails the instance with it",
  { a: { enter: [task("one")], on: { error: [{ codes: ["E1"], target: "b" }] } }, b: {} },
  [{ failed: "one", code: "E9" }],
  { status: "failed", failure: { code: "E9" } },
);

check(
  "a transition of every state waits for its tasks like any other",
  {
    initial: "a",
    on: { stop: [{ target: "b", actions: [task("clean")] }] },
    states: { a: { on: { x: [{}] } }, b: { enter: [set("seen", "event.name")] } },
  },
  [{ event: "stop" }, { done: "clean" }],
  { status: "completed", state: "b", context: { clean: null, seen: "stop" } },
);
