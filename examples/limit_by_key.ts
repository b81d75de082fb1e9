/**
 * How many attempts of a task run at once, for each key.
 *
 *   deno run -A examples/limit_by_key.ts
 *
 * `limit` of a task bounds how many attempts of it are handed out at once, over all engines and workers: a number, or
 * `{ key, max }`, where `key` is a CEL expression whose text has a bound of its own. So one customer's thousand tasks do
 * not take every worker from the others, and a service that allows two calls at a time gets two. Tasks over the bound wait
 * in the engine, by priority and then in their order, and take no isolate while they wait; nothing polls.
 *
 * Here six reports are asked for by two customers, with one at a time for each. Every task notes when it ran, and no two of
 * one customer overlap.
 */

import { equal, ok } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const report = defineWorkflow({
  name: "report",
  initial: "writing",
  states: {
    writing: {
      enter: {
        task: "ran",
        limit: { key: "context.customer", max: 1 },
        code: `
          const from = Date.now();
          while (Date.now() < from + 5);
          return { from, to: Date.now() };
        `,
      },
    },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 4 });
const { client } = engine;
await client.register(report);
const ids: string[] = [];
for (const customer of ["ann", "ann", "bob", "ann", "bob", "ann"]) {
  ids.push((await client.start("report", { input: { customer } })).id);
}
const runs = [];
for (const id of ids) {
  const { context } = await client.result(id);
  runs.push({ customer: context!.customer, ...context!.ran as { from: number; to: number } });
}
const first = Math.min(...runs.map(({ from }) => from));
runs.sort((one, other) => one.from - other.from);
for (const { customer, from, to } of runs) console.log(`${customer}: ${from - first} to ${to - first} ms`);

for (const customer of ["ann", "bob"]) {
  const own = runs.filter((run) => run.customer === customer);
  own.slice(1).forEach((run, at) => ok(run.from >= own[at].to, `two reports of ${customer} ran at once`));
}
equal(runs.length, 6);
console.log("Done: six reports, one at a time for each customer");
