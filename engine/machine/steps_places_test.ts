/** What an instance of a steps workflow says of itself names the author's steps, and no state that they did not write. */

import assert from "node:assert/strict";
import { defineSteps } from "../../shared/definition/steps/builder.ts";
import type { StepSource } from "../../shared/definition/steps/source.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Instance } from "./instance.ts";
import { advance, explain, start } from "./machine.ts";

function begun(steps: StepSource[], input: JsonObject = {}) {
  const definition = defineSteps({ id: "w", steps });
  const result = start(definition, { id: "i", version: 1, input }, 1_000);
  assert.ok(result.kind === "accepted");
  return { definition, instance: result.instance as Instance };
}

const MESSAGES: [what: string, steps: StepSource[], message: string][] = [
  [
    "a condition",
    [{ id: "a" }, { id: "b", if: "context.x > 1" }],
    'Cannot evaluate step "b", steps[1].if (`context.x > 1`): no such key: context.x.',
  ],
  [
    "a computed variable",
    [{ id: "a", type: { set: { y: { expression: "context.x" } } } }],
    'Cannot evaluate step "a", steps[0].type.set.y.expression (`context.x`): no such key: context.x.',
  ],
  [
    "a script's input",
    [{ id: "a", type: { script: { code: "1", input: { n: "context.x" } } } }],
    'Cannot evaluate step "a", steps[0].type.script.input (`context.x`): no such key: context.x.',
  ],
  [
    "a list that is none",
    [{ id: "a", type: { each: { items: "input.n", parallel: true, script: { code: "1" } } } }],
    'Cannot use step "a", steps[0].type.each.items: it must be a list.',
  ],
  [
    "a branch's condition",
    [{ id: "a", type: { branches: [{ id: "b", if: "context.x", steps: [{ id: "c" }] }] } }],
    'Cannot evaluate step "a", steps[0].type.branches[0].if (`context.x`): no such key: context.x.',
  ],
];

for (const [what, steps, message] of MESSAGES) {
  Deno.test(`an instance that fails because of ${what} names the step and the place in the document`, () => {
    const { instance } = begun(steps, { n: 1 });
    assert.deepEqual([instance.failure?.code, instance.failure?.message], ["EXPRESSION_FAILED", message]);
  });
}

Deno.test("an output that cannot be evaluated is named as the author wrote it", () => {
  const definition = defineSteps({ id: "w", output: { t: "context.x" }, steps: [{ id: "a" }] });
  const result = start(definition, { id: "i", version: 1, input: {} }, 1_000);
  assert.ok(result.kind === "accepted");
  assert.equal(result.instance.failure?.message, "Cannot evaluate output (`context.x`): no such key: context.x.");
});

Deno.test("the variable error names the step whose way back was bounded", () => {
  const { instance } = begun([
    { id: "a", type: { set: { n: 1 } }, next: { to: "a", if: "true", max: 2 } },
  ]);
  assert.equal(instance.failure?.code, "RUNS_EXCEEDED");
  assert.equal((instance.context.error as JsonObject).state, "a");
});

Deno.test("explain() names steps that events and timers lead to, and none for what fails the instance", () => {
  const { definition, instance } = begun([
    {
      id: "first",
      type: { act: { actions: ["complete", "error"] } },
      next: [{ to: "last", if: "context.x == 1" }],
      timeout: [{ after: "1h", error: "LATE" }, { after: "2h", next: "last" }],
    },
    { id: "second", if: "context.y == 1" },
    { id: "last", type: { set: { z: 1 } } },
  ]);
  const waits = explain(definition, instance).map((wait) => "targets" in wait ? wait.targets : wait);
  assert.deepEqual(waits, [[], ["last"], ["last", "second"], []]);
});

Deno.test("the workflow's timeout names the step in which it passed", () => {
  const definition = defineSteps({ id: "w", timeout: "1h", steps: [{ id: "ask", type: { act: {} } }] });
  const result = start(definition, { id: "i", version: 1, input: {} }, 0);
  assert.ok(result.kind === "accepted");
  const timerId = Object.keys(result.instance.timers)[0];
  const over = advance(definition, result.instance, { kind: "timerFired", timerId }, 3_600_000);
  assert.ok(over.kind === "accepted");
  const message = 'Workflow "w" did not end within its timeout of 3600000 ms: it was in step "ask"';
  assert.deepEqual(over.instance.failure, { code: "TIMED_OUT", message });
});
