/**
 * A step that writes a line into the instance's history.
 *
 *   deno run -A examples/steps_log.ts
 *
 * `log` writes a text, or with `{expression: ...}` what a CEL expression gives. The line stands in the history of the
 * instance for good, between the other things that happened to it, with its time: it is for those who look at this
 * instance later (`degov history`, the dashboard), not for the engine's own log, where no data of workflows is ever
 * written. What a script writes with `console` comes into the history as well, with the task that wrote it.
 *
 * This example prints the history of an instance, with both kinds of lines.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const audit = defineSteps({
  id: "audit",
  steps: [
    { id: "begin", type: { log: "the audit begins" } },
    {
      id: "count",
      type: { script: "console.log('looking at', input.books.length); return { n: input.books.length };" },
    },
    { id: "tell", type: { log: { expression: "'audited ' + string(context.n) + ' books of ' + input.owner" } } },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(audit);
const { id } = await client.start("audit", { input: { owner: "Ann", books: ["2024", "2025"] }, waitMs: 30_000 });

const lines: string[] = [];
for await (const { entries } of client.history(id)) {
  for (const entry of entries) {
    if (entry.logged?.message) lines.push(entry.logged.message);
    for (const { text } of entry.taskCompleted?.console ?? []) lines.push(`console: ${text}`);
  }
}
console.log(lines.join("\n"));
deepEqual(lines, ["the audit begins", "console: looking at 2", "audited 2 books of Ann"]);
console.log("Done: the history tells what happened");
