/**
 * Steps for each item of a list.
 *
 *   deno run -A examples/steps_list.ts
 *
 * Shows `each`: with `parallel`, one script runs for all items, at most `concurrency` of them at once; its input is the
 * item, its outputs become a list in the order of the items, in the variable named by the step. Otherwise the steps within
 * are done for one item after the other, with the item in the variable that `as` names; every type of step may stand
 * there. `items` is a CEL expression, computed once. One item that fails for good fails the whole, for a `catch` to take.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { StepsBuilder } from "../shared/definition/steps/builder.ts";

const invoice = StepsBuilder.workflow("invoice")
  .each("prices", {
    items: "context.lines",
    parallel: true,
    concurrency: 2,
    script: { code: (line) => line.price * line.count },
  })
  .set("begin", { total: 0, text: "" })
  .each("add", {
    items: "context.prices",
    as: "price",
    steps: [
      { id: "sum", type: { set: { total: { expression: "context.total + context.price" } } } },
      { id: "write", if: "context.price > 5", type: { script: "({ text: input.text + input.price + ';' })" } },
    ],
  })
  .build();

const engine = await WorkflowEngine.open({ isolates: 2 });
try {
  await engine.client.register(invoice);
  const lines = [{ price: 2, count: 3 }, { price: 1, count: 4 }, { price: 10, count: 1 }];
  const { status, context } = await engine.client.start("invoice", { input: { lines }, waitMs: 30_000 });
  console.log(status, context?.prices, context?.total, context?.text);
  if (context?.total !== 20 || context?.text !== "6;10;") throw new Error("it does not add up");
  console.log("Done: priced side by side, added one after the other");
} finally {
  await engine.close();
}
