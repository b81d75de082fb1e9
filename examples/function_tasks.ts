/**
 * TypeScript functions as tasks.
 *
 *   deno run -A examples/function_tasks.ts
 *
 * Wherever a task has code, the builders take a function too: `Action.task("total", (input) => ...)`, a `code` of a plain
 * object, the script of a step. The function is not called here: its source is taken, its types are stripped, and it is
 * stored with the definition. It runs later, elsewhere, in an isolate that has nothing but its input. So the editor
 * checks and completes it like any other code, and it can be tested by calling it.
 *
 * It must stand on its own: everything it uses is within it, or a global that isolates have. What else it uses is found at
 * definition time, see captured_variable.ts. It may be async.
 */

import { deepEqual, equal } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { Action, State, StateMachine } from "../shared/definition/builder.ts";

interface Line {
  price: number;
  count: number;
}

function total({ lines }: { lines: Line[] }): { net: number; gross: number } {
  const rate = 0.25;
  const net = lines.reduce((sum, { price, count }) => sum + price * count, 0);
  return { net, gross: net * (1 + rate) };
}

async function fingerprint(input: { lines: Line[] }): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(input.lines));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const order = StateMachine.builder("order")
  .initial("pricing")
  .state(
    State.named("pricing")
      .enter(Action.task("sums", total), Action.task("print", fingerprint))
      .on("complete", "priced"),
  )
  .state(State.named("priced").final())
  .build();

const input = { lines: [{ price: 10, count: 2 }, { price: 5, count: 4 }] };
deepEqual(total(input), { net: 40, gross: 50 }, "it is a function like others");

await using engine = await WorkflowEngine.open({ isolates: 2 });
await engine.client.register(order);
const { context } = await engine.client.start("order", { input, waitMs: 30_000 });
console.log("in an isolate:", context?.sums, context?.print);
deepEqual(context?.sums, total(input));
equal(context?.print, await fingerprint(input));
console.log("Done: the functions gave the same in isolates as they do here");
