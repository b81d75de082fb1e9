/**
 * Tasks that run side by side, and are waited for together.
 *
 *   deno run -A examples/parallel_tasks.ts
 *
 * All tasks in the enter actions of one state run in parallel, each on whichever worker has a free isolate. When the last
 * of them is done the state receives the event `complete`, once: that is the join. Each output stands in the context under
 * the task's name, so the state that follows finds all of them. When one has failed for good (after its own attempts) the
 * others are cancelled, and the state receives `error` instead.
 *
 * Here three suppliers are asked for a price at the same time, and the cheapest is taken.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const purchase = defineWorkflow({
  name: "purchase",
  initial: "asking",
  states: {
    asking: {
      enter: [
        { task: "north", code: "({ supplier: 'north', price: input.count * 3 + 20 })" },
        { task: "south", code: "({ supplier: 'south', price: input.count * 4 })" },
        { task: "west", code: "({ supplier: 'west', price: input.count * 2 + 50 })" },
      ],
      on: { complete: "choosing" },
    },
    choosing: {
      enter: {
        task: "best",
        input: { offers: "[context.north, context.south, context.west]" },
        code: "input.offers.sort((one, other) => one.price - other.price)[0]",
      },
    },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 3 });
const { client } = engine;
await client.register(purchase);
const { id, context } = await client.start("purchase", { input: { count: 25 }, waitMs: 30_000 });
const kinds: string[] = [];
for await (const { entries } of client.history(id)) {
  for (const { taskScheduled, taskCompleted, transitionTaken } of entries) {
    if (taskScheduled) kinds.push(`${taskScheduled.name} begins`);
    if (taskCompleted) kinds.push(`${taskCompleted.name} is done`);
    if (transitionTaken) kinds.push(`-> ${transitionTaken.to}`);
  }
}
console.log(kinds.join("\n"));
console.log(context);
deepEqual(kinds.slice(0, 3), ["north begins", "south begins", "west begins"]);
equal(kinds.filter((kind) => kind === "-> choosing").length, 1);
deepEqual(context?.best, { supplier: "north", price: 95 });
console.log("Done: three tasks side by side, one join");
