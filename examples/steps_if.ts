/**
 * A step that is done only under a condition.
 *
 *   deno run -A examples/steps_if.ts
 *
 * `if` is a CEL expression over the variables, in `context`, and the start input, in `input`. Where it does not hold the
 * step is passed over, and its script never gets to a worker; the history shows that its state was not entered. Numbers do
 * what people expect: `context.amount > 1000` holds for 1000.5. A condition that cannot be computed, as one over a
 * variable that is not there, fails the workflow rather than guess; `has(context.checked)` asks whether it is there.
 *
 * Here a large order is checked, and a small one is not.
 */

import { equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const check = defineSteps({
  id: "order-check",
  steps: [
    { id: "check", if: "context.amount > 1000", type: { script: "({ checkedBy: 'rule ' + input.amount % 7 })" } },
    {
      id: "decide",
      type: {
        set: { verdict: { expression: "has(context.checkedBy) ? 'accepted by ' + context.checkedBy : 'accepted'" } },
      },
    },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(check);
for (const [amount, verdict] of [[20, "accepted"], [1000.5, "accepted by rule 6.5"]] as const) {
  const { context } = await engine.client.start("order-check", { input: { amount }, waitMs: 30_000 });
  console.log(`${amount}: ${context?.verdict}`);
  equal(context?.verdict, verdict);
}
console.log("Done: the small order was not checked");
