/**
 * Steps: a list of things to do, one after the other. The first kind of step is a script.
 *
 *   deno run -A examples/steps_script.ts
 *
 * A steps workflow has an `id`, a `name` for people, and `steps`; each step has an `id`, may have a `name`, and says with
 * its `type` what it does. It is the way to write a workflow for those who do not think in states and transitions; it is
 * compiled to a state machine when it is registered, so everything else (history, timers, retries) is the same.
 *
 * `script` runs JavaScript or TypeScript in an isolate that can touch nothing: it has its input, which is all variables
 * of the workflow so far, and gives back a value. Here it is a body with `return`; an expression or a module would do too.
 * The document is JSON, as another program would send it.
 */

import { equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";

const DOCUMENT = `{
  "id": "my-workflow",
  "name": "My Workflow",
  "steps": [
    {
      "id": "step1",
      "name": "Calculate",
      "type": { "script": { "code": "console.log('multiplying'); return { result: input.a * input.b };" } }
    }
  ]
}`;

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register({ text: DOCUMENT, format: "json" });
const { status, state, context } = await engine.client.start("my-workflow", { input: { a: 6, b: 7 }, waitMs: 30_000 });
console.log(status, `in "${state}":`, context);
equal(context?.result, 42);
console.log("Done: the script's result became a variable");
