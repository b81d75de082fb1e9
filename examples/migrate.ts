/**
 * Moving a running instance to a newer version of its workflow.
 *
 *   deno run -A examples/migrate.ts
 *
 * An instance stays on its version until somebody moves it: `migrate` takes it to the newest, or to the one that is named.
 * That works where the newer version has the state that the instance is in; otherwise it is refused, and the instance goes
 * on as before. The state is not entered anew: what runs, runs on, and the new version's transitions and timers hold from
 * then on. The history tells of it. Many instances are moved at once with a bulk operation (bulk.ts).
 *
 * Here a subscription cannot be cancelled in version 1, because nobody had thought of it. In version 2 it can.
 */

import { deepEqual, match, rejects } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const first = defineWorkflow({
  name: "subscription",
  initial: "trial",
  states: { trial: { on: { pay: "active" } }, active: { on: { expire: "ended" } }, ended: {} },
});

const second = defineWorkflow({
  name: "subscription",
  initial: "active", // there is no trial any more
  states: { active: { on: { expire: "ended", cancel: "cancelled" } }, ended: {}, cancelled: {} },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(first);
await client.start("subscription", { instanceId: "ann" });
await client.start("subscription", { instanceId: "bob" });
await client.send("ann", "pay");
await client.register(second);

await rejects(client.send("ann", "cancel"), (error: Error) => {
  console.log(error.message);
  return /takes "expire"/.test(error.message);
});
const moved = await client.migrate("ann");
console.log(`ann is on version ${moved.version} now, still in "${moved.state}"`);
const { instance } = await client.send("ann", "cancel");
deepEqual([instance.status, instance.state, instance.version], ["completed", "cancelled", 2]);

await rejects(client.migrate("bob"), (error: Error) => {
  console.log(error.message);
  return /trial/.test(error.message);
});
const { version, state } = await client.get("bob");
deepEqual([version, state], [1, "trial"]);

const kinds: string[] = [];
for await (const { entries } of client.history("ann")) kinds.push(...entries.flatMap((entry) => Object.keys(entry)));
match(kinds.join(), /migrated/);
console.log("Done: one was moved and cancelled, and the other could not be moved");
