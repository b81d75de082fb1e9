/**
 * The same script for each item of a list, several at once.
 *
 *   deno run -A examples/steps_each_parallel.ts
 *
 * `each` with `parallel: true` runs one script for every item; `items` is a CEL expression, computed once. The script's
 * input is the item, or what its `input` says over `item`, `index` and the variables. At most `concurrency` of them run at
 * the same time, all if nothing is said. Their outputs become a list, in the order of the items whichever was done first,
 * in the variable named by the step or by `output`.
 *
 * Each item is tried again by itself when it fails, as the script's `retry` says. If one fails for good the others are
 * cancelled, and the step fails, for a `catch` to take. For several steps for each item see steps_each_parts.ts.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { StepsBuilder } from "../shared/definition/steps/builder.ts";

const invoice = StepsBuilder.workflow("invoice")
  .each("prices", {
    items: "context.lines",
    parallel: true,
    concurrency: 2,
    script: {
      input: { line: "item", number: "index + 1", rate: "context.rate" },
      code: ({ line, number, rate }) => ({ number, net: line.price * line.count, tax: line.price * line.count * rate }),
    },
  })
  .script("sum", ({ prices }) => ({
    total: prices.reduce((sum: number, { net, tax }: { net: number; tax: number }) => sum + net + tax, 0),
  }))
  .build();

await using engine = await WorkflowEngine.open({ isolates: 2 });
await engine.client.register(invoice);
const input = { rate: 0.25, lines: [{ price: 2, count: 4 }, { price: 1, count: 4 }, { price: 10, count: 2 }] };
const { context } = await engine.client.start("invoice", { input, waitMs: 30_000 });
console.log(context?.prices, context?.total);
deepEqual(context?.prices, [
  { number: 1, net: 8, tax: 2 },
  { number: 2, net: 4, tax: 1 },
  { number: 3, net: 20, tax: 5 },
]);
deepEqual(context?.total, 40);
console.log("Done: three lines, two at once, in their order");
