/**
 * Steps that fail, and what is done then.
 *
 *   deno run -A examples/steps_catch.ts
 *
 * `catch` takes a step's failure by its code, and has steps of its own; afterwards the step that follows comes, or the one
 * that the catch names as `next`. Without `codes` it takes every failure. A script fails with a code by throwing an error
 * that has one as its `code`; it is tried again as its `retry` says (three attempts if nothing is said) before its failure
 * counts. The failure is in the variable `error`. The catch of a step that has steps within it (branches, a list) takes
 * what those leave. A failure that nothing takes fails the workflow.
 *
 * Here a card is charged; a stolen card and a bank that does not answer are two different things.
 */

import { deepEqual } from "node:assert/strict";
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
    { id: "thank", if: "context.paid == true", type: { set: { thanked: true } } },
    { id: "note", type: { log: { expression: "context.paid" } } },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(payment);
for (const [card, paid] of [["good", true], ["stolen", false], ["slow", "later"]] as const) {
  const { status, context } = await engine.client.start("payment", { input: { card }, waitMs: 30_000 });
  const { code, message } = (context?.error ?? { code: "no failure" }) as { code: string; message?: string };
  console.log(`${card}: ${status}, paid: ${context?.paid} (${code}${message === undefined ? "" : `: ${message}`})`);
  deepEqual([status, context?.paid], ["completed", paid]);
}
console.log("Done: each failure was taken by its catch");
