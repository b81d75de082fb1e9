/**
 * Several steps for each item of a list, one item after the other.
 *
 *   deno run -A examples/steps_each_sequential.ts
 *
 * `each` with `steps` does all of them for the first item, then for the second, and so on; every type of step may stand
 * there, with conditions, catches and further lists. `items` is a CEL expression, computed once. The item is in the
 * variable that `as` names (`item` if nothing is said), and `STEP.index` counts the items that were begun. What the steps
 * leave in the variables is there for the next item, which is what makes a running sum possible.
 *
 * Here a budget is given to applicants in the order of their wishes, until it is used up. For many items at once see
 * steps_each_parallel.ts (one script) and steps_each_parts.ts (several steps).
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const grants = defineSteps({
  id: "grants",
  steps: [
    { id: "begin", type: { set: { left: { expression: "input.budget" }, granted: [] } } },
    {
      id: "give",
      type: {
        each: {
          items: "context.wishes",
          as: "wish",
          steps: [
            {
              id: "grant",
              if: "context.wish.amount <= context.left",
              type: {
                set: {
                  left: { expression: "context.left - context.wish.amount" },
                  granted: { expression: "context.granted + [context.wish.by]" },
                },
              },
            },
            {
              id: "tell",
              type: { log: { expression: "context.wish.by + ': ' + string(context.left) + ' are left'" } },
            },
          ],
        },
      },
    },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(grants);
const wishes = [{ by: "ann", amount: 60 }, { by: "bob", amount: 50 }, { by: "cleo", amount: 40 }];
const { context } = await engine.client.start("grants", { input: { budget: 100, wishes }, waitMs: 30_000 });
console.log("granted to", context?.granted, "left:", context?.left);
deepEqual(context?.granted, ["ann", "cleo"]);
deepEqual([context?.left, context?.["give.index"]], [0, 3]);
console.log("Done: bob wished for more than was left, and cleo's wish still fitted");
