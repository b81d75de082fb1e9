import type { ActionDefinition, MapDefinition } from "../../shared/definition/definition.ts";
import { check, task } from "./testing/check.ts";

function map(more: Partial<MapDefinition> = {}): ActionDefinition {
  return { map: { name: "out", items: "context.list", task: { code: "input" }, ...more } };
}

const LIST = { input: { list: [7, 8, 9] } };

check("runMap() begins as many items as may be at once", { a: { enter: [map({ concurrency: 2 })] } }, [], {
  tasks: ["out", "out", "out"],
  trace: ["enter a", "schedule out", "schedule out[0]", "schedule out[1]"],
}, LIST);

check(
  "completeItem() begins the next, and stores the outputs in the order of the items",
  { a: { enter: [map({ concurrency: 1, output: "result" })] } },
  [
    { input: { kind: "taskCompleted", taskId: "t2", output: "x", attempt: { attempt: 1 } } },
    { input: { kind: "taskCompleted", taskId: "t3", output: "y", attempt: { attempt: 1 } } },
    { input: { kind: "taskCompleted", taskId: "t4", output: "z", attempt: { attempt: 1 } } },
  ],
  {
    status: "completed",
    context: { list: [7, 8, 9], result: ["x", "y", "z"] },
    lastTrace: ["done out[2]", "done out", "completed"],
  },
  LIST,
);

check(
  "[L2] the first failure of an item cancels the others, and is the map's",
  { a: { enter: [map({ concurrency: 2 })], on: { error: [{ target: "b" }] } }, b: {} },
  [{ input: { kind: "taskFailed", taskId: "t3", failure: { code: "E1", message: "no" }, attempt: { attempt: 3 } } }],
  {
    state: "b",
    lastTrace: [
      "failed out",
      "cancel out",
      "failed out",
      "set error=...",
      "exit a",
      "error: a -> b",
      "enter b",
      "completed",
    ],
  },
  LIST,
);

check(
  "runMap() of no items completes at once",
  { a: { enter: [map()] } },
  [],
  { status: "completed", context: { list: [], out: [] } },
  { input: { list: [] } },
);

check(
  "runMap() shows item and index to the task's input, and the context as it was when it began",
  { a: { enter: [map({ concurrency: 1, task: { code: "1", input: "[item, index, context.n]" } }), task("n")] } },
  [{ done: "n", output: 5 }, { input: { kind: "taskCompleted", taskId: "t2", output: 0, attempt: { attempt: 1 } } }],
  {
    commands: [{
      kind: "scheduleTask",
      taskId: "t4",
      task: { code: "1", input: "[item, index, context.n]" },
      input: [8, 1, 1],
    }],
  },
  { input: { list: [7, 8], n: 1 } },
);

check(
  "runMap() fails the instance when its items are no list",
  { a: { enter: [map()] } },
  [],
  { status: "failed", failure: { code: "EXPRESSION_FAILED", message: /enter\[0\]\.map\.items: it must be a list/ } },
  { input: { list: 5 } },
);

check(
  "runMap() refuses a list beyond its bound",
  { a: { on: { x: [{ actions: [map({ items: "event.data" })] }] } } },
  [{ event: "x", data: Array(1_001).fill(0) }],
  {
    rejection: {
      reason: "contextTooLarge",
      message: /1001 items, at most 1000 are allowed: divide the list, and start a child for each part/,
    },
  },
);
