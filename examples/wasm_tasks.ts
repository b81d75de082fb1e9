/**
 * Tasks in WebAssembly: a core module, and a WASI command.
 *
 *   deno run -A examples/wasm_tasks.ts
 *
 * With `language: wasm` a task's code is a module's bytes in base64, from whatever language compiles to WASM; JSON goes in
 * and JSON comes out, in one of two ways. A core module exports `memory`, `alloc(length)` and `execute(pointer, length)`,
 * which returns pointer and length of the result in one 64-bit number; the one here is AssemblyScript,
 * examples/wasm/pricing.as. A WASI preview 1 command reads its input from stdin and writes its result to stdout, as the one
 * in examples/wasm/envelope.wat does.
 *
 * Modules run in isolates as other tasks do, with the same deadline and memory limit, and are compiled once for each
 * isolate. `deno task wasm` builds both anew.
 */

import { deepEqual } from "node:assert/strict";
import { WorkflowEngine } from "../embedded/workflow_engine.ts";
import { defineWorkflow } from "../shared/definition/builder.ts";

const read = async (name: string) => (await Deno.readFile(new URL(`wasm/${name}.wasm`, import.meta.url))).toBase64();

const order = defineWorkflow({
  name: "order",
  initial: "pricing",
  states: {
    pricing: {
      enter: [
        { task: "priced", language: "wasm", code: await read("pricing") },
        { task: "wrapped", language: "wasm", code: await read("envelope") },
      ],
    },
  },
});

await using engine = await WorkflowEngine.open({ isolates: 2 });
await engine.client.register(order);
const { context } = await engine.client.start("order", { input: { price: 250, quantity: 4 }, waitMs: 30_000 });
console.log({ priced: context?.priced, wrapped: context?.wrapped });
deepEqual(context?.priced, { total: 1000 });
deepEqual(context?.wrapped, { received: { price: 250, quantity: 4 } });
console.log("Done: a core module priced it, and a command wrapped it");
