/**
 * A step that writes variables, without any code to run.
 *
 *   deno run -A examples/steps_set.ts
 *
 * `set` writes variables: a value as it is, or with `{expression: ...}` what a CEL expression gives. Expressions see the
 * variables as `context` and the start input as `input`. The engine evaluates them itself, within a bound on their steps,
 * so a `set` needs no worker and costs next to nothing. The keys of one `set` have no order: one that reads what another
 * of the same step writes is refused at registration. Here `gross` needs `net`, so it is computed by a step of its own.
 *
 * Take a script where there is something to program, and a `set` where there is only something to note down. The document
 * here is YAML.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";

const DOCUMENT = `
id: price
steps:
  - id: constants
    type:
      set: { currency: EUR, rate: 0.19, tags: [new, { reviewed: false }] }
  - id: net
    type:
      set: { net: { expression: context.each * context.count } }
  - id: gross
    type:
      set:
        gross: { expression: context.net * (1 + context.rate) }
        label: { expression: "string(context.net) + ' ' + context.currency + ' before tax'" }
`;

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register({ text: DOCUMENT });
const { context } = await engine.client.start("price", { input: { each: 25, count: 4 }, waitMs: 30_000 });
console.log(context);
deepEqual([context?.net, context?.gross, context?.label], [100, 119, "100 EUR before tax"]);
console.log("Done: literals and computed values became variables");
