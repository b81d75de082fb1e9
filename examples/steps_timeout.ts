/**
 * Steps that take long: a ladder of timeouts, under a clock that is moved by hand.
 *
 *   deno run -A examples/steps_timeout.ts
 *
 * Shows `timeout`: rungs by time. The steps of a rung run beside the step, which goes on (a reminder after a day). With
 * `next`, the step is given up, the rung's steps are done, and the workflow goes on there (another desk after three days).
 * With `error`, the step fails with that code, which a `catch` may take (given up after a week). A week passes in
 * milliseconds here: TestKit has a virtual clock.
 */

import { TestKit } from "../embedded/test_kit.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const approval = defineSteps({
  id: "approval",
  steps: [
    {
      id: "ask",
      name: "Asks the first desk",
      type: { act: {} },
      timeout: [
        { after: "1d", steps: [{ id: "remind", type: { script: "({ reminded: true })" } }] },
        { after: "3d", steps: [{ id: "note", type: { log: "nobody answers" } }], next: "escalate" },
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

const kit = await TestKit.open();
try {
  await kit.client.register(approval);
  const { id } = await kit.client.start("approval");
  const begunMs = kit.nowMs();
  const { status, context } = await kit.settle(id);
  console.log(`${status} after ${(kit.nowMs() - begunMs) / 86_400_000} days`, context);
  if (context?.reminded !== true || context?.refused !== true) throw new Error("a rung was left out");
  console.log("Done: reminded after a day, asked elsewhere after three, given up a week later");
} finally {
  await kit.close();
}
