import { check, task } from "./testing/check.ts";
import type { MachineInput } from "./input.ts";

const PAUSE: { input: MachineInput } = { input: { kind: "pause", reason: "look" } };
const RESUME: { input: MachineInput } = { input: { kind: "resume" } };
const OPEN = { on: { x: [{}] } };
const WORK = {
  a: { enter: [task("one")], on: { complete: [{ target: "b" }], error: [{ target: "c" }] } },
  b: OPEN,
  c: OPEN,
};

check("pause() keeps what completes from leading on, until resume()", WORK, [PAUSE, { done: "one" }, RESUME], {
  state: "b",
  lastTrace: ["resumed", "exit a", "complete: a -> b", "enter b"],
});

check("[H1] a failure takes effect on resuming", WORK, [PAUSE, { failed: "one" }, RESUME], {
  state: "c",
  lastTrace: ["resumed", "set error=...", "exit a", "error: a -> c", "enter c"],
});

check(
  "pause() takes timers and tasks from the engine",
  {
    a: { enter: [task("one")], after: [{ delayMs: 5, target: "b" }] },
    b: OPEN,
  },
  [PAUSE],
  {
    timers: ["after-1-0"],
    takes: [],
    commands: [
      { kind: "pauseTasks", taskIds: ["t1"] },
      { kind: "clearTimer", timerId: "after-1-0", fireAtMs: 1_000_005 },
    ],
  },
);

check("a paused instance keeps events whose senders said so", { a: { on: { x: [{ target: "b" }] } }, b: OPEN }, [
  PAUSE,
  { event: "x", keep: true },
  RESUME,
], { state: "b" });

check("a paused instance refuses others", { a: OPEN }, [PAUSE, { event: "x" }], { rejection: { reason: "paused" } });
check("pause() refuses an instance that is paused", { a: OPEN }, [PAUSE, PAUSE], { rejection: { reason: "paused" } });
check("resume() refuses one that is not", { a: OPEN }, [RESUME], { rejection: { reason: "notPaused" } });

check("a paused instance can be cancelled", WORK, [PAUSE, { input: { kind: "cancel", reason: "no" } }], {
  status: "cancelled",
  tasks: [],
});

check(
  "[H1] a verdict that came in while it was paused is followed by what was put aside after it",
  {
    a: {
      enter: [task("one")],
      on: { go: [{ target: "b", guard: { code: "true" } }], error: [{ target: "c" }] },
    },
    b: OPEN,
    c: OPEN,
  },
  [{ event: "go" }, PAUSE, { failed: "one" }, { done: "states.a.on.go[0]", output: false }, RESUME],
  { state: "c", phase: "active" },
);
