/**
 * Steps that take long: a ladder of timeouts.
 *
 *   deno run -A examples/steps_timeout.ts
 *
 * `timeout` is a list of rungs by time. The steps of a rung are done beside the step, which goes on: here a reminder after
 * a day. With `next`, the step is given up, the rung's steps are done, and the workflow goes on there: to a second desk
 * after three days. With `error`, the step fails with that code, which a `catch` may take: given up after another week.
 *
 * Rungs can stand at steps that take time: a script, an act, a workflow, a parallel list. They are timers in the store, so
 * they survive a restart, and cost nothing while they wait. Ten days pass in milliseconds here, because TestKit has a
 * clock that is moved by hand.
 */

import { deepEqual } from "node:assert/strict";
import { TestKit } from "../embedded/test_kit.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const DAY_MS = 24 * 3_600_000;

const approval = defineSteps({
  id: "approval",
  steps: [
    {
      id: "ask",
      name: "Asks the first desk",
      type: { act: {} },
      timeout: [
        { after: "1d", steps: [{ id: "remind", type: { set: { reminded: true } } }] },
        { after: "3d", steps: [{ id: "note", type: { set: { escalated: true } } }], next: "escalate" },
      ],
    },
    { id: "file", type: { log: "answered" }, next: "end" },
    {
      id: "escalate",
      name: "Asks the second desk",
      type: { act: {} },
      timeout: { after: "7d", error: "TOO_LATE" },
      catch: { codes: "TOO_LATE", steps: [{ id: "refuse", type: { set: { refused: true } } }] },
    },
  ],
});

await using kit = await TestKit.open();
await kit.client.register(approval);
const { id } = await kit.client.start("approval");
const beganMs = kit.nowMs();
for (const day of [1, 3, 10]) {
  await kit.leap(beganMs + day * DAY_MS - kit.nowMs());
  const { state, context = {} } = await kit.client.get(id);
  console.log(`day ${day}: ${state}`, Object.keys(context).join(", "));
}
const { status, context } = await kit.settle(id);
console.log(status, "on day", (kit.nowMs() - beganMs) / DAY_MS);
deepEqual([context?.reminded, context?.escalated, context?.refused], [true, true, true]);
console.log("Done: reminded after a day, asked elsewhere after three, given up a week later");
