/**
 * A step that runs another workflow.
 *
 *   deno run -A examples/steps_workflow.ts
 *
 * `workflow` starts a child instance, with an input that the parent computes in CEL; the child sees nothing else of its
 * parent. The step waits for the child's end. The child's result (its `output`, or all its variables) becomes the variable
 * named by the step. A child that fails is a failure of the step, with the child's code, for a `catch` to take; when the
 * parent is cancelled or fails, so is the child. With `wait: false` the parent goes on at once.
 *
 * So a part that several workflows need is written once, has its own history, and can be looked at by itself. Both are
 * steps workflows here, but either may be a state machine.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const shipping = defineSteps({
  id: "shipping",
  output: { cost: "context.cost" },
  steps: [
    {
      id: "weigh",
      type: {
        script: {
          retry: false,
          code: `
            if (input.weight > 30) throw Object.assign(new Error("no van takes this"), { code: "TOO_HEAVY" });
            return { cost: input.weight * 1.5 };
          `,
        },
      },
    },
  ],
});

const order = defineSteps({
  id: "order",
  steps: [
    {
      id: "ship",
      type: { workflow: { workflow: "shipping", input: { weight: "context.items * 0.5" } } },
      catch: { codes: "TOO_HEAVY", steps: [{ id: "pickup", type: { set: { ship: { cost: 0 } } } }] },
    },
    { id: "sum", type: { set: { total: { expression: "context.price + context.ship.cost" } } } },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(shipping);
await engine.client.register(order);
for (const [items, total] of [[8, 16], [80, 10]]) {
  const { id, context } = await engine.client.start("order", { input: { price: 10, items }, waitMs: 30_000 });
  const child = await engine.client.get(`${id}.1`);
  console.log(`${items} items: the child ${child.status}, the total is ${context?.total}`);
  deepEqual([context?.total, child.parentId], [total, id]);
}
console.log("Done: the child's result is a variable of the parent, and its failure was caught");
