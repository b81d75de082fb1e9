/**
 * Undoing what was done when a later state fails (a saga).
 *
 *   deno run -A examples/compensation.ts
 *
 * `compensate` lists the undo actions of a state. When the instance fails, or is cancelled, the undo actions of all visits
 * that were completed run before it ends, the last visit's first, each list being awaited before the next begins. A state
 * whose own tasks had not all completed is not undone: there is nothing to undo. Undo actions are actions like others;
 * they see the context, and the failure as the event's data.
 *
 * The definition's `compensateOn` says for which ends they run (failed, cancelled, or neither); whoever cancels can say
 * otherwise, as cancel.ts shows. An undo action that fails for good leaves the instance failed with COMPENSATION_FAILED,
 * after the others have run.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const undo = (what: string) => ({
  task: `${what}Refund`,
  input: { booking: `context.${what}`, why: "event.data.code" },
  code: "`${input.booking} was given back: ${input.why}`",
});

const trip = defineWorkflow({
  name: "trip",
  initial: "flight",
  states: {
    flight: { enter: { task: "flight", code: "'F1'" }, compensate: undo("flight"), on: { complete: "hotel" } },
    hotel: { enter: { task: "hotel", code: "'H1'" }, compensate: undo("hotel"), on: { complete: "car" } },
    car: {
      enter: {
        task: "car",
        code: "throw Object.assign(new Error('no car left'), { code: 'SOLD_OUT', retryable: false })",
      },
      compensate: undo("car"),
      on: { complete: "booked" },
    },
    booked: {},
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(trip);
const { id, status, failure, context } = await client.start("trip", { waitMs: 30_000 });
const undone: string[] = [];
for await (const { entries } of client.history(id)) {
  for (const { compensating } of entries) if (compensating?.state) undone.push(compensating.state);
}
console.log(`${status} with ${failure?.code}; undone: ${undone.join(", ")}`);
console.log(context?.hotelRefund, "/", context?.flightRefund);
deepEqual([status, failure?.code], ["failed", "SOLD_OUT"]);
deepEqual(undone, ["hotel", "flight"]);
equal(context?.flightRefund, "F1 was given back: SOLD_OUT");
console.log("Done: hotel and flight were given back, the car that was never booked was not");
