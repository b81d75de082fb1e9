/**
 * Transitions of every state, failures by their code, and a result that is mapped.
 *
 *   deno run -A examples/machine_transitions.ts
 *
 * Shows: `on` of the definition itself holds for every state, after the state's own transitions for the same event; here
 * it takes the failures of all tasks and an event that ends the work wherever it stands. `codes` chooses between
 * failures: the code is what the author's error has for one. `output` says what the result of an instance is; without it
 * the result is the whole context.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const payment = defineWorkflow({
  name: "payment",
  initial: "charging",
  output: { receipt: "context.charge.id", by: "input.customer" },
  on: {
    error: [{ codes: ["CARD_DECLINED", "CARD_EXPIRED"], target: "askAgain" }, { target: "broken" }],
    abandon: [{ target: "abandoned" }],
  },
  states: {
    charging: {
      enter: [{
        task: {
          name: "charge",
          code: `
            if (input.card === "bad") throw Object.assign(new Error("declined"), { code: "CARD_DECLINED", retryable: false });
            return { id: "r-" + input.customer };
          `,
        },
      }],
      on: { complete: [{ target: "paid" }] },
    },
    askAgain: { on: { card: [{ target: "charging", actions: [{ set: { key: "card", expression: "event.data" } }] }] } },
    paid: { final: "completed" },
    abandoned: { final: "completed", enter: [{ set: { key: "charge", value: { id: "none" } } }] },
    broken: { final: "failed" },
  },
});

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  const { client } = engine;
  await client.register(payment);
  const { id } = await client.start("payment", { input: { customer: "ann", card: "bad" }, waitMs: 1 });
  await client.send(id, "card", { data: "good", keep: true });
  const paid = await client.result(id);
  console.log(paid.status, paid.state, paid.output);
  const left = await client.start("payment", { input: { customer: "bob", card: "bad" } });
  await client.send(left.id, "abandon", { keep: true });
  const abandoned = await client.result(left.id);
  console.log(abandoned.status, abandoned.state, abandoned.output);
  if (paid.state !== "paid" || abandoned.state !== "abandoned") throw new Error("the transitions were not taken");
  console.log("Done: one place took the failures and the end of every state");
} finally {
  await engine.close();
}
