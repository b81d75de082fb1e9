/**
 * What a state does about a failure, by its code.
 *
 *   deno run -A examples/error_codes.ts
 *
 * A task fails with the `code` of the error that its code throws (TASK_FAILED if it has none; TIMED_OUT, OUT_OF_MEMORY and
 * others come from the engine). While attempts are left it is tried again, unless the error says `retryable: false` or
 * the task's `nonRetryable` names the code. Then the state receives the event `error`; its transitions choose with `codes`,
 * in the order they are written, and one without codes takes the rest. The failure stands in the context as `error`, with
 * code, message, line and column.
 *
 * A failure that no transition takes fails the instance, with that failure as the reason.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const payment = defineWorkflow({
  name: "payment",
  initial: "charging",
  states: {
    charging: {
      enter: {
        task: "receipt",
        retry: { initialDelay: "1ms", nonRetryable: ["CARD_EXPIRED", "CARD_DECLINED", "FRAUD"] },
        code: `
          if (input.problem) throw Object.assign(new Error("the bank says no"), { code: input.problem });
          return "r-" + input.customer;
        `,
      },
      on: {
        complete: "paid",
        error: [
          { codes: ["CARD_EXPIRED", "CARD_DECLINED"], target: "askingForAnother" },
          { codes: "BANK_AWAY", target: "later" },
        ],
      },
    },
    paid: {},
    askingForAnother: {},
    later: {},
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(payment);
const ends: Record<string, string> = {};
for (const problem of ["", "CARD_EXPIRED", "BANK_AWAY", "FRAUD"]) {
  const { id, status, state } = await client.start("payment", { input: { customer: "ann", problem }, waitMs: 30_000 });
  let attempts = 1;
  for await (const { entries } of client.history(id)) attempts += entries.filter((entry) => entry.attemptFailed).length;
  ends[problem] = `${status} in ${state}`;
  console.log(`${(problem || "no problem").padEnd(12)} ${ends[problem]}, attempts: ${attempts}`);
}
deepEqual(ends, {
  "": "completed in paid",
  CARD_EXPIRED: "completed in askingForAnother",
  BANK_AWAY: "completed in later",
  FRAUD: "failed in charging",
});
console.log("Done: each code led to its own state, and the one that nothing takes failed the instance");
