/**
 * Conditions of transitions, in CEL.
 *
 *   deno run -A examples/guard_cel.ts
 *
 * A guard is an expression in CEL (https://cel.dev) over `context`, `input` and `event`; of the transitions for an event
 * the first whose guard holds is taken. Numbers are those of JSON and do what people expect: `context.amount * 2 < 1000`
 * holds for 42 and for 42.5, where plain CEL would refuse to multiply a double with an integer. There are `has()`, lists,
 * `exists` and `all`, text functions and regular expressions that take linear time.
 *
 * The engine evaluates guards itself, within a bound on their steps, so they cost next to nothing and no user code runs in
 * it. They are checked at registration; a guard that fails while it runs fails the instance with EXPRESSION_FAILED, or
 * refuses the client's event. A guard that needs a program is a function: guard_function.ts.
 */

import { equal, rejects } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const expense = defineWorkflow({
  name: "expense",
  initial: "filed",
  states: {
    filed: {
      on: {
        decide: [
          { target: "trusted", guard: "context.tags.exists(tag, tag.startsWith('vip'))" },
          { target: "approved", guard: "context.amount * 2 < 1000" },
          { target: "signed", guard: "has(event.data.signature) && event.data.signature.matches('^[A-Z]{2}$')" },
        ],
      },
    },
    trusted: {},
    approved: {},
    signed: {},
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(expense);

async function decide(amount: number, tags: string[], data: { signature?: string } = {}): Promise<string> {
  const { id } = await client.start("expense", { input: { amount, tags } });
  const { instance } = await client.send(id, "decide", { data });
  console.log(`${amount} [${tags}] ${data.signature ?? ""} -> ${instance.state}`);
  return instance.state;
}

equal(await decide(42, []), "approved");
equal(await decide(42.5, []), "approved");
equal(await decide(500, ["vip-1"]), "trusted");
equal(await decide(500, [], { signature: "AB" }), "signed");
await rejects(decide(500, [], { signature: "ab" }), (error: Error) => {
  console.log(error.message);
  return true;
});
console.log("Done: whole numbers and fractions were compared alike, and what no guard allows was refused");
