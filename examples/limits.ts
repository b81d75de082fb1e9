/**
 * What goes first, what goes later, and how much goes at once.
 *
 *   deno run -A examples/limits.ts
 *
 * Shows: `limit` of a task bounds how many attempts of it are handed out at once, over all engines, for each key; here one
 * for each customer. `limit` of a definition bounds how many of its instances run at once; the others wait in the order of
 * their starts, in the phase "waiting". `priority` decides which queued task is handed out first, and `delayMs` keeps a
 * task back. None of it costs anything where it is not used.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const mail = defineWorkflow({
  name: "mail",
  initial: "sending",
  states: {
    sending: {
      enter: [{
        task: {
          name: "sent",
          code: "Date.now()",
          delayMs: 20,
          priority: 10,
          limit: { key: "context.customer", max: 1 },
        },
      }],
    },
  },
});

const report = defineWorkflow({
  name: "report",
  initial: "open",
  limit: { max: 1 },
  states: { open: { on: { finish: [{ target: "finished" }] } }, finished: {} },
});

const engine = await WorkflowEngine.open({ isolates: 2 });
try {
  const { client } = engine;
  for (const definition of [mail, report]) await client.register(definition);
  const mails = [];
  for (let count = 0; count < 6; count++) {
    mails.push(await client.start("mail", { input: { customer: `c${count % 2}` } }));
  }
  for (const { id } of mails) await client.result(id);
  console.log(`${mails.length} mails, one at a time for each customer`);

  const first = await client.start("report");
  const second = await client.start("report");
  console.log(`the first report is ${first.phase}, the second is ${second.phase}`);
  await client.send(first.id, "finish");
  await client.send(second.id, "finish", { keep: true });
  const { status } = await client.result(second.id);
  if (second.phase !== "waiting" || status !== "completed") throw new Error("the limit did not hold");
  console.log("Done: limits held, and everything came to its end");
} finally {
  await engine.close();
}
