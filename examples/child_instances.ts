/**
 * Instances that start others and send them events.
 *
 *   deno run -A examples/child_instances.ts
 *
 * Shows: `start` begins a child instance as a state's action; the state waits for it as for a task, and the child's
 * result is stored under the action's name. A child that fails is a failure of the state, with the child's code; a parent
 * that goes on or is cancelled cancels the children it waits for. `send` brings an event to any instance, once, after the
 * step that sends it; by default it is kept until a state takes it. Neither needs a worker.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const parcel = defineWorkflow({
  name: "parcel",
  initial: "packing",
  output: "context.weight",
  states: {
    packing: {
      enter: [{ task: { name: "weight", code: "input.items * 0.4" } }],
      on: {
        complete: [{
          target: "sent",
          actions: [{ send: { to: "input.tell", event: "packed", data: "context.weight" } }],
        }],
      },
    },
    sent: {},
  },
});

const order = defineWorkflow({
  name: "order",
  initial: "shipping",
  states: {
    shipping: {
      enter: [
        { start: { name: "first", workflow: "parcel", input: { items: "2", tell: "'warehouse'" } } },
        { start: { name: "second", workflow: "parcel", input: { items: "3", tell: "'warehouse'" } } },
      ],
      on: { complete: [{ target: "shipped" }] },
    },
    shipped: {},
  },
});

const warehouse = defineWorkflow({
  name: "warehouse",
  initial: "one",
  states: { one: { on: { packed: [{ target: "two" }] } }, two: { on: { packed: [{ target: "all" }] } }, all: {} },
});

const engine = await WorkflowEngine.open({ isolates: 2 });
try {
  const { client } = engine;
  for (const definition of [parcel, order, warehouse]) await client.register(definition);
  await client.start("warehouse", { instanceId: "warehouse" });
  const { id } = await client.start("order");
  const { status, context } = await client.result(id);
  const told = await client.result("warehouse");
  console.log(status, context, told.state);
  if (context?.first !== 0.8 || told.state !== "all") throw new Error("a child or an event was lost");
  console.log("Done: two children answered, and told a third instance");
} finally {
  await engine.close();
}
