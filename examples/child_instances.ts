/**
 * Instances that start others, and wait for what comes of them.
 *
 *   deno run -A examples/child_instances.ts
 *
 * `start` begins a child instance as a state's action: its `workflow`, its `input` in CEL, and a name of its own. The state
 * waits for the child's end as for a task, beside its other tasks and children; the child's result (its `output`, or its
 * whole context) then stands in the context under the action's name. A child that fails is a failure of the state, with
 * the child's code. With `wait: false` the parent goes on at once and hears no more of it. No worker is needed for it.
 *
 * Each child is an instance like any other, with an id, a history and a version. Here an order is shipped in two parcels.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const parcel = defineWorkflow({
  name: "parcel",
  initial: "packing",
  output: { weight: "context.weight", label: "'to ' + input.to" },
  states: {
    packing: { enter: { task: "weight", code: "input.items.length * 0.4" }, on: { complete: "sent" } },
    sent: {},
  },
});

const order = defineWorkflow({
  name: "order",
  initial: "shipping",
  states: {
    shipping: {
      enter: [
        { start: "fragile", workflow: "parcel", input: { items: "context.glasses", to: "context.to" } },
        { start: "others", workflow: "parcel", input: { items: "context.books", to: "context.to" } },
      ],
      on: { complete: "shipped" },
    },
    shipped: { enter: { set: { weight: { expression: "context.fragile.weight + context.others.weight" } } } },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 2 });
const { client } = engine;
await client.register(parcel);
await client.register(order);
const input = { to: "Bonn", glasses: ["wine"], books: ["one", "two"] };
const { context } = await client.start("order", { instanceId: "o1", input, waitMs: 30_000 });
for (const id of ["o1.1", "o1.2"]) {
  const child = await client.get(id);
  console.log(`${id} of ${child.parentId}: ${child.status}`, child.output);
  equal(child.parentId, "o1");
}
console.log(context);
deepEqual(context?.others, { weight: 0.8, label: "to Bonn" });
deepEqual(Number(context?.weight).toFixed(1), "1.2");
console.log("Done: two children answered their parent");
