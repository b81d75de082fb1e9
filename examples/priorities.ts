/**
 * Which task goes first when not all can run at once.
 *
 *   deno run -A examples/priorities.ts
 *
 * `priority` of a task, or of a whole workflow for all of its tasks, is a number from -100 to 100; of the tasks that wait
 * for a worker the highest go first, and among equals the one that has waited longest. It says nothing about tasks that
 * run already: none is interrupted. Nor does it hold anything back: a task of low priority runs at once where a worker is
 * free.
 *
 * Here an order has four things to be done, and one isolate to do them. The customer is to hear of it first; statistics
 * can wait.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const order = defineWorkflow({
  name: "order",
  initial: "placed",
  priority: 10,
  states: {
    placed: {
      enter: [
        { task: "statistics", code: "input.lines.length", priority: -10 },
        { task: "invoice", code: "input.lines.reduce((sum, line) => sum + line.price, 0)" },
        { task: "thanks", code: "'Thank you, ' + input.customer", priority: 50 },
        { task: "picking", code: "input.lines.map((line) => line.name).sort()" },
      ],
    },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 1 });
const { client } = engine;
await client.register(order);
const input = { customer: "Ann", lines: [{ name: "lamp", price: 49 }, { name: "bulb", price: 3 }] };
const { id } = await client.start("order", { input, waitMs: 30_000 });
const done: string[] = [];
for await (const { entries } of client.history(id)) {
  for (const { taskCompleted } of entries) {
    if (taskCompleted?.name) done.push(taskCompleted.name);
  }
}
console.log(done.join(", "));
deepEqual(done, ["thanks", "invoice", "picking", "statistics"]);
console.log("Done: what was urgent went first, though it stood third");
