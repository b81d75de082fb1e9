/**
 * Undoing what was done when a later step fails (a saga).
 *
 *   deno run -A examples/compensation.ts
 *
 * Shows: `compensate` lists the undo actions of a state. When the instance fails, or is cancelled, the undo actions of all
 * completed visits run, the last first, before the instance ends; a state whose tasks had not all completed is not undone.
 * The actions see what every action sees, and the failure as the event's data. Cancelling can also do without them, and
 * the definition's `compensateOn` says for which ends they run by default. An undo action that fails for good leaves the
 * instance failed with COMPENSATION_FAILED, after the others have run.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const undo = (
  what: string,
) => [{ task: { name: `undo-${what}`, code: `console.log("undone"); "${what} was undone"` } }];

const trip = defineWorkflow({
  name: "trip",
  initial: "flight",
  states: {
    flight: {
      enter: [{ task: { name: "flight", code: "'F1'" } }],
      compensate: undo("flight"),
      on: { complete: [{ target: "hotel" }] },
    },
    hotel: {
      enter: [{ task: { name: "hotel", code: "'H1'" } }],
      compensate: undo("hotel"),
      on: { complete: [{ target: "car" }] },
    },
    car: {
      enter: [{
        task: {
          name: "car",
          code: "throw Object.assign(new Error('no car left'), { code: 'SOLD_OUT', retryable: false })",
        },
      }],
      compensate: undo("car"),
      on: { complete: [{ target: "booked" }] },
    },
    booked: {},
  },
});

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register(trip);
  const { id, status, failure } = await engine.client.start("trip", { waitMs: 30_000 });
  const undone: string[] = [];
  for await (const { entries } of engine.client.history(id)) {
    for (const { compensating } of entries) {
      if (compensating !== undefined) undone.push((compensating as { state: string }).state);
    }
  }
  console.log(status, failure?.code, "undone:", undone.join(", "));
  if (undone.join() !== "hotel,flight" || failure?.code !== "SOLD_OUT") throw new Error("it was not undone in order");
  console.log("Done: hotel and flight were undone, the car that was never booked was not");
} finally {
  await engine.close();
}
