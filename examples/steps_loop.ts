/**
 * Steps that are repeated.
 *
 *   deno run -A examples/steps_loop.ts
 *
 * Shows `next`: where a step leads when it is done, with a condition; without one that holds, the step that follows comes.
 * A way that leads back is bounded: the step that it leads to runs `max` times at most (100 if nothing is said), and then
 * the workflow fails with RUNS_EXCEEDED rather than go round for ever; a `catch` around the loop can take that. How often
 * the step has run is the variable `STEP.runs`. The scripts are TypeScript functions, whose source is taken.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { StepsBuilder } from "../shared/definition/steps/builder.ts";

const root = StepsBuilder.workflow("square-root")
  .set("begin", { guess: { expression: "input.of / 2.0" } })
  .script("improve", ({ of, guess }) => {
    const better = (guess + of / guess) / 2;
    return { guess: better, error: Math.abs(better * better - of) };
  }, { next: { to: "improve", if: "context.error > 0.000001", max: 10 } })
  .log("tell", { expression: "'after ' + string(context['improve.runs']) + ' runs'" })
  .build();

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register(root);
  const good = await engine.client.start("square-root", { input: { of: 2 }, waitMs: 30_000 });
  console.log(`The root of 2 is ${good.context?.guess}, after ${good.context?.["improve.runs"]} runs`);
  if (Math.abs(Number(good.context?.guess) - Math.SQRT2) > 0.0001) throw new Error("it is not");

  const endless = await engine.client.start("square-root", { input: { of: -2 }, waitMs: 30_000 });
  console.log(`The root of -2: ${endless.failure?.message}`);
  if (endless.status !== "failed") throw new Error("it should have been given up");
  console.log("Done: one loop ended by itself, the other by its bound");
} finally {
  await engine.close();
}
