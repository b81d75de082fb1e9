/**
 * Going on with an instance that has failed, from the state in which it did.
 *
 *   deno run -A examples/retry_failed.ts
 *
 * When a task has used up its attempts and no transition takes the failure, the instance fails, and stays as it was: its
 * context, its history, the state in which it failed. `retry` makes it run again by entering that state anew, with its
 * tasks and their attempts from the beginning; what earlier states have done is not done again. It is what an operator
 * does when what was broken has been mended: `degov retry`, the button on the dashboard, or in bulk (bulk.ts).
 *
 * Here a payment cannot be booked while the books are closed; the two attempts are an hour apart, in virtual time.
 */

import { deepEqual, equal } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const HOUR_MS = 3_600_000;

const payment = defineWorkflow({
  name: "payment",
  initial: "numbering",
  states: {
    numbering: { enter: { task: "number", code: "'P-' + input.amount" }, on: { complete: "booking" } },
    booking: {
      enter: [
        { set: { tries: { expression: "has(context.tries) ? context.tries + 1 : 1" } } },
        {
          task: "booked",
          retry: { maxAttempts: 2, initialDelay: "1h", maxDelay: "1h", jitter: 0 },
          input: { number: "context.number", areOpen: "context.tries > 1" }, // somebody opens the books meanwhile
          code: `
            if (!input.areOpen) throw new Error("the books are closed");
            return input.number + " is booked";
          `,
        },
      ],
      on: { complete: "done" },
    },
    done: {},
  },
});

await using kit = await TestKit.open();
const { client } = kit;
await client.register(payment);
const { id } = await client.start("payment", { input: { amount: 12 } });
const beganMs = kit.nowMs();
const failed = await kit.settle(id);
console.log(`${failed.status} in "${failed.state}" after two attempts: ${failed.failure?.message}`);
deepEqual([failed.status, failed.state, kit.nowMs() - beganMs], ["failed", "booking", HOUR_MS]);

await client.retry(id);
const { status, context } = await kit.settle(id);
console.log(`${status}:`, context?.booked, `(entered ${context?.tries} times)`);
equal(context?.booked, "P-12 is booked");

const entered: string[] = [];
for await (const { entries } of client.history(id)) {
  for (const { stateEntered } of entries) if (stateEntered?.state) entered.push(stateEntered.state);
}
deepEqual(entered, ["numbering", "booking", "booking", "done"]);
console.log("Done: it went on where it had failed, and what came before was not done again");
