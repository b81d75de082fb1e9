/**
 * How many instances of a workflow run at once.
 *
 *   deno run -A examples/limit_instances.ts
 *
 * `limit` of a definition bounds how many of its instances run at the same time, or with a `key` (CEL over `input`) how
 * many with the same key. The others are there at once, with an id and a history, but wait in the phase "waiting", in the
 * order of their starts; when one ends, the next is admitted in the same transaction. Waiting costs nothing and may take
 * days. What a client sends meanwhile can be kept until they run.
 *
 * Here a shop's stock is counted, one count at a time for each shop: a second count of the same shop waits for the first.
 */

import { deepEqual, match } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const count = defineWorkflow({
  name: "stock-count",
  initial: "counting",
  limit: { key: "input.shop", max: 1 },
  states: { counting: { on: { counted: "closed" } }, closed: {} },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(count);

const phases: Record<string, string | undefined> = {};
for (const [instanceId, shop] of [["bonn-1", "bonn"], ["bonn-2", "bonn"], ["kiel-1", "kiel"]]) {
  phases[instanceId] = (await client.start("stock-count", { instanceId, input: { shop } })).phase;
}
console.log(phases);
deepEqual(phases, { "bonn-1": "active", "bonn-2": "waiting", "kiel-1": "active" });
const { summary } = await client.explain("bonn-2");
console.log(summary);
match(summary, /stock-count/);

await client.send("bonn-1", "counted");
await client.send("bonn-2", "counted", { keep: true });
const { status, state } = await client.result("bonn-2");
console.log(`after the first had ended, the second was admitted: it ${status} in "${state}"`);
deepEqual([status, state], ["completed", "closed"]);
console.log("Done: one count at a time for each shop");
