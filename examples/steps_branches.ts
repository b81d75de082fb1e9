/**
 * Steps that part into several ways, of which any number may be gone.
 *
 *   deno run -A examples/steps_branches.ts
 *
 * `branches` is inclusive: every branch whose `if` holds is gone, and one without `if` always. All conditions are looked
 * at before the first branch is gone, so what is done in one does not decide on another. `needs` makes a branch wait for
 * others, and leaves it out unless all of them were taken. The branch with `else` is gone when no other is. When the
 * branches that were taken are done, the workflow goes on with the step that follows, and the variables `STEP.BRANCH` say
 * which were taken.
 *
 * Here parcels are prepared: what is fragile is wrapped, what is heavy is strapped, only what is both gets a crate, and
 * what is neither just goes into a bag. For one way out of several see steps_choose.ts,
 * for ways at the same time steps_parallel.ts.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const preparation = defineSteps({
  id: "preparation",
  steps: [
    {
      id: "prepare",
      type: {
        branches: [
          { id: "fragile", if: "context.kind == 'glass'", steps: [{ id: "wrap", type: { set: { wrapped: true } } }] },
          { id: "heavy", if: "context.weight > 20", steps: [{ id: "strap", type: { script: "({ straps: 2 })" } }] },
          {
            id: "crate",
            needs: ["fragile", "heavy"],
            steps: [{ id: "nail", type: { script: "({ nails: input.straps * 8 })" } }],
          },
          { id: "plain", else: true, steps: [{ id: "bag", type: { set: { bagged: true } } }] },
        ],
      },
    },
    { id: "label", type: { log: { expression: "context.kind + ' is ready'" } } },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(preparation);
const parcels = [
  { kind: "glass", weight: 30, taken: ["fragile", "heavy", "crate"] },
  { kind: "glass", weight: 1, taken: ["fragile"] },
  { kind: "sand", weight: 40, taken: ["heavy"] },
  { kind: "wool", weight: 1, taken: ["plain"] },
];
for (const { kind, weight, taken } of parcels) {
  const { context = {} } = await engine.client.start("preparation", { input: { kind, weight }, waitMs: 30_000 });
  const gone = ["fragile", "heavy", "crate", "plain"].filter((branch) => context[`prepare.${branch}`]);
  console.log(`${weight} kg of ${kind}: ${gone.join(", ")}`);
  deepEqual(gone, taken);
}
console.log("Done: each parcel went the ways that are its own");
