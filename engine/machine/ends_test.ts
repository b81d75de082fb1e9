import assert from "node:assert/strict";
import { check } from "./testing/check.ts";
import { advance, start } from "./machine.ts";

Deno.test("an instance's output is what the definition says, from context and input", () => {
  const definition = { name: "w", initial: "a", output: { sum: "context.n + input.n" }, states: { a: {} } };
  const result = start(definition, { id: "i", version: 1, input: { n: 2 } }, 0);
  assert.ok(result.kind === "accepted");
  assert.deepEqual(result.instance.output, { sum: 4 });
  assert.deepEqual(result.entries.at(-1), { kind: "completed", output: { sum: 4 } });
});

check(
  "an output that cannot be evaluated fails the instance",
  { initial: "a", output: "context.no", states: { a: {} } },
  [],
  {
    status: "failed",
    failure: { code: "EXPRESSION_FAILED", message: /Cannot evaluate output \(`context\.no`\)/ },
  },
);

Deno.test("a child tells its parent of each of its ends", () => {
  const definition = { name: "w", initial: "a", states: { a: { on: { x: [{ target: "b" }] } }, b: {} } };
  const started = start(definition, { id: "c", version: 1, input: { n: 1 }, parent: { id: "p", taskId: "t1" } }, 0);
  assert.ok(started.kind === "accepted");
  const completed = advance(definition, started.instance, { kind: "event", name: "x", data: null, keep: false }, 0);
  const end = { kind: "message", number: 1, about: "end", to: "p", taskId: "t1" };
  assert.deepEqual(completed.kind === "accepted" && completed.commands, [{ ...end, outcome: { output: { n: 1 } } }]);
  const cancelled = advance(definition, started.instance, { kind: "cancel", reason: "no" }, 0);
  const failure = { code: "CANCELLED", message: 'Instance "c" was cancelled: no' };
  assert.deepEqual(cancelled.kind === "accepted" && cancelled.commands, [{ ...end, outcome: { failure } }]);
});
