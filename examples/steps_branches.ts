/**
 * Steps that part into several ways.
 *
 *   deno run -A examples/steps_branches.ts
 *
 * Shows `branches`: every branch whose condition holds is gone, one after the other; all conditions are looked at before
 * the first is gone. `needs` makes a branch wait for others, and leaves it out unless they were taken. `else` marks the
 * one that is taken when no other is. The variables `STEP.BRANCH` say which were taken. With `choose` in the place of
 * `branches` only the first way whose condition holds is gone.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const greeting = defineSteps({
  id: "preparation",
  steps: [
    { id: "begin", type: { set: { did: "" } } },
    {
      id: "prepare",
      type: {
        branches: [
          { id: "fragile", if: "context.kind == 'glass'", steps: [did("wrap")] },
          { id: "heavy", if: "context.weight > 20", steps: [did("lift")] },
          { id: "crate", needs: ["fragile", "heavy"], steps: [did("nail")] },
          { id: "plain", else: true, steps: [did("bag")] },
        ],
      },
    },
    { id: "label", type: { script: { code: "return { label: input.kind + ':' + input.did };" } } },
  ],
});

function did(id: string) {
  return { id, type: { script: { code: `return { did: input.did + " ${id}" };` } } };
}

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register(greeting);
  const expected = { "glass 30": "glass: wrap lift nail", "glass 1": "glass: wrap", "sand 1": "sand: bag" };
  for (const [words, label] of Object.entries(expected)) {
    const [kind, weight] = words.split(" ");
    const input = { kind, weight: Number(weight) };
    const { context } = await engine.client.start("preparation", { input, waitMs: 30_000 });
    console.log(context?.label);
    if (context?.label !== label) throw new Error(`expected ${label}`);
  }
  console.log("Done: each order went the ways that are its own");
} finally {
  await engine.close();
}
