/**
 * Steps that are undone when a later one fails.
 *
 *   deno run -A examples/steps_undo.ts
 *
 * `undo` of a step is a list of actions, as a state's have them: tasks, `set`, `log`, `send`. When the workflow fails, or
 * is cancelled, the undo actions of the steps that were done run before it ends, the last step's first. The step that
 * failed has not been done, so it is not undone. The failure stays the reason of the end, and the history shows what was
 * undone.
 *
 * This is what makes a booking of several parts whole: no transaction spans an airline and a hotel, but each part can be
 * given back. The same for a state machine: compensation.ts.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const trip = defineSteps({
  id: "trip",
  steps: [
    {
      id: "flight",
      type: { script: "({ flight: 'F1' })" },
      undo: { task: "cancelFlight", code: "'gave back ' + input.flight" },
    },
    {
      id: "hotel",
      type: { script: "({ hotel: 'H1' })" },
      undo: { task: "cancelHotel", code: "'gave back ' + input.hotel" },
    },
    {
      id: "car",
      type: { script: { retry: false, code: "throw new Error('no car left')" } },
      undo: { log: "never needed" },
    },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(trip);
const { id, status, failure, context } = await client.start("trip", { waitMs: 30_000 });
const undone: string[] = [];
for await (const { entries } of client.history(id)) {
  for (const { compensating } of entries) if (compensating?.state) undone.push(compensating.state);
}
console.log(`${status} (${failure?.message}); undone: ${undone.join(", ")}`);
console.log(context);
equal(status, "failed");
deepEqual(undone, ["hotel", "flight"]);
console.log("Done: the hotel and then the flight were given back");
