/**
 * A step that waits for a person.
 *
 *   deno run -A examples/steps_act.ts
 *
 * Shows `act`: the workflow waits until a client sends one of the step's events: STEP.complete and STEP.submit go on, and
 * their data become variables (`outputs` says which); STEP.back goes to the step before, STEP.skip passes the step over,
 * STEP.abort ends the workflow as failed, STEP.error fails the step with a code that a `catch` may take. `actions` says
 * which of them are taken here; every other event is refused, with those that would be right. The variable named by the
 * step holds what was done.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineSteps } from "../shared/definition/steps/builder.ts";

const leave = defineSteps({
  id: "leave-request",
  steps: [
    { id: "form", name: "Filled in by the employee", type: { act: { actions: ["submit", "abort"] } } },
    {
      id: "review",
      name: "Decided by the manager",
      type: { act: { actions: ["complete", "back", "error"], outputs: ["approved"] } },
      catch: { codes: "NOT_MINE", next: "review_of_deputy" },
      next: "decided",
    },
    { id: "review_of_deputy", type: { act: { actions: ["complete"], outputs: ["approved"] } } },
    { id: "decided", type: { log: { expression: "'approved: ' + string(context.approved)" } } },
  ],
});

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  const { client } = engine;
  await client.register(leave);
  const { id } = await client.start("leave-request");
  const act = async (event: string, data: Record<string, string | number | boolean> = {}) => {
    await client.send(id, event, { data });
    const { state } = await client.get(id);
    console.log(`${event.padEnd(26)} -> ${state}`);
  };
  await act("form.submit", { days: 50 });
  await act("review.back");
  await act("form.submit", { days: 5 });
  await act("form.submit", { days: 500 }).catch((error) => console.log(`refused: ${error.message}`));
  await act("review.error", { code: "NOT_MINE" });
  await act("review_of_deputy.complete", { approved: true, days: 0 });
  const { status, context } = await client.get(id);
  console.log(status, context);
  if (context?.days !== 5 || context?.approved !== true) throw new Error("the variables are not as they should be");
  console.log("Done: two people have acted, and only what they may");
} finally {
  await engine.close();
}
