/**
 * A step that runs another workflow.
 *
 *   deno run -A examples/steps_workflow.ts
 *
 * Shows `workflow`: a child instance is started, with an input that the parent computes, and sees nothing else of the
 * parent. The step waits for its end; the child's result (its `output`) becomes the variable named by the step. A child
 * that fails is a failure of the step, for a `catch` to take by the child's code; when the parent is cancelled, so is the
 * child. With `wait: false` the workflow goes on at once. Both are steps workflows here; either may be a state machine.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const shipping = defineSteps({
  id: "shipping",
  output: { cost: "context.cost" },
  steps: [{ id: "weigh", type: { script: "({ cost: input.weight * 1.5 })" } }],
});

const order = defineSteps({
  id: "order-with-shipping",
  steps: [
    { id: "pack", type: { set: { weight: 4 } } },
    { id: "ship", type: { workflow: { workflow: "shipping", input: { weight: "context.weight" } } } },
    { id: "sum", type: { set: { total: { expression: "context.price + context.ship.cost" } } } },
  ],
});

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register(shipping);
  await engine.client.register(order);
  const input = { price: 10 };
  const { status, context } = await engine.client.start("order-with-shipping", { input, waitMs: 30_000 });
  console.log(status, context);
  if (context?.total !== 16) throw new Error("the child's result is missing");
  console.log("Done: the child's result is a variable of the parent");
} finally {
  await engine.close();
}
