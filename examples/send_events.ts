/**
 * Instances that send events to each other.
 *
 *   deno run -A examples/send_events.ts
 *
 * `send` is an action: it brings an event, with data, to any instance by its id. It is sent with the step that says so, in
 * one transaction, and arrives once, after that step, in the order of sending. By default it is kept until the receiver is
 * in a state that takes it, so neither needs to know where the other stands; with `keep: false` it is refused as a
 * client's would be. One that cannot be delivered is noted in the sender's history and fails nobody.
 *
 * Here a kitchen (a state machine) and a waiter (a steps workflow) work on one order: the waiter sends what was ordered,
 * and the kitchen answers whoever asked when it is ready. Neither needs a worker.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const kitchen = defineWorkflow({
  name: "kitchen",
  initial: "idle",
  states: {
    idle: {
      on: {
        order: { target: "cooking", actions: { set: { dish: { expression: "event.data.dish" } } } },
        close: "closed",
      },
    },
    cooking: {
      enter: { send: { to: "'waiter'", event: "meal.complete", data: { plate: "'a plate of ' + context.dish" } } },
      on: { complete: "idle" },
    },
    closed: {},
  },
});

const waiter = defineSteps({
  id: "waiter",
  steps: [
    { id: "tell", type: { send: { to: "'kitchen'", event: "order", data: { dish: "context.wish" } } } },
    { id: "meal", type: { act: { actions: ["complete"] } } },
    { id: "goodbye", type: { send: { to: "'kitchen'", event: "close" } } },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(kitchen);
await client.register(waiter);
await client.start("kitchen", { instanceId: "kitchen" });
await client.start("waiter", { instanceId: "waiter", input: { wish: "soup" } });

const served = await client.result("waiter");
const closed = await client.result("kitchen");
for (const [id, { status, context }] of Object.entries({ served, closed })) console.log(`${id}: ${status}`, context);
deepEqual([served.context?.plate, closed.state], ["a plate of soup", "closed"]);
console.log("Done: the kitchen was told, and the waiter was answered");
