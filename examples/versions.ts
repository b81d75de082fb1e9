/**
 * Versions of a workflow.
 *
 *   deno run -A examples/versions.ts
 *
 * Registering a definition makes a version of it: 1, then 2, and so on. The same content gives the same version again,
 * however it is written, so a program may register its workflows each time it starts. A version never changes. An instance
 * stays on the version that it was started with until its end, so a new version cannot break what runs; new instances get
 * the newest, unless the start names another.
 *
 * Here approving needs one more step from version 2 on. The instance that was started before is approved as was promised
 * then. To move a running instance to a newer version, see migrate.ts.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const first = defineWorkflow({
  name: "contract",
  initial: "draft",
  states: { draft: { on: { approve: "approved" } }, approved: {} },
});

const second = defineWorkflow({
  name: "contract",
  initial: "draft",
  states: { draft: { on: { approve: "checked" } }, checked: { on: { countersign: "approved" } }, approved: {} },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
const registered = [];
for (const definition of [first, first, second, first]) {
  const { version, created } = await client.register(definition);
  registered.push(`version ${version}${created ? " is new" : ""}`);
  if (definition === first && version === 1 && created) await client.start("contract", { instanceId: "old" });
}
console.log(registered.join(", "));
deepEqual(registered, ["version 1 is new", "version 1", "version 2 is new", "version 1"]);

await client.start("contract", { instanceId: "new" });
await client.start("contract", { instanceId: "asked", version: 1 });
const states: Record<string, string> = {};
for (const id of ["old", "new", "asked"]) {
  const { instance: { version, state } } = await client.send(id, "approve");
  states[id] = `${state} by version ${version}`;
}
console.log(states);
deepEqual(states, {
  old: "approved by version 1",
  new: "checked by version 2",
  asked: "approved by version 1",
});
console.log("Done: each instance went on as it was started");
