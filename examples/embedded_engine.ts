/**
 * An engine of your own, in your process: for libraries, tools and tests.
 *
 *   deno run -A examples/embedded_engine.ts
 *
 * `WorkflowEngine.open` starts an engine and a worker within this process, without a network and without a server to
 * install. Tasks run in isolates without permissions here too, `isolates` of them at once. State is in memory, or in a file
 * with `store: "sqlite:PATH"`, where an engine that is opened later goes on. Its `client` is the very one that talks to a
 * distant engine, so moving to one changes a line.
 *
 * This example does what a program needs: register, start, follow what happens to one instance, subscribe to what happens
 * to all (`eventsKeepMs` has the engine keep those events), wait for a result, and shut down. `await using` closes the
 * engine at the end of the block, and so does `engine.close()`.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";

const DAY_MS = 24 * 3_600_000;

await using engine = await WorkflowEngine.open({ isolates: 4, eventsKeepMs: DAY_MS });
const { client } = engine;

const { name, version } = await client.register({
  name: "double",
  initial: "computing",
  states: {
    computing: { enter: { task: "result", code: "input.value * 2" }, on: { complete: "done" } },
    done: { enter: { log: { expression: "'it is ' + string(context.result)" } } },
  },
});
console.log(`registered ${name}, version ${version}`);

const ends: Record<string, string> = {};
const subscription = (async () => {
  for await (const { instanceId, status } of client.events({ cursor: "0", kinds: ["completed"] })) {
    ends[instanceId] = status;
    if (Object.keys(ends).length === 3) return;
  }
})();

for (const value of [1, 2]) await client.start("double", { instanceId: `n${value}`, input: { value } });
const { context } = await client.result("n2");
equal(context?.result, 4);

await client.start("double", { instanceId: "n21", input: { value: 21 } });
for await (const { sequence, entries } of client.watch("n21")) {
  console.log("n21:", sequence, entries.map((entry) => Object.keys(entry)[0]).join(", "));
}
const { status, output = null, context: last } = await client.result("n21");
console.log("n21:", status, last, output);
deepEqual(last, { value: 21, result: 42 });

await subscription;
console.log("subscribed:", ends);
deepEqual(ends, { n1: "completed", n2: "completed", n21: "completed" });
console.log("Done: registered, started, followed, subscribed, waited; now it shuts down");
