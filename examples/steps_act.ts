/**
 * A step that waits for a person, and the six things that a person can do.
 *
 *   deno run -A examples/steps_act.ts
 *
 * `act` waits until a client sends one of the step's events, for days if need be. STEP.submit and STEP.complete go on, and
 * the members of their data become variables (`outputs` says which may). STEP.back goes to the step before, STEP.skip
 * passes the step over, STEP.abort ends the workflow as failed, and STEP.error fails the step with the `code` of its data,
 * for a `catch` to take. `actions` says which of them are taken here; everything else is refused with those that would
 * be right. The variable named by the step holds what was done.
 *
 * Here an employee asks for leave and a manager decides. `degov send`, the dashboard and every client send such events;
 * `explain` says in words what an instance waits for.
 */

import { deepEqual, match, rejects } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import type { JsonObject } from "../shared/json.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const leave = defineSteps({
  id: "leave-request",
  steps: [
    { id: "form", name: "Filled in by the employee", type: { act: { actions: ["submit", "abort"] } } },
    { id: "cover", name: "Who covers meanwhile", type: { act: { actions: ["complete", "skip"] } } },
    {
      id: "review",
      name: "Decided by the manager",
      type: { act: { actions: ["complete", "back", "error"], back: "form", outputs: ["approved"] } },
      catch: { codes: "NOT_MINE", steps: [{ id: "delegate", type: { set: { approved: "by the board" } } }] },
    },
  ],
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(leave);

/** Does one thing after the other, and says where each leads. */
async function play(instanceId: string, ...events: [string, JsonObject?][]) {
  await client.start("leave-request", { instanceId });
  for (const [event, data = {}] of events) {
    const { instance } = await client.send(instanceId, event, { data });
    console.log(`${event.padEnd(15)} -> ${instance.state}`);
  }
  const { status, state, context } = await client.get(instanceId);
  console.log(`${instanceId}: ${status}`, context, "\n");
  return [status, state, context?.days, context?.approved];
}

const approved = await play(
  "ann",
  ["form.submit", { days: 50 }],
  ["cover.complete", { cover: "bob" }],
  ["review.back"],
  ["form.submit", { days: 5 }],
  ["cover.skip"],
  ["review.complete", { approved: true, days: 0 }], // days is not among the outputs
);
deepEqual(approved, ["completed", "end", 5, true]);

deepEqual(await play("bob", ["form.abort"]), ["failed", "aborted", undefined, undefined]);

const delegated = await play("cleo", ["form.submit", { days: 90 }], ["cover.skip"], ["review.error", {
  code: "NOT_MINE",
}]);
deepEqual(delegated, ["completed", "end", 90, "by the board"]);

await client.start("leave-request", { instanceId: "dan" });
match((await client.explain("dan")).summary, /form\.submit/);
await rejects(client.send("dan", "form.skip"), (error: Error) => {
  console.log(error.message);
  return /takes "form\.abort", "form\.submit"/.test(error.message);
});
console.log("Done: submitted, sent back, completed, skipped, aborted and failed");
