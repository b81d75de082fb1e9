/**
 * Steps that are repeated, with a bound on how often.
 *
 *   deno run -A examples/steps_loop.ts
 *
 * `next` says where a step leads when it is done: the id of a step, or several with conditions, of which the first that
 * holds is taken; if none is, the step that follows comes. A way that leads back makes a loop. It is bounded: the step that
 * it leads to runs `max` times at most (100 if nothing is said), and then the workflow fails with RUNS_EXCEEDED rather
 * than go round for ever. A `catch` of a step around the loop can take that. The variable `STEP.runs` counts.
 *
 * Here a square root is improved until it is good enough. That of -2 never is, and is given up. The script is a TypeScript
 * function, whose source is taken.
 */

import { equal, ok } from "node:assert/strict";
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

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(root);
const good = await engine.client.start("square-root", { input: { of: 2 }, waitMs: 30_000 });
console.log(`The root of 2 is ${good.context?.guess}, after ${good.context?.["improve.runs"]} runs`);
ok(Math.abs(Number(good.context?.guess) - Math.SQRT2) < 0.0001);

const endless = await engine.client.start("square-root", { input: { of: -2 }, waitMs: 30_000 });
console.log(`The root of -2: ${endless.failure?.message}`);
equal(endless.failure?.code, "RUNS_EXCEEDED");
equal(endless.context?.["improve.runs"], 10);
console.log("Done: one loop ended by itself, the other by its bound");
