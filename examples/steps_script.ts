/**
 * Steps: a list of things to do, one after the other, instead of states and transitions.
 *
 *   deno run -A examples/steps_script.ts
 *
 * Shows the three plain types: `script` runs code in an isolate, and the members of what it returns become variables;
 * `set` writes variables, computed ones with `expression`; `log` writes into the history. Each script receives all
 * variables so far, the start input included, as `input`; conditions and expressions find them in `context`. The document
 * is JSON here; YAML, plain objects and a builder give the same. It is compiled to a state machine when it is registered,
 * whose states have the steps' ids.
 */

import { WorkflowEngine } from "../embedded/workflow_engine.ts";

const DOCUMENT = `{
  "id": "my-workflow",
  "name": "My Workflow",
  "steps": [
    { "id": "step1", "name": "Calculate", "type": { "script": { "code": "return { result: input.a * input.b };" } } },
    { "id": "step2", "name": "Note", "type": { "set": { "unit": "EUR", "double": { "expression": "context.result * 2" } } } },
    { "id": "step3", "name": "Tell", "type": { "log": { "expression": "'it is ' + string(context.double)" } } }
  ]
}`;

const engine = await WorkflowEngine.open({ isolates: 1 });
try {
  await engine.client.register({ text: DOCUMENT, format: "json" });
  const { status, context } = await engine.client.start("my-workflow", { input: { a: 6, b: 7 }, waitMs: 30_000 });
  console.log(status, context);
  if (context?.result !== 42 || context?.double !== 84) throw new Error("the variables are not as they should be");
  console.log("Done: the script's result became a variable");
} finally {
  await engine.close();
}
