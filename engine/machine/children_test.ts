import type { StartDefinition } from "../../shared/definition/definition.ts";
import type { ActionDefinition } from "../../shared/definition/definition.ts";
import { check } from "./testing/check.ts";

function start(more: Partial<StartDefinition> = {}): ActionDefinition {
  return { start: { name: "child", workflow: "w2", ...more } };
}

const OPEN = { on: { x: [{}] } };

check(
  "runStart() sends a start, and waits as for a task",
  { a: { enter: [start({ input: { n: "input.n" } })] } },
  [
    { input: { kind: "taskCompleted", taskId: "t1", output: 5, attempt: { attempt: 1 } } },
  ],
  { status: "completed", context: { n: 1, child: 5 } },
  { input: { n: 1 } },
);

check(
  "leaving a state cancels the child it waits for",
  { a: { on: { go: [{ target: "b" }] } }, b: { enter: [start({ id: "'c'" })], on: { x: [{ target: "c" }] } }, c: OPEN },
  [{ event: "go" }, { event: "x" }],
  {
    commands: [{
      kind: "message",
      number: 2,
      about: "cancel",
      taskId: "t1",
      child: "c",
      reason: 'The instance "i1" that started it does not wait for it any more',
    }],
  },
);

check(
  "runStart() without waiting goes on",
  { a: { enter: [start({ wait: false })], on: { complete: [{ target: "b" }] } }, b: OPEN },
  [],
  {
    state: "b",
    tasks: [],
    trace: ["enter a", "start child", "exit a", "complete: a -> b", "enter b"],
  },
);

check(
  "[M6] runStart() sends nothing for a child that is begun and left within one step",
  { a: { on: { x: [{ target: "b" }] } }, b: { enter: [start()], on: { y: [{ target: "c" }] } }, c: OPEN },
  [{ event: "y", keep: true }, { event: "x" }],
  { state: "c", commands: [] },
);

check(
  "runStart() refuses an input that is no object",
  { a: { on: { x: [{ actions: [start({ input: "1.0" })] }] } } },
  [{ event: "x" }],
  { rejection: { reason: "expressionFailed", message: /actions\[0\]\.start: the child's input must be an object/ } },
);

check(
  "runSend() refuses what is no instance's id",
  { a: { on: { x: [{ actions: [{ send: { to: "' '", event: "e" } }] }] } } },
  [{ event: "x" }],
  { rejection: { reason: "expressionFailed", message: /send\.to: it must be an instance's id/ } },
);

check(
  "runSend() numbers its messages, and keeps by default",
  {
    a: {
      on: {
        x: [{
          actions: [{ send: { to: "'i2'", event: "e", data: { n: "event.data" } } }, {
            send: { to: "'i3'", event: "e", keep: false },
          }],
        }],
      },
    },
  },
  [{ event: "x", data: 4 }],
  {
    commands: [
      { kind: "message", number: 1, about: "event", to: "i2", name: "e", data: { n: 4 }, keep: true },
      { kind: "message", number: 2, about: "event", to: "i3", name: "e", data: null, keep: false },
    ],
  },
);

check(
  "runSend() reaches the unfinished child of a name",
  { a: { enter: [start({ id: "'c'" })], on: { x: [{ actions: [{ send: { child: "child", event: "e" } }] }] } } },
  [{ event: "x" }],
  {
    commands: [{ kind: "message", number: 2, about: "event", to: "c", name: "e", data: null, keep: true }],
  },
);

check(
  "runSend() tells a client that no child of a name is waited for",
  { a: { enter: [start({ wait: false })], on: { x: [{ actions: [{ send: { child: "child", event: "e" } }] }] } } },
  [{ event: "x" }],
  {
    rejection: {
      reason: "expressionFailed",
      message:
        'Cannot run states.a.on.x[0].actions[0].send: there must be one child "child", and no child "child" is waited for.',
    },
  },
);

check(
  "runSend() tells a client that there are several children of a name",
  {
    a: {
      enter: [{ map: { name: "m", items: "[1.0, 2.0]", start: { workflow: "w2" } } }],
      on: { x: [{ actions: [{ send: { child: "m", event: "e" } }] }] },
    },
  },
  [{ event: "x" }],
  { rejection: { reason: "expressionFailed", message: /there must be one child "m", and there are 2 of it/ } },
);
