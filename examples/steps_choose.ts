/**
 * Steps that part into several ways, of which exactly one is gone.
 *
 *   deno run -A examples/steps_choose.ts
 *
 * `choose` has the same branches as `branches` (steps_branches.ts), but only the first whose `if` holds is gone, or the one
 * with `else` when none does; without an `else`, none may be. So the conditions are written from the special to the
 * general, and each may rely on those before it not having held: no `amount >= 100 && amount < 1000` here. A branch has
 * steps of its own, of every type, further branches too. Afterwards the workflow goes on with the step that follows.
 *
 * Here an expense is approved by whoever is in charge of its size.
 */

import { equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { StepsBuilder } from "../shared/definition/steps/builder.ts";

const by = (id: string, who: string) => [{ id, type: { set: { approver: who } } }];

const expense = StepsBuilder.workflow("expense")
  .choose("size", [
    { id: "small", if: "context.amount < 100", steps: by("nobody", "nobody") },
    { id: "medium", if: "context.amount < 1000", steps: by("lead", "the team lead") },
    { id: "large", else: true, steps: by("board", "the board") },
  ])
  .log("tell", { expression: "'to be approved by ' + context.approver" })
  .build();

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(expense);
for (const [amount, approver] of [[20, "nobody"], [200, "the team lead"], [20_000, "the board"]] as const) {
  const { context } = await engine.client.start("expense", { input: { amount }, waitMs: 30_000 });
  console.log(`${amount} is approved by ${context?.approver}`);
  equal(context?.approver, approver);
}
console.log("Done: each expense went one way");
