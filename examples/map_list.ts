/**
 * The same task for each item of a list.
 *
 *   deno run -A examples/map_list.ts
 *
 * Shows: `map` evaluates its list when the state is entered and runs one task for each item, at most `concurrency` of them
 * at once. The task's input expressions see `item` and `index` besides the context; without an input the task gets the
 * item. The outputs come in the order of the items, whichever was done first. When one item fails for good the others
 * are cancelled, and the state takes the failure as it would that of a task.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const prices = defineWorkflow({
  name: "prices",
  initial: "pricing",
  states: {
    pricing: {
      enter: [{
        map: {
          name: "lines",
          items: "context.cart",
          concurrency: 2,
          task: {
            code: "`${input.place}: ${input.item.name} ${input.item.price * input.item.count}`",
            input: { item: "item", place: "index + 1" },
          },
        },
      }],
      on: { complete: [{ target: "priced" }] },
    },
    priced: {},
  },
});

const engine = await WorkflowEngine.open({ isolates: 2 });
try {
  await engine.client.register(prices);
  const cart = [{ name: "lamp", price: 49, count: 2 }, { name: "bulb", price: 3, count: 4 }, {
    name: "cord",
    price: 5,
    count: 1,
  }];
  const { context } = await engine.client.start("prices", { input: { cart }, waitMs: 30_000 });
  console.log(context?.lines);
  if (JSON.stringify(context?.lines) !== '["1: lamp 98","2: bulb 12","3: cord 5"]') throw new Error("not in order");
  console.log("Done: three items, two at once, in their order");
} finally {
  await engine.close();
}
