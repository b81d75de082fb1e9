/**
 * Steps with a condition, in YAML that editors check while one writes.
 *
 *   deno run -A examples/steps_condition.ts
 *
 * Shows `if`: a CEL expression over the variables, in `context`. Where it does not hold, the step is passed over, and the
 * history shows that it was never entered. The first line of steps_condition.yaml names the JSON Schema of the format, so
 * that an editor with a YAML language server completes keys and marks mistakes. What is wrong in the text is told when it
 * is registered, with line and column. A large order is checked here, and a small one is not.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";

const text = await Deno.readTextFile(new URL("./steps_condition.yaml", import.meta.url));
const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register({ text, fileName: "steps_condition.yaml" });
  for (const amount of [20, 2_000]) {
    const { context } = await engine.client.start("order-check", { input: { amount }, waitMs: 30_000 });
    console.log(`${amount}: ${context?.verdict}`);
    if (context?.checked !== (amount > 1_000 ? true : undefined)) throw new Error("the condition was not looked at");
  }
  console.log("Done: the small order was not checked");
} finally {
  await engine.close();
}
