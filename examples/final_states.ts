/**
 * States that end an instance: completed, or failed.
 *
 *   deno run -A examples/final_states.ts
 *
 * An instance ends in a state that has no way out, once the state's tasks are done. `final: true` (or `completed`) says so
 * in writing, and has it checked that there is no way out. `final: failed` ends the instance as failed: the outcome is a
 * bad one, though nothing went wrong in between. Whoever waits for the result, the list of instances, metrics and a
 * parent see the difference, and undo actions run before the one and not before the other.
 *
 * A final state may have tasks, as the letter here; the instance ends when they are done. The failure's code is
 * STATE_FAILED, or one of your own with the action `fail` (fail_code.ts).
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const loan = defineWorkflow({
  name: "loan",
  initial: "scoring",
  states: {
    scoring: {
      enter: { task: "score", code: "Math.round(input.income / input.amount * 100)" },
      on: {
        complete: [
          { target: "granted", guard: "context.score >= 50" },
          { target: "refused", guard: "context.score < 20" },
          "deciding",
        ],
      },
    },
    deciding: { on: { grant: "granted", refuse: "refused" } },
    granted: { final: true },
    refused: { final: "failed", enter: { task: "letter", code: "`Dear ${input.name}, we are sorry.`" } },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(loan);
const ends = [];
for (const income of [900, 100, 300]) {
  const { id } = await client.start("loan", { input: { name: "Ann", amount: 1000, income } });
  if (income === 300) await client.send(id, "grant", { keep: true });
  const { status, state, failure, context } = await client.result(id);
  console.log(`income ${income}: ${status}`, failure?.message ?? "", context?.letter ?? "");
  ends.push([status, state, failure?.code, context?.letter !== undefined]);
}
deepEqual(ends, [
  ["completed", "granted", undefined, false],
  ["failed", "refused", "STATE_FAILED", true],
  ["completed", "granted", undefined, false],
]);
console.log("Done: two ends that completed, and one that failed");
