/**
 * Steps that fail, and what is done then.
 *
 *   deno run -A examples/steps_catch.ts
 *
 * Shows `catch`: by the failure's code, with steps of its own; afterwards the step that follows comes, or the one that the
 * catch names as `next`. Without codes it takes every failure. A script fails with a code by throwing an error that has
 * one; it is tried again as its `retry` says before that counts. The failure is in the variable `error`. A catch of a step
 * that has steps within it takes what those leave. A failure that nothing takes fails the workflow.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const payment = defineSteps({
  id: "payment",
  steps: [
    {
      id: "charge",
      type: {
        script: {
          retry: false,
          code: `
            if (input.card === "stolen") throw Object.assign(new Error("no such card"), { code: "CARD_REFUSED" });
            if (input.card === "slow") throw new Error("the bank does not answer");
            return { paid: true };
          `,
        },
      },
      catch: [
        { codes: "CARD_REFUSED", steps: [{ id: "refuse", type: { set: { paid: false } } }] },
        { steps: [{ id: "later", type: { set: { paid: "later" } } }], next: "note" },
      ],
    },
    { id: "thank", if: "context.paid == true", type: { log: "thank you" } },
    { id: "note", type: { log: { expression: "context.paid" } } },
  ],
});

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register(payment);
  for (const [card, paid] of [["good", true], ["stolen", false], ["slow", "later"]] as const) {
    const { status, context } = await engine.client.start("payment", { input: { card }, waitMs: 30_000 });
    console.log(`${card}: ${status}, paid: ${context?.paid}`);
    if (status !== "completed" || context?.paid !== paid) throw new Error(`expected ${paid}`);
  }
  console.log("Done: each failure was taken by its catch");
} finally {
  await engine.close();
}
