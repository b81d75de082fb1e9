/**
 * What a task gets, where its result goes, and what the result of the whole is.
 *
 *   deno run -A examples/input_output_mapping.ts
 *
 * A task's `input` is one CEL expression, or an object with one for each key, over `context`, `input` and `event`; without
 * it the task gets the whole context. `output` names the key of the context that takes its result (the task's name if not
 * given), and `merge` writes the members of a result under their own keys instead. The definition's own `output` says what
 * the result of an instance is, for whoever waits for it and for a parent; without it that is the whole context.
 *
 * So code sees no more than it needs, which matters where not everybody may see everything: here the code that scores a
 * patient's values never gets the name.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const report = defineWorkflow({
  name: "report",
  initial: "scoring",
  output: { patient: "input.name", risk: "context.risk", seen: "context.seenByCode" },
  states: {
    scoring: {
      enter: {
        task: "score",
        input: { values: "context.values.filter(value, value > 0)", age: "2026 - context.born", factor: 0.5 },
        output: "risk",
        code: "input.values.reduce((sum, value) => sum + value) * input.factor + input.age",
      },
      on: { complete: "noting" },
    },
    noting: {
      enter: { task: "note", input: "context.values", merge: true, code: "({ seenByCode: input, noted: true })" },
    },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
await engine.client.register(report);
const input = { name: "Ann", born: 1976, values: [10, -1, 4.5] };
const { context, output } = await engine.client.start("report", { input, waitMs: 30_000 });
console.log("context:", context);
console.log("output: ", output);
deepEqual(context, { ...input, risk: 57.25, seenByCode: [10, -1, 4.5], noted: true });
deepEqual(output, { patient: "Ann", risk: 57.25, seen: [10, -1, 4.5] });
console.log("Done: each task got what it needed, and the caller what was meant for it");
