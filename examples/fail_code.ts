/**
 * Failing with a code of one's own.
 *
 *   deno run -A examples/fail_code.ts
 *
 * The action `fail` fails in the state that it stands in, as a task would that fails for good: with a code and a message,
 * each a text or computed with `{expression: ...}`. The first transition for `error` that takes the code is taken; if there
 * is none the instance fails with that code, which whoever waits for it sees, and a parent as the failure of its child. In
 * a steps workflow `fail` is a type of step, and a `catch` around it takes the code.
 *
 * So what went wrong for the business is told apart by code, as what went wrong in a program is. A script fails with a code
 * by throwing an error that has one (error_codes.ts); this is for where no code runs. Here an order fails since there is
 * not enough of something, and a steps workflow that orders it for somebody takes that.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const order = defineWorkflow({
  name: "order",
  initial: "checking",
  states: {
    checking: {
      on: {
        complete: [
          { target: "ordered", guard: "input.count <= input.stock" },
          {
            actions: {
              fail: { code: "NO_STOCK", message: { expression: "'only ' + string(input.stock) + ' are left'" } },
            },
          },
        ],
      },
    },
    ordered: {},
  },
});

const gift = defineSteps({
  id: "gift",
  steps: [
    { id: "budget", if: "context.count > 10", type: { fail: { code: "TOO_MANY", message: "ten are enough" } } },
    {
      id: "order",
      type: { workflow: { workflow: "order", input: { count: "context.count", stock: "5" } } },
      catch: { codes: "NO_STOCK", steps: [{ id: "voucher", type: { set: { voucher: true } } }] },
    },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(order);
await client.register(gift);

const alone = await client.start("order", { input: { count: 9, stock: 5 }, waitMs: 30_000 });
console.log("order of 9:", alone.status, alone.failure?.code, "-", alone.failure?.message);
deepEqual([alone.status, alone.state, alone.failure?.code], ["failed", "checking", "NO_STOCK"]);

const ends = [];
for (const count of [3, 9, 99]) {
  const { status, context, failure } = await client.start("gift", { input: { count }, waitMs: 30_000 });
  console.log(`gift of ${count}:`, status, failure?.code ?? "", context?.voucher ? "with a voucher" : "");
  ends.push([status, failure?.code, context?.voucher]);
}
deepEqual(ends, [
  ["completed", undefined, undefined],
  ["completed", undefined, true],
  ["failed", "TOO_MANY", undefined],
]);
console.log("Done: the code of the child was caught, and the other one seen by who waited");
