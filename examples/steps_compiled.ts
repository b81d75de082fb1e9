/**
 * What a steps workflow becomes: a state machine.
 *
 *   deno run -A examples/steps_compiled.ts
 *
 * Steps are compiled when they are registered (and by `defineSteps` at once), and nothing after that knows the difference:
 * a step is a state of its id, `if` is a state `ID.if` that chooses, a way back is a state `ID.again` that counts, `catch`
 * is transitions by failure code, a rung of a timeout is a delayed transition, and the end is the state `end`. So whatever
 * holds for machines holds for steps too: one history, one dashboard, migration, forks, compensation.
 *
 * This example prints that machine. The definition keeps what was written under `source`, for people to look at; it
 * counts as part of the content, but is never read by the engine.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";
import type { StepsSource } from "../shared/definition/steps/source.ts";

const document: StepsSource = {
  id: "publish",
  steps: [
    { id: "check", type: { script: "({ words: input.text.split(' ').length })" } },
    {
      id: "shorten",
      if: "context.words > 3",
      type: { script: "({ text: input.text.split(' ').slice(0, 3).join(' ') })" },
    },
    { id: "release", type: { act: { actions: ["complete"] } }, timeout: { after: "1d", next: "end" } },
  ],
};
const compiled = defineSteps(document);

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(compiled);
const { definition } = await client.workflow("publish");
deepEqual(definition, compiled);

const { states, source } = compiled;
for (const [name, { on = {}, after = [] }] of Object.entries(states)) {
  const ways = Object.entries(on).flatMap(([event, transitions]) =>
    transitions.map(({ target, guard }) => `${event}${guard === undefined ? "" : ` [${guard}]`} -> ${target}`)
  );
  for (const { delayMs, target } of after) ways.push(`after ${delayMs / 3_600_000} h -> ${target}`);
  console.log(`${name.padEnd(12)} ${ways.join("\n             ")}`);
}
deepEqual(Object.keys(states).sort(), ["check", "end", "release", "shorten", "shorten.if"]);
deepEqual(source?.document, document);

const { id } = await client.start("publish", { input: { text: "all the news that fit" }, waitMs: 1 });
await client.send(id, "release.complete", { keep: true });
const { status, context } = await client.result(id);
console.log(status, context?.text);
equal(context?.text, "all the news");
console.log("Done: three steps have become five states");
