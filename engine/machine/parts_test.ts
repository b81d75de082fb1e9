import assert from "node:assert/strict";
import type { JsonObject } from "../../shared/json.ts";
import type { Command } from "./input.ts";
import type { Instance } from "./instance.ts";
import { advance, contextAt, fork, start } from "./machine.ts";
import { check, log, set, toDefinition } from "./testing/check.ts";

const OPEN = { on: { x: [{}] } };
const PART = { enter: [set("b", "context.a + 1.0")] };

check(
  "runStart() with a state starts a part of the instance, with its context and the input's members over it",
  {
    a: { enter: [set("n", "1.0"), { start: { name: "p", state: "part", input: { m: "context.n" } } }], ...OPEN },
    part: PART,
  },
  [],
  {
    tasks: ["p"],
    commands: [{
      kind: "message",
      number: 1,
      about: "start",
      taskId: "t1",
      name: "p",
      child: "i1.1",
      workflow: "w",
      version: 1,
      input: { a: 5 },
      depth: 1,
      part: { state: "part", context: { a: 5, n: 1, m: 1 }, sequence: 1 },
    }],
  },
  { input: { a: 5 } },
);

check(
  "a map starts a child for each item, so many at once, and its output is the list of their results",
  {
    a: {
      enter: [{ map: { name: "m", items: "[1.0, 2.0]", concurrency: 1, start: { workflow: "w2" } } }],
      on: { complete: [{ target: "b" }] },
    },
    b: OPEN,
  },
  [
    { input: { kind: "taskCompleted", taskId: "t2", output: { one: 1 }, attempt: { attempt: 1 } } },
    { input: { kind: "taskCompleted", taskId: "t3", output: { two: 2 }, attempt: { attempt: 1 } } },
  ],
  { state: "b", context: { m: [{ one: 1 }, { two: 2 }] } },
);

check(
  "[L2] a child of a map that fails fails the map with its code, and the other children are cancelled",
  {
    a: {
      enter: [{ map: { name: "m", items: "[1.0, 2.0]", start: { state: "part", input: { i: "item" } } } }],
      on: { error: [{ codes: ["OWN"], target: "b" }] },
    },
    b: OPEN,
    part: PART,
  },
  [{
    input: { kind: "taskFailed", taskId: "t2", failure: { code: "OWN", message: "no" }, attempt: { attempt: 1 } },
  }],
  {
    state: "b",
    tasks: [],
    commands: [{
      kind: "message",
      number: 3,
      about: "cancel",
      taskId: "t3",
      child: "i1.2",
      reason: 'The instance "i1" that started it does not wait for it any more',
    }],
  },
);

check(
  "a map whose child's input is no object fails the instance with the place",
  { a: { enter: [{ map: { name: "m", items: "[1.0]", start: { workflow: "w2", input: "item" } } }] } },
  [],
  {
    failure: {
      code: "EXPRESSION_FAILED",
      message: "Cannot use states.a.enter[0].map.start.input: it must be an object.",
    },
  },
);

/** What a part has become after its start. */
function part(
  states: Record<string, object>,
  context: JsonObject,
): { instance: Instance; commands: readonly Command[] } {
  const definition = { ...toDefinition({ a: {}, ...states }), output: "context" };
  const parent = { id: "p", taskId: "t1" };
  const result = fork(
    definition,
    { id: "p.1", version: 1, input: { a: 1 }, parent, depth: 1, part: true },
    { instanceId: "p", sequence: 3, state: "part", context },
    1_000,
  );
  assert.ok(result.kind === "accepted");
  assert.deepEqual(contextAt([{ sequence: 1, atMs: 1_000, entries: result.entries }]), result.instance.context);
  return result;
}

Deno.test("the result of a part is what it has written, whatever the definition's output is", () => {
  const { instance, commands } = part({ part: { ...PART, on: { complete: [{ target: "a" }] } } }, { a: 5, c: "x" });
  assert.deepEqual([instance.status, instance.state], ["completed", "a"]);
  assert.deepEqual(instance.context, { a: 5, c: "x", b: 6 });
  assert.deepEqual(instance.output, { b: 6 });
  assert.deepEqual(commands, [
    { kind: "message", number: 1, about: "end", to: "p", taskId: "t1", outcome: { output: { b: 6 } } },
  ]);
});

Deno.test("a part that writes nothing gives an empty object", () => {
  const { instance } = part({ part: { enter: [log("hello")] } }, { a: 5 });
  assert.deepEqual(instance.output, {});
});

Deno.test("an instance that is no part knows nothing of what it has written", () => {
  const definition = toDefinition({ a: { enter: [set("b", "1.0")] } });
  const result = start(definition, { id: "i", version: 1, input: {} }, 1_000);
  assert.ok(result.kind === "accepted");
  assert.equal(result.instance.part, undefined);
});

Deno.test("[L1] parts that one step cannot start together are started as others end", () => {
  const item = (name: string) => ({ map: { name, items: "[1.0]", start: { state: "part", input: {} } } });
  const definition = toDefinition({ a: { enter: [item("m"), item("n"), item("o")], ...OPEN }, part: PART });
  // Each part takes a copy of the context, and one of the input.
  const input = { text: "x".repeat(900_000) };
  let result = start(definition, { id: "i", version: 1, input }, 1_000);
  assert.ok(result.kind === "accepted");
  const begun = () => {
    assert.ok(result.kind === "accepted");
    return Object.entries(result.instance.tasks).filter(([, { child }]) => child !== undefined);
  };
  assert.equal(begun().length, 1, "two would write more than 4 MiB, with the start itself");
  const taskId = begun()[0][0];
  result = advance(
    definition,
    result.instance,
    { kind: "taskCompleted", taskId, output: {}, attempt: { attempt: 1 } },
    1_000,
  );
  assert.equal(begun().length, 2, "the next step has room for both that are left");
});
