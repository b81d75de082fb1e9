/**
 * Cancelling an instance cancels the children that it waits for.
 *
 *   deno run -A examples/child_cancellation.ts
 *
 * A parent that is cancelled, fails, times out or leaves the state that started them cancels the children that it waits
 * for, and theirs in turn, however deep. Children that it does not wait for (`wait: false`) go on: they were only started
 * by it. The other way round nothing is hidden: a child that somebody cancels is a failure of the parent's state, with the
 * code CANCELLED, which a transition for `error` may take.
 *
 * Here a campaign has regional campaigns, and each of these a printing. Cancelling the campaign stops all of that, but not
 * the newsletter, which it has only set going.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const waiting = (name: string) =>
  defineWorkflow({ name, initial: "going", states: { going: { on: { finish: "finished" } }, finished: {} } });

const region = defineWorkflow({
  name: "region",
  initial: "printing",
  states: { printing: { enter: { start: "print", workflow: "printing" }, on: { complete: "printed" } }, printed: {} },
});

const campaign = defineWorkflow({
  name: "campaign",
  initial: "running",
  states: {
    running: {
      enter: [
        { start: "north", workflow: "region", id: "'north'" },
        { start: "south", workflow: "region", id: "'south'" },
        { start: "letter", workflow: "newsletter", id: "'newsletter'", wait: false },
      ],
      on: { complete: "over", error: "stopped" },
    },
    over: {},
    stopped: {},
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
for (const definition of [waiting("printing"), waiting("newsletter"), region, campaign]) {
  await client.register(definition);
}

/** The children are started after the parent, each in a transaction of its own. */
async function started(id: string): Promise<void> {
  while (await client.get(id).then(() => false, () => true)) await new Promise((resolve) => setTimeout(resolve, 1));
}

await client.start("campaign", { instanceId: "spring" });
const ids = ["north", "north.1", "south", "south.1", "newsletter"];
for (const id of ids) await started(id);
console.log("all run:", ...ids);

await client.cancel("spring", "the budget was cut");
for (const id of ids.slice(0, 4)) await client.result(id);
const statuses = await Promise.all(ids.map(async (id) => (await client.get(id)).status));
ids.forEach((id, at) => console.log(`${id.padEnd(10)} ${statuses[at]}`));
deepEqual(statuses, ["cancelled", "cancelled", "cancelled", "cancelled", "running"]);
console.log("Done: four were cancelled with it, and the one it did not wait for goes on");
